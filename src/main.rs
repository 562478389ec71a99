//! The `kplan` binary.
fn main() {}

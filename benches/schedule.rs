//! Pods placed a second, per mix: `cargo bench --bench schedule [-- NODES PODS]`.

use std::time::Instant;

use kplan::plan::bench::{Mix, bench};

#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench reads the clock and prints")]
fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let (nodes, pods) = match numbers[..] {
        [nodes, pods] => (nodes, pods),
        _ => (5000, 150_000),
    };
    for mix in [Mix::Plain, Mix::Spread, Mix::Anti] {
        let bench = bench(u32::try_from(nodes).expect("the number of nodes fits in 32 bits"), pods, mix);
        let start = Instant::now();
        let placed = bench.run();
        let seconds = start.elapsed().as_secs_f64();
        println!("{mix:?}: {placed} of {pods} pods on {nodes} nodes, {:.0} pods/s", pods as f64 / seconds);
    }
}

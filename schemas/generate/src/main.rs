//! `generate-schemas facts` prints the facts of the Kubernetes version that is compiled in, as lines.
//! `generate-schemas merge FILE...` merges such lines of all versions into the text of `schemas/kubernetes.txt`.

mod facts;
mod merge;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((command, [])) if command == "facts" => print!("{}", facts::facts()),
        Some((command, files)) if command == "merge" && !files.is_empty() => {
            print!("{}", merge::merge(files))
        }
        _ => {
            eprintln!("usage: generate-schemas facts | merge FILE...");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

//! How fast manifests are read, beside the bare events of unsafe-libyaml (libyaml itself, in Rust) in the same run.
//!
//! `cargo bench --bench parse -- FOLDER...` reads all YAML files of the folders; without one, a fleet made up here.
#![expect(unsafe_code, reason = "unsafe-libyaml has the interface of the C library")]
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a program of its own"
)]

use std::fmt::Write;
use std::fs;
use std::mem::MaybeUninit;
use std::path::Path;
use std::time::{Duration, Instant};

use kplan::parse::parse;
use kplan::source::SourceFile;

/// Each measurement is the best of this many.
const ROUNDS: usize = 15;

fn main() {
    let folders: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let mut files = Vec::new();
    for folder in &folders {
        collect(Path::new(folder), &mut files);
    }
    if folders.is_empty() {
        files = (0..2000).map(made_up).collect();
    }
    let bytes: usize = files.iter().map(|file| file.text().len()).sum();
    let documents: usize = files.iter().map(|file| parse(file).documents.len()).sum();
    println!("{} files, {documents} documents, {:.1} MB", files.len(), bytes as f64 / 1e6);
    let (mut ours, mut events) = (Duration::MAX, Duration::MAX);
    // In turn, so that both meet the same noise.
    for _ in 0..ROUNDS {
        ours = ours.min(timed(|| files.iter().map(|file| parse(file).tree.len()).sum()));
        events = events.min(timed(|| files.iter().map(|file| count_events(file.text().as_bytes())).sum()));
    }
    let rate = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!("kplan, tree and all:     {:7.1} MB/s", rate(ours));
    println!("unsafe-libyaml, events:  {:7.1} MB/s", rate(events));
    println!("ratio:                   {:7.2}", events.as_secs_f64() / ours.as_secs_f64());
}

fn timed(run: impl FnOnce() -> usize) -> Duration {
    let start = Instant::now();
    std::hint::black_box(run());
    start.elapsed()
}

fn collect(folder: &Path, files: &mut Vec<SourceFile>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(SourceFile::new(path.to_string_lossy(), fs::read(&path).unwrap()));
        }
    }
}

/// A Deployment, its Service and its ConfigMap.
fn made_up(number: usize) -> SourceFile {
    let mut text = String::new();
    write!(
        text,
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: service-{number}\n  namespace: team-{}\n  labels:\n    \
         app.kubernetes.io/name: service-{number}\nspec:\n  replicas: 3\n  selector:\n    matchLabels: \
         {{app.kubernetes.io/name: service-{number}}}\n  template:\n    metadata:\n      labels: \
         {{app.kubernetes.io/name: service-{number}}}\n    spec:\n      containers:\n        - name: main\n          \
         image: \"registry.example.com/service-{number}:1.{number}\"\n          args: [\"--port\", \"8080\"]\n          \
         ports:\n            - {{name: http, containerPort: 8080}}\n          resources:\n            requests: {{cpu: \
         100m, memory: 128Mi}}\n          # The probe that the load balancer looks at.\n          readinessProbe:\n            \
         httpGet:\n              path: /ready\n              port: http\n---\napiVersion: v1\nkind: Service\nmetadata:\n  \
         name: service-{number}\nspec:\n  selector:\n    app.kubernetes.io/name: service-{number}\n  ports:\n    - name: \
         http\n      port: 80\n      targetPort: http\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \
         service-{number}\ndata:\n  mode: \"0644\"\n  settings.ini: |\n    [server]\n    port = 8080\n    \n    [log]\n    \
         level = info\n",
        number % 40
    )
    .unwrap();
    SourceFile::from_text(format!("{number}.yaml"), &text)
}

fn count_events(text: &[u8]) -> usize {
    let mut count = 0;
    // SAFETY: the parser and each event are initialised by the library before they are read, and deleted once; the
    // input outlives the parser.
    unsafe {
        let mut parser = MaybeUninit::<unsafe_libyaml::yaml_parser_t>::uninit();
        assert!(unsafe_libyaml::yaml_parser_initialize(parser.as_mut_ptr()).ok);
        unsafe_libyaml::yaml_parser_set_input_string(parser.as_mut_ptr(), text.as_ptr(), text.len() as u64);
        loop {
            let mut event = MaybeUninit::<unsafe_libyaml::yaml_event_t>::uninit();
            if !unsafe_libyaml::yaml_parser_parse(parser.as_mut_ptr(), event.as_mut_ptr()).ok {
                break;
            }
            count += 1;
            let is_end = (*event.as_ptr()).type_ == unsafe_libyaml::YAML_STREAM_END_EVENT;
            unsafe_libyaml::yaml_event_delete(event.as_mut_ptr());
            if is_end {
                break;
            }
        }
        unsafe_libyaml::yaml_parser_delete(parser.as_mut_ptr());
    }
    count
}

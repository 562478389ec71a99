//! Scans the source of the `k8s-openapi` crate for what its types do not tell at run time: which types there are, the Rust
//! name of each JSON field, and how each list is merged. Writes `types.rs`, one call of `schema` or `kind` a type.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let minor = (33..=37)
        .find(|minor| env::var(format!("CARGO_FEATURE_V1_{minor}")).is_ok())
        .expect("one of the features v1_33 to v1_37 is enabled");
    let source = crate_source();
    let root = source.join("src").join(format!("v1_{minor}"));
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    files.sort();

    let mut out = String::from("fn collect(types: &mut Types) {\n");
    for file in &files {
        let text = fs::read_to_string(file).expect("a source file of the crate is readable");
        let Some(name) = implementor(&text, "schemars::JsonSchema") else { continue };
        let module: Vec<String> = file
            .parent()
            .expect("a file has a folder")
            .strip_prefix(&root)
            .expect("the file was found under the root")
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        let path = format!("k8s_openapi::{}::{name}", module.join("::"));
        let idents = field_idents(&text);
        let merges = merges(&text);
        // The keys are a slice in a tuple: the inner `[` needs a reference of its own.
        let merges = format!("{merges:?}").replace(", [", ", &[");
        writeln!(out, "    schema::<{path}>(types, &{idents:?}, &{merges});")
            .expect("a string takes all text");
        if implementor(&text, "Resource").is_some() {
            let scope = text
                .split("type Scope = crate::")
                .nth(1)
                .and_then(|rest| rest.split("ResourceScope;").next())
                .expect("a resource has a scope");
            writeln!(out, "    kind::<{path}>(types, {scope:?});").expect("a string takes all text");
        }
    }
    out.push_str("}\n");
    let out_dir = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out_dir.join("types.rs"), out).expect("OUT_DIR is writable");
}

/// The folder of the `k8s-openapi` crate that this build uses.
fn crate_source() -> PathBuf {
    let output = process::Command::new(env::var("CARGO").expect("cargo sets CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform"])
        .arg(env::var("HOST").expect("cargo sets HOST"))
        .output()
        .expect("cargo metadata runs");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let manifest = metadata["packages"]
        .as_array()
        .expect("cargo metadata lists packages")
        .iter()
        .find(|package| package["name"] == "k8s-openapi")
        .and_then(|package| package["manifest_path"].as_str())
        .expect("k8s-openapi is a dependency");
    Path::new(manifest).parent().expect("a manifest has a folder").to_owned()
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a source folder of the crate is readable") {
        let path = entry.expect("a folder entry is readable").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The type for which the file has `impl crate::TRAIT for TYPE`; generic impls are left out.
fn implementor(text: &str, name: &str) -> Option<String> {
    let marker = format!("\nimpl crate::{name} for ");
    let rest = text.split(&marker).nth(1)?;
    Some(rest.split([' ', '\n']).next()?.to_owned())
}

/// (Rust field, JSON field) pairs, from the match of the field identifiers in the Deserialize impl.
fn field_idents(text: &str) -> Vec<(String, String)> {
    let mut pairs = BTreeMap::new();
    for line in text.lines() {
        let line = line.trim();
        let Some((json, ident)) = line.split_once("\" => Field::Key_") else { continue };
        pairs.insert(ident.trim_end_matches(',').to_owned(), json.trim_start_matches('"').to_owned());
    }
    pairs.into_iter().collect()
}

/// (Rust field, strategy, keys) of each list that is merged as a map or as a set.
fn merges(text: &str) -> Vec<(String, String, Vec<String>)> {
    let mut found = Vec::new();
    for (strategy, marker) in
        [("map", "merge_strategies::list::map("), ("set", "merge_strategies::list::set(")]
    {
        for call in text.split(marker).skip(1) {
            let call = call.split(");\n").next().unwrap_or(call);
            let Some(field) = call.split("&mut self.").nth(1).and_then(|rest| rest.split(',').next()) else {
                continue;
            };
            let keys = call
                .split("|lhs, rhs| lhs.")
                .skip(1)
                .filter_map(|rest| rest.split(" == ").next())
                .map(str::to_owned)
                .collect();
            found.push((field.to_owned(), strategy.to_owned(), keys));
        }
    }
    found.sort();
    found
}

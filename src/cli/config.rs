//! `kplan.yaml` and the flags become one set of settings; the flags go first.

use std::ops::Range;
use std::path::PathBuf;

use crate::check::CHECKS;
use crate::config::file::{self, ConfigFile, Fault, Written};
use crate::config::{Exemption, Scope, Settings};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::load::{Config, Exclude};
use crate::parse::schema::suggest::closest;
use crate::source::{FileId, Span, Workspace};

/// What a configuration file comes to.
#[derive(Debug, Default)]
pub(super) struct Configured {
    /// What to read where the command line names nothing; empty where the file says nothing.
    pub(super) paths: Vec<PathBuf>,
    pub(super) exclude: Exclude,
    /// The inventory where the command line names none; empty where the file says nothing.
    pub(super) nodes: Vec<PathBuf>,
    /// What is wrong with the file. With any of them there is no checking.
    pub(super) faults: Vec<Fault>,
    /// Scopes that are for some files only, and where they are written: what matches no file is said.
    scopes: Vec<(Scope, Range<u32>)>,
}

/// Reads a configuration file into `settings`.
pub(super) fn apply(config: &Config, settings: &mut Settings) -> Configured {
    let (file, mut faults) = file::read(&config.source);
    let ConfigFile { target, paths, exclude, nodes, namespace, world, levels, external, overrides } = file;
    settings.target = target.unwrap_or(settings.target);
    settings.world = world.unwrap_or(settings.world);
    settings.external.extend(external);
    if let Some(namespace) = namespace {
        settings.default_namespace = namespace;
    }
    for (name, level) in levels {
        faults.extend(unknown_name(&name));
        settings.levels.insert(name.text, level);
    }
    let mut scopes = Vec::new();
    for entry in overrides {
        faults.extend(entry.ignore.iter().filter_map(unknown_name));
        let patterns = entry.paths.iter().map(|path| path.text.as_str());
        match Scope::new(&config.root, &config.here, patterns) {
            Ok(scope) => {
                let ignore = entry.ignore.into_iter().map(|name| name.text).collect();
                settings.exemptions.push(Exemption { scope: scope.clone(), ignore });
            }
            Err((index, reason)) => faults.push(bad_pattern(&entry.paths[index], &reason)),
        }
        for path in &entry.paths {
            let scope = Scope::new(&config.root, &config.here, std::iter::once(path.text.as_str()));
            scopes.extend(scope.ok().map(|scope| (scope, path.range.clone())));
        }
    }
    let patterns = exclude.iter().map(|pattern| pattern.text.as_str());
    let exclude = Exclude::new(&config.root, patterns).unwrap_or_else(|(index, reason)| {
        faults.extend(exclude.get(index).map(|pattern| bad_pattern(pattern, &reason)));
        Exclude::default()
    });
    for path in paths.iter().chain(&nodes) {
        if !config.root.join(&path.text).exists() {
            let message = format!("`{}` does not exist", path.text);
            faults.push(Fault { range: path.range.clone(), message, label: String::new(), help: None });
        }
    }
    let paths = paths.iter().map(|path| config.path(&path.text)).collect();
    let nodes = nodes.iter().map(|path| config.path(&path.text)).collect();
    Configured { paths, exclude, nodes, faults, scopes }
}

impl Configured {
    /// The faults as findings in a workspace that holds the file.
    pub(super) fn findings(&self, file: FileId) -> Vec<Diagnostic> {
        self.faults.iter().map(|fault| finding(file, fault, Severity::Error)).collect()
    }

    /// Findings of entries that match no file of the workspace.
    pub(super) fn unused(&self, workspace: &Workspace, file: FileId) -> Vec<Diagnostic> {
        let unused = self
            .scopes
            .iter()
            .filter(|(scope, _)| !workspace.files().any(|(_, source)| scope.holds(source.path())));
        unused
            .map(|(_, range)| {
                let fault = Fault {
                    range: range.clone(),
                    message: "this override is for no file that was read".to_owned(),
                    label: "matches nothing".to_owned(),
                    help: Some("remove it, or correct the pattern; it is relative to kplan.yaml".to_owned()),
                };
                finding(file, &fault, Severity::Warning)
            })
            .collect()
    }
}

/// Every name that a level or an override can be for.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().flat_map(|check| [check.id, check.group.as_str()])
}

fn unknown_name(name: &Written) -> Option<Fault> {
    if names().any(|known| known == name.text) {
        return None;
    }
    Some(Fault {
        range: name.range.clone(),
        message: format!("no check and no group is called `{}`", name.text),
        label: String::new(),
        help: closest(&name.text, names()).map(|similar| format!("did you mean `{similar}`?")),
    })
}

fn bad_pattern(pattern: &Written, reason: &str) -> Fault {
    let message = format!("`{}` is not a pattern: {reason}", pattern.text);
    Fault { range: pattern.range.clone(), message, label: String::new(), help: None }
}

fn finding(file: FileId, fault: &Fault, severity: Severity) -> Diagnostic {
    Diagnostic {
        primary: Label {
            span: Span::new(file, fault.range.start, fault.range.end),
            text: fault.label.clone(),
        },
        severity,
        check: "config",
        message: fault.message.clone(),
        related: Vec::new(),
        help: fault.help.iter().cloned().collect(),
        object: None,
        field: None,
        fix: None,
    }
}

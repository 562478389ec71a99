//! `kplan.yaml` and the flags become one set of settings; the flags go first.

use std::ops::Range;
use std::path::PathBuf;

use crate::analysis::Idle;
use crate::check::{CHECKS, can_be_suppressed};
use crate::config::file::{self, ConfigFile, Fault, Written};
use crate::config::{Exemption, Level, Scope, Settings};
use crate::diagnostic::{Diagnostic, Edit, Fix, Label, Safety, Severity};
use crate::graph::typo;
use crate::load::{Config, Exclude};
use crate::parse::kind::Kind;
use crate::parse::schema::suggest::closest;
use crate::parse::schema::table::Table;
use crate::parse::version::Version;
use crate::source::{FileId, SourceFile, Span, Workspace};

/// What a configuration file comes to.
#[derive(Debug, Default)]
pub(super) struct Configured {
    /// What to read where the command line names nothing; empty where the file says nothing.
    pub(super) paths: Vec<PathBuf>,
    pub(super) exclude: Exclude,
    /// The inventory where the command line names none; empty where the file says nothing.
    pub(super) nodes: Vec<PathBuf>,
    /// The accepted findings.
    pub(super) baseline: Option<PathBuf>,
    /// What is wrong with the file where the baseline that it names is not there, for those who read it.
    pub(super) missing_baseline: Option<Fault>,
    /// What is wrong with the file. With any of them there is no checking.
    pub(super) faults: Vec<Fault>,
    /// Scopes that are for some files only, and where they are written: what matches no file is said.
    scopes: Vec<(Scope, Range<u32>)>,
    /// Where the entries of `external` and of `overrides` are written.
    external_ranges: Vec<Range<u32>>,
    exclude_ranges: Vec<Range<u32>>,
    overrides_ranges: Vec<Range<u32>>,
    /// The kinds that entries of `external` and `overrides` name, with their places.
    kinds: Vec<Written>,
    references_ranges: Vec<Range<u32>>,
    workloads_ranges: Vec<Range<u32>>,
}

/// Reads a configuration file into `settings`.
pub(super) fn apply(config: &Config, settings: &mut Settings) -> Configured {
    let (file, mut faults) = file::read(&config.source);
    let ConfigFile {
        target,
        paths,
        exclude,
        baseline,
        nodes,
        namespace,
        world,
        levels,
        external,
        references,
        workloads,
        overrides,
    } = file;
    settings.target = target.unwrap_or(settings.target);
    settings.world = world.unwrap_or(settings.world);
    let mut external_ranges = Vec::new();
    let mut kinds = Vec::new();
    for (entry, range, kind) in external {
        kinds.push(Written { text: entry.kind.clone(), range: kind });
        external_ranges.push(range);
        settings.external.push(entry);
    }
    let (references, references_ranges): (Vec<_>, Vec<_>) = references.into_iter().unzip();
    settings.references.extend(references);
    let (workloads, workloads_ranges): (Vec<_>, Vec<_>) = workloads.into_iter().unzip();
    settings.workloads.extend(workloads);
    if let Some(namespace) = namespace {
        settings.default_namespace = namespace;
    }
    for (name, level) in levels {
        faults.extend(match level {
            // A text that cannot be read cannot be judged.
            Level::Off => unsuppressible(&name),
            _ => unknown_name(&name),
        });
        settings.levels.insert(name.text, level);
    }
    let mut scopes = Vec::new();
    let mut overrides_ranges = Vec::new();
    for entry in overrides {
        faults.extend(entry.ignore.iter().filter_map(unsuppressible));
        kinds.extend(entry.kinds);
        let patterns = entry.paths.iter().map(|path| path.text.as_str());
        match Scope::new(&config.root, &config.here, patterns) {
            Ok(scope) => {
                let ignore = entry.ignore.into_iter().map(|name| name.text).collect();
                let scope = (!entry.paths.is_empty()).then_some(scope.with_links(&config.links));
                settings.exemptions.push(Exemption { scope, objects: entry.objects, ignore });
                overrides_ranges.push(entry.range);
            }
            Err((index, reason)) => faults.push(bad_pattern(&entry.paths[index], &reason)),
        }
        for path in &entry.paths {
            let scope = Scope::new(&config.root, &config.here, std::iter::once(path.text.as_str()));
            scopes.extend(scope.ok().map(|scope| (scope.with_links(&config.links), path.range.clone())));
        }
    }
    let exclude_ranges = exclude.iter().map(|pattern| pattern.range.clone()).collect();
    let patterns = exclude.iter().map(|pattern| pattern.text.as_str());
    let exclude = Exclude::new(&config.root, patterns).unwrap_or_else(|(index, reason)| {
        faults.extend(exclude.get(index).map(|pattern| bad_pattern(pattern, &reason)));
        Exclude::default()
    });
    faults.extend(paths.iter().chain(&nodes).filter_map(|path| missing(config, path)));
    let missing_baseline = baseline
        .iter()
        .find_map(|path| missing(config, path))
        .map(|fault| Fault { help: Some("`kplan check --write-baseline` makes it".to_owned()), ..fault });
    let paths = paths.iter().map(|path| config.path(&path.text)).collect();
    let nodes = nodes.iter().map(|path| config.path(&path.text)).collect();
    let baseline = baseline.map(|path| config.path(&path.text));
    Configured {
        paths,
        exclude,
        nodes,
        baseline,
        missing_baseline,
        faults,
        scopes,
        external_ranges,
        exclude_ranges,
        overrides_ranges,
        kinds,
        references_ranges,
        workloads_ranges,
    }
}

fn missing(config: &Config, path: &Written) -> Option<Fault> {
    if config.root.join(&path.text).exists() {
        return None;
    }
    let help = match path.text.contains('*') {
        true => "write a file or a folder, as seen from the folder of kplan.yaml; there are no patterns here",
        false => "write a path as seen from the folder of kplan.yaml",
    };
    Some(Fault {
        range: path.range.clone(),
        message: format!("`{}` does not exist", path.text),
        label: String::new(),
        help: Some(help.to_owned()),
        meant: None,
    })
}

/// The kind that was probably meant, where there is none of this name. There are more than those that kplan knows, so
/// that this is worth saying only where nothing of the kind is there.
fn kind_meant(written: &str) -> Option<&'static str> {
    let is_known = |name: &str| Table::of(Version::NEWEST).kinds().any(|kind| kind.kind == name);
    if written.contains('*') || Kind::named(written).is_some() || is_known(written) {
        return None;
    }
    closest(written, Kind::names())
}

impl Configured {
    /// The faults as findings in a workspace that holds the file.
    pub(super) fn findings(&self, source: &SourceFile, file: FileId) -> Vec<Diagnostic> {
        self.faults.iter().map(|fault| finding(source, file, fault, Severity::Error)).collect()
    }

    /// Findings of entries that match nothing in the workspace.
    pub(super) fn unused(&self, workspace: &Workspace, idle: &Idle, file: FileId) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        let mut unused = |range: &Range<u32>, message: &str, help: &str| {
            let mut inside = self
                .kinds
                .iter()
                .filter(|kind| range.start <= kind.range.start && kind.range.end <= range.end);
            let meant = inside.find_map(|kind| Some((&kind.range, kind_meant(&kind.text)?)));
            faults.push(Fault {
                range: meant.map_or(range, |(kind, _)| kind).clone(),
                message: message.to_owned(),
                label: "matches nothing".to_owned(),
                help: Some(meant.map_or(help.to_owned(), |(_, meant)| format!("did you mean `{meant}`?"))),
                meant: meant.map(|(_, meant)| meant.to_owned()),
            });
        };
        for range in self.exclude.unused().filter_map(|index| self.exclude_ranges.get(index)) {
            let help = "remove it, or correct it: it is read as a line of a `.gitignore` beside kplan.yaml";
            unused(range, "this pattern leaves out nothing", help);
        }
        let is_for_no_file = |scope: &Scope| !workspace.files().any(|(_, source)| scope.holds(source.path()));
        for (_, range) in self.scopes.iter().filter(|(scope, _)| is_for_no_file(scope)) {
            let help = "remove it, or correct the pattern; it is relative to kplan.yaml";
            unused(range, "this override is for no file that was read", help);
        }
        for range in idle.exemptions.iter().filter_map(|index| self.overrides_ranges.get(*index)) {
            // That one of its paths is wrong says it better.
            let mut paths =
                self.scopes.iter().filter(|(_, path)| range.start <= path.start && path.end <= range.end);
            if !paths.any(|(scope, _)| is_for_no_file(scope)) {
                unused(range, "this override is for no object that was read", "remove it, or correct it");
            }
        }
        for range in idle.external.iter().filter_map(|index| self.external_ranges.get(*index)) {
            let help = "remove it, or correct its kind, namespace or name; what the input holds needs none";
            unused(range, "no reference leads to this external object", help);
        }
        for range in idle.references.iter().filter_map(|index| self.references_ranges.get(*index)) {
            unused(
                range,
                "no object that was read has this field",
                "remove it, or correct kind, group or path",
            );
        }
        for range in idle.workloads.iter().filter_map(|index| self.workloads_ranges.get(*index)) {
            let help = "remove it, or correct kind, group or path";
            unused(range, "no object that was read has a pod template there", help);
        }
        let source = workspace.file(file);
        faults.iter().map(|fault| finding(source, file, fault, Severity::Warning)).collect()
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
    let meant = closest(&name.text, names());
    let help = match meant {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => "`kplan explain --list` prints all of them".to_owned(),
    };
    Some(Fault {
        range: name.range.clone(),
        message: format!("no check and no group is called `{}`", name.text),
        label: String::new(),
        help: Some(help),
        meant: meant.map(str::to_owned),
    })
}

fn unsuppressible(name: &Written) -> Option<Fault> {
    if can_be_suppressed(&name.text) {
        return unknown_name(name);
    }
    Some(Fault {
        range: name.range.clone(),
        message: format!("`{}` cannot be suppressed", name.text),
        label: String::new(),
        help: Some("leave the files out with `exclude`, if they are no manifests".to_owned()),
        meant: None,
    })
}

fn bad_pattern(pattern: &Written, reason: &str) -> Fault {
    let message = format!("`{}` is not a pattern: {reason}", pattern.text);
    let help = Some("`*` stands for any part of a name, `**` for folders, `\\[` for a bracket".to_owned());
    Fault { range: pattern.range.clone(), message, label: String::new(), help, meant: None }
}

fn finding(source: &SourceFile, file: FileId, fault: &Fault, severity: Severity) -> Diagnostic {
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
        fix: fault.meant.as_deref().map(|meant| repair(source, file, fault, meant)),
    }
}

/// Writes what was meant, in the quotes that stand there.
fn repair(source: &SourceFile, file: FileId, fault: &Fault, meant: &str) -> Fix {
    let span = Span::new(file, fault.range.start, fault.range.end);
    let written = source.text().get(span.range()).unwrap_or_default();
    let quote = written.chars().next().filter(|first| matches!(first, '"' | '\'')).map(String::from);
    let quote = quote.unwrap_or_default();
    let is_slip = typo::is_typo(written.trim_matches(['"', '\'']), meant);
    let text = format!("{quote}{meant}{quote}");
    Fix {
        title: format!("write `{meant}`"),
        safety: if is_slip { Safety::Safe } else { Safety::Unsafe },
        edits: vec![Edit { span, text }],
    }
}

//! `kplan.yaml` becomes settings. It is source like any other: what is wrong with it is said with its place.

use std::ops::Range;

use crate::config::{External, Level, Objects, Reference, World, declared};
use crate::diagnostic::Severity;
use crate::parse::pod::CustomWorkload;
use crate::parse::schema::suggest::closest;
use crate::parse::version::Version;
use crate::parse::{NodeRef, ProblemKind, parse};
use crate::source::SourceFile;

/// What `kplan.yaml` says, as far as it could be understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigFile {
    /// The target version.
    pub target: Option<Version>,
    /// What is read where the command line names nothing, relative to the file.
    pub paths: Vec<Written>,
    /// What folders are read without, relative to the file, in the words of `.gitignore`.
    pub exclude: Vec<Written>,
    /// The accepted findings, relative to the file.
    pub baseline: Option<Written>,
    /// The inventory of the cluster, relative to the file.
    pub nodes: Option<Written>,
    /// The namespace of objects that name none.
    pub namespace: Option<String>,
    /// Open or closed world.
    pub world: Option<World>,
    /// Levels of checks and groups. Whether there are such is not known here.
    pub levels: Vec<(Written, Level)>,
    /// Objects made elsewhere, where each is written, and where its kind is.
    pub external: Vec<(External, Range<u32>, Range<u32>)>,
    /// Fields that name other objects, and where each is written.
    pub references: Vec<(Reference, Range<u32>)>,
    /// Custom resources that carry a pod template, and where each is written.
    pub workloads: Vec<(CustomWorkload, Range<u32>)>,
    /// What holds for some files only.
    pub overrides: Vec<Override>,
}

/// A text and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Its bytes in the file.
    pub range: Range<u32>,
}

/// What holds for some files or objects only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Override {
    /// The whole entry.
    pub range: Range<u32>,
    /// Patterns of the files, relative to the configuration; empty for all.
    pub paths: Vec<Written>,
    /// Patterns of the objects.
    pub objects: Objects,
    /// The kinds among them, with their places.
    pub kinds: Vec<Written>,
    /// Checks and groups that are not reported for them.
    pub ignore: Vec<Written>,
}

/// Something wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub range: Range<u32>,
    /// One line that stands alone.
    pub message: String,
    /// A few words for the place.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What was probably meant by the word that stands there.
    pub meant: Option<String>,
}

/// The keys of the configuration, each with what it is for.
pub const MEMBERS: &[(&str, &str)] = &[
    ("apiVersion", "Always `kplan.dev/v1`."),
    ("kind", "Always `Config`."),
    ("metadata", "A name, for tools that want one; kplan does not read it."),
    ("kubernetesVersion", "The Kubernetes version that the manifests are for."),
    ("paths", "What is read where the command line names nothing, relative to this file."),
    ("exclude", "What folders are read without, in the words of `.gitignore`."),
    ("baseline", "The file of accepted findings, made by `kplan check --write-baseline`."),
    ("nodes", "The inventory of the cluster: nodes, node pools, running pods."),
    ("namespace", "The namespace of objects that name none; `default` where it is absent."),
    ("world", "Whether what is not in the input may exist all the same."),
    ("checks", "The level of each check or group; the level of a check goes before that of its group."),
    ("external", "Objects that exist in the cluster and are made elsewhere."),
    ("references", "Fields of custom resources that name other objects."),
    ("workloads", "Custom resources that carry a pod template, beside those that kplan knows."),
    ("overrides", "Checks that are not reported for some files or objects."),
];

/// The keys of an entry of `external`. `*` stands for any run of characters in a name or namespace.
pub const EXTERNAL_MEMBERS: &[(&str, &str)] = &[
    ("kind", "The kind, as written in `kind:`."),
    ("namespace", "A pattern of its namespace; any where it is absent."),
    ("name", "A pattern of its name; any where it is absent."),
];

/// The keys of an entry of `references`.
pub const REFERENCE_MEMBERS: &[(&str, &str)] = &[
    ("kind", "The kind of the objects that have the field, as written in `kind:`."),
    ("group", "Their API group; any where it is absent."),
    ("path", "The field: keys joined by dots, `[]` after lists, such as `spec.users[].passwordRef.name`."),
    ("target", "The kind that the field names; the sibling `namespace`, if any, says where."),
    ("targetGroup", "The API group of the target, for kinds that kplan does not know."),
];

/// The keys of an entry of `workloads`.
pub const WORKLOAD_MEMBERS: &[(&str, &str)] = &[
    ("kind", "The kind, as written in `kind:`."),
    ("group", "Its API group; any where it is absent."),
    ("path", "Where the pod template, or a bare pod spec, stands, such as `spec.template`."),
];

/// The keys of an entry of `overrides`. What is absent does not narrow it.
pub const OVERRIDE_MEMBERS: &[(&str, &str)] = &[
    ("paths", "Patterns of files and folders, relative to this file; `**` crosses folders."),
    ("kinds", "Patterns of kinds, as written in `kind:`."),
    ("names", "Patterns of names of objects."),
    ("namespaces", "Patterns of namespaces."),
    ("ignore", "The checks and groups that are not reported there."),
];

/// The words for the level of a check.
pub const LEVELS: &[&str] = &["error", "warning", "note", "off"];

pub(super) fn keys(members: &'static [(&str, &str)]) -> Vec<&'static str> {
    members.iter().map(|(key, _)| *key).collect()
}

/// Reads a configuration. Never fails: what cannot be understood is left out and said.
pub fn read(file: &SourceFile) -> (ConfigFile, Vec<Fault>) {
    let mut config = ConfigFile::default();
    let mut faults = Faults::default();
    let parsed = parse(file);
    for problem in &parsed.problems {
        let help = match problem.kind {
            ProblemKind::DuplicateKey => Some("remove one of them".to_owned()),
            _ => problem.help.clone(),
        };
        faults.add(problem.range.clone(), problem.message.clone(), &problem.label, help);
    }
    // Of what could not be read nothing is missing.
    if parsed.problems.iter().any(|problem| problem.kind.is_refused()) {
        return (config, faults.list);
    }
    match &parsed.documents[..] {
        [] => {
            let help =
                Some("write `apiVersion: kplan.dev/v1` and `kind: Config`, or remove the file".to_owned());
            faults.add(0..0, "the configuration is empty", "", help);
        }
        [document] => read_members(&mut config, &mut faults, parsed.tree.node(document.root)),
        [first, second, ..] => {
            let help = Some("put everything into the first; kplan reads no other".to_owned());
            faults.add(second.range.clone(), "the configuration has more than one document", "", help);
            read_members(&mut config, &mut faults, parsed.tree.node(first.root));
        }
    }
    (config, faults.list)
}

fn read_members(config: &mut ConfigFile, faults: &mut Faults, root: NodeRef<'_>) {
    if !faults.is_mapping(root, "the configuration") {
        return;
    }
    for (key, value) in root.entries() {
        match &*key.key() {
            "apiVersion" => faults.expect(value, "apiVersion", "kplan.dev/v1"),
            "kind" => faults.expect(value, "kind", "Config"),
            "metadata" => {}
            "kubernetesVersion" => config.target = read_version(faults, value),
            "paths" => config.paths = faults.texts(value, "`paths`"),
            "exclude" => config.exclude = faults.texts(value, "`exclude`"),
            "baseline" => config.baseline = faults.text(value, "`baseline`"),
            "nodes" => config.nodes = faults.text(value, "`nodes`"),
            "namespace" => config.namespace = read_namespace(faults, value),
            "world" => config.world = read_world(faults, value),
            "checks" => config.levels = read_levels(faults, value),
            "external" => config.external = read_external(faults, value),
            "references" => config.references = declared::references(faults, value),
            "workloads" => config.workloads = declared::workloads(faults, value),
            "overrides" => config.overrides = read_overrides(faults, value),
            _ => faults.unknown(key, &keys(MEMBERS)),
        }
    }
    for (name, value) in [("apiVersion", "kplan.dev/v1"), ("kind", "Config")] {
        if root.get(name).is_none() {
            let start = root.range().start;
            let help = Some(format!("write `{name}: {value}`"));
            faults.add(start..start, format!("the configuration has no `{name}`"), "", help);
        }
    }
}

fn read_version(faults: &mut Faults, value: NodeRef<'_>) -> Option<Version> {
    // By its text: `1.30` without quotes is the number 1.3.
    let written = faults.text(value, "`kubernetesVersion`")?;
    let version =
        written.text.parse().ok().filter(|version| Version::built_in().any(|known| known == *version));
    if version.is_none() {
        let message = format!("Kubernetes `{}` is not built in", written.text);
        let help = format!("write a version from \"{}\" to \"{}\"", Version::OLDEST, Version::NEWEST);
        faults.add(written.range, message, "", Some(help));
    }
    version
}

/// Mirrors `ValidateNamespaceName`: a label of DNS.
fn read_namespace(faults: &mut Faults, value: NodeRef<'_>) -> Option<String> {
    let Written { text, range } = faults.text(value, "`namespace`")?;
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_name =
        text.len() <= 63 && text.bytes().all(is_inner) && !text.starts_with('-') && !text.ends_with('-');
    if !is_name {
        let help = "write small letters, digits and `-`, at most 63 of them, with no `-` at the ends";
        faults.add(range, format!("`{text}` cannot be the name of a namespace"), "", Some(help.to_owned()));
        return None;
    }
    Some(text)
}

fn read_world(faults: &mut Faults, value: NodeRef<'_>) -> Option<World> {
    let written = faults.text(value, "`world`")?;
    match written.text.as_str() {
        "open" => Some(World::Open),
        "closed" => Some(World::Closed),
        other => {
            let meant = closest(other, ["open", "closed"]);
            let message = format!("`{other}` is not a world");
            faults.add(written.range.clone(), message, "", Some("write `open` or `closed`".to_owned()));
            faults.mean(meant);
            None
        }
    }
}

fn read_levels(faults: &mut Faults, value: NodeRef<'_>) -> Vec<(Written, Level)> {
    if !faults.is_mapping(value, "`checks`") {
        return Vec::new();
    }
    let mut levels = Vec::new();
    for (key, value) in value.entries() {
        let Some(written) = faults.text(value, "the level of a check") else { continue };
        // By its text: plain `off` is the boolean false.
        let level = match written.text.as_str() {
            "error" => Level::At(Severity::Error),
            "warning" => Level::At(Severity::Warning),
            "note" => Level::At(Severity::Note),
            "off" => Level::Off,
            other => {
                let message = format!("`{other}` is not a level");
                let help = "write `error`, `warning`, `note` or `off`".to_owned();
                faults.add(written.range, message, "", Some(help));
                faults.mean(level_meant(other));
                continue;
            }
        };
        levels.push((Written { text: key.key().into_owned(), range: key.range() }, level));
    }
    levels
}

/// The level that a word of other tools, or of other readers of YAML, stands for.
fn level_meant(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "false" | "no" | "ignore" | "disable" | "disabled" | "allow" | "none" => Some("off"),
        "info" | "hint" | "advice" => Some("note"),
        "deny" | "fatal" => Some("error"),
        _ => closest(word, LEVELS.iter().copied()),
    }
}

fn read_external(faults: &mut Faults, value: NodeRef<'_>) -> Vec<(External, Range<u32>, Range<u32>)> {
    let mut externals = Vec::new();
    for item in faults.items(value, "`external`") {
        if !faults.is_mapping(item, "an entry of `external`") {
            continue;
        }
        let mut external = External { kind: String::new(), namespace: None, name: None };
        let mut kind_range = item.range();
        for (key, value) in item.entries() {
            match &*key.key() {
                "kind" => {
                    if let Some(kind) = faults.text(value, "`kind`") {
                        (external.kind, kind_range) = (kind.text, kind.range);
                    }
                }
                "namespace" => external.namespace = faults.text(value, "`namespace`").map(|text| text.text),
                "name" => external.name = faults.text(value, "`name`").map(|text| text.text),
                _ => faults.unknown(key, &keys(EXTERNAL_MEMBERS)),
            }
        }
        if item.get("kind").is_none() {
            let help = Some("write which kind, such as `kind: Secret`".to_owned());
            faults.add(item.range(), "an entry of `external` has no `kind`", "", help);
        } else if !external.kind.is_empty() {
            externals.push((external, item.range(), kind_range));
        }
    }
    externals
}

fn read_overrides(faults: &mut Faults, value: NodeRef<'_>) -> Vec<Override> {
    let mut overrides = Vec::new();
    for item in faults.items(value, "`overrides`") {
        if !faults.is_mapping(item, "an entry of `overrides`") {
            continue;
        }
        let mut entry = Override { range: item.range(), ..Override::default() };
        let texts = |written: &[Written]| written.iter().map(|one| one.text.clone()).collect();
        for (key, value) in item.entries() {
            match &*key.key() {
                "paths" => entry.paths = faults.patterns(value, "`paths`"),
                "kinds" => {
                    entry.kinds = faults.patterns(value, "`kinds`");
                    entry.objects.kinds = texts(&entry.kinds);
                }
                "names" => entry.objects.names = texts(&faults.patterns(value, "`names`")),
                "namespaces" => entry.objects.namespaces = texts(&faults.patterns(value, "`namespaces`")),
                "ignore" => entry.ignore = faults.texts(value, "`ignore`"),
                _ => faults.unknown(key, &keys(OVERRIDE_MEMBERS)),
            }
        }
        if item.get("ignore").is_none() {
            let help = Some("write which checks or groups, such as `ignore: [security]`".to_owned());
            faults.add(item.range(), "an entry of `overrides` has no `ignore`", "", help);
        } else if item.get("ignore").is_some_and(|list| list.is_sequence() && list.items().next().is_none()) {
            let help =
                Some("write which checks or groups, such as `ignore: [security]`, or remove it".to_owned());
            faults.add(item.range(), "an entry of `overrides` ignores nothing", "", help);
        }
        if !["paths", "kinds", "names", "namespaces"].iter().any(|name| item.get(name).is_some()) {
            let help =
                "write `paths`, `kinds`, `names` or `namespaces`; what holds everywhere goes to `checks`";
            faults.add(item.range(), "an entry of `overrides` says not what for", "", Some(help.to_owned()));
        }
        overrides.push(entry);
    }
    overrides
}

/// What was found wrong so far.
#[derive(Default)]
pub(super) struct Faults {
    list: Vec<Fault>,
}

impl Faults {
    pub(super) fn add(
        &mut self,
        range: Range<u32>,
        message: impl Into<String>,
        label: &str,
        help: Option<String>,
    ) {
        self.list.push(Fault { range, message: message.into(), label: label.to_owned(), help, meant: None });
    }

    pub(super) fn unknown(&mut self, key: NodeRef<'_>, known: &[&str]) {
        let name = key.key();
        let help = match closest(&name, known.iter().copied()) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => format!("known here are `{}`", known.join("`, `")),
        };
        self.add(key.range(), format!("unknown key `{name}`"), "", Some(help));
        self.mean(closest(&name, known.iter().copied()));
    }

    fn expect(&mut self, value: NodeRef<'_>, name: &str, expected: &str) {
        if value.as_str() != Some(expected) {
            let message = format!("the `{name}` of the configuration is not `{expected}`");
            self.add(value.range(), message, "", Some(format!("write `{name}: {expected}`")));
            self.mean(value.as_str().map(|_| expected));
        }
    }

    /// Says what was probably meant at the place of the last fault.
    fn mean(&mut self, meant: Option<&str>) {
        if let (Some(fault), Some(meant)) = (self.list.last_mut(), meant) {
            fault.meant = Some(meant.to_owned());
        }
    }

    pub(super) fn is_mapping(&mut self, node: NodeRef<'_>, what: &str) -> bool {
        if !node.is_mapping() {
            let help = Some("write it as `key: value`".to_owned());
            self.add(node.range(), format!("{what} must be a mapping"), "", help);
        }
        node.is_mapping()
    }

    pub(super) fn items<'t>(&mut self, node: NodeRef<'t>, what: &str) -> Vec<NodeRef<'t>> {
        if !node.is_sequence() {
            let help = match node.is_scalar() && !node.source().is_empty() {
                true => format!("write `[{}]`", node.source()),
                false => "write `- ` before each entry".to_owned(),
            };
            self.add(node.range(), format!("{what} must be a list"), "", Some(help));
        }
        node.items().collect()
    }

    pub(super) fn text(&mut self, node: NodeRef<'_>, what: &str) -> Option<Written> {
        if !node.is_scalar() || node.is_null() || node.content().is_empty() {
            let help = Some("write one word, or a text in quotes".to_owned());
            self.add(node.range(), format!("{what} must be a text"), "", help);
            return None;
        }
        Some(Written { text: node.content().to_owned(), range: node.range() })
    }

    fn texts(&mut self, node: NodeRef<'_>, what: &str) -> Vec<Written> {
        let items = self.items(node, what);
        items.into_iter().filter_map(|item| self.text(item, &format!("an entry of {what}"))).collect()
    }

    /// A list that narrows an entry. An empty one would narrow nothing, and so be for everything.
    fn patterns(&mut self, node: NodeRef<'_>, what: &str) -> Vec<Written> {
        if node.is_sequence() && node.items().next().is_none() {
            let help = Some("write what it is for, or remove the key".to_owned());
            self.add(node.range(), format!("{what} of an entry of `overrides` is empty"), "", help);
        }
        self.texts(node, what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> (ConfigFile, Vec<Fault>) {
        read(&SourceFile::from_text("kplan.yaml", &format!("apiVersion: kplan.dev/v1\nkind: Config\n{text}")))
    }

    fn fault(text: &str) -> String {
        let (_, faults) = config(text);
        let faults: Vec<String> = faults
            .into_iter()
            .map(|fault| format!("{} | {}", fault.message, fault.help.unwrap_or_default()))
            .collect();
        faults.join("\n")
    }

    #[test]
    fn the_whole_configuration_is_read() {
        let (config, faults) = config(
            "kubernetesVersion: 1.35\npaths: [manifests]\nexclude: ['**/testdata/**']\nnodes: nodes.yaml\n\
             namespace: shop\nworld: closed\nchecks:\n  missing-readiness-probe: error\n  style: off\n\
             external:\n- {kind: Secret, namespace: shop, name: 'db-*'}\n\
             overrides:\n- paths: ['legacy/**']\n  ignore: [security]\n",
        );
        assert_eq!(faults, []);
        assert_eq!(config.target, Some(Version { minor: 35 }));
        assert_eq!(config.paths[0].text, "manifests");
        assert_eq!(config.exclude[0].text, "**/testdata/**");
        assert_eq!(config.nodes.unwrap().text, "nodes.yaml");
        assert_eq!(config.namespace.as_deref(), Some("shop"));
        assert_eq!(config.world, Some(World::Closed));
        let levels: Vec<(&str, Level)> =
            config.levels.iter().map(|(name, level)| (name.text.as_str(), *level)).collect();
        assert_eq!(levels, [("missing-readiness-probe", Level::At(Severity::Error)), ("style", Level::Off)]);
        assert_eq!(config.external[0].0.name.as_deref(), Some("db-*"));
        assert_eq!(config.overrides[0].ignore[0].text, "security");
    }

    #[test]
    fn every_fault_has_its_words() {
        assert_eq!(fault("cheks: {}\n"), "unknown key `cheks` | did you mean `checks`?");
        assert_eq!(
            fault("checks: {a: fatal}\n"),
            "`fatal` is not a level | write `error`, `warning`, `note` or `off`"
        );
        assert_eq!(
            fault("kubernetesVersion: '1.20'\n"),
            "Kubernetes `1.20` is not built in | write a version from \"1.33\" to \"1.37\""
        );
        assert_eq!(fault("world: flat\n"), "`flat` is not a world | write `open` or `closed`");
        assert_eq!(fault("paths: manifests\n"), "`paths` must be a list | write `[manifests]`");
        assert_eq!(
            fault("external: {kind: Secret}\n"),
            "`external` must be a list | write `- ` before each entry"
        );
        assert_eq!(fault("checks: [x]\n"), "`checks` must be a mapping | write it as `key: value`");
        assert_eq!(fault("nodes: [x]\n"), "`nodes` must be a text | write one word, or a text in quotes");
        assert_eq!(
            fault("namespace: Shop\n"),
            "`Shop` cannot be the name of a namespace | write small letters, digits and `-`, at most 63 of them, with no `-` at the ends"
        );
        assert_eq!(
            fault("overrides: [{names: [], ignore: [style]}]\n"),
            "`names` of an entry of `overrides` is empty | write what it is for, or remove the key"
        );
        assert_eq!(
            fault("overrides: [{kinds: [Pod], ignore: []}]\n"),
            "an entry of `overrides` ignores nothing | write which checks or groups, such as `ignore: [security]`, or remove it"
        );
        assert_eq!(fault("checks: {style: off, style: error}\n").lines().count(), 1);
        let (_, empty) = read(&SourceFile::from_text("kplan.yaml", "# nothing\n"));
        assert_eq!(empty[0].message, "the configuration is empty");
        assert_eq!(fault("external: [{name: x}]\n").lines().count(), 1);
        assert_eq!(fault("overrides: [{paths: [a], ignor: [x]}]\n").lines().count(), 2);
        assert_eq!(fault("paths: [a\n").lines().count(), 1);
        assert_eq!(
            fault("workloads: [{kind: Worker}]\n"),
            "an entry of `workloads` has no `path` | write where, such as `path: spec.template`"
        );
        assert_eq!(
            fault("references: [{kind: Cache, path: 'spec..name', target: Secret}]\n"),
            "`spec..name` is not a path | write keys joined by dots, with `[]` after lists, such as `spec.users[].secretName`"
        );
        assert_eq!(
            fault("references: [{kind: Cache, path: spec.size, target: Volume}]\n"),
            "kplan knows no kind `Volume` | write its API group as `targetGroup`"
        );
    }
}

//! After every edit the findings of a session are those of a check of everything: the same, in the same order.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads its fixtures, and ends where it cannot"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kplan::analysis::analyze;
use kplan::check::CHECKS;
use kplan::config::{External, Level, Settings, World};
use kplan::incremental::Session;
use kplan::source::{FileId, FileRole, SourceFile, Workspace};

type Files = Vec<(String, String)>;

/// A generator of numbers that are the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }
}

/// What an editor may do to a text between two looks at it.
fn edited(text: &str, others: &Files, dice: &mut Dice) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = dice.below(lines.len());
    let line = lines.get(at).copied().unwrap_or_default();
    let (_, donor) = &others[dice.below(others.len())];
    let donor_lines: Vec<&str> = donor.split_inclusive('\n').collect();
    let lent = donor_lines.get(dice.below(donor_lines.len())).copied().unwrap_or_default();
    let value_of = |line: &str| {
        line.split_once(": ")
            .map_or("x", |(_, value)| value)
            .split('#')
            .next()
            .unwrap_or("x")
            .trim()
            .to_owned()
    };
    let replaced = match dice.below(12) {
        // A line is deleted, doubled, or a comment.
        0 => String::new(),
        1 => format!("{line}{line}"),
        2 => format!("#{line}"),
        // A value becomes that of another line: a name, a namespace, a label, a kind.
        3..=6 => match line.split_once(": ") {
            Some((key, _)) => format!("{key}: {}\n", value_of(lent)),
            None => lent.to_owned(),
        },
        // A letter is typed or taken away.
        7 => format!("{}x\n", line.trim_end()),
        8 => format!(
            "{}\n",
            line.trim_end().get(..line.trim_end().len().saturating_sub(1)).unwrap_or_default()
        ),
        // The syntax breaks, or a document begins.
        9 => format!("{line}  - [unfinished: \"\n"),
        10 => format!("{line}---\n"),
        // All that follows is gone, or something is pasted.
        _ if dice.below(2) == 0 => return lines[..at].concat(),
        _ => format!("{line}---\n{donor}\n---\n"),
    };
    let mut edited: Vec<&str> = lines;
    if let Some(place) = edited.get_mut(at) {
        *place = &replaced;
    }
    edited.concat()
}

fn workspace(files: &Files) -> Workspace {
    let role = |path: &str| if path.ends_with("nodes.yaml") { FileRole::Inventory } else { FileRole::Source };
    Workspace::new(files.iter().map(|(path, text)| SourceFile::from_text(path, text).with_role(role(path))))
}

/// Edits a workspace step by step and compares after each.
fn follows(name: &str, original: &Files, settings: &Settings, steps: usize, seed: u64) {
    let mut dice = Dice(seed * 0x9E37_79B9 + 0x1234_5677);
    let mut files = original.clone();
    files.sort();
    let original = files.clone();
    let mut session = Session::new(&workspace(&files), settings.clone());
    session.refresh();
    for step in 0..=steps {
        if step > 0 {
            // Often the same file again, as people do; now and then two before a look.
            for _ in 0..=dice.below(5) / 4 {
                let file = if dice.below(3) == 0 { dice.below(files.len()) } else { step / 4 % files.len() };
                files[file].1 = match dice.below(5) {
                    0 => original[file].1.clone(),
                    _ => edited(&files[file].1, &original, &mut dice),
                };
                session.change(FileId(file as u32), &files[file].1);
            }
            let before: Vec<_> = session.diagnostics().cloned().collect();
            let changed = session.refresh();
            let after: Vec<_> = session.diagnostics().cloned().collect();
            let of = |list: &[kplan::diagnostic::Diagnostic], file| {
                list.iter().filter(|one| one.primary.span.file == file).cloned().collect::<Vec<_>>()
            };
            for file in (0..files.len() as u32).map(FileId) {
                let is_changed = of(&before, file) != of(&after, file);
                assert!(!is_changed || changed.contains(&file), "{name}, step {step}: {file:?}");
            }
        }
        let whole = analyze(&workspace(&files), settings);
        let found: Vec<_> = session.diagnostics().cloned().collect();
        if found != whole.diagnostics {
            let lost: Vec<_> = whole.diagnostics.iter().filter(|one| !found.contains(one)).collect();
            let surplus: Vec<_> = found.iter().filter(|one| !whole.diagnostics.contains(one)).collect();
            panic!("{name}, seed {seed}, step {step}: lost {lost:#?}, surplus {surplus:#?}");
        }
        let idle = session.idle();
        assert_eq!(idle.external, whole.idle.external, "{name}, step {step}");
        assert_eq!(idle.exemptions, whole.idle.exemptions, "{name}, step {step}");
    }
}

fn everything_on() -> Settings {
    let mut settings = Settings::plain();
    settings.levels = CHECKS.iter().map(|check| (check.id.to_owned(), Level::On)).collect();
    settings
}

fn closed_world() -> Settings {
    let external = |kind: &str, name: &str| External {
        kind: kind.to_owned(),
        namespace: None,
        name: Some(name.to_owned()),
    };
    Settings {
        world: World::Closed,
        external: vec![external("Secret", "*tls*"), external("ConfigMap", "*"), external("Namespace", "a*")],
        ..everything_on()
    }
}

/// The fixtures of the checks: one list of files for each case.
fn cases() -> BTreeMap<String, Files> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/check");
    let mut cases: BTreeMap<String, Files> = BTreeMap::new();
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let shown = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            let case = shown.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
            cases.entry(case).or_default().push((shown, text));
        }
    }
    cases
}

#[test]
fn random_edits_of_the_fixtures_are_followed() {
    for (seed, (name, files)) in cases().iter().enumerate() {
        let settings = match seed % 3 {
            0 => Settings::plain(),
            1 => everything_on(),
            _ => closed_world(),
        };
        follows(name, files, &settings, steps(14), seed as u64 + 1);
    }
}

/// Files of many cases together: they share namespaces and names, and have much to do with each other.
#[test]
fn random_edits_of_many_fixtures_together_are_followed() {
    let all: Files = cases().into_values().flatten().collect();
    let has_nodes = |text: &str| {
        text.contains("kind: NodePool") || text.contains("kind: Node\n") || text.contains("nodes")
    };
    let reaches = |path: &str| path.contains("ustomization");
    let plain: Files =
        all.iter().filter(|(path, text)| !has_nodes(text) && !reaches(path)).cloned().collect();
    for (seed, settings) in [Settings::plain(), everything_on(), closed_world()].iter().enumerate() {
        for (index, part) in plain.chunks(40).enumerate() {
            let seed = (seed * 100 + index) as u64 + 1000;
            follows("together", &part.to_vec(), settings, steps(12), seed);
        }
    }
    follows(
        "with kustomizations",
        &all.iter().filter(|(_, text)| !has_nodes(text)).cloned().collect(),
        &closed_world(),
        steps(10),
        7,
    );
}

/// Hosts, gateways and pods of a mesh are told by names and labels in other namespaces: each document in a file of its own.
#[test]
fn random_edits_of_a_mesh_are_followed() {
    let is_mesh = |name: &str| {
        [
            "gateway-",
            "mesh-host/",
            "route-hostname/",
            "unknown-subset/",
            "subset-selects",
            "backend-port/mesh",
        ]
        .iter()
        .any(|start| name.starts_with(start))
    };
    for (seed, (name, files)) in cases().iter().filter(|(name, _)| is_mesh(name)).enumerate() {
        let documents = files.iter().flat_map(|(_, text)| text.split("---\n")).enumerate();
        let files: Files =
            documents.map(|(index, text)| (format!("{index:02}.yaml"), text.to_owned())).collect();
        for settings in [everything_on(), closed_world()] {
            follows(name, &files, &settings, steps(40), seed as u64 + 50);
        }
    }
}

/// The shape that the measurements are about: a namespace to a team, and what is shared by all.
#[test]
fn random_edits_of_a_fleet_are_followed() {
    let mut files: Files = Vec::new();
    for index in 0..12 {
        let (team, name) = (format!("team-{}", index % 4), format!("app-{index}"));
        for (file, template) in [
            ("workload.yaml", include_str!("../benches/fleet/workload.yaml")),
            ("traffic.yaml", include_str!("../benches/fleet/traffic.yaml")),
            ("settings.yaml", include_str!("../benches/fleet/settings.yaml")),
        ] {
            let text = [
                ("@NAME@", name.as_str()),
                ("@TEAM@", &team),
                ("@INDEX@", "1"),
                ("@TIER@", "web"),
                ("@REPLICAS@", "3"),
                ("@MINOR@", "7"),
                ("@PORT@", "8080"),
                ("@CPU@", "100m"),
                ("@MEMORY@", "128Mi"),
            ]
            .into_iter()
            .fold(template.to_owned(), |text, (mark, value)| text.replace(mark, value));
            files.push((format!("{team}/{name}/{file}"), text));
        }
    }
    let mut shared: String = ["team-0", "team-1", "team-2", "team-3", "ingress"]
        .map(|name| format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n---\n"))
        .concat();
    shared.push_str("apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata:\n  name: nginx\n");
    shared.push_str("spec:\n  controller: k8s.io/ingress-nginx\n");
    files.push(("shared.yaml".to_owned(), shared));
    for (seed, settings) in [Settings::plain(), everything_on(), closed_world()].iter().enumerate() {
        follows("fleet", &files, settings, steps(150), seed as u64 + 1);
    }
}

/// How many edits: more where `KPLAN_EDITS` asks for a multiple.
fn steps(usual: usize) -> usize {
    usual * std::env::var("KPLAN_EDITS").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

fn session(files: &[(&str, &str)]) -> Session {
    let files = files.iter().map(|(path, text)| SourceFile::from_text(*path, text));
    let mut session = Session::new(&Workspace::new(files), Settings::plain());
    session.refresh();
    session
}

fn checks_in(session: &Session, file: u32) -> Vec<&str> {
    session.diagnostics_in(FileId(file)).iter().map(|diagnostic| diagnostic.check).collect()
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  \
                       selector: {app: web}\n  ports: [{port: 80, targetPort: 8080}]\n";

fn pod(port: u32) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop, labels: {{app: web}}}}\nspec:\n  \
         containers: [{{name: web, image: 'web:1', ports: [{{containerPort: {port}}}]}}]\n"
    )
}

#[test]
fn an_edit_of_one_file_is_felt_in_another() {
    let mut session = session(&[("pod.yaml", &pod(8080)), ("service.yaml", SERVICE)]);
    let before = checks_in(&session, 1).len();
    session.change(FileId(0), &pod(80));
    assert!(session.refresh().contains(&FileId(1)));
    assert!(checks_in(&session, 1).contains(&"service-target-port"));
    session.change(FileId(0), &pod(8080));
    session.refresh();
    assert_eq!(checks_in(&session, 1).len(), before);
}

/// What a finding shows in another file moves with what is written above it.
#[test]
fn a_place_in_another_file_follows_its_line() {
    let mut session = session(&[("pod.yaml", &pod(80)), ("service.yaml", SERVICE)]);
    let shown = |session: &Session| {
        let finding = &session.diagnostics_in(FileId(1))[0];
        finding.related.iter().find(|label| label.span.file == FileId(0)).map(|label| label.span.start)
    };
    let before = shown(&session).unwrap();
    session.change(FileId(0), &format!("# A comment.\n{}", pod(80)));
    assert!(session.refresh().contains(&FileId(1)));
    assert_eq!(shown(&session), Some(before + 13));
}

#[test]
fn the_surroundings_of_a_file_leave_out_other_namespaces() {
    let other = SERVICE.replace("shop", "bank");
    let session = session(&[("other.yaml", &other), ("pod.yaml", &pod(80)), ("service.yaml", SERVICE)]);
    let files: Vec<FileId> = session.surroundings(FileId(2)).files().iter().map(|file| file.id).collect();
    assert_eq!(files, [FileId(1), FileId(2)]);
}

/// What clashes across namespaces is felt there as well.
#[test]
fn what_all_namespaces_share_is_followed() {
    let service = |namespace: &str, port: u32| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {namespace}, namespace: {namespace}}}\nspec:\n  \
             type: NodePort\n  ports: [{{port: 80, nodePort: {port}}}]\n"
        )
    };
    let ingress = |namespace: &str, host: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {namespace}, namespace: \
             {namespace}}}\nspec:\n  rules: [{{host: {host}, http: {{paths: [{{path: /, pathType: Prefix, \
             backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}}}]\n"
        )
    };
    let text = |namespace: &str, port, host| {
        format!("{}---\n{}", service(namespace, port), ingress(namespace, host))
    };
    let mut session = session(&[
        ("a.yaml", &text("one", 30080, "one.example.com")),
        ("b.yaml", &text("two", 30081, "two.example.com")),
    ]);
    for check in ["node-port-clash", "ingress-conflict"] {
        assert!(!checks_in(&session, 1).contains(&check), "{check}");
    }
    session.change(FileId(0), &text("one", 30081, "two.example.com"));
    session.refresh();
    for check in ["node-port-clash", "ingress-conflict"] {
        assert!(checks_in(&session, 1).contains(&check), "{check}");
    }
}

//! What holds at every place of every fixture.

#![expect(clippy::disallowed_methods, reason = "a test reads its fixtures")]

use std::path::{Path, PathBuf};

use kplan::analysis::{analyze, read};
use kplan::config::Settings;
use kplan::graph::Graph;
use kplan::ide::{
    Place, View, actions, completion, definition, folding, hints, hover, lenses, references, rename, symbols,
};
use kplan::source::{FileId, SourceFile, Span, Workspace};

fn fixtures() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/check")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

fn with_view<T>(text: &str, ask: impl FnOnce(&View<'_>) -> T) -> T {
    let workspace = Workspace::new([SourceFile::from_text("a.yaml", text)]);
    let settings = Settings::plain();
    let program = read(&workspace, &settings);
    let graph = Graph::build(&program, &settings);
    let diagnostics = analyze(&workspace, &settings).diagnostics;
    ask(&View { program: &program, graph: &graph, settings: &settings, diagnostics: &diagnostics })
}

/// Every question at some places of a text: none panics, and every answer lies in the text, on character boundaries.
fn hold(text: &str, step: usize) {
    with_view(text, |view| {
        let file = FileId(0);
        let is_sound =
            |span: Span| assert!(text.get(span.range()).is_some(), "{span:?} of {} bytes", text.len());
        for offset in (0..=text.len() + 2).step_by(step) {
            let place = Place { file, offset: offset as u32 };
            hover::at(view, place).into_iter().for_each(|hover| is_sound(hover.span));
            completion::at(view, place).into_iter().for_each(|one| is_sound(one.replace));
            definition::at(view, place).into_iter().for_each(is_sound);
            references::at(view, place).into_iter().for_each(is_sound);
            if let Some((span, name)) = rename::prepare(view, place) {
                is_sound(span);
                // What can be prepared can be found again, and the new name is where the old one was.
                assert!(!references::at(view, place).is_empty(), "{name}");
            }
            if let Ok(edits) = rename::to(view, place, "renamed") {
                edits.iter().for_each(|edit| is_sound(edit.span));
                assert!(edits.is_sorted_by(|left, right| left.span.end <= right.span.start));
            }
            let span = Span::new(file, place.offset, place.offset);
            actions::at(view, span)
                .iter()
                .flat_map(|action| &action.edits)
                .for_each(|edit| is_sound(edit.span));
        }
        folding::of_file(view, file).into_iter().for_each(is_sound);
        lenses::of_file(view, file).into_iter().for_each(|lens| is_sound(lens.span));
        hints::of_file(view, file)
            .iter()
            .for_each(|hint| is_sound(Span::new(file, hint.offset, hint.offset)));
        for symbol in symbols::of_file(view, file) {
            is_sound(symbol.span);
            assert!(symbol.span.start <= symbol.name_span.start && symbol.name_span.end <= symbol.span.end);
        }
        symbols::matching(view, "a b");
    });
}

#[test]
fn no_place_of_no_fixture_makes_it_panic() {
    for (index, path) in fixtures().iter().enumerate() {
        let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        hold(&text, 61 + index % 7);
        let cut = text.floor_char_boundary(text.len() * (index % 10) / 10);
        hold(&text[..cut], 53);
        hold(&format!("\u{feff}{}", text[..cut].replace('\n', "\r\n").replace("web", "wéb")), 59);
    }
}

/// Check and line of each finding, with all that it says.
fn findings(text: &str) -> Vec<Finding> {
    let workspace = Workspace::new([SourceFile::from_text("a.yaml", text)]);
    let diagnostics = analyze(&workspace, &Settings::plain()).diagnostics;
    let line = |span: Span| workspace.file(FileId(0)).position(span.start).line;
    let shown = diagnostics.iter().map(|finding| {
        let words = format!("{} {} {:?}", finding.message, finding.help.join(" "), finding.fix);
        (finding.check, line(finding.primary.span), words)
    });
    shown.collect()
}

type Finding = (&'static str, u32, String);

/// The findings that are gone, but for those that speak of the name: a slip of the pen may be one no more. A selector that
/// matches nothing may be renamed alone, which is how it is repaired.
fn lost<'f>(before: &'f [Finding], after: &[Finding], name: &str) -> Vec<&'f Finding> {
    let is_there = |finding: &Finding| after.iter().any(|other| (other.0, other.1) == (finding.0, finding.1));
    let is_excused = |finding: &Finding| {
        let is_of_the_name = finding.0 == "unusable-hostname";
        finding.2.contains(name) || finding.0.ends_with("selects-nothing") || is_of_the_name
    };
    before.iter().filter(|finding| !is_there(finding) && !is_excused(finding)).collect()
}

/// The checks that find more than before. A Certificate is the one that cert-manager would make of an Ingress by its very
/// name: under another one it is a second. That a port is for metrics, and a value the name of a Secret, is told by the name
/// alone.
fn gained(before: &[Finding], after: &[Finding]) -> Vec<&'static str> {
    let count = |all: &[Finding], check: &str| all.iter().filter(|finding| finding.0 == check).count();
    let mut checks: Vec<_> = after.iter().map(|finding| finding.0).collect();
    checks.dedup();
    let told_by_name =
        ["certificate-overlap", "missing-readiness-probe", "secret-in-config-map", "secret-in-env"];
    checks.retain(|check| !told_by_name.contains(check) && count(after, check) > count(before, check));
    checks
}

#[test]
fn what_was_renamed_has_the_same_findings() {
    let mut count = 0;
    let mut faults = Vec::new();
    for path in fixtures() {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let renames = with_view(&text, |view| {
            let mut renames = Vec::new();
            for (at, _) in text.match_indices("name: ").chain(text.match_indices("app: ")).take(25) {
                let place =
                    Place { file: FileId(0), offset: (at + text[at..].find(": ").unwrap() + 2) as u32 };
                let Some((_, old)) = rename::prepare(view, place) else { continue };
                // To be a part of the system is in the name alone.
                if let Ok(edits) = rename::to(view, place, "zz-new")
                    && !old.starts_with("system:")
                {
                    renames.push((old, edits));
                }
            }
            renames
        });
        for (old, edits) in renames {
            let mut after = text.clone();
            for edit in edits.iter().rev() {
                after.replace_range(edit.span.range(), &edit.text);
            }
            let (before, now) = (findings(&text), findings(&after));
            let (lost, gained) = (lost(&before, &now, &old), gained(&before, &now));
            if !lost.is_empty() || !gained.is_empty() {
                faults.push(format!("{}: `{old}`: lost {lost:?}, gained {gained:?}", path.display()));
            }
            count += 1;
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 40, "only {count} renames were tried");
}

/// A fleet as the benchmark of `kplan check` has it, with fewer applications.
fn fleet(applications: usize) -> Workspace {
    let fill = |template: &str, index: usize| {
        let marks = [
            ("@NAME@", format!("app-{index:04}")),
            ("@TEAM@", format!("team-{:02}", index % 4)),
            ("@INDEX@", index.to_string()),
            ("@TIER@", "web".to_owned()),
            ("@REPLICAS@", "2".to_owned()),
            ("@MINOR@", "3".to_owned()),
            ("@PORT@", "8080".to_owned()),
            ("@CPU@", "100m".to_owned()),
            ("@MEMORY@", "128Mi".to_owned()),
        ];
        marks.into_iter().fold(template.to_owned(), |text, (mark, value)| text.replace(mark, &value))
    };
    let templates = [
        ("workload", include_str!("../../benches/fleet/workload.yaml")),
        ("traffic", include_str!("../../benches/fleet/traffic.yaml")),
        ("settings", include_str!("../../benches/fleet/settings.yaml")),
    ];
    let files = (0..applications).flat_map(|index| {
        templates.map(|(name, text)| {
            SourceFile::from_text(format!("app-{index:04}/{name}.yaml"), &fill(text, index))
        })
    });
    Workspace::new(files)
}

#[test]
fn a_question_takes_a_small_part_of_an_analysis() {
    let workspace = fleet(400);
    let settings = Settings::plain();
    let start = std::time::Instant::now();
    let diagnostics = analyze(&workspace, &settings).diagnostics;
    let whole = start.elapsed();
    let program = read(&workspace, &settings);
    let graph = Graph::build(&program, &settings);
    let view = View { program: &program, graph: &graph, settings: &settings, diagnostics: &diagnostics };
    let file = workspace.id_of("app-0200/workload.yaml").unwrap();
    let length = workspace.file(file).text().len();
    let places = (0..length).step_by(17).map(|offset| Place { file, offset: offset as u32 });
    // What is read once is not what is measured.
    places.clone().for_each(|place| drop((hover::at(&view, place), completion::at(&view, place))));
    let start = std::time::Instant::now();
    let mut count = 0;
    for place in places {
        count += usize::from(hover::at(&view, place).is_some());
        count += usize::from(!completion::at(&view, place).is_empty());
        count += usize::from(!definition::at(&view, place).is_empty());
    }
    let each = start.elapsed() / (length as u32 / 17);
    assert!(count > 50, "{count} answers");
    assert!(each * 20 < whole, "{each:?} for hover, completion and definition, {whole:?} for the analysis");
}

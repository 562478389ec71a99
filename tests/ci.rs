//! What is offered to pre-commit, GitHub and GitLab can be read, and every command line in it is one that kplan knows.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads the files of the repository"
)]

use std::path::Path;

use kplan::parse::tree::NodeRef;
use kplan::parse::{Parsed, parse};
use kplan::source::SourceFile;

fn text(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn read(path: &str) -> Parsed {
    let parsed = parse(&SourceFile::from_text(path, &text(path)));
    assert_eq!(parsed.problems, [], "{path}");
    assert_eq!(parsed.documents.len(), 1, "{path}");
    parsed
}

fn root(parsed: &Parsed) -> NodeRef<'_> {
    parsed.tree.node(parsed.documents[0].root)
}

fn string(node: NodeRef<'_>, key: &str) -> String {
    node.get(key).and_then(NodeRef::as_str).unwrap_or_else(|| panic!("no `{key}`")).to_owned()
}

/// The words of a command in a shell script, up to where another command or a redirection begins. A list that the
/// script makes is left out, any other variable stands for some text.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in command.split_whitespace() {
        let bare = word.trim_matches(['"', '\'', '`']);
        if ["||", "&&", "|", ">", ">>", ";", "<<<"].contains(&word) || word.starts_with('#') {
            break;
        }
        if bare.contains("[@]") || (bare.starts_with('$') && !word.starts_with('"')) {
            continue;
        }
        match bare.split_once('$') {
            Some((before, _)) => words.push(format!("{before}x")),
            None => words.push(bare.to_owned()),
        }
    }
    words
}

/// The command lines of kplan in a script or a page.
fn command_lines(text: &str) -> Vec<Vec<String>> {
    let lines = text.replace("\\\n", " ");
    let commands = lines.lines().filter_map(|line| {
        let line = line.trim().trim_start_matches("- ").trim_start_matches("run: ");
        let from_program = line.find("kplan ").filter(|at| *at == 0 || line[..*at].ends_with("| "));
        let rest = match from_program {
            Some(at) => &line[at + "kplan ".len()..],
            None => line.strip_prefix("\"$KPLAN\" ")?,
        };
        Some([vec!["kplan".to_owned()], words(rest)].concat())
    });
    commands.collect()
}

fn assert_understood(lines: &[Vec<String>], at_least: usize, path: &str) {
    assert!(lines.len() >= at_least, "{path}: only {lines:?} were found");
    for line in lines {
        let result = kplan::cli::understands(line.iter().map(Into::into));
        assert_eq!(result, Ok(()), "{path}: {line:?}");
    }
}

#[test]
fn the_hooks_of_pre_commit() {
    let parsed = read(".pre-commit-hooks.yaml");
    let hooks: Vec<_> = root(&parsed).items().collect();
    let ids: Vec<_> = hooks.iter().map(|hook| string(*hook, "id")).collect();
    assert_eq!(ids, ["kplan-check", "kplan-fix"]);
    for hook in hooks {
        assert_eq!(string(hook, "language"), "rust");
        assert_eq!(hook.get("pass_filenames").and_then(NodeRef::as_bool), Some(false), "it sees everything");
        let files = regex::Regex::new(&string(hook, "files")).unwrap();
        for name in ["a.yaml", "a/b.yml", "a/b.json", "kplan.yaml"] {
            assert!(files.is_match(name), "{name}");
        }
        for name in ["README.md", "yaml", "a.yaml.orig"] {
            assert!(!files.is_match(name), "{name}");
        }
        assert_understood(&command_lines(&string(hook, "entry")), 1, ".pre-commit-hooks.yaml");
    }
}

/// The scripts of an action, and nothing of it that an outsider can write stands in one as text.
#[test]
fn the_action_of_github() {
    let parsed = read("action.yml");
    let action = root(&parsed);
    assert_eq!(action.get_path("runs.using").and_then(NodeRef::as_str), Some("composite"));
    let inputs: Vec<_> = action.get("inputs").unwrap().entries().collect();
    let steps: Vec<_> = action.get_path("runs.steps").unwrap().items().collect();
    let page = text("docs/ci.md");
    for (key, value) in inputs {
        let name = key.content().to_owned();
        let used = format!("inputs.{name}");
        assert!(text("action.yml").contains(&used), "`{name}` is used");
        assert!(page.contains(&format!("| `{name}` |")), "`{name}` is documented in docs/ci.md");
        assert!(!string(value, "description").is_empty());
    }
    let scripts: Vec<String> =
        steps.iter().filter_map(|step| step.get("run")?.as_str().map(str::to_owned)).collect();
    for step in &steps {
        assert!(step.get("uses").is_some() || string(*step, "shell") == "bash");
    }
    for script in &scripts {
        assert!(!script.contains("${{"), "an input in a script could be a command: {script}");
        assert_is_shell(script);
    }
    assert_understood(&command_lines(&scripts.join("\n")), 2, "action.yml");
}

#[test]
fn the_template_of_gitlab() {
    let path = "templates/kplan.gitlab-ci.yml";
    let parsed = read(path);
    let job = root(&parsed).get("kplan").unwrap();
    let script: Vec<String> =
        job.get("script").unwrap().items().map(|line| line.as_str().unwrap().to_owned()).collect();
    assert_understood(&command_lines(&script.join("\n")), 1, path);
    let reports = job.get_path("artifacts.reports").unwrap();
    for (report, format) in [("codequality", "gitlab"), ("junit", "junit")] {
        let file = string(reports, report);
        assert!(script.join("\n").contains(&format!("--output {format}={file} ")), "{report}");
    }
    for line in &script {
        assert_is_shell(line);
    }
}

#[test]
fn the_page_about_ci() {
    let page = text("docs/ci.md");
    let blocks: Vec<&str> = page.split("```").skip(1).step_by(2).collect();
    for block in &blocks {
        let (language, body) = block.split_once('\n').unwrap();
        if language == "yaml" {
            let parsed = parse(&SourceFile::from_text("block.yaml", body));
            assert_eq!(parsed.problems, [], "{body}");
        }
    }
    assert_understood(&command_lines(&blocks.join("\n")), 6, "docs/ci.md");
    let inputs = read("action.yml");
    for input in ["paths", "plan"] {
        assert!(root(&inputs).get_path("inputs").unwrap().get(input).is_some());
    }
}

#[test]
fn a_wrong_command_line_is_found() {
    let lines = command_lines("- run: kplan check --formt github\nhelm template | kplan check -\n");
    assert_eq!(lines.len(), 2);
    assert!(kplan::cli::understands(lines[0].iter().map(Into::into)).is_err());
    assert!(kplan::cli::understands(lines[1].iter().map(Into::into)).is_ok());
}

/// Asks bash whether it can read a script, where there is a bash.
fn assert_is_shell(script: &str) {
    let Ok(output) = std::process::Command::new("bash").args(["-n", "-c", script]).output() else {
        return;
    };
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
}

//! What was typed becomes what the program needs: everything that can be wrong with flags is found here.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::check::{CHECKS, Check, can_be_suppressed};
use crate::cli::args::{CheckArgs, ColorArg, ConfigArgs, DenyArg, FormatArg, Output, SharedArgs};
use crate::cli::config::{self, Configured};
use crate::cli::terminal::Terminal;
use crate::config::{Level, Settings};
use crate::diagnostic::{Safety, Severity};
use crate::load::{self, Config, Exclude, Failure, Since};
use crate::parse::schema::custom::UserSchemas;
use crate::parse::schema::suggest::closest;
use crate::parse::version::Version;
use crate::render::{Colors, Detail, Format};

/// Where accepted findings are written to, unless somebody says otherwise.
const BASELINE_NAME: &str = "kplan-baseline.json";

/// A run of `check`.
pub(super) struct Options {
    pub(super) paths: Vec<PathBuf>,
    /// Files that say what the cluster has.
    pub(super) inventory: Vec<PathBuf>,
    /// A revision or a path: what the manifests are compared with.
    pub(super) base: Option<String>,
    pub(super) settings: Settings,
    /// The configuration file, where there is one.
    pub(super) config: Option<Config>,
    /// What it says; nothing where there is none.
    pub(super) configured: Configured,
    pub(super) printing: Printing,
    pub(super) repairs: Repairs,
    /// The file of accepted findings that are not reported.
    pub(super) baseline: Option<PathBuf>,
    /// The file that all findings are to be written to.
    pub(super) write_baseline: Option<PathBuf>,
    /// What a change is counted from, where only what it causes is reported.
    pub(super) since: Option<ChangedSince>,
    /// Whether what is configured ought to match: all of the input is read, and all checks run.
    pub(super) is_whole: bool,
}

/// What a change is counted from.
pub(super) struct ChangedSince {
    revision: String,
    no_merge_base: bool,
}

impl ChangedSince {
    pub(super) fn as_since(&self) -> Since<'_> {
        if self.no_merge_base { Since::Exactly(&self.revision) } else { Since::MergeBase(&self.revision) }
    }
}

/// What is done about findings that can be repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repairs {
    /// They are reported.
    None,
    /// They are written to the files.
    Write(Safety),
    /// They are shown as a diff.
    Show(Safety),
}

/// Where findings go, and how they look there.
pub(super) struct Printing {
    pub(super) format: Format,
    pub(super) outputs: Vec<(Format, PathBuf)>,
    pub(super) colors: Colors,
    pub(super) detail: Detail,
    /// Whether only the exit status is wanted.
    pub(super) silent: bool,
    /// The mildest severity that makes the exit status 1.
    pub(super) failing: Severity,
}

impl Printing {
    /// The files that reports are written to.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.outputs.iter().map(|(_, file)| file.as_path())
    }
}

/// Resolves the flags of `check` and the configuration file.
pub(super) fn resolve(terminal: &Terminal, args: CheckArgs) -> Result<Options, Failure> {
    let repairs = repairs(&args)?;
    let CheckArgs {
        paths, nodes, base, shared, baseline, write_baseline, changed_since, no_merge_base, ..
    } = args;
    let since = changed_since.map(|revision| ChangedSince { revision, no_merge_base });
    let mut settings = Settings::plain();
    let config = shared.config.find(&paths)?;
    let mut configured =
        config.as_ref().map(|config| config::apply(config, &mut settings)).unwrap_or_default();
    if baseline.is_none() && write_baseline.is_none() {
        configured.faults.extend(configured.missing_baseline.take());
    }
    if let Some(version) = shared.kubernetes_version {
        settings.target = version;
    }
    apply_selection(&mut settings.levels, &trimmed(&shared.select), &trimmed(&shared.ignore))?;
    settings.schemas = read_schemas(&shared.schema)?;
    let all_checks = shared.select.is_empty() && shared.ignore.is_empty();
    let written = std::mem::take(&mut configured.paths);
    // Without a configuration there is nothing to be read but what is read when nothing is named.
    let is_as_written = paths.is_empty() && (!written.is_empty() || config.is_none());
    let paths = chosen(paths, written);
    let is_root = |path: &PathBuf| config.as_ref().is_some_and(|config| config.is_root(path));
    let is_whole = all_checks && (is_as_written || paths.iter().all(is_root));
    let written = std::mem::take(&mut configured.nodes);
    let inventory = if nodes.is_empty() { written } else { nodes };
    let baseline = baseline.or_else(|| configured.baseline.take());
    let write_baseline = write_baseline.map(|typed| {
        let beside = config.as_ref().map(|config| config.path(BASELINE_NAME));
        typed.or_else(|| baseline.clone()).or(beside).unwrap_or_else(|| PathBuf::from(BASELINE_NAME))
    });
    let printing = printing(terminal, shared)?;
    Ok(Options {
        paths,
        inventory,
        base,
        settings,
        config,
        configured,
        printing,
        repairs,
        baseline,
        write_baseline,
        since,
        is_whole,
    })
}

/// What a command reads that does not report findings.
pub(super) struct Inputs {
    pub(super) paths: Vec<PathBuf>,
    pub(super) settings: Settings,
    pub(super) exclude: Exclude,
    /// The inventory that the configuration names.
    pub(super) nodes: Vec<PathBuf>,
}

/// Resolves what a command reads that does not report findings.
///
/// # Errors
/// The configuration file has faults, which `check` shows.
pub(super) fn resolve_inputs(
    paths: Vec<PathBuf>,
    version: Option<Version>,
    config: &ConfigArgs,
) -> Result<Inputs, Failure> {
    let mut settings = Settings::plain();
    let config = config.find(&paths)?;
    let configured = config.as_ref().map(|config| config::apply(config, &mut settings)).unwrap_or_default();
    if let Some(config) = config.filter(|_| !configured.faults.is_empty()) {
        return Err(Failure::new(
            format!("`{}` has faults", config.source.path()),
            Some("`kplan check` shows them; `--no-config` does without the file".to_owned()),
        ));
    }
    settings.target = version.unwrap_or(settings.target);
    let paths = chosen(paths, configured.paths);
    Ok(Inputs { paths, settings, exclude: configured.exclude, nodes: configured.nodes })
}

/// What is read: what was typed, else what the configuration names, else the folder that kplan runs in.
fn chosen(typed: Vec<PathBuf>, written: Vec<PathBuf>) -> Vec<PathBuf> {
    match (typed.is_empty(), written.is_empty()) {
        (false, _) => typed,
        (true, false) => written,
        (true, true) => vec![PathBuf::from(".")],
    }
}

fn repairs(args: &CheckArgs) -> Result<Repairs, Failure> {
    let safety = if args.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
    match (args.fix || args.unsafe_fixes, args.diff) {
        (true, false) => Ok(Repairs::Write(safety)),
        (true, true) => Ok(Repairs::Show(safety)),
        (false, false) => Ok(Repairs::None),
        (false, true) => {
            let help = "add `--fix`, or `--unsafe-fixes` for the probable repairs too".to_owned();
            Err(Failure::new("`--diff` shows what a repair would change, and none is asked for", Some(help)))
        }
    }
}

fn printing(terminal: &Terminal, shared: SharedArgs) -> Result<Printing, Failure> {
    let outputs: Vec<_> =
        shared.output.into_iter().map(|Output { format, file }| (format_of(format), file)).collect();
    if let Some(file) = load::first_repeated(outputs.iter().map(|(_, file)| file.as_path())) {
        let message = format!("two reports would be written to `{}`", file.display());
        return Err(Failure::new(message, Some("give each `--output` a file of its own".to_owned())));
    }
    Ok(Printing {
        format: format_of(shared.format),
        outputs,
        colors: colors(terminal, shared.color),
        detail: match (shared.verbose, shared.quiet) {
            (true, _) => Detail::Verbose,
            (false, 0) => Detail::Normal,
            (false, _) => Detail::Brief,
        },
        silent: shared.quiet > 1,
        failing: match shared.deny {
            Some(DenyArg::Warnings) => Severity::Warning,
            None => Severity::Error,
        },
    })
}

fn format_of(format: FormatArg) -> Format {
    match format {
        FormatArg::Human => Format::Human,
        FormatArg::Concise => Format::Concise,
        FormatArg::Json => Format::Json,
        FormatArg::Sarif => Format::Sarif,
        FormatArg::Github => Format::Github,
        FormatArg::Gitlab => Format::Gitlab,
        FormatArg::Junit => Format::Junit,
    }
}

pub(super) fn colors(terminal: &Terminal, color: ColorArg) -> Colors {
    let wanted = match color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => terminal.wants_colors(),
    };
    if wanted { Colors::On } else { Colors::Off }
}

fn read_schemas(paths: &[PathBuf]) -> Result<UserSchemas, Failure> {
    if paths.is_empty() {
        return Ok(UserSchemas::default());
    }
    let inputs = load::Inputs { paths, inventory: &[], exclude: &Exclude::default(), besides: None };
    let loaded = load::load(&inputs, &mut io::empty())?;
    if let Some(failure) = loaded.failures.into_iter().next() {
        return Err(failure);
    }
    let files: Vec<_> = loaded.workspace.files().map(|(_, file)| file.clone()).collect();
    UserSchemas::read(&files).map_err(|bad| {
        Failure::new(
            format!("cannot use a schema: {bad}"),
            Some("leave it out of `--schema`, or correct it".to_owned()),
        )
    })
}

/// `--select` turns everything else off and what it names on, at the configured severity where there is one; `--ignore`
/// goes before it.
fn apply_selection(
    levels: &mut BTreeMap<String, Level>,
    select: &[String],
    ignore: &[String],
) -> Result<(), Failure> {
    for name in select.iter().chain(ignore) {
        if !CHECKS.iter().any(|check| is_named(check, name)) {
            return Err(unknown_check(name));
        }
    }
    if ignore.iter().any(|name| !can_be_suppressed(name)) {
        let help = "leave the files out with `exclude` in kplan.yaml, if they are no manifests";
        return Err(Failure::new("`syntax` cannot be ignored", Some(help.to_owned())));
    }
    // A text that cannot be read cannot be judged, which is said whatever else is asked for.
    for check in CHECKS.iter().filter(|check| can_be_suppressed(check.id)) {
        let configured = levels.get(check.id).or_else(|| levels.get(check.group.as_str())).copied();
        let level = if ignore.iter().any(|name| is_named(check, name)) {
            Level::Off
        } else if select.is_empty() {
            continue;
        } else if select.iter().any(|name| is_named(check, name)) {
            configured.filter(|level| *level != Level::Off).unwrap_or(Level::On)
        } else {
            Level::Off
        };
        levels.insert(check.id.to_owned(), level);
    }
    Ok(())
}

/// What stands between the commas, without the spaces that people put there.
fn trimmed(names: &[String]) -> Vec<String> {
    names.iter().map(|name| name.trim().to_owned()).collect()
}

fn is_named(check: &Check, name: &str) -> bool {
    name == check.id || name == check.group.as_str() || name == "all"
}

fn unknown_check(name: &str) -> Failure {
    if name.is_empty() {
        let help = "write `--select CHECK,CHECK`, with nothing but a comma between two names".to_owned();
        return Failure::new("the name of a check or group is empty", Some(help));
    }
    if matches!(name, "config" | "baseline") {
        let help = format!("`kplan explain {name}` says what it means");
        return Failure::new(format!("`{name}` is no check, and always reported"), Some(help));
    }
    let help = match closest(name, config::names().chain(["all"])) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => "`kplan explain --list` prints all of them".to_owned(),
    };
    Failure::new(format!("no check and no group is called `{name}`"), Some(help))
}

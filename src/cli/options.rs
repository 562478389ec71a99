//! What was typed becomes what the program needs: everything that can be wrong with flags is found here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::check::{CHECKS, Check};
use crate::cli::args::{CheckArgs, ColorArg, DenyArg, FormatArg, Output};
use crate::cli::terminal::Terminal;
use crate::config::{Level, Settings};
use crate::load::{Exclude, Failure};
use crate::render::{Colors, Detail, Format};

/// A run of `check`.
pub(super) struct Options {
    pub(super) paths: Vec<PathBuf>,
    pub(super) exclude: Exclude,
    pub(super) settings: Settings,
    pub(super) format: Format,
    pub(super) outputs: Vec<(Format, PathBuf)>,
    pub(super) colors: Colors,
    pub(super) detail: Detail,
    /// Whether anything but the exit status is wanted.
    pub(super) silent: bool,
    pub(super) deny: Option<DenyArg>,
}

/// Resolves the flags of `check`.
pub(super) fn resolve(terminal: &Terminal, args: CheckArgs) -> Result<Options, Failure> {
    let shared = args.shared;
    let mut settings = Settings::plain();
    if let Some(version) = shared.kubernetes_version {
        settings.target = version;
    }
    apply_selection(&mut settings.levels, &shared.select, &shared.ignore)?;
    Ok(Options {
        paths: if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths },
        exclude: Exclude::default(),
        settings,
        format: format_of(shared.format),
        outputs: shared.output.into_iter().map(|Output { format, file }| (format_of(format), file)).collect(),
        colors: colors(terminal, shared.color),
        detail: match (shared.verbose, shared.quiet) {
            (true, _) => Detail::Verbose,
            (false, 0) => Detail::Normal,
            (false, _) => Detail::Brief,
        },
        silent: shared.quiet > 1,
        deny: shared.deny,
    })
}

fn format_of(format: FormatArg) -> Format {
    match format {
        FormatArg::Human => Format::Human,
        FormatArg::Concise => Format::Concise,
        FormatArg::Json => Format::Json,
        FormatArg::Sarif => Format::Sarif,
        FormatArg::Github => Format::Github,
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
    for check in CHECKS {
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

fn is_named(check: &Check, name: &str) -> bool {
    name == check.id || name == check.group.as_str() || name == "all"
}

fn unknown_check(name: &str) -> Failure {
    Failure::new(format!("no check and no group is called `{name}`"), None)
}

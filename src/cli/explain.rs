//! `kplan explain`: the page of a check, or the documentation of a field.

mod own;

use clap::Args as ClapArgs;

use crate::check::CHECKS;
use crate::cli::Outcome;
use crate::cli::args::parse_version;
use crate::cli::terminal::Terminal;
use crate::load::Failure;
use crate::parse::kind::Kind;
use crate::parse::schema::documentation::Documentation;
use crate::parse::schema::field::{self, Found, NotFound};
use crate::parse::schema::suggest::closest;
use crate::parse::schema::table::{Field, Layer, Merge, Scope, Table};
use crate::parse::version::Version;
use crate::plan::defaults::single::default_of;
use crate::render::explain::{Child, FieldPage, check_list, check_page, field_page};
use crate::render::rules;

/// The flags of `explain`.
#[derive(Debug, ClapArgs)]
pub(super) struct ExplainArgs {
    /// A check, a group of checks, or a kind with a field: `Deployment.spec.strategy`, `apps/v1/Deployment`, `sts.spec`
    #[arg(value_name = "CHECK|KIND[.FIELD]", required_unless_present = "list")]
    what: Option<String>,

    /// Print all checks: group, level, one line
    #[arg(long, conflicts_with = "what")]
    list: bool,

    /// The Kubernetes version whose fields are meant [default: the newest built in]
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    kubernetes_version: Option<Version>,
}

/// Runs the command.
pub(super) fn run(terminal: &Terminal, args: ExplainArgs) -> Result<Outcome, Failure> {
    let rules = rules();
    let Some(what) = args.what else {
        return terminal.print(&check_list(&rules)).map(|_| Outcome::Clean);
    };
    let text = if let Some(rule) = rules.iter().find(|rule| rule.id == what) {
        check_page(rule)
    } else if let Some(page) = own::explain(&what) {
        page?
    } else {
        let group: Vec<_> = rules.iter().filter(|rule| rule.group == what).copied().collect();
        match group.is_empty() {
            true => explain_field(&what, args.kubernetes_version.unwrap_or(Version::NEWEST))?,
            false => check_list(&group),
        }
    };
    terminal.print(&text).map(|_| Outcome::Clean)
}

fn explain_field(query: &str, version: Version) -> Result<String, Failure> {
    let found = field::find(query, version).map_err(|missing| failure(query, missing, version))?;
    let table = Table::of(version);
    let kind_type = table.name(table.type_of(found.kind));
    let documentation = Documentation::of_kind(kind_type);
    let said = |owner: &str, field: &str| {
        let text = documentation.as_ref().and_then(|all| all.of_field(owner, field));
        text.unwrap_or_default().to_owned()
    };
    let of_type = |name: &str| documentation.as_ref().and_then(|all| all.of_type(name)).map(str::to_owned);
    let inner = found.inner.map(|id| (table.name(id), table.get(id)));
    let text = match (&found.field, inner) {
        (Some((owner, field)), _) => said(table.name(*owner), field.name),
        (None, Some((name, _))) => of_type(name).unwrap_or_default(),
        (None, None) => String::new(),
    };
    let children = inner.map(|(name, read)| {
        let mut fields: Vec<_> = read.fields().iter().collect();
        fields.sort_by_key(|field| field.name);
        let child = |field: &Field| Child {
            name: field.name.to_owned(),
            shape: field::describe(table, field.shape),
            required: field.required,
            text: said(name, field.name),
        };
        fields.into_iter().map(child).collect()
    });
    let mut title = found.path.clone();
    title.insert(0, found.kind.kind);
    let page = FieldPage {
        title: title.join("."),
        facts: facts(table, &found),
        text,
        children: children.unwrap_or_default(),
    };
    Ok(field_page(&page))
}

fn facts(table: &'static Table, found: &Found) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    match &found.field {
        None => {
            facts.push(("apiVersion", found.kind.api_version.to_owned()));
            if !found.also.is_empty() {
                facts.push(("also in", found.also.join(", ")));
            }
            let lives_in = match found.kind.scope {
                Scope::Namespaced => "a namespace",
                Scope::Cluster => "the cluster",
                Scope::Subresource => "no place of its own: it is sent to a subresource",
            };
            facts.push(("lives in", lives_in.to_owned()));
        }
        Some((_, field)) => {
            facts.push(("type", field::describe(table, field.shape)));
            facts.push(("in", format!("{} {}", found.kind.api_version, found.kind.kind)));
            facts.push(("required", if field.required { "yes" } else { "no" }.to_owned()));
            if let Some(allowed) = field.allowed {
                facts.push(("one of", allowed.replace(' ', ", ")));
            }
            match field.merge {
                Merge::Keys(keys) => facts.push(("items by", keys.replace(',', ", "))),
                Merge::Set => facts.push(("items", "each once".to_owned())),
                Merge::Atomic => {}
            }
            // What must be there has none that anybody could see.
            let default = default_of(found.kind, &found.path, table.version());
            if let Some(default) = default.filter(|_| !field.required) {
                facts.push(("default", format!("{default}, where nothing beside it says otherwise")));
            }
        }
    }
    facts.push(("versions", field::versions_of(found)));
    facts
}

fn failure(query: &str, missing: NotFound, version: Version) -> Failure {
    let meant = |name: String| format!("did you mean `{name}`?");
    match missing {
        NotFound::Kind(similar) => {
            let start = query.rfind('/').map_or(0, |slash| slash + 1);
            let name = query[start..].split('.').next().map_or(query, |name| &query[..start + name.len()]);
            if Kind::named(name).is_some() {
                let help = "the fields of a custom resource are documented by its definition".to_owned();
                let message = format!("`{name}` is not built into Kubernetes {version}");
                return Failure::new(message, Some(help));
            }
            let names = CHECKS.iter().flat_map(|check| [check.id, check.group.as_str()]);
            let check = closest(query, names).map(str::to_owned);
            // Checks have hyphens and kinds have none.
            let similar = if name.contains('-') { check.or(similar) } else { similar.or(check) };
            let help = similar.map_or("`kplan explain --list` prints all checks".to_owned(), meant);
            Failure::new(
                format!("no check and no kind of Kubernetes {version} is called `{name}`"),
                Some(help),
            )
        }
        NotFound::Field { parent, name, is_leaf: true, .. } => {
            let is_map = field::find(&parent, version).is_ok_and(|found| {
                found.field.is_some_and(|(_, field)| matches!(field.shape.outermost(), Ok((Layer::Map, _))))
            });
            let message = match is_map {
                true => {
                    format!("`{parent}` is a map, in which `{name}` is no field, but a key like any other")
                }
                false => format!("`{parent}` has no fields, so there is no `{name}` in it"),
            };
            Failure::new(message, Some(format!("`kplan explain {parent}` says what it is")))
        }
        NotFound::Field { parent, name, similar, .. } => {
            let other = Version::built_in().filter(|other| field::find(query, *other).is_ok()).last();
            let help = match (other, similar) {
                (Some(other), _) => format!("Kubernetes {other} has it: `--kubernetes-version {other}`"),
                (None, Some(similar)) => meant(format!("{parent}.{similar}")),
                (None, None) => format!("`kplan explain {parent}` prints its fields"),
            };
            Failure::new(format!("`{parent}` has no field `{name}` in Kubernetes {version}"), Some(help))
        }
    }
}

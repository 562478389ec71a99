#![doc = include_str!("missing_analysis_argument.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::typo;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "missing-analysis-argument",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "an AnalysisTemplate asks for an argument that the Rollout does not give",
    page: include_str!("missing_analysis_argument.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if !matches!(object.kind(), Kind::Rollout | Kind::Experiment) || cx.graph.is_patch(object) {
        return;
    }
    for analysis in analyses_of(object) {
        judge(cx, object, &analysis, sink);
    }
}

/// Templates that run as one, and the arguments that they are given.
struct Analysis<'p> {
    /// The fields that name a template each.
    templates: Vec<NodeRef<'p>>,
    /// The mapping that holds `args`.
    holder: NodeRef<'p>,
}

/// Mirrors `RolloutAnalysis`, which has several templates, and the references of an experiment, which are of one each.
fn analyses_of(object: ObjectRef<'_>) -> Vec<Analysis<'_>> {
    if object.kind() == Kind::Experiment {
        return items_at(object.root(), "spec.analyses").map(single).collect();
    }
    let whole = [
        "spec.strategy.blueGreen.prePromotionAnalysis",
        "spec.strategy.blueGreen.postPromotionAnalysis",
        "spec.strategy.canary.analysis",
    ];
    let mut found: Vec<_> = whole.iter().filter_map(|path| object.get(path)).map(joint).collect();
    for step in items_at(object.root(), "spec.strategy.canary.steps") {
        found.extend(step.get("analysis").map(joint));
        found.extend(items_at(step, "experiment.analyses").map(single));
    }
    found
}

fn single(holder: NodeRef<'_>) -> Analysis<'_> {
    Analysis { templates: holder.get("templateName").into_iter().collect(), holder }
}

fn joint(holder: NodeRef<'_>) -> Analysis<'_> {
    let names = items_at(holder, "templates").filter_map(|one| one.get("templateName"));
    Analysis { templates: names.collect(), holder }
}

/// Mirrors `flattenArgs` and `ResolveArgs`: an argument needs a value of any of the templates, or of who runs them.
fn judge<'p>(cx: &Context<'p>, object: ObjectRef<'p>, analysis: &Analysis<'p>, sink: &mut Sink<'_>) {
    let Some(templates) = all_templates(cx, object, &analysis.templates) else { return };
    let given: Vec<_> = items_at(analysis.holder, "args").filter_map(|arg| arg.get("name")).collect();
    let mut arguments = Vec::new();
    for template in templates {
        let args = items_at(template.root(), "spec.args");
        arguments.extend(args.filter_map(|arg| Some((template, arg, arg.get("name")?.as_str()?))));
    }
    let has_value = |arg: NodeRef<'_>| arg.get("value").is_some() || arg.get("valueFrom").is_some();
    let is_asked_for = |name: &str| arguments.iter().any(|(.., other)| *other == name);
    for (index, (template, arg, name)) in arguments.iter().enumerate() {
        let is_resolved = arguments.iter().any(|(_, other, same)| same == name && has_value(*other))
            || given.iter().any(|given| given.content() == *name);
        let is_known = arguments[..index].iter().any(|(.., before)| before == name);
        if is_resolved || is_known {
            continue;
        }
        let mistaken =
            given.iter().find(|given| !is_asked_for(given.content()) && typo::is_typo(given.content(), name));
        report(object, analysis, (*template, *arg, name), mistaken.copied(), sink);
    }
}

/// The templates of these names and those that they name in turn; `None` where one is not in the input.
fn all_templates<'p>(
    cx: &Context<'p>,
    object: ObjectRef<'p>,
    names: &[NodeRef<'p>],
) -> Option<Vec<ObjectRef<'p>>> {
    let target = |owner: ObjectRef<'p>, field: NodeRef<'p>| {
        let edges = cx.graph.edges_from(owner.id).iter();
        let edge = edges.into_iter().find(|edge| edge.field.id() == field.id())?;
        Some(cx.program.object(edge.target()?)).filter(|template| !template.is_broken())
    };
    let mut found: Vec<ObjectRef<'p>> = Vec::new();
    let mut pending: Vec<_> = names.iter().map(|name| (object, *name)).collect();
    while let Some((owner, field)) = pending.pop() {
        let template = target(owner, field)?;
        if found.iter().any(|other| other.id == template.id) {
            continue;
        }
        found.push(template);
        let nested = items_at(template.root(), "spec.templates").filter_map(|one| one.get("templateName"));
        pending.extend(nested.map(|name| (template, name)));
    }
    found.sort_by_key(|template| template.id);
    Some(found)
}

fn report(
    object: ObjectRef<'_>,
    analysis: &Analysis<'_>,
    (template, arg, name): (ObjectRef<'_>, NodeRef<'_>, &str),
    mistaken: Option<NodeRef<'_>>,
    sink: &mut Sink<'_>,
) {
    let asks = absence::title(template);
    let message =
        format!("{} does not give argument `{name}`, which {asks} asks for", absence::title(object));
    let is_named = |field: &&NodeRef<'_>| field.content() == template.name();
    let named = analysis.templates.iter().find(is_named).or(analysis.templates.first()).copied();
    let place = mistaken.or(named);
    let report = sink
        .report(object, place.unwrap_or(analysis.holder), message)
        .label(if mistaken.is_some() { "nobody asks for it" } else { "asks for more than is given" })
        .related(template.span(arg.get("name").unwrap_or(arg)), "has no value of its own");
    let Some(mistaken) = mistaken else {
        report.help(format!(
            "add `- name: {name}` with its value to `args`, or give it a value in the template"
        ));
        return;
    };
    let report = report.help(format!("write `{name}`"));
    if let Some(text) = edit::in_style_of(mistaken, name) {
        report.fix(format!("write `{name}`"), Safety::Safe, object.span(mistaken), text);
    }
}

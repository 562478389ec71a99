#![doc = include_str!("undefined_variable.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::typo;
use crate::parse::NodeRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{Container, PodTemplate};
use crate::practice::environment::{
    Environment, Text, expanded_texts, is_identifier, is_injected, is_service_link, may_be_port_link,
    references,
};
use crate::source::Span;

pub(super) static CHECK: Check = Check {
    id: "undefined-variable",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "`$(NAME)` of a variable that the container does not have, or not yet",
    page: include_str!("undefined_variable.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(template) =
        PodTemplate::of(object).filter(|_| !object.is_broken() && !context.graph.is_patch(object))
    else {
        return;
    };
    for container in template.containers() {
        let mut environment = None;
        for text in expanded_texts(container).filter(|text| text.node.content().contains("$(")) {
            let environment =
                environment.get_or_insert_with(|| Environment::of(context.graph, template, container));
            let Some(environment) = environment else { break };
            let mut told = Vec::new();
            for name in references(text.node.content()).filter(|name| is_identifier(name)) {
                let visible = &environment.entries[..text.visible.min(environment.entries.len())];
                let is_there = visible.iter().any(|(_, own)| own.content() == name)
                    || environment.imports(name)
                    || is_service_link(name)
                    || told.contains(&name);
                if !is_there && !context.graph.is_kustomize_variable(name) {
                    told.push(name);
                    report((object, container), text, name, environment, sink);
                }
            }
        }
    }
}

fn report(
    (object, container): (ObjectRef<'_>, Container<'_>),
    text: Text<'_>,
    name: &str,
    environment: &Environment<'_>,
    sink: &mut Sink<'_>,
) {
    let place = span_of(object, text.node, name);
    let field = object.root().path_to(text.node).filter(|path| !path.is_empty());
    let who = format!("container `{}` of {}", container.name(), absence::title(object));
    let later = environment.entries.iter().skip(text.visible.min(environment.entries.len()));
    if let Some((at, (_, own))) = later.enumerate().find(|(_, (_, own))| own.content() == name) {
        // `X` that is nothing but `$(X)` is a blank that a tool fills in before Kubernetes sees it.
        if at == 0 && text.node.content() == format!("$({name})") {
            return;
        }
        let (fate, label, help) = match at {
            0 => ("by itself", "nothing has defined it yet", "the variables of the image are not known here"),
            _ => ("before it is defined", "not defined yet", "move the variable above the one that uses it"),
        };
        sink.report_span(place, format!("{who} uses `$({name})` {fate}: it stays as it is written"))
            .named(object.to_name(), field)
            .label(label)
            .related(object.span(*own), "defined here")
            .help(help);
        return;
    }
    let meant = slip_of(name, environment);
    // What nobody defines here may be the image's own syntax, or a command. Only what looks like nothing else is reported.
    let is_sure = text.is_path || meant.is_some() || is_plain_variable(object, name);
    if !is_sure {
        return;
    }
    let consequence =
        if text.is_path { "the container is never started" } else { "it stays as it is written" };
    let message = format!("{who} uses `$({name})`, which is not defined: {consequence}");
    let severity = if text.is_path || meant.is_some() { Severity::Error } else { Severity::Warning };
    let report = sink
        .report_span(place, message)
        .severity(severity)
        .named(object.to_name(), field)
        .label("no variable of this name");
    let Some(meant) = meant else {
        report.help("define it under `env`; the variables of the image are not known to the kubelet");
        return;
    };
    let own = environment.entries.iter().find(|(_, own)| own.content() == meant);
    let report = match own {
        Some((_, own)) => report.related(object.span(*own), "this one is defined"),
        None => report,
    };
    let report = report.help(format!("write `$({meant})`"));
    if place != object.span(text.node) {
        report.fix(format!("write `$({meant})`"), Safety::Safe, place, format!("$({meant})"));
    }
}

/// The variable that a name is a slip of the pen for. A word in small letters is rather a program: `$(hostname)`.
fn slip_of(name: &str, environment: &Environment<'_>) -> Option<String> {
    if !name.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'_') {
        return None;
    }
    let own = environment.entries.iter().map(|(_, own)| own.content().to_owned());
    let mut all = own.chain(environment.imported_names().map(std::borrow::Cow::into_owned));
    all.find(|other| typo::is_typo(name, other))
}

/// Whether a name can only be meant as a variable, and as one that the pod itself defines.
fn is_plain_variable(object: ObjectRef<'_>, name: &str) -> bool {
    let is_shouted = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.bytes().all(is_shouted)
        && name.len() >= 3
        && object.kind() != Kind::Other
        && !is_injected(name)
        && !may_be_port_link(name)
}

/// Where `$(NAME)` stands in a scalar, if that can be told.
fn span_of(object: ObjectRef<'_>, node: NodeRef<'_>, name: &str) -> Span {
    let whole = object.span(node);
    let written = format!("$({name})");
    let mut hits = node.source().match_indices(&written).map(|(at, _)| at);
    match (hits.next(), hits.next()) {
        (Some(at), None) if !node.is_alias() => {
            let start = whole.start + at as u32;
            Span::new(whole.file, start, start + written.len() as u32)
        }
        _ => whole,
    }
}

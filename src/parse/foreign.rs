//! Files that are YAML or JSON but not Kubernetes: recognised and counted, never guessed at.

use std::collections::BTreeSet;

use crate::parse::{NodeRef, Parsed, ProblemKind};

/// What a file is instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// A workflow, an action or another setting of GitHub.
    Github,
    /// A pipeline of GitLab CI, CircleCI, Azure Pipelines and so on.
    Pipeline,
    /// `Chart.yaml` or `Chart.lock`.
    HelmChart,
    /// Values for a chart.
    HelmValues,
    /// A template that Helm or another Go template engine has yet to render.
    Template,
    /// A kustomization.
    Kustomization,
    /// Services for Docker Compose.
    Compose,
    /// A description of an HTTP API.
    OpenApi,
    /// A playbook or tasks for Ansible.
    Ansible,
    /// A CloudFormation template.
    CloudFormation,
    /// The configuration of a tool that has `apiVersion` and `kind` but goes to no cluster: skaffold, kind, kubectl.
    ToolConfig,
    /// kplan's own configuration.
    KplanConfig,
    /// JSON without `apiVersion` and `kind`.
    Data,
    /// No document has any of `apiVersion`, `kind`, `metadata` and `spec`.
    NothingKubernetes,
}

impl SkipReason {
    /// What the file is, to stand after its name.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Github => "a GitHub workflow or setting",
            Self::Pipeline => "a CI pipeline",
            Self::HelmChart => "the description of a Helm chart",
            Self::HelmValues => "values for a Helm chart",
            Self::Template => "a template that is not rendered; check the output of `helm template`",
            Self::Kustomization => "a kustomization; check the output of `kubectl kustomize`",
            Self::Compose => "services for Docker Compose",
            Self::OpenApi => "an OpenAPI description",
            Self::Ansible => "an Ansible playbook",
            Self::CloudFormation => "a CloudFormation template",
            Self::ToolConfig => "the configuration of a tool",
            Self::KplanConfig => "the configuration of kplan",
            Self::Data => "JSON without `apiVersion` and `kind`",
            Self::NothingKubernetes => "no document has `apiVersion`, `kind`, `metadata` or `spec`",
        }
    }
}

/// Why a file is not Kubernetes, if it is not. A file with any document that has both `apiVersion` and `kind`, and that
/// a cluster would be sent, is Kubernetes. A Markdown file is what its reader says it is: nobody names one by chance.
pub fn recognise(path: &str, text: &str, parsed: &Parsed) -> Option<SkipReason> {
    if is_markdown(path) {
        return None;
    }
    let documents = || parsed.documents.iter().map(|document| parsed.tree.node(document.root));
    if is_template(path, text, parsed) {
        return Some(SkipReason::Template);
    }
    // The common case, at the cost of two look-ups in the first document.
    let mut of_tool = None;
    for document in documents() {
        match type_of(document) {
            Some((api_version, kind)) => match tool_of(api_version, kind) {
                Some(reason) => of_tool = Some(reason),
                None => return None,
            },
            // A list of objects may leave the type to its items.
            None if document.get("items").is_some_and(NodeRef::is_sequence) => return None,
            None => {}
        }
    }
    of_tool.or_else(|| by_name(path)).or_else(|| by_keys(&documents)).or_else(|| by_absence(path, parsed))
}

fn is_markdown(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    extension.eq_ignore_ascii_case("md") || extension.eq_ignore_ascii_case("markdown")
}

fn type_of<'t>(document: NodeRef<'t>) -> Option<(&'t str, &'t str)> {
    Some((document.get("apiVersion")?.as_str()?, document.get("kind")?.as_str()?))
}

/// A Go template that was not rendered: the reader met `{{` where no YAML can be, or the file is one of a chart's
/// templates and has an action in it at all.
fn is_template(path: &str, text: &str, parsed: &Parsed) -> bool {
    if parsed.problems.iter().any(|problem| problem.kind == ProblemKind::Template) {
        return true;
    }
    let in_templates = path.rsplit_once('/').is_some_and(|(folder, _)| {
        folder == "templates"
            || folder.ends_with("/templates")
            || folder.contains("/templates/")
            || folder.starts_with("templates/")
    });
    if in_templates && memchr::memmem::find(text.as_bytes(), b"{{").is_some() {
        return true;
    }
    // A syntax error on a line with an action is most likely the action's.
    parsed.problems.iter().filter(|problem| problem.kind.is_refused()).any(|problem| {
        let at = problem.range.start as usize;
        let Some((before, after)) = text.split_at_checked(at) else { return false };
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let end = after.find('\n').map_or(text.len(), |end| at + end);
        text[start..end].contains("{{")
    })
}

/// Types that look like Kubernetes but that no API server serves.
fn tool_of(api_version: &str, kind: &str) -> Option<SkipReason> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    match (group, kind) {
        ("kplan.dev", "Config" | "Baseline") => Some(SkipReason::KplanConfig),
        ("kustomize.config.k8s.io", _) => Some(SkipReason::Kustomization),
        ("", "Config") if api_version == "v1" => Some(SkipReason::ToolConfig),
        (
            "skaffold"
            | "kind.x-k8s.io"
            | "k3d.io"
            | "eksctl.io"
            | "minikube.sigs.k8s.io"
            | "kubeadm.k8s.io"
            | "kubelet.config.k8s.io"
            | "kubeproxy.config.k8s.io"
            | "kubescheduler.config.k8s.io"
            | "apiserver.config.k8s.io"
            | "audit.k8s.io"
            | "client.authentication.k8s.io"
            | "kuttl.dev"
            | "chainsaw.kyverno.io"
            | "backstage.io"
            | "ctlptl.dev",
            _,
        ) => Some(SkipReason::ToolConfig),
        _ => None,
    }
}

/// Names and places that say it all.
fn by_name(path: &str) -> Option<SkipReason> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let below = |wanted: &str| folder.split('/').any(|part| part == wanted);
    match stem {
        _ if below(".github") || below(".gitea") || below(".forgejo") => Some(SkipReason::Github),
        _ if below(".circleci") || below(".buildkite") || below(".gitlab") => Some(SkipReason::Pipeline),
        ".gitlab-ci"
        | ".travis"
        | "azure-pipelines"
        | "bitbucket-pipelines"
        | "cloudbuild"
        | "appveyor"
        | ".appveyor"
        | ".drone"
        | ".woodpecker"
        | "buildspec"
        | ".cirrus" => Some(SkipReason::Pipeline),
        "Chart" => Some(SkipReason::HelmChart),
        "kustomization" | "Kustomization" => Some(SkipReason::Kustomization),
        "docker-compose" | "compose" => Some(SkipReason::Compose),
        _ if name.starts_with("docker-compose.") || name.starts_with("compose.") => Some(SkipReason::Compose),
        "mkdocs" | "skaffold" | ".pre-commit-config" | ".golangci" | ".goreleaser" | "renovate"
        | "package" | "package-lock" | "tsconfig" | "composer" | "pnpm-lock" | "pnpm-workspace"
        | ".yamllint" | ".prettierrc" | ".eslintrc" | "Taskfile" | "_config" | "netlify" | "vercel"
        | "cspell" | ".markdownlint" => Some(SkipReason::ToolConfig),
        // `values.yaml`, `values-prod.yaml`, `prod.values.yaml`.
        _ if stem == "values" || stem.starts_with("values-") || stem.starts_with("values.") => {
            Some(SkipReason::HelmValues)
        }
        _ if stem.ends_with("-values") || stem.ends_with(".values") => Some(SkipReason::HelmValues),
        _ => None,
    }
}

/// Top-level keys that only one tool has.
fn by_keys<'t, D: Iterator<Item = NodeRef<'t>>>(documents: &impl Fn() -> D) -> Option<SkipReason> {
    let keys: BTreeSet<String> = documents()
        .flat_map(|document| document.raw_entries().map(|(key, _)| key.key().into_owned()))
        .collect();
    let has = |key: &str| keys.contains(key);
    if has("AWSTemplateFormatVersion") {
        return Some(SkipReason::CloudFormation);
    }
    if has("openapi") || has("swagger") || has("asyncapi") {
        return Some(SkipReason::OpenApi);
    }
    if (has("jobs") && (has("on") || has("true"))) || (has("runs") && has("name")) {
        return Some(SkipReason::Github);
    }
    if has("stages") || (has("pipeline") && has("steps")) {
        return Some(SkipReason::Pipeline);
    }
    if has("services") && documents().any(is_compose) {
        return Some(SkipReason::Compose);
    }
    if has("resources") && (has("namePrefix") || has("images") || has("patches") || has("commonLabels")) {
        return Some(SkipReason::Kustomization);
    }
    documents().any(is_playbook).then_some(SkipReason::Ansible)
}

fn is_compose(document: NodeRef<'_>) -> bool {
    let services =
        document.get("services").into_iter().flat_map(|services| services.entries().collect::<Vec<_>>());
    let mut services = services.peekable();
    services.peek().is_some()
        && services
            .all(|(_, service)| ["image", "build", "extends"].iter().any(|key| service.get(key).is_some()))
}

fn is_playbook(document: NodeRef<'_>) -> bool {
    let mut plays = document.items().peekable();
    plays.peek().is_some()
        && plays.all(|play| {
            (play.get("hosts").is_some() || play.get("import_playbook").is_some())
                || (play.get("name").is_some()
                    && play.entries().any(|(key, _)| key.key().contains("ansible.")))
        })
}

/// Nothing in it looks like an object, not even like one with a mistake. A document that could not be read to its end
/// may be one all the same.
fn by_absence(path: &str, parsed: &Parsed) -> Option<SkipReason> {
    let json = path.len() >= 5 && path.as_bytes()[path.len() - 5..].eq_ignore_ascii_case(b".json");
    let mut any = false;
    for document in &parsed.documents {
        let root = parsed.tree.node(document.root);
        if document.broken || looks_like_object(root) {
            return None;
        }
        any = true;
    }
    match (any, json) {
        (false, _) => None,
        (true, true) => Some(SkipReason::Data),
        (true, false) => Some(SkipReason::NothingKubernetes),
    }
}

fn looks_like_object(root: NodeRef<'_>) -> bool {
    ["apiVersion", "kind", "metadata", "spec"].iter().any(|key| root.get(key).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;
    use crate::source::SourceFile;

    fn reason(path: &str, text: &str) -> Option<SkipReason> {
        recognise(path, text, &parse(&SourceFile::from_text(path, text)))
    }

    #[test]
    fn whatever_has_a_type_is_kubernetes() {
        let pod = "apiVersion: v1\nkind: Pod\n";
        for path in [
            "a.yaml",
            "values.yaml",
            ".github/release/a.yaml",
            "compose.yaml",
            "chart/templates/a.yaml",
            "package.json",
        ] {
            assert_eq!(reason(path, pod), None, "{path}");
        }
        assert_eq!(reason("a.yaml", "on: push\njobs: {}\n---\napiVersion: v1\nkind: Pod\n"), None);
        assert_eq!(
            reason(
                "a.yaml",
                "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    {{ range .Alerts }}\n    x: {{ .y }}\n"
            ),
            None
        );
        assert_eq!(reason("a.yaml", "items:\n- apiVersion: v1\n  kind: Pod\n"), None);
    }

    #[test]
    fn a_mistake_in_an_object_is_not_a_reason_to_skip_it() {
        assert_eq!(reason("a.yaml", "apiVersion: v1\nkin: Pod\nmetadata: {name: a}\n"), None);
        assert_eq!(reason("a.yaml", "metadata: {name: a}\n"), None);
        assert_eq!(reason("a.yaml", "spec: {}\n"), None);
        assert_eq!(reason("a.yaml", ""), None);
        assert_eq!(reason("a.yaml", "# nothing\n---\n"), None);
    }

    #[test]
    fn files_of_other_tools_are_named() {
        use SkipReason::*;
        for (path, text, expected) in [
            (".github/workflows/ci.yaml", "name: x\non: push\njobs: {a: {}}\n", Github),
            ("ci/build.yml", "on: push\njobs: {a: {}}\n", Github),
            ("action.yml", "name: x\nruns: {using: node20}\n", Github),
            (".gitlab-ci.yml", "build: {script: [make]}\n", Pipeline),
            ("chart/Chart.yaml", "apiVersion: v2\nname: x\nversion: 1.0.0\n", HelmChart),
            ("chart/values.yaml", "image: {tag: x}\n", HelmValues),
            ("values-prod.yaml", "replicas: 3\n", HelmValues),
            (
                "chart/templates/a.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"{{ .Release.Name }}\"\n",
                Template,
            ),
            ("kustomization.yaml", "resources: [a.yaml]\n", Kustomization),
            (
                "base/k.yaml",
                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
                Kustomization,
            ),
            ("docker-compose.yml", "services: {web: {image: nginx}}\n", Compose),
            ("stack.yml", "services: {web: {image: nginx}}\n", Compose),
            ("api.yaml", "openapi: 3.1.0\ninfo: {title: x}\n", OpenApi),
            ("site.yml", "- hosts: all\n  tasks: []\n", Ansible),
            ("stack.json", "{\"AWSTemplateFormatVersion\": \"2010-09-09\"}", CloudFormation),
            ("skaffold.yaml", "apiVersion: skaffold/v4beta6\nkind: Config\n", ToolConfig),
            ("cluster.yaml", "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n", ToolConfig),
            ("config", "apiVersion: v1\nkind: Config\nclusters: []\n", ToolConfig),
            ("kplan.yaml", "apiVersion: kplan.dev/v1\nkind: Config\n", KplanConfig),
            ("package.json", "{\"name\": \"x\"}", ToolConfig),
            ("data.json", "[1, 2]", Data),
            ("data.yaml", "- 1\n- 2\n", NothingKubernetes),
        ] {
            assert_eq!(reason(path, text), Some(expected), "{path}: {text}");
        }
    }

    #[test]
    fn a_template_is_known_by_where_its_actions_stand() {
        let text = "apiVersion: v1\nkind: Pod\n{{- if .Values.x }}\nmetadata:\n  name: {{ .Release.Name }}\n{{- end }}\n";
        assert_eq!(reason("a.yaml", text), Some(SkipReason::Template));
        assert_eq!(reason("README.md", text), None);
    }
}

//! Label selectors: what they ask for, whether labels fulfil it, and if not, why not.

use std::borrow::Cow;

use crate::graph::pods::{Labels, NAMESPACE_NAME_LABEL};
use crate::graph::typo;
use crate::parse::tree::NodeRef;

/// What one term of a selector asks of the label of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator<'p> {
    /// The label is there and has this value.
    Is(&'p str),
    /// The label is there and has one of these values.
    In(Vec<&'p str>),
    /// The label is not there, or has none of these values.
    NotIn(Vec<&'p str>),
    /// The label is there.
    Exists,
    /// The label is not there.
    DoesNotExist,
}

/// One term: `app: web`, or one of `matchExpressions`.
#[derive(Clone, Debug)]
pub struct Requirement<'p> {
    /// The label's key.
    pub key: Cow<'p, str>,
    /// What is asked of it.
    pub operator: Operator<'p>,
    /// Where it stands: the value of a pair, or the expression.
    pub node: NodeRef<'p>,
}

impl<'p> Requirement<'p> {
    /// Whether labels fulfil the term. Mirrors `labels.Requirement.Matches`.
    pub fn matches(&self, labels: &Labels<'_>) -> bool {
        match &self.operator {
            Operator::Is(value) => labels.has(&self.key, value),
            Operator::In(values) => values.iter().any(|value| labels.has(&self.key, value)),
            Operator::NotIn(values) => !values.iter().any(|value| labels.has(&self.key, value)),
            Operator::Exists => labels.has_key(&self.key),
            Operator::DoesNotExist => !labels.has_key(&self.key),
        }
    }

    /// As people write it: `app=web`, `tier in (web, api)`, `!legacy`.
    pub fn describe(&self) -> String {
        match &self.operator {
            Operator::Is(value) => format!("{}: {value}", self.key),
            Operator::In(values) => format!("{} in ({})", self.key, values.join(", ")),
            Operator::NotIn(values) => format!("{} notin ({})", self.key, values.join(", ")),
            Operator::Exists => self.key.to_string(),
            Operator::DoesNotExist => format!("!{}", self.key),
        }
    }

    /// The values one of which the label must have, if it must have one.
    fn wanted(&self) -> &[&'p str] {
        match &self.operator {
            Operator::Is(value) => std::slice::from_ref(value),
            Operator::In(values) => values,
            Operator::NotIn(_) | Operator::Exists | Operator::DoesNotExist => &[],
        }
    }

    /// Whether labels fulfil the term, or do not have its key and have the value under another: `app: web` is asked for, and
    /// there is `app.kubernetes.io/name: web`.
    pub fn nearly_matches(&self, labels: &Labels<'_>) -> bool {
        let has_value = || labels.iter().any(|(_, value)| self.wanted().contains(&value));
        self.matches(labels) || !labels.has_key(&self.key) && has_value()
    }

    /// How far labels are from fulfilling the term: 0 for fulfilled, 1 for a typo, more for less.
    fn miss(&self, labels: &Labels<'_>) -> u32 {
        if self.matches(labels) {
            return 0;
        }
        let wanted = self.wanted();
        match labels.get(&self.key) {
            Some(value) if wanted.iter().any(|wanted| typo::is_typo(wanted, value)) => 1,
            Some(_) => 4,
            None if labels.iter().any(|(key, value)| {
                typo::is_typo(&self.key, key) && (wanted.is_empty() || wanted.contains(&value))
            }) =>
            {
                1
            }
            None => 6,
        }
    }
}

/// A selector: the conjunction of its terms. Without terms it matches everything; whether an absent or empty selector
/// means everything or nothing is for the field to say where it stands.
#[derive(Clone, Debug, Default)]
pub struct Selector<'p> {
    /// The terms; pairs first, each kind in source order.
    pub requirements: Vec<Requirement<'p>>,
    /// Something in it is not a selector at all (which the schema reports): do not conclude from it.
    pub malformed: bool,
}

impl<'p> Selector<'p> {
    /// The plain map of pairs of a Service or a ReplicationController. Mirrors `labels.SelectorFromSet`.
    pub fn from_pairs(node: NodeRef<'p>) -> Self {
        let mut selector =
            Self { requirements: Vec::new(), malformed: !node.is_mapping() && !node.is_null() };
        selector.push_pairs(node);
        selector
    }

    /// A `LabelSelector`: `matchLabels` and `matchExpressions`. Mirrors `metav1.LabelSelectorAsSelector`, but for nil,
    /// which there matches nothing.
    pub fn from_label_selector(node: NodeRef<'p>) -> Self {
        let mut selector =
            Self { requirements: Vec::new(), malformed: !node.is_mapping() && !node.is_null() };
        if let Some(pairs) = node.get("matchLabels") {
            selector.push_pairs(pairs);
        }
        for expression in node.get("matchExpressions").into_iter().flat_map(NodeRef::items) {
            match requirement(expression) {
                Some(requirement) => selector.requirements.push(requirement),
                None => selector.malformed = true,
            }
        }
        selector
    }

    fn push_pairs(&mut self, pairs: NodeRef<'p>) {
        for (key, value) in pairs.entries() {
            if !value.is_scalar() {
                self.malformed = true;
                continue;
            }
            let operator = Operator::Is(value.content());
            self.requirements.push(Requirement { key: key.key(), operator, node: value });
        }
    }

    /// Whether it has no terms.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// The name of a namespace, where a selector of namespaces asks for nothing but that.
    pub fn named_namespace(&self) -> Option<&'p str> {
        match &self.requirements[..] {
            [Requirement { key, operator: Operator::Is(name), .. }] if key == NAMESPACE_NAME_LABEL => {
                Some(name)
            }
            _ => None,
        }
    }

    /// Whether labels fulfil every term.
    pub fn matches(&self, labels: &Labels<'_>) -> bool {
        self.requirements.iter().all(|requirement| requirement.matches(labels))
    }

    /// The terms that labels do not fulfil.
    pub fn failing(&self, labels: &Labels<'_>) -> impl Iterator<Item = &Requirement<'p>> {
        self.requirements.iter().filter(|requirement| !requirement.matches(labels))
    }

    /// Whether a single slip of the pen is all that keeps labels from fulfilling it.
    pub fn is_missed_by_slip(&self, labels: &Labels<'_>) -> bool {
        self.miss(labels) == 1
    }

    /// How far labels are from fulfilling it; 0 for fulfilled, 1 for a single typo.
    pub(super) fn miss(&self, labels: &Labels<'_>) -> u32 {
        self.requirements.iter().map(|requirement| requirement.miss(labels)).sum()
    }

    /// As people write it: `app: web, tier in (web, api)`.
    pub fn describe(&self) -> String {
        let terms: Vec<_> = self.requirements.iter().map(Requirement::describe).collect();
        terms.join(", ")
    }
}

fn requirement(expression: NodeRef<'_>) -> Option<Requirement<'_>> {
    let key = expression.get("key")?.as_str()?;
    let values = || -> Option<Vec<_>> {
        let values: Vec<_> = expression.get("values")?.items().map(NodeRef::content).collect();
        (!values.is_empty()).then_some(values)
    };
    let operator = match expression.get("operator")?.as_str()? {
        "In" => Operator::In(values()?),
        "NotIn" => Operator::NotIn(values()?),
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        _ => return None,
    };
    Some(Requirement { key: Cow::Borrowed(key), operator, node: expression })
}

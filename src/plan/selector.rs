//! Label selectors and node selectors, parsed once and matched often.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

/// The labels of an object.
pub type Labels = BTreeMap<String, String>;

/// How the value of a label is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// The label is there with one of the values.
    In,
    /// The label is missing or has another value.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is missing.
    DoesNotExist,
    /// The label is an integer above the value (node selectors only).
    GreaterThan,
    /// The label is an integer below the value (node selectors only).
    LessThan,
}

/// One requirement of a selector (`labels.Requirement`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requirement {
    /// The label's key.
    pub key: String,
    /// The comparison.
    pub operator: Operator,
    /// The values, as many as the operator takes.
    pub values: BTreeSet<String>,
}

impl Requirement {
    /// A requirement, validated as `labels.NewRequirement` does.
    ///
    /// # Errors
    ///
    /// The key is no label key, a value is no label value, or the number of values does not suit the operator.
    pub fn new(key: &str, operator: Operator, values: &[String]) -> Result<Requirement, String> {
        validate_label_key(key)?;
        match operator {
            Operator::In | Operator::NotIn if values.is_empty() => {
                return Err("for 'in', 'notin' operators, values set can't be empty".to_owned());
            }
            Operator::Exists | Operator::DoesNotExist if !values.is_empty() => {
                return Err("values set must be empty for exists and does not exist".to_owned());
            }
            Operator::GreaterThan | Operator::LessThan => {
                let [value] = values else {
                    return Err("for 'Gt', 'Lt' operators, exactly one value is required".to_owned());
                };
                if value.parse::<i64>().is_err() {
                    return Err("for 'Gt', 'Lt' operators, the value must be an integer".to_owned());
                }
            }
            _ => {}
        }
        for value in values {
            validate_label_value(value)?;
        }
        Ok(Requirement { key: key.to_owned(), operator, values: values.iter().cloned().collect() })
    }

    /// The requirement that `key` has exactly `value`, unvalidated as in `labels.SelectorFromSet`.
    pub fn equals(key: &str, value: &str) -> Requirement {
        Requirement {
            key: key.to_owned(),
            operator: Operator::In,
            values: BTreeSet::from([value.to_owned()]),
        }
    }

    /// Whether the labels meet it (`Requirement.Matches`).
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match self.operator {
            Operator::In => value.is_some_and(|value| self.values.contains(value)),
            Operator::NotIn => value.is_none_or(|value| !self.values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::GreaterThan | Operator::LessThan => {
                let number = value.and_then(|value| value.parse::<i64>().ok());
                let bound = self.values.first().and_then(|value| value.parse::<i64>().ok());
                match (number, bound) {
                    (Some(number), Some(bound)) if self.operator == Operator::GreaterThan => number > bound,
                    (Some(number), Some(bound)) => number < bound,
                    _ => false,
                }
            }
        }
    }
}

/// A parsed label selector (`labels.Selector`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Selector {
    /// Matches nothing: what an absent selector means.
    Nothing,
    /// Matches what meets all requirements; without any, everything.
    All(Vec<Requirement>),
}

impl Selector {
    /// Parses a selector as `metav1.LabelSelectorAsSelector` does: absent selects nothing, empty everything.
    ///
    /// # Errors
    ///
    /// An operator is unknown, or a requirement is invalid.
    pub fn from_label_selector(selector: Option<&LabelSelector>) -> Result<Selector, String> {
        let Some(selector) = selector else {
            return Ok(Selector::Nothing);
        };
        let mut requirements = Vec::new();
        for (key, value) in selector.match_labels.iter().flatten() {
            requirements.push(Requirement::new(key, Operator::In, std::slice::from_ref(value))?);
        }
        for expression in selector.match_expressions.iter().flatten() {
            let operator = match expression.operator.as_str() {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                other => return Err(format!("{other:?} is not a valid label selector operator")),
            };
            let values = expression.values.as_deref().unwrap_or_default();
            requirements.push(Requirement::new(&expression.key, operator, values)?);
        }
        Ok(Selector::All(requirements))
    }

    /// The selector of exact pairs (`labels.SelectorFromSet`): without pairs, everything.
    pub fn from_pairs(pairs: &Labels) -> Selector {
        Selector::All(pairs.iter().map(|(key, value)| Requirement::equals(key, value)).collect())
    }

    /// Whether the labels meet every requirement.
    pub fn matches(&self, labels: &Labels) -> bool {
        match self {
            Selector::Nothing => false,
            Selector::All(requirements) => requirements.iter().all(|requirement| requirement.matches(labels)),
        }
    }

    /// Whether the selector restricts nothing (`Selector.Empty`).
    pub fn is_everything(&self) -> bool {
        matches!(self, Selector::All(requirements) if requirements.is_empty())
    }
}

/// One term of a node selector; a term that cannot be parsed matches no node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeSelectorTerm {
    /// Requirements on labels.
    pub labels: Vec<Requirement>,
    /// Requirements on the fields of the node.
    pub fields: Vec<FieldRequirement>,
}

/// One requirement on a field of a node; the only field that a node has here is `metadata.name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldRequirement {
    /// The field's path.
    pub key: String,
    /// The value that the field must have, or must not have.
    pub value: String,
    /// Whether the field must differ from the value.
    pub negated: bool,
}

impl NodeSelectorTerm {
    /// Parses a term as component-helpers' `newNodeSelectorTerm`; an empty term is `None`, for it selects nothing.
    ///
    /// # Errors
    ///
    /// An operator is unknown, or a requirement is invalid.
    pub fn parse(term: &core::NodeSelectorTerm) -> Result<Option<NodeSelectorTerm>, String> {
        let expressions = term.match_expressions.as_deref().unwrap_or_default();
        let match_fields = term.match_fields.as_deref().unwrap_or_default();
        if expressions.is_empty() && match_fields.is_empty() {
            return Ok(None);
        }
        let mut labels = Vec::with_capacity(expressions.len());
        for expression in expressions {
            let operator = match expression.operator.as_str() {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                "Gt" => Operator::GreaterThan,
                "Lt" => Operator::LessThan,
                other => return Err(format!("{other:?} is not a valid node selector operator")),
            };
            let values = expression.values.as_deref().unwrap_or_default();
            labels.push(Requirement::new(&expression.key, operator, values)?);
        }
        let mut fields = Vec::with_capacity(match_fields.len());
        for field in match_fields {
            let negated = match field.operator.as_str() {
                "In" => false,
                "NotIn" => true,
                other => return Err(format!("{other:?} is not a valid node field selector operator")),
            };
            let values = field.values.as_deref().unwrap_or_default();
            let [value] = values else {
                return Err(format!(
                    "unexpected number of value ({}) for node field selector operator {:?}",
                    values.len(),
                    field.operator
                ));
            };
            fields.push(FieldRequirement { key: field.key.clone(), value: value.clone(), negated });
        }
        Ok(Some(NodeSelectorTerm { labels, fields }))
    }

    /// Whether a node with this name and these labels meets the whole term.
    pub fn matches(&self, name: &str, labels: &Labels) -> bool {
        let field_matches = |field: &FieldRequirement| {
            let value = if field.key == "metadata.name" { name } else { "" };
            (value == field.value) != field.negated
        };
        self.labels.iter().all(|requirement| requirement.matches(labels))
            && (name.is_empty() || self.fields.iter().all(field_matches))
    }
}

/// A node selector: it matches a node that one of its terms matches.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeSelector {
    /// The terms that could be parsed.
    pub terms: Vec<NodeSelectorTerm>,
}

impl NodeSelector {
    /// Parses a selector; terms that cannot be parsed match nothing, as `LazyErrorNodeSelector` has it.
    pub fn parse(selector: &core::NodeSelector) -> NodeSelector {
        let terms = selector.node_selector_terms.iter();
        NodeSelector {
            terms: terms.filter_map(|term| NodeSelectorTerm::parse(term).ok().flatten()).collect(),
        }
    }

    /// Whether one of the terms matches.
    pub fn matches(&self, name: &str, labels: &Labels) -> bool {
        self.terms.iter().any(|term| term.matches(name, labels))
    }
}

/// A label key is an optional DNS subdomain, `/`, and a name (`validation.IsQualifiedName`).
fn validate_label_key(key: &str) -> Result<(), String> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    let prefix_is_valid = prefix.is_none_or(|prefix| {
        !prefix.is_empty()
            && prefix.len() <= 253
            && prefix.split('.').all(|part| {
                is_framed_by(part, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            })
    });
    if prefix_is_valid && !name.is_empty() && is_label_name(name) {
        return Ok(());
    }
    Err(format!("{key:?} is not a valid label key"))
}

/// A label value is empty or a name (`validation.IsValidLabelValue`).
fn validate_label_value(value: &str) -> Result<(), String> {
    if value.is_empty() || is_label_name(value) {
        return Ok(());
    }
    Err(format!("{value:?} is not a valid label value"))
}

fn is_label_name(name: &str) -> bool {
    name.len() <= 63
        && is_framed_by(name, |byte| byte.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn is_framed_by(text: &str, accepts: impl Fn(u8) -> bool) -> bool {
    match text.as_bytes() {
        [] => false,
        [first, .., last] => accepts(*first) && accepts(*last),
        [only] => accepts(*only),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn an_absent_selector_selects_nothing_and_an_empty_one_everything() {
        assert!(!Selector::from_label_selector(None).unwrap().matches(&labels(&[])));
        let empty = Selector::from_label_selector(Some(&LabelSelector::default())).unwrap();
        assert!(empty.matches(&labels(&[("a", "b")])) && empty.is_everything());
    }

    #[test]
    fn greater_than_compares_integers_and_ignores_other_values() {
        let requirement = Requirement::new("cores", Operator::GreaterThan, &["4".to_owned()]).unwrap();
        assert!(requirement.matches(&labels(&[("cores", "16")])));
        assert!(!requirement.matches(&labels(&[("cores", "4")])));
        assert!(!requirement.matches(&labels(&[("cores", "many")])));
        assert!(Requirement::new("cores", Operator::LessThan, &["x".to_owned()]).is_err());
    }

    #[test]
    fn an_empty_node_selector_term_matches_no_node() {
        let selector = core::NodeSelector { node_selector_terms: vec![core::NodeSelectorTerm::default()] };
        assert!(!NodeSelector::parse(&selector).matches("node-0", &labels(&[])));
    }

    #[test]
    fn keys_are_validated_like_qualified_names() {
        for key in ["app", "example.com/app", "a_b.c-d", "kubernetes.io/hostname"] {
            assert!(validate_label_key(key).is_ok(), "{key}");
        }
        for key in ["", "/", "a/", "/a", "-a", "a/b/c", "Example.com/a", "a b"] {
            assert!(validate_label_key(key).is_err(), "{key}");
        }
    }
}

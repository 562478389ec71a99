//! The rules of custom resources about single values, in the words of the API server.

use std::collections::BTreeMap;

use crate::parse::schema::json;
use crate::parse::schema::problem::Fault;
use crate::parse::schema::structural::{ListType, Rules, Schema, number};
use crate::parse::schema::suggest::closest;
use crate::parse::schema::value;
use crate::parse::tree::{NodeRef, Scalar};

fn rule(message: impl Into<String>) -> Fault {
    Fault::Rule { message: message.into(), meant: None }
}

/// Checks a value whose type is right. Mirrors the validators of `kube-openapi/pkg/validation/validate`.
pub(super) fn check<'t>(node: NodeRef<'t>, schema: &Schema, found: &mut Vec<(NodeRef<'t>, Fault)>) {
    if let Some(fault) = schema.format.as_deref().and_then(|format| check_format(node, format)) {
        found.push((node, fault));
    }
    if let Some(rules) = &schema.rules {
        check_rules(node, rules, found);
    }
    if node.is_sequence() {
        check_uniqueness(node, schema, found);
    }
}

fn check_rules<'t>(node: NodeRef<'t>, rules: &Rules, found: &mut Vec<(NodeRef<'t>, Fault)>) {
    let mut report = |fault| found.push((node, fault));
    if let Some(allowed) = &rules.allowed
        && let Some(actual) = json::value(node).filter(|actual| !allowed.contains(actual))
    {
        let names: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        let meant = actual.as_str().and_then(|actual| {
            closest(actual, allowed.iter().filter_map(serde_json::Value::as_str)).map(str::to_owned)
        });
        let message = format!("Unsupported value: {actual}: supported values: {}", names.join(", "));
        report(Fault::Rule { message, meant });
    }
    if let Some(text) = node.as_str() {
        let length = text.chars().count() as u64;
        if rules.min_length.is_some_and(|least| length < least) {
            report(rule(format!("should be at least {} chars long", rules.min_length.unwrap_or(0))));
        }
        if rules.max_length.is_some_and(|most| length > most) {
            report(rule(format!("may not be more than {} bytes", rules.max_length.unwrap_or(0))));
        }
        if let Some(pattern) = rules.pattern.as_ref().filter(|pattern| !pattern.matches(text)) {
            report(rule(format!("should match '{}'", pattern.text)));
        }
    }
    if let Some(number) = number(node) {
        check_number(number, rules, &mut report);
    }
    if node.is_sequence() {
        let length = node.items().count() as u64;
        if rules.min_items.is_some_and(|least| length < least) {
            report(rule(format!("should have at least {} items", rules.min_items.unwrap_or(0))));
        }
        if rules.max_items.is_some_and(|most| length > most) {
            report(rule(format!("must have at most {} items", rules.max_items.unwrap_or(0))));
        }
    }
    if node.is_mapping() {
        let length = node.entries().count() as u64;
        if rules.min_properties.is_some_and(|least| length < least) {
            report(rule(format!("should have at least {} properties", rules.min_properties.unwrap_or(0))));
        }
        if rules.max_properties.is_some_and(|most| length > most) {
            report(rule(format!("must have at most {} properties", rules.max_properties.unwrap_or(0))));
        }
    }
}

fn check_number(number: f64, rules: &Rules, report: &mut impl FnMut(Fault)) {
    if let Some(least) = rules.minimum {
        if rules.exclusive_minimum && number <= least {
            report(rule(format!("should be greater than {least}")));
        } else if number < least {
            report(rule(format!("should be greater than or equal to {least}")));
        }
    }
    if let Some(most) = rules.maximum {
        if rules.exclusive_maximum && number >= most {
            report(rule(format!("should be less than {most}")));
        } else if number > most {
            report(rule(format!("should be less than or equal to {most}")));
        }
    }
    if let Some(factor) = rules.multiple_of.filter(|factor| *factor > 0.0) {
        let quotient = number / factor;
        if (quotient - quotient.round()).abs() > 1e-9 {
            report(rule(format!("should be a multiple of {factor}")));
        }
    }
}

/// The formats that the API server checks and that people get wrong. Others are let pass.
fn check_format(node: NodeRef<'_>, format: &str) -> Option<Fault> {
    let invalid = || Some(rule(format!("must be of type {format}: \"{}\"", node.content())));
    match (format, node.scalar()?) {
        ("int32", Scalar::Int(number)) if i32::try_from(number).is_err() => invalid(),
        ("int32" | "int64", Scalar::UInt(_)) => invalid(),
        ("byte", Scalar::Str(text)) => value::check_base64(text).err().map(|at| Fault::Base64 { at }),
        ("date-time", Scalar::Str(text)) if !looks_like_date_time(text) => invalid(),
        ("date", Scalar::Str(text)) if !value::is_time(&format!("{text}T00:00:00Z")) => invalid(),
        ("ipv4", Scalar::Str(text)) if text.parse::<std::net::Ipv4Addr>().is_err() => invalid(),
        ("ipv6", Scalar::Str(text)) if text.parse::<std::net::Ipv6Addr>().is_err() => invalid(),
        ("uuid", Scalar::Str(text)) if !is_uuid(text) => invalid(),
        _ => None,
    }
}

/// `strfmt.ParseDateTime` takes several layouts; all of them start so.
fn looks_like_date_time(text: &str) -> bool {
    let pattern = b"0000-00-00T00:00";
    text.len() >= pattern.len()
        && text.bytes().zip(pattern).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            b'T' => matches!(byte, b'T' | b't' | b' '),
            wanted => byte == *wanted,
        })
}

fn is_uuid(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    digits == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Mirrors `listtype.ValidateListSetsAndMaps`.
fn check_uniqueness<'t>(list: NodeRef<'t>, schema: &Schema, found: &mut Vec<(NodeRef<'t>, Fault)>) {
    let unique_items = schema.rules.as_ref().is_some_and(|rules| rules.unique_items);
    let keys = match &schema.list_type {
        ListType::Atomic if !unique_items => return,
        ListType::Map(keys) => Some(keys),
        ListType::Atomic | ListType::Set => None,
    };
    let mut seen = BTreeMap::new();
    for item in list.items() {
        let identity = match keys {
            None => json::value(item).map(|item| item.to_string()),
            Some(keys) => {
                // A key that is absent may have a default: nothing can be said of such an item.
                let values: Option<Vec<String>> = keys
                    .iter()
                    .map(|key| Some(format!("{key:?}:{}", json::value(item.get(key)?)?)))
                    .collect();
                values.map(|values| format!("{{{}}}", values.join(",")))
            }
        };
        let Some(identity) = identity else { continue };
        let message = format!("Duplicate value: {identity}");
        if seen.insert(identity, item).is_some() {
            found.push((item, rule(message)));
        }
    }
}

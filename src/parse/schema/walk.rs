//! Walks an object beside its type, as the API server decodes it with strict field validation.

use std::collections::BTreeSet;

use crate::parse::scalar::json_float;
use crate::parse::schema::hint;
use crate::parse::schema::problem::{Expected, Fault, Problem};
use crate::parse::schema::suggest::closest;
use crate::parse::schema::table::{Layer, Leaf, Shape, Table, TypeId};
use crate::parse::schema::value;
use crate::parse::tree::{NodeId, NodeRef, Scalar, Style};

/// Whether absent fields are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absence {
    /// Required fields must be there.
    Reported,
    /// The part is written by the server, or lies in a document that could not be read whole.
    Ignored,
}

/// An object with fields that the walk went through: what hints are found by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit<'t> {
    /// The object around it; itself for the root.
    pub(super) parent: usize,
    pub(super) type_id: TypeId,
    pub(super) node: NodeRef<'t>,
}

struct Step<'t> {
    node: NodeRef<'t>,
    shape: Shape,
    absence: Absence,
    /// The visit that the value stands in.
    within: usize,
    /// The key that the value stands behind; `None` for the root and for items of lists.
    key: Option<NodeId>,
}

/// The state of one walk; reused for all objects of a file, to spare the allocations.
pub(super) struct Walk<'t> {
    table: &'static Table,
    steps: Vec<Step<'t>>,
    visits: Vec<Visit<'t>>,
    /// Targets of aliases that were gone through, each once for a shape: an alias bomb costs no more than its text.
    aliases: BTreeSet<(NodeId, Shape)>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(table: &'static Table) -> Self {
        Self { table, steps: Vec::new(), visits: Vec::new(), aliases: BTreeSet::new() }
    }

    /// Adds what is wrong with `root` as a value of a type.
    pub(super) fn object(
        &mut self,
        root: NodeRef<'t>,
        type_id: TypeId,
        absence: Absence,
        problems: &mut Vec<Problem>,
    ) {
        self.visits.clear();
        self.aliases.clear();
        self.steps.push(Step {
            node: root,
            shape: Shape::leaf(Leaf::Object(type_id)),
            absence,
            within: 0,
            key: None,
        });
        while let Some(step) = self.steps.pop() {
            self.step(step, problems);
        }
    }

    /// Adds what is wrong with the `metadata` of an object whose other fields are somebody else's.
    pub(super) fn metadata(&mut self, object: NodeRef<'t>, absence: Absence, problems: &mut Vec<Problem>) {
        if let Some(metadata) = object.get("metadata").filter(|metadata| !metadata.is_null()) {
            self.object(metadata, self.table.object_meta(), absence, problems);
        }
    }

    fn step(&mut self, step: Step<'t>, problems: &mut Vec<Problem>) {
        let node = step.node;
        if node.is_alias() && !self.aliases.insert((node.target().id(), step.shape)) {
            return;
        }
        match step.shape.outermost() {
            Ok((Layer::List, inner)) => {
                if node.is_sequence() {
                    for item in node.items() {
                        self.value(Step { node: item, shape: inner, key: None, ..step }, problems);
                    }
                } else if !node.is_null() {
                    problems.push(wrong_type(node, Expected::List));
                }
            }
            Ok((Layer::Map, inner)) => {
                if node.is_mapping() {
                    for (key, entry) in node.entries() {
                        self.value(Step { node: entry, shape: inner, key: Some(key.id()), ..step }, problems);
                    }
                } else if !node.is_null() {
                    problems.push(wrong_type(node, Expected::Map));
                }
            }
            Err(Leaf::Object(type_id)) => {
                if node.is_mapping() || node.is_null() {
                    self.fields(step, type_id, problems);
                } else {
                    problems.push(wrong_type(node, Expected::Object));
                }
            }
            Err(leaf) => self.schema_or(step, leaf, problems),
        }
    }

    /// Scalars are looked at on the spot, all else is put off: the walk has no recursion.
    fn value(&mut self, step: Step<'t>, problems: &mut Vec<Problem>) {
        match step.shape.outermost() {
            Err(Leaf::Any | Leaf::Raw) => {}
            Err(Leaf::Object(_) | Leaf::SchemaOrBool | Leaf::SchemaOrArray | Leaf::SchemaOrStrings)
            | Ok(_) => {
                self.steps.push(step);
            }
            Err(leaf) => {
                if let Err(fault) = check_scalar(step.node, leaf) {
                    problems.push(Problem { node: step.node.id(), fault });
                }
            }
        }
    }

    fn fields(&mut self, step: Step<'t>, type_id: TypeId, problems: &mut Vec<Problem>) {
        let node = step.node;
        let visit = self.visits.len();
        self.visits.push(Visit { parent: if visit == 0 { 0 } else { step.within }, type_id, node });
        let table = self.table;
        let read = table.get(type_id);
        let mut present = 0;
        for (key, entry) in node.entries() {
            let name = key.key();
            let Some(field) = read.field(&name) else {
                let hint = hint::for_field(table, &self.visits, visit, (&name, entry));
                problems
                    .push(Problem { node: entry.id(), fault: Fault::UnknownField { key: key.id(), hint } });
                continue;
            };
            if entry.is_null() {
                continue;
            }
            if field.required && !is_empty(entry) {
                present += 1;
            }
            if let Some(allowed) = field.allowed {
                check_allowed(entry, allowed, problems);
            }
            if field.shape.outermost() == Err(Leaf::IntOrString) && is_quoted_port(field.name, entry) {
                problems.push(Problem { node: entry.id(), fault: Fault::QuotedPort });
            }
            // What a client writes into `status` is dropped, so nothing there can be missing.
            let absence = if visit == 0 && field.name == "status" { Absence::Ignored } else { step.absence };
            self.value(
                Step { node: entry, shape: field.shape, absence, within: visit, key: Some(key.id()) },
                problems,
            );
        }
        // `metadata` itself is looked after where the object's name is.
        if step.absence == Absence::Reported && present < read.required().count() {
            for field in read.required().filter(|field| field.name != "metadata") {
                let value = node.get(field.name);
                if value.is_none_or(is_empty) {
                    let empty = value.filter(|value| !value.is_null()).map(NodeRef::id);
                    let fault = Fault::MissingField { field: field.name.to_owned(), empty, owner: step.key };
                    problems.push(Problem { node: node.id(), fault });
                }
            }
        }
    }

    /// The types of a CustomResourceDefinition that are one thing or another. Mirrors their `UnmarshalJSON`.
    fn schema_or(&mut self, step: Step<'t>, leaf: Leaf, problems: &mut Vec<Problem>) {
        let node = step.node;
        let schema = self.table.type_named("apiextensions.v1.JSONSchemaProps");
        let schema = schema.map(|id| Shape::leaf(Leaf::Object(id)));
        let shape = match leaf {
            _ if node.is_null() => None,
            Leaf::SchemaOrBool if node.is_scalar() && node.as_bool().is_some() => None,
            Leaf::SchemaOrArray if node.is_sequence() => schema.map(Shape::list_of),
            Leaf::SchemaOrStrings if node.is_sequence() => Some(Shape::leaf(Leaf::String).list_of()),
            _ if node.is_mapping() => schema,
            _ => {
                problems.push(wrong_type(node, Expected::Leaf(leaf)));
                None
            }
        };
        if let Some(shape) = shape {
            self.steps.push(Step { shape, ..step });
        }
    }
}

fn wrong_type(node: NodeRef<'_>, expected: Expected) -> Problem {
    Problem { node: node.id(), fault: Fault::WrongType { expected } }
}

/// Checks a string, or each string of a list, against the values that are allowed. The words are those of
/// `field.NotSupported`.
fn check_allowed(node: NodeRef<'_>, allowed: &str, problems: &mut Vec<Problem>) {
    let single = node.is_scalar().then_some(node);
    for value in single.into_iter().chain(node.items()) {
        let text = value.as_str().unwrap_or_default();
        if text.is_empty() || allowed.split(' ').any(|one| one == text) {
            continue;
        }
        let names: Vec<String> = allowed.split(' ').map(|one| format!("{one:?}")).collect();
        let message = format!("Unsupported value: {text:?}: supported values: {}", names.join(", "));
        let meant = closest(text, allowed.split(' ')).map(str::to_owned);
        problems.push(Problem { node: value.id(), fault: Fault::Rule { message, meant } });
    }
}

/// Whether the name of a port is a number. The fields `port` and `targetPort` that may hold either are all checked by
/// `IsValidPortName` when they hold a string: those of Services, of probes and hooks, and of NetworkPolicies.
fn is_quoted_port(field: &str, value: NodeRef<'_>) -> bool {
    let is_number =
        |text: &str| (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    matches!(field, "port" | "targetPort") && value.as_str().is_some_and(is_number)
}

/// Whether Go sees no difference between the value and none, or the validation treats it so: null, `""`, `[]`.
fn is_empty(node: NodeRef<'_>) -> bool {
    if node.is_sequence() {
        return node.items().next().is_none();
    }
    node.is_scalar() && (node.is_null() || node.as_str() == Some(""))
}

/// Checks a scalar as `encoding/json` would decode it into the Go type. Null is as absent, or the zero value.
fn check_scalar(node: NodeRef<'_>, leaf: Leaf) -> Result<(), Fault> {
    let wrong = || Fault::WrongType { expected: Expected::Leaf(leaf) };
    if leaf == Leaf::String && node.is_certainly_text() {
        return Ok(());
    }
    let Some(scalar) = node.scalar() else { return Err(wrong()) };
    match (leaf, scalar) {
        (_, Scalar::Null)
        | (Leaf::String, Scalar::Str(_))
        | (Leaf::Bool, Scalar::Bool(_))
        | (Leaf::Double, Scalar::Int(_) | Scalar::UInt(_) | Scalar::Float(_))
        | (Leaf::Int64, Scalar::Int(_))
        | (Leaf::IntOrString, Scalar::Str(_))
        | (Leaf::Quantity, Scalar::Int(_) | Scalar::UInt(_)) => Ok(()),
        (Leaf::String, _) if matches!(node.style(), Style::Plain | Style::Json) => {
            Err(Fault::AmbiguousScalar)
        }
        (Leaf::Int32 | Leaf::IntOrString, Scalar::Int(number)) => check_int32(number),
        (Leaf::Int32 | Leaf::Int64 | Leaf::IntOrString, Scalar::UInt(_)) => Err(out_of_range(leaf)),
        (Leaf::Int32 | Leaf::Int64 | Leaf::IntOrString, Scalar::Float(number)) => {
            check_integral(number, leaf).unwrap_or_else(|| Err(wrong()))
        }
        (Leaf::Quantity, Scalar::Float(number)) => {
            value::check_quantity(&json_float(number).unwrap_or_default()).map_err(Fault::Quantity)
        }
        (Leaf::Quantity, Scalar::Str(text)) => value::check_quantity(text).map_err(Fault::Quantity),
        (Leaf::Time, Scalar::Str(text)) if !value::is_time(text) => Err(Fault::Time { micro: false }),
        (Leaf::MicroTime, Scalar::Str(text)) if !value::is_micro_time(text) => {
            Err(Fault::Time { micro: true })
        }
        (Leaf::Time | Leaf::MicroTime, Scalar::Str(_)) => Ok(()),
        (Leaf::Bytes, Scalar::Str(text)) => value::check_base64(text).map_err(|at| Fault::Base64 { at }),
        _ => Err(wrong()),
    }
}

fn check_int32(number: i64) -> Result<(), Fault> {
    i32::try_from(number).map(|_| ()).map_err(|_| out_of_range(Leaf::Int32))
}

fn out_of_range(leaf: Leaf) -> Fault {
    Fault::OutOfRange { leaf: if leaf == Leaf::Int64 { leaf } else { Leaf::Int32 } }
}

/// `3.0` and `1e3` become the integers 3 and 1000 on the way through JSON; `None` for a number with a fraction.
fn check_integral(number: f64, leaf: Leaf) -> Option<Result<(), Fault>> {
    if number.fract() != 0.0 {
        return None;
    }
    let limit = if leaf == Leaf::Int64 { 9.2e18 } else { f64::from(i32::MAX) };
    Some(if number.abs() <= limit { Ok(()) } else { Err(out_of_range(leaf)) })
}

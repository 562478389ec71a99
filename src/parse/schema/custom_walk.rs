//! Walks a custom resource beside the structural schema of its definition.

use std::collections::BTreeSet;

use crate::parse::schema::hint;
use crate::parse::schema::problem::{Expected, Fault, Hint, Problem};
use crate::parse::schema::rules;
use crate::parse::schema::structural::{Additional, Schema, SchemaId, Structural};
use crate::parse::schema::suggest::closest;
use crate::parse::schema::table::Leaf;
use crate::parse::schema::walk::Absence;
use crate::parse::tree::{NodeId, NodeRef, Scalar, Style};

/// How deep `oneOf`, `anyOf` and `not` may stand in one another; what lies deeper is let pass.
const MAX_JUNCTORS: usize = 16;

/// What is looked at: all of a schema, or only its rules for values, as below `oneOf` and the like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    ValuesOnly,
}

struct Step<'t> {
    node: NodeRef<'t>,
    schema: SchemaId,
    part: Part,
    absence: Absence,
    /// Whether `apiVersion`, `kind` and `metadata` belong to the object whatever its schema says.
    is_object: bool,
    /// The key that the value stands behind; `None` for the root and for items of lists.
    key: Option<NodeId>,
}

/// An object with its own `apiVersion`, `kind` and `metadata` inside of another: its metadata is checked by the caller.
pub(super) struct Embedded<'t>(pub(super) NodeRef<'t>);

/// Adds what is wrong with `root`; returns the embedded objects.
pub(super) fn check<'t>(
    structural: &Structural,
    root: NodeRef<'t>,
    absence: Absence,
    problems: &mut Vec<Problem>,
) -> Vec<Embedded<'t>> {
    let step = Step { node: root, schema: 0, part: Part::Whole, absence, is_object: true, key: None };
    let mut walk = Walk { structural, junctors: 0, embedded: Vec::new(), aliases: BTreeSet::new() };
    walk.run(step, problems);
    walk.embedded
}

struct Walk<'s, 't> {
    structural: &'s Structural,
    /// How many `oneOf`, `anyOf` and `not` lie around this walk.
    junctors: usize,
    embedded: Vec<Embedded<'t>>,
    aliases: BTreeSet<(NodeId, SchemaId)>,
}

impl<'t> Walk<'_, 't> {
    fn run(&mut self, first: Step<'t>, problems: &mut Vec<Problem>) {
        let mut steps = vec![first];
        while let Some(step) = steps.pop() {
            let seen = step.node.is_alias() && !self.aliases.insert((step.node.target().id(), step.schema));
            if !seen {
                self.step(step, &mut steps, problems);
            }
        }
    }

    fn step(&mut self, step: Step<'t>, steps: &mut Vec<Step<'t>>, problems: &mut Vec<Problem>) {
        let structural = self.structural;
        let schema = structural.get(step.schema);
        let node = step.node;
        if node.is_null() && (schema.nullable || schema.has_default) {
            return;
        }
        if let Err(fault) = check_type(node, schema) {
            problems.push(Problem { node: node.id(), fault });
            return;
        }
        let mut found = Vec::new();
        rules::check(node, schema, &mut found);
        problems.extend(found.into_iter().map(|(node, fault)| Problem { node: node.id(), fault }));
        self.junctors(&step, schema, steps, problems);
        if node.is_mapping() {
            self.fields(&step, schema, steps, problems);
        } else if let (true, Some(items)) = (node.is_sequence(), schema.items) {
            steps.extend(node.items().map(|item| Step {
                node: item,
                schema: items,
                is_object: false,
                key: None,
                ..step
            }));
        }
    }

    fn fields(
        &mut self,
        step: &Step<'t>,
        schema: &Schema,
        steps: &mut Vec<Step<'t>>,
        problems: &mut Vec<Problem>,
    ) {
        let node = step.node;
        let is_object = step.is_object || schema.embedded;
        if schema.embedded && step.part == Part::Whole {
            self.embedded.push(Embedded(node));
        }
        for (key, value) in node.entries() {
            let name = key.key();
            if let Some(property) = schema.property(&name) {
                let is_root_status = step.is_object && name == "status";
                let absence = if is_root_status { Absence::Ignored } else { step.absence };
                // Of `metadata` a schema may restrict the name, but the API server knows the fields itself.
                let part = if is_object && name == "metadata" { Part::ValuesOnly } else { step.part };
                steps.push(Step {
                    node: value,
                    schema: property,
                    part,
                    absence,
                    is_object: false,
                    key: Some(key.id()),
                });
                continue;
            }
            match schema.additional {
                Additional::Of(inner) => {
                    let key = Some(key.id());
                    steps.push(Step { node: value, schema: inner, is_object: false, key, ..*step });
                }
                Additional::Anything => {}
                Additional::Nothing => {
                    let is_type_meta = is_object && matches!(&*name, "apiVersion" | "kind" | "metadata");
                    if step.part == Part::Whole && !schema.preserve && !is_type_meta {
                        let hint = closest(&name, schema.properties.iter().map(|(name, _)| name.as_str()));
                        let hint = hint.map(|similar| Hint::Similar {
                            name: similar.to_owned(),
                            standing: hint::standing(node, (&name, similar), || false),
                        });
                        let fault = Fault::UnknownField { key: key.id(), hint };
                        problems.push(Problem { node: value.id(), fault });
                    }
                }
            }
        }
        if step.absence == Absence::Reported {
            for name in &schema.required {
                let has_default = schema.property(name).is_some_and(|id| self.structural.get(id).has_default);
                if node.get(name).is_none() && !has_default {
                    let fault = Fault::MissingField { field: name.clone(), empty: None, owner: step.key };
                    problems.push(Problem { node: node.id(), fault });
                }
            }
        }
    }

    fn junctors(
        &mut self,
        step: &Step<'t>,
        schema: &Schema,
        steps: &mut Vec<Step<'t>>,
        problems: &mut Vec<Problem>,
    ) {
        let inner = |id: SchemaId| Step { schema: id, part: Part::ValuesOnly, ..*step };
        steps.extend(schema.all_of.iter().map(|id| inner(*id)));
        if self.junctors >= MAX_JUNCTORS {
            return;
        }
        let fits = |id: SchemaId| {
            let mut walk = Walk {
                structural: self.structural,
                junctors: self.junctors + 1,
                embedded: Vec::new(),
                aliases: BTreeSet::new(),
            };
            let mut inner_problems = Vec::new();
            walk.run(inner(id), &mut inner_problems);
            inner_problems.is_empty()
        };
        // The int-or-string idiom spells its two types out below `anyOf`; they were looked at already.
        if !schema.any_of.is_empty() && !schema.int_or_string && !schema.any_of.iter().any(|id| fits(*id)) {
            let message = "must validate at least one schema (anyOf)".to_owned();
            problems.push(rule(step.node, message));
        }
        if !schema.one_of.is_empty() {
            let count = schema.one_of.iter().filter(|id| fits(**id)).count();
            if count != 1 {
                let found = if count == 0 { "none" } else { "more than one" };
                let message = format!("must validate one and only one schema (oneOf). Found {found} valid");
                problems.push(rule(step.node, message));
            }
        }
        if schema.not.is_some_and(fits) {
            problems.push(rule(step.node, "must not validate the schema (not)".to_owned()));
        }
    }
}

fn rule(node: NodeRef<'_>, message: String) -> Problem {
    Problem { node: node.id(), fault: Fault::Rule { message, meant: None } }
}

fn check_type(node: NodeRef<'_>, schema: &Schema) -> Result<(), Fault> {
    if schema.int_or_string {
        return match node.scalar() {
            Some(Scalar::Int(_) | Scalar::UInt(_) | Scalar::Str(_)) => Ok(()),
            Some(Scalar::Float(number)) if number.fract() == 0.0 => Ok(()),
            _ => Err(Fault::WrongType { expected: Expected::Leaf(Leaf::IntOrString) }),
        };
    }
    let Some(type_name) = schema.type_name.as_deref() else { return Ok(()) };
    let fits = match type_name {
        "object" => node.is_mapping(),
        "array" => node.is_sequence(),
        "string" => node.as_str().is_some(),
        "boolean" => node.as_bool().is_some(),
        "integer" => match node.scalar() {
            Some(Scalar::Int(_) | Scalar::UInt(_)) => true,
            Some(Scalar::Float(number)) => number.fract() == 0.0,
            _ => false,
        },
        "number" => matches!(node.scalar(), Some(Scalar::Int(_) | Scalar::UInt(_) | Scalar::Float(_))),
        _ => true,
    };
    if fits {
        return Ok(());
    }
    let is_ambiguous = type_name == "string"
        && node.is_scalar()
        && !node.is_null()
        && matches!(node.style(), Style::Plain | Style::Json);
    Err(match is_ambiguous {
        true => Fault::AmbiguousScalar,
        false => Fault::WrongType { expected: Expected::Types(vec![type_name.to_owned()]) },
    })
}

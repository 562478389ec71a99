//! References whose kinds only the input or the configuration can tell: the resources that rules of roles name, and the
//! fields that the configuration declares.

use crate::config::{Reference, Settings};
use crate::graph::names::KindRef;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, Program, group_of};
use crate::parse::schema::table::{Scope, Table};
use crate::parse::tree::NodeRef;

/// What the input and the configuration say of kinds.
#[derive(Debug)]
pub(super) struct Declared<'p> {
    /// Plural, group and kind of every resource, sorted: the built-in ones and those of CustomResourceDefinitions.
    resources: Vec<(&'p str, &'p str, KindRef<'p>)>,
    /// The declared fields, with the kind that each names.
    references: Vec<(FieldPath<'p>, KindRef<'p>)>,
    /// The admission policies that take parameters, by kind and name, and the kind of these; sorted.
    parameters: Vec<((Kind, &'p str), KindRef<'p>)>,
}

/// A declared field.
#[derive(Debug)]
pub(super) struct FieldPath<'p> {
    reference: &'p Reference,
    /// Each key, and whether a list follows.
    steps: Vec<(&'p str, bool)>,
}

impl<'p> FieldPath<'p> {
    fn new(reference: &'p Reference) -> Self {
        let steps = reference.path.split('.').map(|step| match step.strip_suffix("[]") {
            Some(key) => (key, true),
            None => (step, false),
        });
        Self { reference, steps: steps.collect() }
    }

    fn is_of(&self, object: ObjectRef<'_>) -> bool {
        let Reference { kind, group, .. } = self.reference;
        kind == object.kind_name() && group.as_ref().is_none_or(|group| group == object.group())
    }

    /// The fields at the path, each with the mapping that holds it.
    pub(super) fn fields(&self, root: NodeRef<'p>) -> Vec<(NodeRef<'p>, NodeRef<'p>)> {
        let mut at = vec![(root, root)];
        for (key, is_list) in &self.steps {
            let mut next = Vec::new();
            for (holder, _) in at {
                let Some(value) = holder.get(key) else { continue };
                match is_list {
                    true => next.extend(value.items().map(|item| (item, holder))),
                    false => next.push((value, holder)),
                }
            }
            at = next;
        }
        at
    }
}

impl<'p> Declared<'p> {
    pub(super) fn new(program: &'p Program, settings: &'p Settings) -> Self {
        let mut declared = Self::of_settings(settings);
        let definitions = program.objects_of_kind(Kind::CustomResourceDefinition);
        declared.resources.extend(definitions.filter_map(|definition| {
            let text = |path| definition.get(path).and_then(NodeRef::as_str);
            let (group, kind) = (text("spec.group")?, text("spec.names.kind")?);
            Some((text("spec.names.plural")?, group, KindRef::of(group, kind)))
        }));
        declared.resources.sort_unstable();
        declared.resources.dedup();
        declared.parameters = program.objects_of_kinds(is_policy).filter_map(parameters_of_policy).collect();
        declared.parameters.sort_unstable();
        declared
    }

    /// Without the kinds that the input defines.
    pub(super) fn of_settings(settings: &'p Settings) -> Self {
        let built_in = Table::of(settings.target).kinds().filter(|kind| kind.scope != Scope::Subresource);
        let mut resources: Vec<(&str, &str, KindRef<'_>)> =
            built_in.map(|kind| (kind.plural, kind.group(), KindRef::of(kind.group(), kind.kind))).collect();
        resources.sort_unstable();
        let references = settings.references.iter().map(|reference| {
            let kind = match &reference.target_group {
                Some(group) => KindRef::of(group, &reference.target),
                None => Kind::named(&reference.target)
                    .map_or(KindRef::Other { group: "", name: &reference.target }, KindRef::Known),
            };
            (FieldPath::new(reference), kind)
        });
        Self { resources, references: references.collect(), parameters: Vec::new() }
    }

    /// The declared fields of objects like this one, and what each names.
    pub(super) fn references_of(
        &self,
        object: ObjectRef<'p>,
    ) -> impl Iterator<Item = (&FieldPath<'p>, KindRef<'p>)> {
        self.references
            .iter()
            .filter(move |(field, _)| field.is_of(object))
            .map(|(field, kind)| (field, *kind))
    }

    /// Whether an object has the field of a declared reference.
    pub(super) fn has_field(&self, reference: usize, object: ObjectRef<'p>) -> bool {
        let Some((field, _)) = self.references.get(reference) else { return false };
        field.is_of(object) && !field.fields(object.root()).is_empty()
    }

    /// The kind of parameters that the policy takes which an object binds.
    pub(super) fn kind_of_parameters(&self, binding: ObjectRef<'_>) -> Option<KindRef<'p>> {
        let policy = match binding.kind() {
            Kind::ValidatingAdmissionPolicyBinding => Kind::ValidatingAdmissionPolicy,
            Kind::MutatingAdmissionPolicyBinding => Kind::MutatingAdmissionPolicy,
            _ => return None,
        };
        let wanted = (policy, binding.get("spec.policyName")?.as_str()?);
        let start = self.parameters.partition_point(|(policy, _)| *policy < wanted);
        self.parameters.get(start).filter(|(policy, _)| *policy == wanted).map(|(_, kind)| *kind)
    }

    /// The kinds of the resources that a rule of a role names. Of virtual resources, such as users, there are no objects.
    pub(super) fn kinds_of_rule(&self, rule: NodeRef<'p>) -> Vec<KindRef<'p>> {
        let items = |list: &str| rule.get(list).into_iter().flat_map(NodeRef::items);
        let mut kinds = Vec::new();
        for resource in items("resources") {
            let plural = resource.content().split_once('/').map_or(resource.content(), |(base, _)| base);
            for group in items("apiGroups") {
                let wanted = (plural, group.content());
                let start = self.resources.partition_point(|(plural, group, _)| (*plural, *group) < wanted);
                let found = self.resources[start..].iter().take_while(|row| (row.0, row.1) == wanted);
                kinds.extend(found.map(|row| row.2));
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}

fn is_policy(kind: Kind) -> bool {
    matches!(kind, Kind::ValidatingAdmissionPolicy | Kind::MutatingAdmissionPolicy)
}

/// An admission policy that takes parameters, and the kind of these.
fn parameters_of_policy(object: ObjectRef<'_>) -> Option<((Kind, &str), KindRef<'_>)> {
    if !is_policy(object.kind()) {
        return None;
    }
    let parameters = object.get("spec.paramKind")?;
    let text = |key| parameters.get(key).and_then(NodeRef::as_str);
    Some(((object.kind(), object.name()), KindRef::of(group_of(text("apiVersion")?), text("kind")?)))
}

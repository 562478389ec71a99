//! Who names whom: every reference between the objects of a program, and what it leads to.
//!
//! Facts only. Whether a missing object is a fault, and how grave, is for the checks to say.

pub mod containers;
mod declared;
mod extract;
pub(crate) mod hash;
mod kustomize;
pub mod made;
pub mod map;
mod names;
mod pods;
pub mod ports;
pub mod reference;
pub mod selected;
pub mod selector;
mod services;
mod snapshot;
pub mod table;
mod template;
pub mod typo;
pub mod volumes;
pub mod world;

use std::ops::Range;

use rayon::prelude::*;

use crate::config::{Settings, World as WorldSetting};
use crate::graph::declared::Declared;
use crate::graph::names::NameIndex;
use crate::graph::pods::PodIndex;
use crate::graph::reference::{Edge, Resolution, Scope, To, readings};
use crate::graph::selector::Selector;
use crate::graph::services::ServiceIndex;
use crate::graph::snapshot::Snapshot;
use crate::graph::template::Templates;
use crate::graph::world::World;
use crate::parse::foreign::SkipReason;
use crate::parse::kind::Kind;
use crate::parse::object::{File, ObjectId, ObjectRef, Program};
use crate::source::{FILES_AT_ONCE, FileId};

pub use names::{Closest, KindRef};
pub use pods::{Labels, NAMESPACE_NAME_LABEL, NearMiss, Pod};

/// All references of a program, with the indexes to look around in it.
#[derive(Debug)]
pub struct Graph<'p> {
    program: &'p Program,
    names: NameIndex,
    pods: PodIndex<'p>,
    services: ServiceIndex<'p>,
    world: World<'p>,
    is_closed: bool,
    declared: Declared<'p>,
    templates: Templates<'p>,
    snapshot: Snapshot<'p>,
    /// Files that hold patches, in order: what stands in them is no object of its own.
    patches: Vec<FileId>,
    /// In the order of the objects that they start from, and of the fields in them.
    edges: Vec<Edge<'p>>,
    /// For each object, where its edges end in `edges`; they start where those of the one before end.
    ends: Vec<u32>,
    /// Edges that lead to an object of the program, by that object and then in order.
    incoming: Vec<u32>,
    /// For each object, where the edges that lead to it end in `incoming`.
    incoming_ends: Vec<u32>,
}

impl<'p> Graph<'p> {
    /// Reads all references of a program and resolves them.
    pub fn build(program: &'p Program, settings: &'p Settings) -> Self {
        let patches = kustomize::patch_files(program);
        let declared = Declared::new(program, settings);
        let ((names, world), (pods, mut by_file)) = rayon::join(
            || (NameIndex::new(program, &patches), World::new(program, &settings.external)),
            || (PodIndex::new(program, &patches), extract(program, &patches, &declared)),
        );
        let templates = Templates::new(program);
        let resolver = Resolver { program, names: &names, world: &world, templates: &templates };
        let resolve = || {
            by_file.par_iter_mut().with_max_len(FILES_AT_ONCE).for_each(|(_, edges)| {
                resolver.resolve_all(edges);
            });
        };
        let ((services, snapshot), ()) =
            rayon::join(|| (ServiceIndex::new(program, &pods), Snapshot::new(program)), resolve);
        let mut edges = Vec::with_capacity(by_file.iter().map(|(_, edges)| edges.len()).sum());
        let mut ends = Vec::with_capacity(program.len());
        for (file_ends, mut file_edges) in by_file {
            let base = edges.len() as u32;
            ends.extend(file_ends.into_iter().map(|end| base + end));
            edges.append(&mut file_edges);
        }
        let (incoming, incoming_ends) = by_target(&edges, program.len());
        let is_closed = settings.world == WorldSetting::Closed;
        Self {
            program,
            names,
            pods,
            services,
            world,
            is_closed,
            declared,
            templates,
            snapshot,
            patches,
            edges,
            ends,
            incoming,
            incoming_ends,
        }
    }

    /// The program that it is the graph of.
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// Whether the input is all there is: what is missing does not exist.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Whether the input has all objects of a kind in a namespace: the world is closed, or the dump of a cluster among the
    /// input was asked for them.
    pub fn is_closed_for(&self, kind: KindRef<'_>, namespace: Option<&str>) -> bool {
        self.is_closed || self.snapshot.covers(kind, namespace)
    }

    /// Whether an object was read from a cluster, as its uid and resource version in a list say.
    pub fn is_live(&self, object: ObjectId) -> bool {
        self.snapshot.has(object)
    }

    /// Whether any object has the field of one of the declared references, by its index in the settings.
    pub fn has_declared_field(&self, reference: usize) -> bool {
        self.program.objects().any(|object| self.declared.has_field(reference, object))
    }

    /// Whether an object is a patch that a kustomization file applies to another one: it is found under no name, has no
    /// references, and what it lacks stands elsewhere.
    pub fn is_patch(&self, object: ObjectRef<'_>) -> bool {
        is_patch(object, &self.patches)
    }

    /// Whether a kustomization file of the input may add labels of a key to objects that do not have it.
    pub fn may_be_labelled(&self, key: &str) -> bool {
        kustomize::adds_label(self.program, key)
    }

    /// Whether a patch of a kustomization file may add a key to a ConfigMap or Secret of the input.
    pub fn may_be_patched_in(&self, kind: Kind, name: &str, key: &str) -> bool {
        kustomize::may_add_key(self.program, &self.patches, (kind, name), key)
    }

    /// Whether a kustomization file of the input replaces `$(name)` in what it builds: it is one of its `vars`.
    pub fn is_kustomize_variable(&self, name: &str) -> bool {
        kustomize::has_variable(self.program, name)
    }

    /// All references, in the order of the objects and of the fields in them.
    pub fn edges(&self) -> &[Edge<'p>] {
        &self.edges
    }

    /// The references of an object, in source order.
    pub fn edges_from(&self, object: ObjectId) -> &[Edge<'p>] {
        &self.edges[run_of(&self.ends, object)]
    }

    /// The references that an object would have, which need not be one of the program: none is resolved.
    pub fn edges_in<'o>(&self, object: ObjectRef<'o>) -> Vec<Edge<'o>>
    where
        'p: 'o,
    {
        let mut edges = Vec::new();
        extract::edges_of(object, &self.declared, &mut edges);
        edges
    }

    /// The references that lead to an object.
    pub fn edges_to(&self, object: ObjectId) -> impl Iterator<Item = &Edge<'p>> {
        let run = run_of(&self.incoming_ends, object);
        self.incoming[run].iter().map(|index| &self.edges[*index as usize])
    }

    /// All objects of one identity, in order: more than one where it is defined twice.
    pub fn find(
        &self,
        kind: KindRef<'_>,
        namespace: Option<&str>,
        name: &str,
    ) -> impl Iterator<Item = ObjectRef<'p>> {
        self.names.find(self.program, kind, namespace, name)
    }

    /// Whether any object of the input lives in a namespace.
    pub fn is_inhabited(&self, namespace: &str) -> bool {
        self.names.is_inhabited(self.program, namespace)
    }

    /// Whether a namespace is in the input, or in every cluster.
    pub fn is_namespace(&self, name: &str) -> bool {
        let kind = Kind::Namespace;
        world::always_exists(kind, None, name) || self.find(KindRef::Known(kind), None, name).next().is_some()
    }

    /// The other objects with the kind, namespace and name of this one, in order.
    pub fn twins(&self, object: ObjectRef<'p>) -> impl Iterator<Item = ObjectRef<'p>> {
        let may_have_twin = self.names.may_have_twin(object.id);
        let all =
            may_have_twin.then(|| self.find(KindRef::of_object(object), object.namespace(), object.name()));
        all.into_iter().flatten().filter(move |other| other.id != object.id)
    }

    /// The objects that make an object of this name, or add to it; `None` for the generators of a kustomization file, which
    /// is no object.
    pub fn makers<'g>(
        &'g self,
        kind: Kind,
        namespace: Option<&'g str>,
        name: &'g str,
    ) -> impl Iterator<Item = Option<ObjectRef<'p>>> {
        let makers = self.world.makers(kind, namespace, name);
        makers.map(|maker| maker.map(|maker| self.program.object(maker)))
    }

    /// All objects of a kind and name in whichever namespace, in order.
    pub fn find_anywhere(&self, kind: KindRef<'_>, name: &str) -> impl Iterator<Item = ObjectRef<'p>> {
        self.names.find_anywhere(self.program, kind, name)
    }

    /// All objects of a kind in a namespace (`None` for kinds that live in none), in order.
    pub fn all(&self, kind: KindRef<'_>, namespace: Option<&str>) -> impl Iterator<Item = ObjectRef<'p>> {
        self.names.all(self.program, kind, namespace)
    }

    /// The object of a kind in a namespace whose name is nearest to one that does not exist.
    pub fn closest_name(
        &self,
        kind: KindRef<'_>,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<Closest<'p>> {
        self.names.closest(self.program, kind, namespace, name)
    }

    /// What an object of the input makes in a namespace, by a name that another one is a slip of the pen for, and who makes
    /// it.
    pub fn closest_made(
        &self,
        kind: KindRef<'_>,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<(String, ObjectRef<'p>)> {
        let KindRef::Known(kind) = kind else { return None };
        let (name, maker) = self.world.nearest_made(kind, namespace?, name)?;
        Some((name, self.program.object(maker)))
    }

    /// All pods and pod templates of workloads, in order.
    pub fn pods(&self) -> &[Pod<'p>] {
        self.pods.all()
    }

    /// The pods that an object is or makes.
    pub fn pod_of(&self, owner: ObjectId) -> Option<&Pod<'p>> {
        self.pods.of(owner)
    }

    /// All pods of a namespace, in order.
    pub fn pods_in<'g>(&'g self, namespace: &'g str) -> impl Iterator<Item = &'g Pod<'p>> {
        self.pods.in_namespace(namespace)
    }

    /// The pods of a namespace that a selector matches, in order. A selector without terms matches all of them.
    pub fn select<'g>(
        &'g self,
        namespace: &'g str,
        selector: &'g Selector<'p>,
    ) -> impl Iterator<Item = &'g Pod<'p>> {
        self.pods.select(namespace, selector)
    }

    /// The pods of all namespaces that a selector matches, in order; none for a selector without pairs.
    pub fn select_anywhere<'g>(&'g self, selector: &'g Selector<'p>) -> impl Iterator<Item = &'g Pod<'p>> {
        self.pods.select_anywhere(selector)
    }

    /// The pod that comes nearest to a selector which matches none.
    pub fn nearest_pod<'g>(
        &'g self,
        namespace: &'g str,
        selector: &Selector<'p>,
    ) -> Option<NearMiss<'g, 'p>> {
        self.pods.nearest(namespace, selector)
    }

    /// The selector of a Service; `None` where it has none or is of type `ExternalName`, for then its endpoints are made
    /// by hand.
    pub fn service_selector(&self, service: ObjectId) -> Option<&Selector<'p>> {
        self.services.selector(service)
    }

    /// The pods that a Service selects, in order.
    pub fn pods_of_service(&self, service: ObjectId) -> impl Iterator<Item = &Pod<'p>> {
        let namespace = self.program.object(service).namespace().unwrap_or_default();
        let selector = self.service_selector(service);
        selector.into_iter().flat_map(move |selector| self.select(namespace, selector))
    }

    /// The Services that select a pod, in order.
    pub fn services_of_pod(&self, pod: &Pod<'p>) -> Vec<ObjectRef<'p>> {
        self.services.selecting(self.program, pod)
    }

    /// Whether pods that are not in the input may well live in a namespace: a custom resource there is of a kind from
    /// which an operator may make some, or an object there could not be read whole.
    pub fn may_have_other_pods(&self, namespace: &str) -> bool {
        self.world.has_operated_pods(namespace)
    }

    /// Whether a file that is a template, and has yet to be rendered, speaks of pods that a selector matches.
    pub fn is_selected_in_template(&self, selector: &Selector<'_>) -> bool {
        self.templates.may_fulfil(selector)
    }

    /// What a reference to an object would lead to, if `from` made it.
    pub fn resolve(
        &self,
        from: ObjectRef<'p>,
        kind: KindRef<'_>,
        namespace: Option<&str>,
        name: &str,
    ) -> Resolution {
        let Self { program, names, world, templates, .. } = self;
        Resolver { program, names, world, templates }.lookup(from, kind, namespace, name)
    }
}

/// What is known of references without any other file: all but the kinds that the input defines.
#[derive(Debug)]
pub struct References<'s> {
    declared: Declared<'s>,
}

impl<'s> References<'s> {
    /// Those that the settings declare among them.
    pub fn new(settings: &'s Settings) -> Self {
        Self { declared: Declared::of_settings(settings) }
    }

    /// The references of an object, in source order, without what they lead to.
    pub fn of<'o>(&self, object: ObjectRef<'o>) -> Vec<Edge<'o>>
    where
        's: 'o,
    {
        let mut edges = Vec::new();
        extract::edges_of(object, &self.declared, &mut edges);
        edges
    }

    /// Whether an object has the field of a declared reference, by its index in the settings.
    pub fn has_field<'o>(&self, reference: usize, object: ObjectRef<'o>) -> bool
    where
        's: 'o,
    {
        let declared: &Declared<'o> = &self.declared;
        declared.has_field(reference, object)
    }
}

/// Whether what a file says of other files cannot be told by names: it is a template, or may be the dump of a cluster,
/// whose gaps mean something.
pub fn speaks_of_all(file: &File) -> bool {
    file.foreign == Some(SkipReason::Template) || snapshot::may_be_dump(file)
}

/// Whether a file is one of those that say which files are patches and which objects a generator makes.
pub fn is_kustomization(file: &File) -> bool {
    kustomize::is_kustomization(file.source.path())
}

fn is_patch(object: ObjectRef<'_>, patches: &[FileId]) -> bool {
    patches.binary_search(&object.file.id).is_ok()
}

/// What belongs to an object in a list that is grouped by objects, where it is known where each group ends.
fn run_of(ends: &[u32], object: ObjectId) -> Range<usize> {
    let index = object.0 as usize;
    let start = index.checked_sub(1).map_or(0, |before| ends[before]);
    start as usize..ends[index] as usize
}

/// The indexes of the edges that lead to objects, grouped by these and else in order, and where each group ends.
fn by_target(edges: &[Edge<'_>], objects: usize) -> (Vec<u32>, Vec<u32>) {
    let targets = || (0u32..).zip(edges).filter_map(|(index, edge)| Some((index, edge.target()?.0 as usize)));
    let mut ends = vec![0u32; objects + 1];
    targets().for_each(|(_, target)| ends[target + 1] += 1);
    let mut end = 0;
    for count in &mut ends {
        end += *count;
        *count = end;
    }
    // Where a group starts moves on to where it ends while it is filled.
    let mut grouped = vec![0; end as usize];
    for (index, target) in targets() {
        grouped[ends[target] as usize] = index;
        ends[target] += 1;
    }
    ends.truncate(objects);
    (grouped, ends)
}

/// The edges of each file, and where those of each of its objects end.
fn extract<'p>(
    program: &'p Program,
    patches: &[FileId],
    declared: &Declared<'p>,
) -> Vec<(Vec<u32>, Vec<Edge<'p>>)> {
    let mut first = 0;
    let starts = program.files().iter().map(|file| {
        let start = first;
        first += file.objects.len();
        start..first
    });
    let ranges: Vec<_> = starts.collect();
    let by_file = ranges.into_par_iter().with_max_len(FILES_AT_ONCE).map(|objects| {
        let mut edges = Vec::new();
        let ends = objects.map(|index| {
            let object = program.object(ObjectId(index as u32));
            if !is_patch(object, patches) {
                extract::edges_of(object, declared, &mut edges);
            }
            edges.len() as u32
        });
        (ends.collect(), edges)
    });
    by_file.collect()
}

struct Resolver<'g, 'p> {
    program: &'p Program,
    names: &'g NameIndex,
    world: &'g World<'p>,
    templates: &'g Templates<'p>,
}

impl<'p> Resolver<'_, 'p> {
    /// Resolves the edges of one file.
    fn resolve_all(&self, edges: &mut [Edge<'p>]) {
        // Nearly all objects of a file live in one namespace, which need not be looked up for each.
        let mut namespace: Option<(&str, Resolution)> = None;
        for edge in edges {
            let is_namespace = edge.kind == KindRef::Known(Kind::Namespace);
            edge.resolution = match namespace {
                Some((name, resolution)) if is_namespace && name == edge.name => resolution,
                _ => self.lookup(self.program.object(edge.from), edge.kind, edge.namespace, edge.name),
            };
            if edge.resolution == Resolution::Missing {
                self.read_otherwise(edge);
            }
            if is_namespace {
                namespace = Some((edge.name, edge.resolution));
            }
        }
    }

    /// What else a field may mean of which the first reading leads nowhere.
    fn read_otherwise(&self, edge: &mut Edge<'p>) {
        let from = self.program.object(edge.from);
        if let To::Either(_, other) = edge.row.to {
            let kind = KindRef::Known(other);
            let resolution = self.lookup(from, kind, None, edge.name);
            if resolution != Resolution::Missing {
                (edge.kind, edge.namespace, edge.resolution) = (kind, None, resolution);
            }
        }
        if matches!(edge.row.scope, Scope::Hyphens)
            && let Some(id) = edge.hyphenated()
        {
            for (namespace, name) in readings(id) {
                let resolution = self.lookup(from, edge.kind, Some(namespace), name);
                if resolution != Resolution::Missing {
                    (edge.namespace, edge.name, edge.resolution) = (Some(namespace), name, resolution);
                    break;
                }
            }
        }
    }

    fn lookup(
        &self,
        from: ObjectRef<'p>,
        kind: KindRef<'_>,
        namespace: Option<&str>,
        name: &str,
    ) -> Resolution {
        if let Some(found) = nearest(from, self.names.find(self.program, kind, namespace, name)) {
            return Resolution::Found(found.id);
        }
        // What lives in no namespace can only mean an object of whichever.
        if namespace.is_none()
            && kind.is_namespaced()
            && let Some(found) = nearest(from, self.names.find_anywhere(self.program, kind, name))
        {
            return Resolution::Found(found.id);
        }
        if world::is_reserved(kind, name) {
            return Resolution::Always;
        }
        if let KindRef::Known(kind) = kind {
            if world::always_exists(kind, namespace, name) {
                return Resolution::Always;
            }
            if let Some(made) = self.world.maker(kind, namespace, name) {
                return made;
            }
        }
        if self.world.is_external(kind, namespace, name) {
            return Resolution::External;
        }
        match self.world.probable_maker(self.program, kind, namespace, name) {
            Some(maker) => Resolution::Made(maker),
            None if self.templates.makes(kind, name) => Resolution::Generated,
            None => Resolution::Missing,
        }
    }
}

/// Of several objects with the same identity the one that the author most likely means: in the same file, else with the
/// longest common path, else the first.
fn nearest<'p>(
    from: ObjectRef<'p>,
    mut candidates: impl Iterator<Item = ObjectRef<'p>>,
) -> Option<ObjectRef<'p>> {
    let mut best = candidates.next()?;
    let Some(second) = candidates.next() else { return Some(best) };
    let mut best_common = common_folders(from, best);
    for candidate in std::iter::once(second).chain(candidates) {
        let common = common_folders(from, candidate);
        if common > best_common {
            (best, best_common) = (candidate, common);
        }
    }
    Some(best)
}

/// How many folders two objects' files share; more than any number of folders for the same file.
fn common_folders(left: ObjectRef<'_>, right: ObjectRef<'_>) -> usize {
    if left.file.id == right.file.id {
        return usize::MAX;
    }
    let folders = |object: ObjectRef<'_>| -> Vec<String> {
        let path = object.file.source.path();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folder.split('/').map(str::to_owned).collect()
    };
    folders(left).iter().zip(&folders(right)).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests;

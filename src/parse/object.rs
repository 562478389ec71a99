//! Documents as Kubernetes objects: who they are, and where their parts stand.

use std::sync::Arc;

use compact_str::CompactString;

use crate::diagnostic::ObjectName;
use crate::parse::kind::Kind;
use crate::parse::pod::{CustomWorkload, PodNodes, custom_template_path, pod_nodes};
use crate::parse::tree::{NodeId, NodeRef};
use crate::parse::{Parsed, foreign};
use crate::source::{FileId, SourceFile, Span};

/// One file with all that was read from it.
#[derive(Debug)]
pub struct File {
    /// Its place in the workspace.
    pub id: FileId,
    /// Its path and text.
    pub source: Arc<SourceFile>,
    /// Its syntax tree and what was wrong with the text.
    pub parsed: Parsed,
    /// The objects in it, in order, `List` kinds flattened.
    pub objects: Vec<Object>,
    /// The documents in it that are no objects, in order.
    pub fragments: Vec<Fragment>,
    /// Whether any of the objects stands in a list.
    pub has_list: bool,
    /// Why the file is not Kubernetes, if it is not: then it has no objects and no fragments.
    pub foreign: Option<foreign::SkipReason>,
}

/// A document that is not a Kubernetes object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The document's root, or the list item.
    pub root: NodeId,
    /// What keeps it from being one.
    pub lack: Lack,
}

/// What a document lacks to be an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// It is a scalar or a sequence.
    NotAMapping,
    /// Neither `apiVersion` nor `kind`.
    Both,
    /// `kind` but no `apiVersion`.
    ApiVersion,
    /// `apiVersion` but no `kind`.
    Kind,
    /// Either stands there, but is not a string.
    NotText,
}

/// One object as it stands in a file.
#[derive(Clone, Debug)]
pub struct Object {
    /// The mapping that is the object.
    pub root: NodeId,
    /// `apps/v1`.
    pub api_version: CompactString,
    /// `Deployment`, as written.
    pub kind_name: CompactString,
    /// The kind, where it is one that kplan knows.
    pub kind: Kind,
    /// The namespace: as written, else the default one; `None` for kinds known to be cluster-scoped.
    pub namespace: Option<CompactString>,
    /// `metadata.name`; empty where there is none, or it is not a string.
    pub name: CompactString,
    /// What stands at `spec`: where most paths that are asked for begin.
    pub spec: Option<NodeId>,
    /// `metadata.annotations`, where it is a mapping: looked at by many checks, and absent from most objects.
    pub annotations: Option<NodeId>,
    /// `metadata.labels`, where it is a mapping.
    pub labels: Option<NodeId>,
    /// The pod template of a custom resource that carries one.
    pub template: Option<NodeId>,
    /// Where its pods are described, if it makes any.
    pub pod: Option<PodNodes>,
    /// A syntax error lies in its document: what is absent may only be unread.
    pub broken: bool,
}

/// What the settings say of how objects are read.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'s> {
    /// The namespace of namespaced objects that name none.
    pub default_namespace: &'s str,
    /// Custom resources that carry a pod template, beside those that are known to.
    pub workloads: &'s [CustomWorkload],
}

impl Reading<'_> {
    /// Nothing configured.
    pub const PLAIN: Self = Self { default_namespace: "default", workloads: &[] };
}

/// Reads the objects of a parsed file.
pub fn read_objects(id: FileId, source: Arc<SourceFile>, parsed: Parsed, reading: Reading<'_>) -> File {
    let (objects, fragments) = (Vec::new(), Vec::new());
    let mut file = File { id, source, parsed, objects, fragments, has_list: false, foreign: None };
    file.foreign = foreign::recognise(file.source.path(), file.source.text(), &file.parsed);
    if file.foreign.is_some() {
        return file;
    }
    let File { parsed, objects, fragments, has_list, .. } = &mut file;
    for document in &parsed.documents {
        let first = objects.len();
        read_document(parsed.tree.node(document.root), document.broken, reading, objects, fragments);
        *has_list |= objects[first..].iter().any(|object| object.root != document.root);
    }
    file
}

/// Mirrors `resource.FlattenListVisitor` and `UnstructuredList` decoding: whatever has `items` at its top is a list,
/// and an item without `kind` and `apiVersion` takes the list's, less the suffix `List`.
fn read_document(
    root: NodeRef<'_>,
    broken: bool,
    reading: Reading<'_>,
    objects: &mut Vec<Object>,
    fragments: &mut Vec<Fragment>,
) {
    // Pending nodes with the type that the surrounding list lends them, last first.
    let mut pending = vec![(root, None::<(CompactString, CompactString)>)];
    while let Some((node, lent)) = pending.pop() {
        let (api_version, kind_name) = match (type_meta(node), lent) {
            (Ok(own), _) | (Err(Lack::Both), Some(own)) => own,
            (Err(_), _) if node.is_null() => continue,
            (Err(lack), _) => {
                fragments.push(Fragment { root: node.id(), lack });
                continue;
            }
        };
        if let Some(items) = list_items(node, &kind_name) {
            let lent = kind_name.strip_suffix("List").filter(|kind| !kind.is_empty());
            let lent = lent.map(|kind| (api_version.clone(), CompactString::from(kind)));
            let first = pending.len();
            pending.extend(items.items().map(|item| (item, lent.clone())));
            pending[first..].reverse();
            continue;
        }
        objects.push(object(node, api_version, kind_name, broken, reading));
    }
}

fn list_items<'t>(node: NodeRef<'t>, kind_name: &str) -> Option<NodeRef<'t>> {
    let items = node.get("items")?;
    // A custom resource may have a field of that name; kubectl would still take it for a list, but a mapping is none.
    (items.is_sequence() || (items.is_null() && kind_name.ends_with("List"))).then_some(items)
}

fn type_meta(node: NodeRef<'_>) -> Result<(CompactString, CompactString), Lack> {
    if !node.is_mapping() {
        return Err(Lack::NotAMapping);
    }
    let field = |key| node.get(key).filter(|value| !value.is_null() && value.content() != "");
    match (field("apiVersion"), field("kind")) {
        (Some(api_version), Some(kind)) => match (api_version.as_str(), kind.as_str()) {
            (Some(api_version), Some(kind)) => Ok((api_version.into(), kind.into())),
            _ => Err(Lack::NotText),
        },
        (None, None) => Err(Lack::Both),
        (None, Some(_)) => Err(Lack::ApiVersion),
        (Some(_), None) => Err(Lack::Kind),
    }
}

fn object(
    root: NodeRef<'_>,
    api_version: CompactString,
    kind_name: CompactString,
    broken: bool,
    reading: Reading<'_>,
) -> Object {
    let kind = Kind::of(group_of(&api_version), &kind_name);
    let metadata = root.get("metadata");
    let text = |key| metadata.and_then(|metadata| metadata.get(key)).and_then(NodeRef::as_str);
    let mapping = |key| metadata.and_then(|metadata| metadata.get(key)).filter(|node| node.is_mapping());
    let annotations = mapping("annotations").map(NodeRef::id);
    let labels = mapping("labels").map(NodeRef::id);
    let namespace = kind.is_namespaced().then(|| {
        CompactString::from(
            text("namespace").filter(|namespace| !namespace.is_empty()).unwrap_or(reading.default_namespace),
        )
    });
    let name = CompactString::from(text("name").unwrap_or_default());
    let is_custom = matches!(kind, Kind::Other | Kind::ScaledJob) || !reading.workloads.is_empty();
    let template = is_custom
        .then(|| custom_template_path(reading.workloads, group_of(&api_version), &kind_name))
        .flatten();
    let template = template
        .and_then(|path| if path.is_empty() { Some(root) } else { root.get_path(path) })
        .filter(|node| node.is_mapping());
    Object {
        root: root.id(),
        spec: root.get("spec").map(NodeRef::id),
        kind,
        namespace,
        name,
        annotations,
        labels,
        template: template.map(NodeRef::id),
        pod: pod_nodes(kind, root, template),
        broken,
        api_version,
        kind_name,
    }
}

/// The API group of an `apiVersion`; `""` for the core group.
pub fn group_of(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}

impl File {
    /// The span of a node of this file.
    pub fn span(&self, node: NodeRef<'_>) -> Span {
        let range = node.range();
        Span::new(self.id, range.start, range.end)
    }

    /// A node of this file.
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        self.parsed.tree.node(id)
    }
}

/// Index of an object in a [`Program`], in the order of files and of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

/// All files of one run, read.
#[derive(Debug, Default)]
pub struct Program {
    files: Vec<Arc<File>>,
    objects: Vec<(u32, u32)>,
    /// The kind of each object: who wants those of one kind does not touch the others.
    kinds: Vec<Kind>,
}

impl Program {
    /// A program of these files, which must be in the order of their ids. Ids may be left out: then it is a part of a
    /// larger program, with the same ids and spans.
    pub fn new(files: Vec<Arc<File>>) -> Self {
        let mut objects = Vec::with_capacity(files.iter().map(|file| file.objects.len()).sum());
        let mut kinds = Vec::with_capacity(objects.capacity());
        for (index, file) in files.iter().enumerate() {
            objects.extend((0..file.objects.len()).map(|object| (index as u32, object as u32)));
            kinds.extend(file.objects.iter().map(|object| object.kind));
        }
        Self { files, objects, kinds }
    }

    /// The files, in order.
    pub fn files(&self) -> &[Arc<File>] {
        &self.files
    }

    /// The file of an id that it has.
    pub fn file(&self, id: FileId) -> &File {
        self.shared_file(id)
    }

    /// The file of an id that it has, shared.
    pub fn shared_file(&self, id: FileId) -> &Arc<File> {
        match self.files.get(id.0 as usize) {
            Some(file) if file.id == id => file,
            _ => &self.files[self.files.partition_point(|file| file.id < id)],
        }
    }

    /// Number of objects.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there is no object at all.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// One object.
    pub fn object(&self, id: ObjectId) -> ObjectRef<'_> {
        let (file, object) = self.objects[id.0 as usize];
        let file = &*self.files[file as usize];
        ObjectRef { id, file, object: &file.objects[object as usize] }
    }

    /// The objects of one file, in order.
    pub fn objects_of(&self, file: FileId) -> impl DoubleEndedIterator<Item = ObjectRef<'_>> {
        let start = self.objects.partition_point(|(other, _)| *other < file.0);
        let end = self.objects.partition_point(|(other, _)| *other <= file.0);
        (start..end).map(|index| self.object(ObjectId(index as u32)))
    }

    /// The objects of some kinds, in order.
    pub fn objects_of_kinds(&self, is_wanted: impl Fn(Kind) -> bool) -> impl Iterator<Item = ObjectRef<'_>> {
        let kinds = (0..).zip(&self.kinds);
        kinds.filter(move |(_, kind)| is_wanted(**kind)).map(|(index, _)| self.object(ObjectId(index)))
    }

    /// The objects of one kind, in order.
    pub fn objects_of_kind(&self, kind: Kind) -> impl Iterator<Item = ObjectRef<'_>> {
        self.objects_of_kinds(move |other| other == kind)
    }

    /// All objects, in order.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = ObjectRef<'_>> {
        (0..self.objects.len()).map(|index| self.object(ObjectId(index as u32)))
    }
}

/// An object with its file: the view that graph and checks work on.
#[derive(Clone, Copy, Debug)]
pub struct ObjectRef<'p> {
    /// Its place in the program.
    pub id: ObjectId,
    /// The file that it stands in.
    pub file: &'p File,
    object: &'p Object,
}

impl<'p> ObjectRef<'p> {
    /// The kind, where it is one that kplan knows.
    pub fn kind(self) -> Kind {
        self.object.kind
    }

    /// `kind` as written.
    pub fn kind_name(self) -> &'p str {
        &self.object.kind_name
    }

    /// `apiVersion` as written.
    pub fn api_version(self) -> &'p str {
        &self.object.api_version
    }

    /// The API group; `""` for the core group.
    pub fn group(self) -> &'p str {
        group_of(&self.object.api_version)
    }

    /// `metadata.name`; empty where there is none.
    pub fn name(self) -> &'p str {
        &self.object.name
    }

    /// The namespace that it lives in; `None` for cluster-scoped kinds.
    pub fn namespace(self) -> Option<&'p str> {
        self.object.namespace.as_deref()
    }

    /// `shop/web`, or `web` for a cluster-scoped object.
    pub fn full_name(self) -> String {
        match self.namespace() {
            Some(namespace) => format!("{namespace}/{}", self.name()),
            None => self.name().to_owned(),
        }
    }

    /// The pod template of a custom resource that is known, or declared, to carry one.
    pub fn custom_template(self) -> Option<NodeRef<'p>> {
        self.object.template.map(|template| self.file.node(template))
    }

    /// Where its pods are described.
    pub(super) fn pod_nodes(self) -> Option<PodNodes> {
        self.object.pod
    }

    /// Whether a syntax error lies in its document: what is absent may only be unread.
    pub fn is_broken(self) -> bool {
        self.object.broken
    }

    /// The mapping that is the object.
    pub fn root(self) -> NodeRef<'p> {
        self.file.node(self.object.root)
    }

    /// The node at a dotted path of plain keys, if it exists and is not null.
    pub fn get(self, path: &str) -> Option<NodeRef<'p>> {
        let node = match path.strip_prefix("spec.") {
            Some(rest) => self.file.node(self.object.spec?).get_path(rest),
            None => self.root().get_path(path),
        };
        node.filter(|node| !node.is_null())
    }

    /// The span of a node of its file.
    pub fn span(self, node: NodeRef<'_>) -> Span {
        self.file.span(node)
    }

    /// The span that stands for the whole object in a picture: its name, else its kind. Always exists.
    pub fn name_span(self) -> Span {
        let node = self.get("metadata.name").or_else(|| self.get("kind")).unwrap_or_else(|| self.root());
        self.span(node)
    }

    /// The labels of the object itself.
    pub fn labels(self) -> Option<NodeRef<'p>> {
        self.object.labels.map(|labels| self.file.node(labels))
    }

    /// The value of an annotation, if it is a string.
    pub fn annotation(self, key: &str) -> Option<NodeRef<'p>> {
        let annotations = self.file.node(self.object.annotations?);
        annotations.get(key).filter(|value| value.as_str().is_some())
    }

    /// Its identity as plain data.
    pub fn to_name(self) -> ObjectName {
        ObjectName {
            api_version: self.api_version().to_owned(),
            kind: self.kind_name().to_owned(),
            namespace: self.namespace().map(str::to_owned),
            name: self.name().to_owned(),
        }
    }
}

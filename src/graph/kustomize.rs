//! Kustomization files, as far as they say which files of the input are no objects of their own.

use crate::parse::NodeRef;
use crate::parse::kind::Kind;
use crate::parse::object::{File, ObjectRef, Program};
use crate::source::FileId;

/// Whether a file is a kustomization file, by its name.
pub(super) fn is_kustomization(path: &str) -> bool {
    let folder = ["kustomization.yaml", "kustomization.yml", "Kustomization"]
        .into_iter()
        .find_map(|name| path.strip_suffix(name));
    folder.is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
}

/// The documents of a kustomization file; none for another file.
pub(super) fn roots(file: &File) -> impl Iterator<Item = NodeRef<'_>> {
    let is_kustomization = is_kustomization(file.source.path());
    let documents = file.parsed.documents.iter().filter(move |_| is_kustomization);
    documents.map(|document| file.node(document.root))
}

/// The files that a kustomization file applies as patches, in order: what stands in them is a part of an object that is
/// defined elsewhere.
pub(super) fn patch_files(program: &Program) -> Vec<FileId> {
    let mut patched = Vec::new();
    for file in program.files() {
        for root in roots(file) {
            let folder = file.source.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            let merges = root.get("patchesStrategicMerge").into_iter().flat_map(NodeRef::items);
            let patches = root.get("patches").into_iter().flat_map(NodeRef::items);
            let paths =
                merges.chain(patches.filter_map(|patch| patch.get("path"))).filter_map(NodeRef::as_str);
            patched.extend(paths.filter(|path| !path.contains('\n')).map(|path| join(folder, path)));
        }
    }
    if patched.is_empty() {
        return Vec::new();
    }
    let is_patch = |path: &str| patched.contains(&join("", path));
    program.files().iter().filter(|file| is_patch(file.source.path())).map(|file| file.id).collect()
}

/// Whether any kustomization file adds labels of a key: by `commonLabels`, `labels`, or a transformer, which may do anything.
pub(super) fn adds_label(program: &Program, key: &str) -> bool {
    program.files().iter().flat_map(|file| roots(file)).any(|root| {
        let pairs = root.get("labels").into_iter().flat_map(NodeRef::items);
        let mut pairs = pairs.filter_map(|label| label.get("pairs")).chain(root.get("commonLabels"));
        pairs.any(|pairs| pairs.get(key).is_some()) || root.get("transformers").is_some()
    })
}

/// Whether a patch, in one of these files or in a kustomization file itself, may add a key to a ConfigMap or Secret: it is
/// for an object of that kind and name and has the key, or speaks of the key in a form that is no object.
pub(super) fn may_add_key(
    program: &Program,
    patches: &[FileId],
    (kind, name): (Kind, &str),
    key: &str,
) -> bool {
    let adds = |object: ObjectRef<'_>| {
        let maps = ["data", "binaryData", "stringData"].into_iter().filter_map(|map| object.root().get(map));
        object.kind() == kind && object.name() == name && maps.into_iter().any(|map| map.get(key).is_some())
    };
    let mut patched = patches.iter().map(|id| program.file(*id));
    let by_file = patched.any(|file| match file.objects.is_empty() {
        true => file.source.text().contains(key),
        false => program.objects_of(file.id).any(adds),
    });
    let inline = |root: NodeRef<'_>| {
        let lists = ["patches", "patchesStrategicMerge", "patchesJson6902"];
        let entries = lists.into_iter().filter_map(|list| root.get(list)).flat_map(NodeRef::items);
        // One without a line break is the path of a file.
        let texts = entries.map(|entry| entry.get("patch").unwrap_or(entry).content());
        let mut texts = texts.filter(|text| text.contains(['\n', '{']));
        texts.any(|text| text.contains(key))
    };
    by_file || program.files().iter().flat_map(|file| roots(file)).any(inline)
}

/// Whether a kustomization file declares a variable of this name.
pub(super) fn has_variable(program: &Program, name: &str) -> bool {
    let is_it = |variable: NodeRef<'_>| variable.get("name").is_some_and(|own| own.content() == name);
    program
        .files()
        .iter()
        .flat_map(|file| roots(file))
        .any(|root| root.get("vars").into_iter().flat_map(NodeRef::items).any(is_it))
}

/// `folder/path` with `.` and `..` taken out.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_from_the_folder_of_the_file() {
        assert_eq!(join("overlays/dev", "../../base/web.yaml"), "base/web.yaml");
        assert_eq!(join("", "./web.yaml"), "web.yaml");
        assert_eq!(join("..", "../web.yaml"), "../../web.yaml");
    }
}

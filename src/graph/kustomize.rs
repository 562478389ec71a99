//! Kustomization files, as far as they say which files of the input are no objects of their own.

use crate::parse::NodeRef;
use crate::parse::object::{File, Program};
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

//! The files that an editor has open, as it has them.

use std::collections::BTreeMap;

use lsp_types::{TextDocumentContentChangeEvent, Uri};

use crate::lsp::position::Encoding;
use crate::source::LineIndex;

/// An open file.
#[derive(Debug)]
pub(super) struct Document {
    /// As the client calls it.
    pub(super) uri: Uri,
    /// Counted by the client.
    pub(super) version: i32,
    pub(super) text: String,
    /// Whether the text is not in its session yet.
    pub(super) is_new: bool,
}

/// All open files, by their absolute paths.
#[derive(Debug, Default)]
pub(super) struct Documents {
    by_path: BTreeMap<String, Document>,
}

impl Documents {
    pub(super) fn open(&mut self, path: String, uri: Uri, version: i32, text: String) {
        self.by_path.insert(path, Document { uri, version, text, is_new: true });
    }

    pub(super) fn close(&mut self, path: &str) -> Option<Document> {
        self.by_path.remove(path)
    }

    pub(super) fn get(&self, path: &str) -> Option<&Document> {
        self.by_path.get(path)
    }

    /// The texts by path.
    pub(super) fn texts(&self) -> BTreeMap<&str, &str> {
        self.by_path.iter().map(|(path, document)| (path.as_str(), document.text.as_str())).collect()
    }

    /// Calls `take` with each text that is not in its session yet.
    pub(super) fn take_new(&mut self, mut take: impl FnMut(&str, &str)) {
        for (path, document) in self.by_path.iter_mut().filter(|(_, document)| document.is_new) {
            take(path, &document.text);
            document.is_new = false;
        }
    }

    /// Applies changes, in their order. Those of a file that is not open, or that are older than what is known, are passed
    /// over.
    pub(super) fn change(
        &mut self,
        path: &str,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let Some(document) = self.by_path.get_mut(path).filter(|document| version >= document.version) else {
            return false;
        };
        for change in changes {
            let Some(range) = change.range else {
                document.text = change.text;
                continue;
            };
            let lines = LineIndex::new(&document.text);
            let offset = |position| encoding.offset_in(&document.text, &lines, position) as usize;
            let (start, end) = (offset(range.start), offset(range.end));
            document.text.replace_range(start.min(end)..end.max(start), &change.text);
        }
        document.version = version;
        document.is_new = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use lsp_types::{Position, Range};

    use super::*;

    fn change(start: (u32, u32), end: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let range = Range::new(Position::new(start.0, start.1), Position::new(end.0, end.1));
        TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: text.to_owned() }
    }

    #[test]
    fn changes_apply_one_after_the_other() {
        let mut documents = Documents::default();
        let uri = crate::lsp::uri::uri_of("/a.yaml").unwrap();
        documents.open("/a.yaml".to_owned(), uri, 1, "a: \u{1F600}b\nc\n".to_owned());
        let changes =
            vec![change((0, 5), (0, 6), "x"), change((1, 0), (9, 9), "d"), change((0, 0), (0, 0), "z")];
        assert!(documents.change("/a.yaml", 2, changes, Encoding::Utf16));
        assert_eq!(documents.get("/a.yaml").unwrap().text, "za: \u{1F600}x\nd");
        assert!(!documents.change("/a.yaml", 1, vec![change((0, 0), (0, 1), "")], Encoding::Utf16), "older");
        assert!(!documents.change("/b.yaml", 3, Vec::new(), Encoding::Utf16), "not open");
    }
}

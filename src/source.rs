//! Files, spans and line positions: what every diagnostic points into.

mod decode;

use std::sync::{Arc, OnceLock};

/// How many files a thread takes at once where all files are worked on: few enough that all threads end together, enough
/// that handing them out costs nothing.
pub const FILES_AT_ONCE: usize = 32;

/// Index of a file in a [`Workspace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one file: `start` inclusive, `end` exclusive, both on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file that the range lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte. Equal to `start` for a place between two characters.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// The range as `usize`, to index into the text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Bytes of a file that are not text, found while it was decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The byte at this offset is not valid UTF-8. It and every other such byte stands as `?` in the text, so
    /// that all offsets are those of the file.
    InvalidUtf8 {
        /// Offset of the first bad byte.
        offset: u32,
    },
    /// The file is UTF-16, little-endian, which kubectl cannot read. The text is its translation.
    Utf16LittleEndian,
    /// The file is UTF-16 and does not say so by a byte order mark: to kubectl, every other byte is a control character.
    /// The text is its translation.
    Utf16WithoutMark,
    /// The file is UTF-32, of which kubectl knows nothing. The text is its translation.
    Utf32,
}

/// How the bytes of a file became text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8: offsets into the text are offsets into the file.
    Utf8,
    /// UTF-16, translated: offsets are into the translation, and no fix may be applied.
    Utf16,
    /// UTF-32, translated as well.
    Utf32,
}

/// What a file is, from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// YAML or JSON: read as kubectl reads it.
    Manifest,
    /// Markdown: its fenced `yaml` blocks are read.
    Markdown,
}

/// What a file was read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRole {
    /// It is what is being checked.
    Source,
    /// It says what the cluster has, and is itself checked only as far as that goes.
    Inventory,
    /// It is what the sources are compared with: what was there before them. It is not checked.
    Base,
}

/// One file: its path as shown to the user and its text.
#[derive(Debug)]
pub struct SourceFile {
    path: String,
    role: FileRole,
    text: Arc<str>,
    kind: FileKind,
    encoding: Encoding,
    damage: Option<Damage>,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// Decodes `bytes` (UTF-8, or UTF-16 with a byte order mark) and never fails: what is not text is recorded
    /// in [`SourceFile::damage`]. `path` is what the user sees, with `/` between its parts.
    pub fn new(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        let path = path.into();
        let kind = kind_of_path(&path);
        let (text, encoding, damage) = decode::decode(bytes);
        let role = FileRole::Source;
        Self { path, role, text: text.into(), kind, encoding, damage, lines: OnceLock::new() }
    }

    /// The file, read for something else.
    pub fn with_role(self, role: FileRole) -> Self {
        Self { role, ..self }
    }

    /// What the file was read for.
    pub fn role(&self) -> FileRole {
        self.role
    }

    /// A file that was already text, as in an editor or a test.
    pub fn from_text(path: impl Into<String>, text: &str) -> Self {
        Self::new(path, text.as_bytes().to_vec())
    }

    /// The path as shown to the user.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole text, shared: a syntax tree keeps it alive.
    pub fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// What the file is, from its name.
    pub fn kind(&self) -> FileKind {
        self.kind
    }

    /// How the bytes became text.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What was wrong with the bytes, if anything.
    pub fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// The line table, made on first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and columns of a byte offset. An offset past the end is the end; one inside a character is its start.
    pub fn position(&self, offset: u32) -> Position {
        self.lines().position(&self.text, offset)
    }
}

fn kind_of_path(path: &str) -> FileKind {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    if extension.eq_ignore_ascii_case("md") || extension.eq_ignore_ascii_case("markdown") {
        FileKind::Markdown
    } else {
        FileKind::Manifest
    }
}

/// A place in a text as people and editors count it. All members count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line: `\n`, `\r\n` and a lone `\r` each end one.
    pub line: u32,
    /// Column in bytes of UTF-8.
    pub byte: u32,
    /// Column in characters (Unicode scalar values).
    pub character: u32,
    /// Column in UTF-16 code units, as the language server protocol counts by default.
    pub utf16: u32,
}

/// The starts of all lines of a text.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`. Lines end at `\n`, `\r\n` or a lone `\r`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            starts.push(at as u32 + 1);
        }
        Self { starts }
    }

    /// Number of lines; an empty text has one.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never true: a text has at least one line.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Byte offset of the first character of `line` (from 0), or the end of the text.
    pub fn start_of(&self, text: &str, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(text.len() as u32)
    }

    /// The bytes of `line` (from 0) without its line break.
    pub fn line<'a>(&self, text: &'a str, line: u32) -> &'a str {
        let start = self.start_of(text, line) as usize;
        let end = self.start_of(text, line + 1) as usize;
        text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The line (from 0) that a byte offset lies on; of one past the end, the last.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32 - 1
    }

    /// Line and columns of a byte offset, clamped to the text and to a character boundary.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let offset = floor_char_boundary(text, offset as usize);
        let line = self.starts.partition_point(|&start| start as usize <= offset) - 1;
        let start = self.starts[line] as usize;
        let before = &text[start..offset];
        Position {
            line: line as u32,
            byte: before.len() as u32,
            character: before.chars().count() as u32,
            utf16: before.chars().map(|character| character.len_utf16() as u32).sum(),
        }
    }
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// All files of one run, in the order of their paths.
#[derive(Debug, Default)]
pub struct Workspace {
    files: Vec<Arc<SourceFile>>,
}

impl Workspace {
    /// A workspace of these files, sorted by path, so that nothing depends on the order of discovery.
    pub fn new(files: impl IntoIterator<Item = SourceFile>) -> Self {
        let mut files: Vec<_> = files.into_iter().map(Arc::new).collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Self { files }
    }

    /// A workspace of files that are shared and in the order of their paths already.
    pub fn of_shared(files: impl IntoIterator<Item = Arc<SourceFile>>) -> Self {
        Self { files: files.into_iter().collect() }
    }

    /// The workspace with one more file, unless it has a file of that path. Ids from before are void.
    pub fn with_file(mut self, file: &Arc<SourceFile>) -> Self {
        if let Err(index) = self.files.binary_search_by(|other| other.path.cmp(&file.path)) {
            self.files.insert(index, Arc::clone(file));
        }
        self
    }

    /// The workspace without some of its files. Ids from before are void.
    pub fn without(mut self, unwanted: impl Fn(&SourceFile) -> bool) -> Self {
        self.files.retain(|file| !unwanted(file));
        self
    }

    /// The workspace with the files of another beside it as its base. `name` says how a file of the base is called, from
    /// its path there; one that is called like a file of the workspace is told apart by `base:`. Ids from before are void.
    pub fn with_base(self, base: &Self, name: impl Fn(&str) -> String) -> Self {
        let mut files = self.files;
        let own = files.len();
        for file in &base.files {
            let mut path = name(&file.path);
            if files[..own].binary_search_by(|other| other.path.as_str().cmp(&path)).is_ok() {
                path = format!("base:{path}");
            }
            files.push(Arc::new(SourceFile {
                path,
                role: FileRole::Base,
                text: Arc::clone(&file.text),
                kind: file.kind,
                encoding: file.encoding,
                damage: file.damage.clone(),
                lines: OnceLock::new(),
            }));
        }
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Self { files }
    }

    /// The id of the file of a path.
    pub fn id_of(&self, path: &str) -> Option<FileId> {
        let index = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        Some(FileId(index as u32))
    }

    /// The workspace with new texts for some of its files; the others are shared, and all ids stay.
    pub fn with_texts(&self, texts: impl IntoIterator<Item = (FileId, String)>) -> Self {
        let mut files = self.files.clone();
        for (id, text) in texts {
            let file = &mut files[id.0 as usize];
            *file = Arc::new(SourceFile::from_text(file.path(), &text).with_role(file.role()));
        }
        Self { files }
    }

    /// All files with their ids, in order.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (FileId, &Arc<SourceFile>)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The file of an id of this workspace.
    pub fn file(&self, id: FileId) -> &Arc<SourceFile> {
        &self.files[id.0 as usize]
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.file).text()[span.range()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_bytes_characters_and_utf16_units() {
        let file = SourceFile::from_text("a.yaml", "é: 1\r\nemoji: \u{1F600} x\rlast");
        let x = file.text().find(" x").unwrap() as u32 + 1;
        assert_eq!(file.position(x), Position { line: 1, byte: 12, character: 9, utf16: 10 });
        assert_eq!(file.position(1), Position { line: 0, byte: 0, character: 0, utf16: 0 }, "inside é");
        assert_eq!(file.position(9999).line, 2);
    }
}

//! What `ide` finds, as the protocol says it.

use lsp_types::{
    CodeAction, CodeActionKind, CodeLens, Command, CompletionItem, CompletionItemKind, CompletionTextEdit,
    CreateFile, DocumentChangeOperation, DocumentChanges, DocumentHighlight, DocumentHighlightKind,
    DocumentSymbol, Documentation, FoldingRange, Hover, HoverContents, InlayHint, InlayHintLabel, Location,
    MarkupContent, MarkupKind, OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range, ResourceOp,
    SymbolInformation, SymbolKind, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use crate::diagnostic::{Diagnostic, Edit};
use crate::ide::{actions, completion, hints, hover, lenses, symbols};
use crate::load;
use crate::lsp::position::Encoding;
use crate::lsp::project::Project;
use crate::lsp::publish;
use crate::lsp::server::Server;
use crate::source::{FileId, Span};

/// One project as one client sees it.
pub(super) struct Converter<'s> {
    server: &'s Server<'s>,
    pub(super) project: &'s Project,
    pub(super) encoding: Encoding,
}

impl<'s> Converter<'s> {
    pub(super) fn new(server: &'s Server<'_>, project: &'s Project) -> Self {
        Self { server, project, encoding: server.abilities.encoding }
    }

    pub(super) fn range(&self, span: Span) -> Range {
        self.encoding.range(self.project.source(span.file), span)
    }

    fn uri(&self, file: FileId) -> Option<Uri> {
        self.server.uri_of(self.project.path_of(file))
    }

    fn location(&self, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(span.file)?, range: self.range(span) })
    }

    pub(super) fn locations(&self, spans: Vec<Span>) -> Vec<Location> {
        spans.into_iter().filter_map(|span| self.location(span)).collect()
    }

    pub(super) fn hover(&self, hover: hover::Hover) -> Hover {
        Hover {
            contents: HoverContents::Markup(markdown(hover.markdown)),
            range: Some(self.range(hover.span)),
        }
    }

    pub(super) fn highlights(&self, spans: Vec<Span>) -> Vec<DocumentHighlight> {
        let kind = Some(DocumentHighlightKind::TEXT);
        spans.into_iter().map(|span| DocumentHighlight { range: self.range(span), kind }).collect()
    }

    /// `rank` is the place among the proposals, which clients would else sort by their labels.
    pub(super) fn completion(&self, rank: usize, item: completion::Completion) -> CompletionItem {
        use completion::CompletionKind as Kind;
        let is_known = |text: &String| !text.is_empty();
        CompletionItem {
            kind: Some(match item.kind {
                Kind::Field | Kind::RequiredField => CompletionItemKind::FIELD,
                Kind::Value => CompletionItemKind::ENUM_MEMBER,
                Kind::Object => CompletionItemKind::REFERENCE,
                Kind::Key => CompletionItemKind::PROPERTY,
                Kind::Name => CompletionItemKind::VALUE,
                Kind::Type => CompletionItemKind::CLASS,
            }),
            detail: Some(item.detail).filter(is_known),
            documentation: Some(item.documentation)
                .filter(is_known)
                .map(|text| Documentation::MarkupContent(markdown(text))),
            sort_text: Some(format!("{rank:05}")),
            filter_text: Some(item.label.clone()),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit {
                range: self.range(item.replace),
                new_text: item.insert,
            })),
            label: item.label,
            ..CompletionItem::default()
        }
    }

    /// Edits by file; a new file goes before them.
    pub(super) fn workspace_edit(
        &self,
        edits: Vec<Edit>,
        new_file: Option<(String, String)>,
    ) -> WorkspaceEdit {
        let mut changes: Vec<TextDocumentEdit> = Vec::new();
        let mut sorted = edits;
        sorted.sort();
        for edit in sorted {
            let Some(uri) = self.uri(edit.span.file) else { continue };
            let change = TextEdit { range: self.range(edit.span), new_text: edit.text };
            match changes.last_mut().filter(|last| last.text_document.uri == uri) {
                Some(last) => last.edits.push(OneOf::Left(change)),
                None => {
                    let path = self.project.path_of(edit.span.file);
                    let version = self.server.documents.get(path).map(|document| document.version);
                    let text_document = OptionalVersionedTextDocumentIdentifier { uri, version };
                    changes.push(TextDocumentEdit { text_document, edits: vec![OneOf::Left(change)] });
                }
            }
        }
        if !self.server.abilities.ties_edits_to_versions && new_file.is_none() {
            let plain = changes.into_iter().map(|change| {
                let edits = change.edits.into_iter().filter_map(|edit| match edit {
                    OneOf::Left(edit) => Some(edit),
                    OneOf::Right(_) => None,
                });
                (change.text_document.uri, edits.collect())
            });
            return WorkspaceEdit { changes: Some(plain.collect()), ..WorkspaceEdit::default() };
        }
        let made =
            new_file.and_then(|(path, text)| Some((self.server.uri_of(&load::place_of(&path))?, text)));
        match made {
            Some((uri, text)) => {
                let create = CreateFile { uri: uri.clone(), options: None, annotation_id: None };
                let start = Position::new(0, 0);
                let fill = TextEdit { range: Range::new(start, start), new_text: text };
                let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: None };
                let fill = TextDocumentEdit { text_document, edits: vec![OneOf::Left(fill)] };
                let mut operations = vec![
                    DocumentChangeOperation::Op(ResourceOp::Create(create)),
                    DocumentChangeOperation::Edit(fill),
                ];
                operations.extend(changes.into_iter().map(DocumentChangeOperation::Edit));
                WorkspaceEdit {
                    document_changes: Some(DocumentChanges::Operations(operations)),
                    ..WorkspaceEdit::default()
                }
            }
            None => WorkspaceEdit {
                document_changes: Some(DocumentChanges::Edits(changes)),
                ..WorkspaceEdit::default()
            },
        }
    }

    pub(super) fn action(&self, action: actions::Action, finding: Option<&Diagnostic>) -> CodeAction {
        let uri = |path: &str| self.server.uri_of(path);
        let finding = finding.map(|finding| publish::diagnostic(self.project, self.encoding, &uri, finding));
        CodeAction {
            title: action.title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: finding.map(|finding| vec![finding]),
            is_preferred: Some(action.is_preferred),
            edit: Some(self.workspace_edit(action.edits, action.new_file)),
            ..CodeAction::default()
        }
    }

    #[expect(deprecated, reason = "the member must be set, and says nothing")]
    pub(super) fn nested_symbols(&self, symbols: Vec<symbols::Symbol>) -> Vec<DocumentSymbol> {
        // Bounded: an object has parts, and these have none.
        let nested = symbols.into_iter().map(|symbol| DocumentSymbol {
            kind: symbol_kind(symbol.kind),
            tags: None,
            deprecated: None,
            range: self.range(symbol.span),
            selection_range: self.range(symbol.name_span),
            children: (!symbol.children.is_empty()).then(|| self.nested_symbols(symbol.children)),
            name: nameless(symbol.name),
            detail: Some(symbol.detail),
        });
        nested.collect()
    }

    #[expect(deprecated, reason = "the member must be set, and says nothing")]
    pub(super) fn flat_symbols(&self, symbols: Vec<symbols::Symbol>) -> Vec<SymbolInformation> {
        let mut pending: Vec<symbols::Symbol> = symbols.into_iter().rev().collect();
        let mut flat = Vec::new();
        while let Some(symbol) = pending.pop() {
            let Some(location) = self.location(symbol.name_span) else { continue };
            flat.push(SymbolInformation {
                kind: symbol_kind(symbol.kind),
                tags: None,
                deprecated: None,
                location,
                name: nameless(symbol.name),
                container_name: Some(symbol.detail),
            });
            pending.extend(symbol.children.into_iter().rev());
        }
        flat
    }

    pub(super) fn folds(&self, spans: Vec<Span>) -> Vec<FoldingRange> {
        let ranges = spans.into_iter().map(|span| self.range(span));
        let folds = ranges.map(|range| FoldingRange {
            start_line: range.start.line,
            // What ends before the first character of a line ends on the line above.
            end_line: range.end.line
                - u32::from(range.end.character == 0 && range.end.line > range.start.line),
            ..FoldingRange::default()
        });
        folds.filter(|fold| fold.start_line < fold.end_line).collect()
    }

    pub(super) fn hint(&self, file: FileId, hint: hints::Hint) -> InlayHint {
        InlayHint {
            position: self.encoding.position(self.project.source(file), hint.offset),
            label: InlayHintLabel::String(hint.label),
            kind: None,
            text_edits: None,
            tooltip: None,
            padding_left: Some(true),
            padding_right: None,
            data: None,
        }
    }

    pub(super) fn lens(&self, lens: lenses::Lens) -> CodeLens {
        let command = Command { title: lens.title, command: String::new(), arguments: None };
        CodeLens { range: self.range(lens.span), command: Some(command), data: None }
    }
}

fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

/// Clients refuse symbols without a name.
fn nameless(name: String) -> String {
    if name.is_empty() { "(no name)".to_owned() } else { name }
}

fn symbol_kind(kind: symbols::SymbolKind) -> SymbolKind {
    match kind {
        symbols::SymbolKind::Object => SymbolKind::OBJECT,
        symbols::SymbolKind::Container => SymbolKind::MODULE,
        symbols::SymbolKind::Port => SymbolKind::INTERFACE,
        symbols::SymbolKind::Volume => SymbolKind::FILE,
        symbols::SymbolKind::Key => SymbolKind::KEY,
        symbols::SymbolKind::Rule => SymbolKind::EVENT,
    }
}

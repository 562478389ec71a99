//! What the client can do and wants, and what the server offers it.

use lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions,
    CompletionOptions, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher,
    FoldingRangeProviderCapability, GlobPattern, HoverProviderCapability, OneOf, Registration, RenameOptions,
    SaveOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde::Deserialize;

use crate::lsp::position::Encoding;

/// What the user can switch off, in `initializationOptions` and by `workspace/didChangeConfiguration`; the latter also
/// below a member `kplan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Preferences {
    pub(super) inlay_hints: bool,
    pub(super) code_lenses: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { inlay_hints: true, code_lenses: true }
    }
}

impl Preferences {
    /// What a client sent; what cannot be read is as it is by itself.
    pub(super) fn read(sent: &serde_json::Value) -> Self {
        let own = sent.get("kplan").unwrap_or(sent);
        Self::deserialize(own).unwrap_or_default()
    }
}

/// What a client can do, as far as it matters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Abilities {
    pub(super) encoding: Encoding,
    pub(super) watches_files: bool,
    /// Edits may be tied to versions of documents, and files may be made.
    pub(super) ties_edits_to_versions: bool,
    pub(super) refreshes_hints: bool,
    pub(super) refreshes_lenses: bool,
    pub(super) nests_symbols: bool,
}

impl Abilities {
    pub(super) fn of(client: &ClientCapabilities) -> Self {
        let workspace = client.workspace.as_ref();
        let general = client.general.as_ref();
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files);
        let hints = workspace.and_then(|workspace| workspace.inlay_hint.as_ref());
        let lenses = workspace.and_then(|workspace| workspace.code_lens.as_ref());
        let symbols = client.text_document.as_ref().and_then(|document| document.document_symbol.as_ref());
        Self {
            encoding: Encoding::agree(general.and_then(|general| general.position_encodings.as_deref())),
            watches_files: watched.and_then(|watched| watched.dynamic_registration).unwrap_or(false),
            ties_edits_to_versions: edit.and_then(|edit| edit.document_changes).unwrap_or(false),
            refreshes_hints: hints.and_then(|hints| hints.refresh_support).unwrap_or(false),
            refreshes_lenses: lenses.and_then(|lenses| lenses.refresh_support).unwrap_or(false),
            nests_symbols: symbols
                .and_then(|symbols| symbols.hierarchical_document_symbol_support)
                .unwrap_or(false),
        }
    }
}

pub(super) fn offered(encoding: Encoding) -> ServerCapabilities {
    let none = WorkDoneProgressOptions::default;
    let folders = WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(OneOf::Left(true)),
    };
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([" ", ":", "-", "/"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: none(),
        })),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            work_done_progress_options: none(),
            resolve_provider: Some(false),
        })),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(folders),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

/// The wish to be told of changes on the disk.
pub(super) fn watchers() -> Registration {
    let globs = ["**/*.{yaml,yml,json}", "**/.gitignore"];
    let watchers = globs
        .map(|glob| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.to_owned()), kind: None })
        .to_vec();
    let options = DidChangeWatchedFilesRegistrationOptions { watchers };
    Registration {
        id: "kplan-files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    }
}

//! The loop: messages in, messages out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{self, Notification as _};
use lsp_types::request::{self, Request as _};
use lsp_types::{
    Diagnostic, DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, FileChangeType,
    InitializeParams, InitializeResult, MessageType, PublishDiagnosticsParams, RegistrationParams,
    ServerInfo, ShowMessageParams, Uri,
};
use serde::de::DeserializeOwned;

use crate::load;
use crate::lsp::answer;
use crate::lsp::capabilities::{self, Abilities, Preferences};
use crate::lsp::documents::Documents;
use crate::lsp::project::{Open, Project};
use crate::lsp::{publish, uri};
use crate::source::FileId;

/// How the conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The client said goodbye, as the protocol wants it.
    Orderly,
    /// It was gone, or left without `shutdown`.
    Abrupt,
}

/// At most this many messages are read before what they changed is looked at.
const PATIENCE: usize = 256;

/// Talks to a client until it leaves. Nothing that it says ends the server but `exit`.
pub fn serve(connection: &Connection, open: Open<'_>) -> Ending {
    let Some(mut server) = Server::start(connection, open) else { return Ending::Abrupt };
    server.run()
}

/// What is known of the client and its files.
pub(super) struct Server<'c> {
    connection: &'c Connection,
    open: Open<'c>,
    pub(super) abilities: Abilities,
    pub(super) preferences: Preferences,
    pub(super) projects: Vec<Project>,
    pub(super) documents: Documents,
    /// What the client was last told of each file, by absolute path.
    published: BTreeMap<String, (Option<i32>, Vec<Diagnostic>)>,
    /// Paths of which something else may have to be shown.
    touched: BTreeSet<String>,
    queue: VecDeque<Message>,
    is_shut_down: bool,
    next_id: i32,
}

impl<'c> Server<'c> {
    /// Waits for `initialize`, and reads the folders once it is answered. `None` where the client leaves before.
    fn start(connection: &'c Connection, open: Open<'c>) -> Option<Self> {
        let (id, params) = loop {
            match connection.receiver.recv().ok()? {
                Message::Request(request) if request.method == request::Initialize::METHOD => {
                    match serde_json::from_value::<InitializeParams>(request.params) {
                        Ok(params) => break (request.id, params),
                        Err(error) => {
                            let code = ErrorCode::InvalidParams as i32;
                            let response = Response::new_err(request.id, code, error.to_string());
                            connection.sender.send(response.into()).ok()?;
                        }
                    }
                }
                Message::Request(request) => {
                    let code = ErrorCode::ServerNotInitialized as i32;
                    let message = "the server waits for `initialize`".to_owned();
                    connection.sender.send(Response::new_err(request.id, code, message).into()).ok()?;
                }
                Message::Notification(notification) if notification.method == notification::Exit::METHOD => {
                    return None;
                }
                _ => {}
            }
        };
        let abilities = Abilities::of(&params.capabilities);
        let result = InitializeResult {
            capabilities: capabilities::offered(abilities.encoding),
            server_info: Some(ServerInfo {
                name: "kplan".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        };
        connection.sender.send(Response::new_ok(id, result).into()).ok()?;
        let mut server = Self {
            connection,
            open,
            abilities,
            preferences: params.initialization_options.as_ref().map(Preferences::read).unwrap_or_default(),
            projects: vec![Project::of_files(&BTreeMap::new())],
            documents: Documents::default(),
            published: BTreeMap::new(),
            touched: BTreeSet::new(),
            queue: VecDeque::new(),
            is_shut_down: false,
            next_id: 1,
        };
        for root in roots(&params) {
            server.add_folder(root);
        }
        Some(server)
    }

    fn run(&mut self) -> Ending {
        let mut read = 0;
        loop {
            self.queue.extend(self.connection.receiver.try_iter());
            if self.queue.is_empty() || read == PATIENCE {
                read = 0;
                self.survive(Self::catch_up);
            }
            // What has come in meanwhile goes first.
            let message = match self.queue.pop_front().map_or_else(|| self.connection.receiver.recv(), Ok) {
                Ok(message) => message,
                Err(_) => return Ending::Abrupt,
            };
            read += 1;
            match message {
                Message::Request(request) => self.answer(request),
                Message::Notification(notification) if notification.method == notification::Exit::METHOD => {
                    return if self.is_shut_down { Ending::Orderly } else { Ending::Abrupt };
                }
                Message::Notification(notification) => self.survive(|server| server.take(notification)),
                Message::Response(_) => {}
            }
        }
    }

    /// Does something for which nobody waits. A fault in it is said to the user, and the findings stay as they were.
    fn survive(&mut self, run: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| run(self))).is_err() {
            let message = "kplan: a fault in kplan itself; findings may be out of date".to_owned();
            self.notify::<notification::ShowMessage>(ShowMessageParams { typ: MessageType::ERROR, message });
        }
    }

    fn send(&self, message: impl Into<Message>) {
        // Where the client is gone, the loop will find out.
        let _ = self.connection.sender.send(message.into());
    }

    fn notify<N: notification::Notification>(&self, params: N::Params) {
        self.send(Notification::new(N::METHOD.to_owned(), params));
    }

    fn ask<R: request::Request>(&mut self, params: R::Params) {
        let id = RequestId::from(format!("kplan-{}", self.next_id));
        self.next_id += 1;
        self.send(Request::new(id, R::METHOD.to_owned(), params));
    }

    fn answer(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let refuse =
            |code: ErrorCode, message: &str| Response::new_err(id.clone(), code as i32, message.to_owned());
        if self.is_cancelled(&id) {
            return self.send(refuse(ErrorCode::RequestCanceled, "cancelled"));
        }
        if self.is_shut_down {
            return self.send(refuse(ErrorCode::InvalidRequest, "the server is shut down"));
        }
        if method == request::Shutdown::METHOD {
            self.is_shut_down = true;
            return self.send(Response::new_ok(id, ()));
        }
        if method == request::Initialize::METHOD {
            return self.send(refuse(ErrorCode::InvalidRequest, "the server is initialized already"));
        }
        self.synchronize();
        let response = match answer::answer(self, &method, params) {
            Ok(result) => Response::new_ok(id, result),
            Err(refusal) => refuse(refusal.code, &refusal.message),
        };
        self.send(response);
    }

    /// Whether a message that waits takes the request back.
    fn is_cancelled(&self, id: &RequestId) -> bool {
        self.queue.iter().any(|message| match message {
            Message::Notification(notification) => {
                let is_cancel = notification.method == notification::Cancel::METHOD;
                let meant = notification.params.get("id").cloned().unwrap_or_default();
                is_cancel && serde_json::from_value::<RequestId>(meant).is_ok_and(|meant| meant == *id)
            }
            _ => false,
        })
    }

    /// Takes what a client tells; what cannot be read is passed over, for nobody waits for an answer.
    fn take(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            notification::Initialized::METHOD if self.abilities.watches_files => {
                let registrations = vec![capabilities::watchers()];
                self.ask::<request::RegisterCapability>(RegistrationParams { registrations });
            }
            notification::DidOpenTextDocument::METHOD => read(params, |params| self.opened(params)),
            notification::DidChangeTextDocument::METHOD => read(params, |params| self.changed(params)),
            notification::DidCloseTextDocument::METHOD => read(params, |params| self.closed(params)),
            notification::DidChangeWatchedFiles::METHOD => read(params, |params| self.watched(params)),
            notification::DidChangeWorkspaceFolders::METHOD => read(params, |params| self.folders(params)),
            notification::DidChangeConfiguration::METHOD => read(params, |params| self.configured(params)),
            _ => {}
        }
    }

    fn opened(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let Some(path) = self.known_path(&document.uri) else { return };
        self.documents.open(path.clone(), document.uri, document.version, document.text);
        self.touched.insert(path.clone());
        self.include(&path);
    }

    fn changed(&mut self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        let Some(path) = self.known_path(&document.uri) else { return };
        let encoding = self.abilities.encoding;
        if self.documents.change(&path, document.version, params.content_changes, encoding) {
            self.touched.insert(path);
        }
    }

    fn closed(&mut self, params: DidCloseTextDocumentParams) {
        let Some(path) = self.known_path(&params.text_document.uri) else { return };
        if self.documents.close(&path).is_none() {
            return;
        }
        self.touched.insert(path.clone());
        self.reread(&path);
    }

    /// What is on the disk counts again.
    fn reread(&mut self, path: &str) {
        match (self.owner(path), load::read_source(path.as_ref())) {
            (Some(0), _) => self.gather_loose_files(),
            (Some(owner), Ok(source)) => {
                let project = &mut self.projects[owner];
                match project.id_of(path) {
                    _ if project.depends_on(path) => self.read_folder(owner),
                    Some(file) => project.change(file, source.text()),
                    None => {}
                }
            }
            (Some(owner), Err(_)) => self.read_folder(owner),
            (None, _) => {}
        }
    }

    fn watched(&mut self, params: DidChangeWatchedFilesParams) {
        let mut to_read: BTreeSet<usize> = BTreeSet::new();
        for event in params.changes {
            let Some(path) = self.known_path(&event.uri) else { continue };
            let Some(owner) = self.folder_of(&path) else { continue };
            let is_open = self.documents.get(&path).is_some();
            let project = &self.projects[owner];
            match project.id_of(&path) {
                _ if project.depends_on(&path) => _ = to_read.insert(owner),
                Some(_) if is_open => {}
                Some(_) if event.typ == FileChangeType::CHANGED => self.reread(&path),
                // A file came or went, or a folder.
                _ => _ = to_read.insert(owner),
            }
        }
        to_read.into_iter().for_each(|owner| self.read_folder(owner));
    }

    fn folders(&mut self, params: DidChangeWorkspaceFoldersParams) {
        for folder in params.event.removed {
            let Some(root) = uri::path_of(&folder.uri) else { continue };
            let root = root.trim_end_matches('/');
            while let Some(index) = self.projects.iter().position(|project| project.root() == Some(root)) {
                self.touch_all(index);
                self.projects.remove(index);
            }
        }
        for folder in params.event.added {
            if let Some(root) = uri::path_of(&folder.uri) {
                self.add_folder(root);
            }
        }
        self.gather_loose_files();
    }

    fn configured(&mut self, params: DidChangeConfigurationParams) {
        let preferences = Preferences::read(&params.settings);
        let before = std::mem::replace(&mut self.preferences, preferences);
        if before.inlay_hints != preferences.inlay_hints && self.abilities.refreshes_hints {
            self.ask::<request::InlayHintRefreshRequest>(());
        }
        if before.code_lenses != preferences.code_lenses && self.abilities.refreshes_lenses {
            self.ask::<request::CodeLensRefresh>(());
        }
    }

    fn add_folder(&mut self, root: String) {
        let root = root.trim_end_matches('/').to_owned();
        if self.projects.iter().any(|project| project.root() == Some(&root)) {
            return;
        }
        let (project, failures) = Project::of_folder(&root, &self.documents.texts(), self.open);
        self.projects.push(project);
        self.report(&failures);
        self.touch_all(self.projects.len() - 1);
    }

    /// Reads a folder anew.
    fn read_folder(&mut self, index: usize) {
        let Some(root) = self.projects[index].root().map(str::to_owned) else {
            return self.gather_loose_files();
        };
        self.touch_all(index);
        let (project, failures) = Project::of_folder(&root, &self.documents.texts(), self.open);
        self.projects[index] = project;
        self.report(&failures);
        self.touch_all(index);
    }

    /// The first project is of the files that are open and lie in no folder.
    fn gather_loose_files(&mut self) {
        self.touch_all(0);
        let mut texts = self.documents.texts();
        texts.retain(|path, _| self.folder_of(path).is_none());
        self.projects[0] = Project::of_files(&texts);
        self.touch_all(0);
    }

    fn report(&self, failures: &[load::Failure]) {
        for failure in failures {
            let params = ShowMessageParams { typ: MessageType::ERROR, message: format!("kplan: {failure}") };
            self.notify::<notification::ShowMessage>(params);
        }
    }

    fn touch_all(&mut self, index: usize) {
        let project = &self.projects[index];
        let paths = project.session().files().iter().map(|file| project.path_of(file.id).to_owned());
        self.touched.extend(paths);
    }

    /// Makes a file that was opened a part of its folder, unless the folder is read without it on purpose.
    fn include(&mut self, path: &str) {
        match self.folder_of(path) {
            None => self.gather_loose_files(),
            Some(owner) => {
                let is_new = self.projects[owner].id_of(path).is_none()
                    && load::is_manifest_name(path.as_ref())
                    && !load::exists(path.as_ref());
                if is_new {
                    self.read_folder(owner);
                }
            }
        }
    }

    /// Hands what was typed on to the sessions.
    pub(super) fn synchronize(&mut self) {
        let mut changes = Vec::new();
        self.documents.take_new(|path, text| changes.push((path.to_owned(), text.to_owned())));
        let mut to_read = BTreeSet::new();
        for (path, text) in changes {
            let Some(owner) = self.owner(&path) else { continue };
            let project = &mut self.projects[owner];
            let Some(file) = project.id_of(&path) else { continue };
            if project.source(file).text() == text {
                continue;
            }
            if project.depends_on(&path) {
                to_read.insert(owner);
            } else {
                project.change(file, &text);
            }
        }
        to_read.into_iter().for_each(|owner| self.read_folder(owner));
    }

    /// Looks at what changed and tells the client; unless more has come in meanwhile, for then it is out of date.
    fn catch_up(&mut self) {
        self.synchronize();
        self.refresh();
        self.queue.extend(self.connection.receiver.try_iter());
        let is_change = |message: &Message| matches!(message, Message::Notification(it) if it.method == notification::DidChangeTextDocument::METHOD);
        if !self.queue.iter().any(is_change) {
            self.publish();
        }
    }

    /// Makes the findings those of the texts.
    pub(super) fn refresh(&mut self) {
        for project in &mut self.projects {
            let touched = project.refresh();
            self.touched.extend(touched.into_iter().map(|file| project.path_of(file).to_owned()));
        }
    }

    fn publish(&mut self) {
        for path in std::mem::take(&mut self.touched) {
            let owner = self.owner(&path).and_then(|owner| {
                let project = &self.projects[owner];
                Some((project, project.id_of(&path)?))
            });
            let diagnostics: Vec<Diagnostic> = owner.map_or_else(Vec::new, |(project, file)| {
                let uri = |path: &str| self.uri_of(path);
                let findings = project.diagnostics_in(file).iter();
                findings
                    .map(|finding| publish::diagnostic(project, self.abilities.encoding, &uri, finding))
                    .collect()
            });
            let version =
                self.documents.get(&path).filter(|_| owner.is_some()).map(|document| document.version);
            let known = self.published.get(&path);
            let is_known = match known {
                Some((last, shown)) => *last == version && *shown == diagnostics,
                None => diagnostics.is_empty() && version.is_none(),
            };
            if is_known {
                continue;
            }
            if let Some(uri) = self.uri_of(&path) {
                let params = PublishDiagnosticsParams { uri, diagnostics: diagnostics.clone(), version };
                self.notify::<notification::PublishDiagnostics>(params);
            }
            match diagnostics.is_empty() && version.is_none() {
                true => _ = self.published.remove(&path),
                false => _ = self.published.insert(path, (version, diagnostics)),
            }
        }
    }

    /// The URI under which the client knows a path.
    pub(super) fn uri_of(&self, path: &str) -> Option<Uri> {
        match self.documents.get(path) {
            Some(document) => Some(document.uri.clone()),
            None => uri::uri_of(path),
        }
    }

    /// The path of a URI as the projects have it: links on the way to it are followed only where it is unknown otherwise.
    fn known_path(&self, uri: &Uri) -> Option<String> {
        let path = uri::path_of(uri)?;
        let is_known = |path: &str| {
            self.documents.get(path).is_some()
                || self.projects.iter().any(|project| project.id_of(path).is_some())
        };
        if is_known(&path) {
            return Some(path);
        }
        let without_links = load::without_links(&path);
        Some(if is_known(&without_links) { without_links } else { path })
    }

    /// The innermost folder of a path, by its index.
    fn folder_of(&self, path: &str) -> Option<usize> {
        let holding = self.projects.iter().enumerate().filter(|(_, project)| project.holds(path));
        holding.max_by_key(|(_, project)| project.root().map_or(0, str::len)).map(|(index, _)| index)
    }

    /// The project that speaks for a path: the innermost folder, else any that has it.
    fn owner(&self, path: &str) -> Option<usize> {
        let having = || self.projects.iter().position(|project| project.id_of(path).is_some());
        self.folder_of(path).filter(|index| self.projects[*index].id_of(path).is_some()).or_else(having)
    }

    /// The project and the file of a URI.
    pub(super) fn file_of(&self, uri: &Uri) -> Option<(&Project, FileId)> {
        let path = self.known_path(uri)?;
        let project = &self.projects[self.owner(&path)?];
        Some((project, project.id_of(&path)?))
    }
}

fn read<P: DeserializeOwned>(params: serde_json::Value, take: impl FnOnce(P)) {
    if let Ok(params) = serde_json::from_value(params) {
        take(params);
    }
}

/// The folders that a client names when it starts; older ones name one only, by its URI.
#[expect(deprecated, reason = "clients that know one folder only still say so")]
fn roots(params: &InitializeParams) -> Vec<String> {
    match &params.workspace_folders {
        Some(folders) if !folders.is_empty() => {
            folders.iter().filter_map(|folder| uri::path_of(&folder.uri)).collect()
        }
        _ => {
            let root = params.root_uri.as_ref().and_then(uri::path_of);
            root.or_else(|| params.root_path.clone()).into_iter().collect()
        }
    }
}

//! A scripted client drives the built server over its pipes: every kind of request, both encodings, and what goes wrong.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test writes its files, and ends where it cannot"
)]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);

struct Client {
    server: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    waiting: VecDeque<Value>,
    last_id: i64,
}

/// A folder of its own for a test.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lsp").join(name);
    let _ = std::fs::remove_dir_all(&root);
    std::fs::create_dir_all(&root).unwrap();
    // Whatever lies above is another project's.
    std::fs::create_dir_all(root.join(".git")).unwrap();
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    root.canonicalize().unwrap()
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

impl Client {
    fn spawn() -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_kplan"))
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = server.stdin.take().unwrap();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            loop {
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if output.read_line(&mut line).unwrap_or(0) == 0 {
                        return;
                    }
                    match line.trim_end().split_once(": ") {
                        Some(("Content-Length", value)) => length = value.parse().unwrap(),
                        Some(_) => {}
                        None if line.trim_end().is_empty() => break,
                        None => panic!("not of the protocol: {line:?}"),
                    }
                }
                let mut body = vec![0; length];
                output.read_exact(&mut body).unwrap();
                if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { server, input, messages, waiting: VecDeque::new(), last_id: 0 }
    }

    fn start(roots: &[&Path], encodings: &[&str], options: Value) -> (Self, Value) {
        let mut client = Self::spawn();
        let folders: Vec<Value> = roots.iter().map(|root| json!({"uri": uri(root), "name": "x"})).collect();
        let result = client.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": null,
                "workspaceFolders": folders,
                "initializationOptions": options,
                "capabilities": {
                    "general": {"positionEncodings": encodings},
                    "workspace": {
                        "workspaceEdit": {"documentChanges": true},
                        "didChangeWatchedFiles": {"dynamicRegistration": true},
                    },
                    "textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": true}},
                },
            }),
        );
        client.notify("initialized", json!({}));
        (client, result)
    }

    fn write(&mut self, body: &str) {
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.write(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    fn send(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string());
        id
    }

    /// The first message, those that wait included, that is wanted; the others go on waiting.
    fn expect(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.waiting.iter().position(&wanted) {
            return self.waiting.remove(index).unwrap();
        }
        loop {
            let message = self.messages.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no {what}"));
            if wanted(&message) {
                return message;
            }
            self.waiting.push_back(message);
        }
    }

    fn response(&mut self, id: i64) -> Value {
        self.expect("response", |message| message["id"] == json!(id) && message.get("method").is_none())
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        let response = self.response(id);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].clone()
    }

    fn refusal(&mut self, method: &str, params: Value) -> i64 {
        let id = self.send(method, params);
        self.response(id)["error"]["code"].as_i64().unwrap()
    }

    /// The next diagnostics of a file that are as wanted.
    fn diagnostics(&mut self, path: &Path, wanted: impl Fn(&Value) -> bool) -> Value {
        let uri = uri(path);
        let is_wanted = |message: &Value| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics" && params["uri"] == *uri && wanted(params)
        };
        self.expect("diagnostics", is_wanted)["params"].clone()
    }

    fn open(&mut self, path: &Path, version: i32, text: &str) {
        let document = json!({"uri": uri(path), "languageId": "yaml", "version": version, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    fn replace(&mut self, path: &Path, version: i32, text: &str) {
        self.notify(
            "textDocument/didChange",
            json!({"textDocument": {"uri": uri(path), "version": version}, "contentChanges": [{"text": text}]}),
        );
    }

    fn finish(mut self) {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        assert!(self.server.wait().unwrap().success());
    }
}

fn checks(params: &Value) -> Vec<&str> {
    params["diagnostics"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect()
}

fn has(check: &'static str) -> impl Fn(&Value) -> bool {
    move |params| checks(params).contains(&check)
}

fn lacks(check: &'static str) -> impl Fn(&Value) -> bool {
    move |params| !checks(params).contains(&check)
}

/// Where a text stands, in UTF-16.
fn place(text: &str, needle: &str) -> Value {
    let at = text.find(needle).unwrap();
    let line = text[..at].matches('\n').count();
    let column = text[text[..at].rfind('\n').map_or(0, |at| at + 1)..at].encode_utf16().count();
    json!({"line": line, "character": column})
}

fn at(path: &Path, position: Value) -> Value {
    json!({"textDocument": {"uri": uri(path)}, "position": position})
}

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  \
    replicas: 2\n  selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n      labels:\n        \
    app: web\n    spec:\n      containers:\n      - name: web\n        image: registry.example.com/web:1.2.3\n        \
    ports:\n        - containerPort: 80\n        envFrom:\n        - configMapRef:\n            name: settings\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  selector:\n    \
    app: web\n  ports:\n  - port: 80\n    targetPort: 8080\n";
const SETTINGS: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\ndata:\n  LEVEL: info\n";

fn shop(name: &str) -> PathBuf {
    folder(name, &[("deployment.yaml", DEPLOYMENT), ("service.yaml", SERVICE), ("settings.yaml", SETTINGS)])
}

#[test]
fn the_whole_workspace_is_told_of_and_follows_each_change() {
    let root = shop("follows");
    let (service, deployment) = (root.join("service.yaml"), root.join("deployment.yaml"));
    let (mut client, _) = Client::start(&[&root], &["utf-16"], Value::Null);
    // Nothing is open yet.
    let found = client.diagnostics(&service, has("service-target-port"));
    let finding =
        found["diagnostics"].as_array().unwrap().iter().find(|it| it["code"] == "service-target-port");
    let finding = finding.unwrap();
    let start = place(SERVICE, "8080");
    assert_eq!(finding["range"], json!({"start": start, "end": {"line": 10, "character": 20}}));
    assert_eq!((&finding["severity"], &finding["source"]), (&json!(1), &json!("kplan")));
    assert!(finding["codeDescription"]["href"].as_str().unwrap().ends_with("#service-target-port"));
    assert_eq!(finding["relatedInformation"][0]["location"]["uri"], uri(&deployment));
    assert!(found.get("version").is_none());

    client.open(&deployment, 1, DEPLOYMENT);
    client.replace(&deployment, 2, &DEPLOYMENT.replace("containerPort: 80", "containerPort: 8080"));
    client.diagnostics(&service, lacks("service-target-port"));
    assert_eq!(client.diagnostics(&deployment, |it| it["version"] == 2)["version"], 2);

    // A change of a range; then an old version, which is passed over.
    let position = place(DEPLOYMENT, "80\n");
    let range = json!({"start": position, "end": {"line": position["line"], "character": 27}});
    client.notify(
        "textDocument/didChange",
        json!({
            "textDocument": {"uri": uri(&deployment), "version": 3},
            "contentChanges": [{"range": {"start": range["start"], "end": {"line": position["line"], "character": 29}}, "text": "81"}],
        }),
    );
    client.diagnostics(&service, has("service-target-port"));
    client.replace(&deployment, 1, "");
    // What is closed without being saved is what the disk says.
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": uri(&deployment)}}));
    client.diagnostics(&deployment, |it| it.get("version").is_none());
    client.finish();
}

#[test]
fn every_kind_of_request_is_answered() {
    let root = shop("requests");
    let (service, deployment) = (root.join("service.yaml"), root.join("deployment.yaml"));
    let (mut client, result) = Client::start(&[&root], &["utf-16"], Value::Null);
    assert_eq!(result["capabilities"]["positionEncoding"], "utf-16");
    client.open(&deployment, 1, DEPLOYMENT);
    let name = at(&deployment, place(DEPLOYMENT, "settings"));

    let hover = client.request("textDocument/hover", at(&deployment, place(DEPLOYMENT, "replicas")));
    assert!(hover["contents"]["value"].as_str().unwrap().contains("replicas"), "{hover}");
    let definition = client.request("textDocument/definition", name.clone());
    assert_eq!(definition[0]["uri"], uri(&root.join("settings.yaml")));
    let mut ask = name.clone();
    ask["context"] = json!({"includeDeclaration": true});
    assert_eq!(client.request("textDocument/references", ask.clone()).as_array().unwrap().len(), 2);
    ask["context"] = json!({"includeDeclaration": false});
    assert_eq!(client.request("textDocument/references", ask).as_array().unwrap().len(), 1);
    assert_eq!(client.request("textDocument/documentHighlight", name.clone()).as_array().unwrap().len(), 1);
    assert_eq!(client.request("textDocument/prepareRename", name.clone())["placeholder"], "settings");
    let mut rename = name.clone();
    rename["newName"] = json!("tuning");
    let edit = client.request("textDocument/rename", rename.clone());
    let changes = edit["documentChanges"].as_array().unwrap();
    assert_eq!(changes.len(), 2, "{edit}");
    assert_eq!(changes[0]["textDocument"]["version"], 1);
    assert!(changes.iter().all(|change| change["edits"][0]["newText"] == "tuning"));
    rename["newName"] = json!("Not A Name");
    assert_eq!(client.refusal("textDocument/rename", rename), -32803);

    let unfinished = DEPLOYMENT.replace("name: settings", "name: ");
    client.replace(&deployment, 2, &unfinished);
    let end = place(&unfinished, "name: \n");
    let behind = json!({"line": end["line"], "character": 18});
    let list = client.request("textDocument/completion", at(&deployment, behind));
    let labels: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect();
    assert!(labels.contains(&"settings"), "{list}");
    client.replace(&deployment, 3, DEPLOYMENT);

    let document = json!({"textDocument": {"uri": uri(&deployment)}});
    let symbols = client.request("textDocument/documentSymbol", document.clone());
    assert_eq!(symbols[0]["name"], "web");
    assert!(!symbols[0]["children"].as_array().unwrap().is_empty());
    let found = client.request("workspace/symbol", json!({"query": "settings"}));
    assert_eq!(found[0]["location"]["uri"], uri(&root.join("settings.yaml")));
    assert!(!client.request("textDocument/foldingRange", document.clone()).as_array().unwrap().is_empty());
    let whole = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
    let hints = json!({"textDocument": {"uri": uri(&service)}, "range": whole});
    let labels = client.request("textDocument/inlayHint", hints.clone()).to_string();
    assert!(labels.contains("pods"), "{labels}");
    let lenses = client.request("textDocument/codeLens", document.clone()).to_string();
    assert!(lenses.contains("Service web"), "{lenses}");
    let port = place(SERVICE, "8080");
    let range = json!({"start": port, "end": port});
    let actions = client.request(
        "textDocument/codeAction",
        json!({"textDocument": {"uri": uri(&service)}, "range": range, "context": {"diagnostics": []}}),
    );
    let fix = actions.as_array().unwrap().iter().find(|action| action["isPreferred"] == true).unwrap();
    assert_eq!(fix["edit"]["documentChanges"][0]["edits"][0]["newText"], "80", "{actions}");
    assert_eq!(fix["diagnostics"][0]["code"], "service-target-port");
    assert!(actions.to_string().contains("gnore"), "{actions}");

    // Hints and lenses can be switched off.
    let settings = json!({"kplan": {"inlayHints": false, "codeLenses": false}});
    client.notify("workspace/didChangeConfiguration", json!({"settings": settings}));
    assert_eq!(client.request("textDocument/inlayHint", hints), json!([]));
    assert_eq!(client.request("textDocument/codeLens", document), json!([]));
    client.finish();
}

#[test]
fn columns_are_bytes_where_the_client_can_do_that() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {a: \"\u{1F600}é\"}, nme: x}\n";
    for (encodings, column) in [(&["utf-16", "utf-8"][..], 34), (&["utf-16"][..], 31)] {
        let root = folder(&format!("encoding-{column}"), &[("a.yaml", text)]);
        let (mut client, result) = Client::start(&[&root], encodings, Value::Null);
        assert_eq!(result["capabilities"]["positionEncoding"], *encodings.last().unwrap());
        let found = client.diagnostics(&root.join("a.yaml"), has("unknown-field"));
        let finding =
            found["diagnostics"].as_array().unwrap().iter().find(|it| it["code"] == "unknown-field");
        assert_eq!(finding.unwrap()["range"]["start"], json!({"line": 2, "character": column}));
        client.finish();
    }
}

#[test]
fn what_is_wrong_is_answered_and_the_server_goes_on() {
    let root = shop("wrong");
    let (mut client, _) = Client::start(&[&root], &["utf-16"], Value::Null);
    assert_eq!(client.refusal("textDocument/nothing", json!({})), -32601);
    assert_eq!(client.refusal("textDocument/hover", json!({"position": 7})), -32602);
    assert_eq!(client.refusal("initialize", json!({"capabilities": {}})), -32600);
    client.write("{not json");
    assert_eq!(
        client.expect("answer", |it| it["id"].is_null() && it.get("error").is_some())["error"]["code"],
        -32700
    );
    client.write(r#"{"jsonrpc": "2.0", "id": "seven", "method": 7}"#);
    assert_eq!(client.expect("answer", |it| it["id"] == "seven")["error"]["code"], -32600);
    // Files that nobody knows, and places that do not exist.
    let unknown = at(&root.join("nothing.yaml"), json!({"line": 0, "character": 0}));
    assert_eq!(client.request("textDocument/hover", unknown), Value::Null);
    client.replace(&root.join("nothing.yaml"), 4, "a: b");
    client.notify("textDocument/didOpen", json!({"nonsense": true}));
    client.notify("$/setTrace", json!({"value": "off"}));
    let far = at(&root.join("service.yaml"), json!({"line": 4000, "character": 4000}));
    client.request("textDocument/hover", far.clone());
    client.request("textDocument/completion", far);
    // Broken half-way.
    let service = root.join("service.yaml");
    client.open(&service, 1, &format!("{SERVICE}  type: \"Clus\n"));
    client.diagnostics(&service, has("syntax"));
    let hover = client.request("textDocument/hover", at(&service, place(SERVICE, "targetPort")));
    assert!(hover.to_string().contains("targetPort"), "{hover}");
    client.finish();
}

#[test]
fn a_request_that_is_taken_back_is_not_answered_with_a_result() {
    let root = shop("cancel");
    let (mut client, _) = Client::start(&[&root], &["utf-16"], Value::Null);
    // Written at once, so that the one waits when the other is read.
    client.request("workspace/symbol", json!({"query": ""}));
    let mut bytes = String::new();
    for message in [
        json!({"jsonrpc": "2.0", "id": 900, "method": "workspace/symbol", "params": {"query": "web"}}),
        json!({"jsonrpc": "2.0", "id": 901, "method": "workspace/symbol", "params": {"query": "web"}}),
        json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 901}}),
    ] {
        let body = message.to_string();
        bytes.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    }
    client.input.write_all(bytes.as_bytes()).unwrap();
    client.input.flush().unwrap();
    assert!(client.response(900).get("error").is_none());
    let second = client.response(901);
    // Whether it still waited is a matter of time; answered it must be, and by nothing else.
    assert!(second.get("result").is_some() || second["error"]["code"] == -32800, "{second}");
    client.finish();
}

#[test]
fn the_disk_is_watched() {
    let root = shop("watched");
    let service = root.join("service.yaml");
    let (mut client, _) = Client::start(&[&root], &["utf-16"], Value::Null);
    let asked = client.expect("registration", |it| it["method"] == "client/registerCapability");
    assert_eq!(asked["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    client.diagnostics(&service, has("service-target-port"));
    std::fs::write(&service, SERVICE.replace("8080", "80")).unwrap();
    let changed = |path: &Path, kind: i32| json!({"changes": [{"uri": uri(path), "type": kind}]});
    client.notify("workspace/didChangeWatchedFiles", changed(&service, 2));
    client.diagnostics(&service, lacks("service-target-port"));
    // A new file, and one that goes.
    let other = root.join("other.yaml");
    std::fs::write(&other, SERVICE.replace("name: web", "name: other")).unwrap();
    client.notify("workspace/didChangeWatchedFiles", changed(&other, 1));
    client.diagnostics(&other, has("service-target-port"));
    std::fs::remove_file(&other).unwrap();
    client.notify("workspace/didChangeWatchedFiles", changed(&other, 3));
    client.diagnostics(&other, |it| checks(it).is_empty());
    // A configuration comes, with a fault while it is typed.
    let config = root.join("kplan.yaml");
    std::fs::write(&config, "apiVersion: kplan.dev/v1\nkind: Config\nwrld: closed\n").unwrap();
    client.notify("workspace/didChangeWatchedFiles", changed(&config, 1));
    client.diagnostics(&config, has("config"));
    client.open(&config, 1, "apiVersion: kplan.dev/v1\nkind: Config\nworld: closed\n");
    client.diagnostics(&config, lacks("config"));
    client.finish();
}

#[test]
fn folders_come_and_go_and_files_may_lie_in_none() {
    let (one, two) = (shop("one"), shop("two"));
    let (mut client, _) = Client::start(&[&one, &two], &["utf-16"], Value::Null);
    client.diagnostics(&one.join("service.yaml"), has("service-target-port"));
    client.diagnostics(&two.join("service.yaml"), has("service-target-port"));
    let event = json!({"added": [], "removed": [{"uri": uri(&two), "name": "x"}]});
    client.notify("workspace/didChangeWorkspaceFolders", json!({"event": event}));
    client.diagnostics(&two.join("service.yaml"), |it| checks(it).is_empty());
    let event = json!({"added": [{"uri": uri(&two), "name": "x"}], "removed": []});
    client.notify("workspace/didChangeWorkspaceFolders", json!({"event": event}));
    client.diagnostics(&two.join("service.yaml"), has("service-target-port"));
    // A file of no folder is looked at by itself, a new one of a folder with the rest of it.
    let loose = folder("loose", &[]).join("a.yaml");
    client.open(&loose, 1, "apiVersion: v1\nkind: Pdo\nmetadata: {name: a}\n");
    client.diagnostics(&loose, has("unknown-kind"));
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": uri(&loose)}}));
    client.diagnostics(&loose, |it| checks(it).is_empty());
    let new = one.join("new.yaml");
    client.open(&new, 1, &SERVICE.replace("name: web", "name: new"));
    client.diagnostics(&new, has("service-target-port"));
    client.finish();
}

#[test]
fn of_many_changes_at_once_the_last_one_counts() {
    let root = shop("burst");
    let service = root.join("service.yaml");
    let (mut client, _) = Client::start(&[&root], &["utf-16"], Value::Null);
    client.open(&service, 0, SERVICE);
    for version in 1..=200 {
        client.replace(&service, version, &SERVICE.replace("8080", &format!("{}", 9000 + version)));
    }
    let last = client.diagnostics(&service, |it| it["version"] == 200);
    assert!(last.to_string().contains("9200"));
    client.finish();
}

#[test]
fn leaving_without_shutdown_is_an_error() {
    let root = shop("leaving");
    let (mut client, _) = Client::start(&[&root], &["utf-16"], Value::Null);
    client.notify("exit", Value::Null);
    assert!(!client.server.wait().unwrap().success());
    let mut client = Client::spawn();
    assert_eq!(client.refusal("textDocument/hover", json!({})), -32002, "before `initialize`");
    drop(client.input);
    assert!(!client.server.wait().unwrap().success());
}

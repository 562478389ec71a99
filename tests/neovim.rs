//! A real Neovim, headless, shows what the server says: findings, hover, rename. Where `nvim` is not installed, the test
//! says so and is passed over.

#![expect(clippy::disallowed_methods, reason = "a test writes its files, and ends where it cannot")]

use std::path::Path;
use std::process::{Command, Stdio};

const STACK: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-app\nspec:\n  replicas: 3\n  \
    selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n      labels:\n        app: web\n    spec:\n      \
    containers:\n      - name: web\n        image: registry.example.com/web:1.2.3\n        ports:\n        \
    - containerPort: 8080\n        envFrom:\n        - configMapRef:\n            name: app-config\n---\napiVersion: v1\n\
    kind: Service\nmetadata:\n  name: web-service\nspec:\n  selector:\n    app: web\n  ports:\n  - port: 80\n    \
    targetPort: 9090\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-config\ndata:\n  LEVEL: info\n";

#[test]
fn neovim_shows_findings_hover_and_rename() {
    if Command::new("nvim").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("nvim is not installed, so nothing was tried");
        return;
    }
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("neovim");
    std::fs::create_dir_all(root.join(".git")).unwrap();
    let (file, out) = (root.join("stack.yaml"), root.join("transcript.txt"));
    std::fs::write(&file, STACK).unwrap();
    let _ = std::fs::remove_file(&out);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/neovim.lua");
    let status = Command::new("nvim")
        .args(["--headless", "--clean", "-c"])
        .arg(format!("luafile {}", script.display()))
        .env("KPLAN", env!("CARGO_BIN_EXE_kplan"))
        .env("FILE", &file)
        .env("ROOT", &root)
        .env("OUT", &out)
        .env("HOVER", "replicas: 3")
        .env("RENAME", "name: app-config")
        .env("NEW_NAME", "web-config")
        .stdin(Stdio::null())
        .status()
        .unwrap();
    let transcript = std::fs::read_to_string(&out).unwrap_or_default();
    assert!(status.success(), "{transcript}");
    for expected in [
        "ERROR 33:17-33:21 `9090` [service-target-port]",
        "hover: **Deployment.spec.replicas** `integer`",
        "renamed 22:             name: app-config ->             name: web-config",
        "renamed 38:   name: app-config ->   name: web-config",
    ] {
        assert!(transcript.contains(expected), "no {expected:?} in:\n{transcript}");
    }
}

//! The worker as the runtime takes it: wasm, its JavaScript bindings, and a configuration that names them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const PACKAGE: &str = "worker-example";
const TARGET: &str = "wasm32-unknown-unknown";
/// The oldest behaviour of the runtime that the worker is held to.
const COMPATIBILITY_DATE: &str = "2025-06-01";

/// Puts the worker into `folder`, with its bindings and the module that begins it.
pub(super) fn put_into(folder: &Path) {
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.input_path(wasm()).typescript(false);
    bindgen.bundler(true).expect("the bundler's form is there");
    bindgen.generate(folder).expect("the wasm has bindings");
    std::fs::copy(source().join("worker.mjs"), folder.join("worker.mjs")).expect("the folder can be written");
}

/// Compiles the worker, with the cargo that compiled this test.
fn wasm() -> PathBuf {
    let target =
        temporary().parent().expect("the folder for temporary files is in the target folder").to_owned();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--lib", "--package", PACKAGE, "--target", TARGET, "--target-dir"]);
    let status = cargo.arg(&target).status().expect("cargo runs");
    assert!(
        status.success(),
        "the worker does not build for {TARGET}: is the target installed (rustup target add)?"
    );
    target.join(TARGET).join("debug/worker_example.wasm")
}

/// Installs the runtime, as the lock file beside it says, and returns its program.
pub(super) fn runtime() -> PathBuf {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    INSTALLED
        .get_or_init(|| {
            let source = source();
            let folder = temporary().join("worker-runtime");
            std::fs::create_dir_all(&folder).expect("the target folder can be written");
            // Tests are processes of their own under some runners: one of them installs, and the others wait for it.
            let only_one =
                std::fs::File::create(folder.join(".lock")).expect("the target folder can be written");
            only_one.lock().expect("files can be locked");
            let lock = std::fs::read(source.join("package-lock.json")).expect("the lock file is there");
            let program = folder.join("node_modules/.bin/workerd");
            if !program.exists()
                || std::fs::read(folder.join("package-lock.json")).ok().as_ref() != Some(&lock)
            {
                install(&source, &folder);
            }
            program
        })
        .clone()
}

fn install(source: &Path, folder: &Path) {
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(source.join(file), folder.join(file)).expect("the target folder can be written");
    }
    let output = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder).output();
    let output = output.expect("npm runs: these tests need Node.js 20 or later");
    assert!(output.status.success(), "npm ci failed: {}", String::from_utf8_lossy(&output.stderr));
}

/// The configuration of a runtime that serves the worker at a free port, as `bindings` of text.
pub(super) fn configuration(folder: &Path, variables: &[(&str, &str)]) -> String {
    let mut modules = String::from("(name = \"worker.mjs\", esModule = embed \"worker.mjs\"),\n");
    for file in files(folder) {
        let name = file.strip_prefix(folder).expect("it is in the folder").display().to_string();
        let kind = match file.extension().and_then(|extension| extension.to_str()) {
            Some("js") => "esModule",
            Some("wasm") => "wasm",
            _ => continue,
        };
        writeln!(modules, "      (name = {name:?}, {kind} = embed {name:?}),")
            .expect("a String takes everything");
    }
    let mut bindings = String::new();
    for (name, value) in variables {
        write!(bindings, "(name = {name:?}, text = {value:?}), ").expect("a String takes everything");
    }
    format!(
        "using Workerd = import \"/workerd/workerd.capnp\";\n\
         const config :Workerd.Config = (\n\
         \x20 services = [\n\
         \x20   (name = \"main\", worker = .worker),\n\
         \x20   (name = \"internet\", network = (allow = [\"private\", \"public\"])),\n\
         \x20 ],\n\
         \x20 sockets = [(name = \"http\", address = \"127.0.0.1:0\", http = (), service = \"main\")],\n\
         );\n\
         const worker :Workerd.Worker = (\n\
         \x20 compatibilityDate = \"{COMPATIBILITY_DATE}\",\n\
         \x20 bindings = [{bindings}],\n\
         \x20 modules = [\n\
         \x20     {modules}\x20 ],\n\
         );\n"
    )
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// What belongs to the runtime in this package.
fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("runtime")
}

/// The folder of this package's temporary files, in the target folder.
fn temporary() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

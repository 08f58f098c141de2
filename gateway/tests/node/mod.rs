//! Runs the checks of `tests/neon_client` under Node, and reports each of them.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The oldest Node that the checks and the client run on.
const OLDEST_NODE: u32 = 20;

/// How long all the checks of a file may take.
const DEADLINE: Duration = Duration::from_secs(180);

/// Runs all checks of a file, and panics unless each of them passed and none was left out. `way` says which way of
/// connecting is checked, for the report.
pub(crate) fn run(file: &str, way: &str, environment: &[(&str, &str)]) {
    let folder = installed();
    let expected = checks(&fs::read_to_string(folder.join(file)).unwrap());
    assert!(!expected.is_empty(), "there are no checks in {file}");
    let output = node(&folder, file, environment);
    let found = reported(&output.text);
    let mut report = String::from("\n");
    for check in &found {
        report += &format!("{} {way}: {}\n", check.verdict, check.name);
    }
    // Not by print!, which the test runner keeps to itself where a test passes.
    std::io::stderr().write_all(report.as_bytes()).unwrap();
    let all_passed = found.iter().all(|check| check.verdict == "passed");
    let found: Vec<&str> = found.iter().map(|check| check.name.as_str()).collect();
    assert!(
        all_passed && found == expected && output.succeeded,
        "not all of {expected:?} passed:\n{}",
        output.text
    );
}

/// A check, as Node reports it.
struct Check {
    name: String,
    verdict: &'static str,
}

/// The names of the checks that a file has: of each line that begins with `test(`.
fn checks(source: &str) -> Vec<String> {
    let names = source.lines().filter_map(|line| line.strip_prefix("test('"));
    let names: Vec<String> = names.map(|rest| rest.split_once("',").unwrap().0.to_owned()).collect();
    assert_eq!(
        names.len(),
        source.matches("test(").count(),
        "every check begins a line, with its name on it"
    );
    names
}

/// The checks in Node's report, in the form of TAP (Test Anything Protocol, version 13).
fn reported(tap: &str) -> Vec<Check> {
    let check = |line: &str| {
        let (passed, rest) = match (line.strip_prefix("ok "), line.strip_prefix("not ok ")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return None,
        };
        let (_, name) = rest.split_once(" - ")?;
        let (name, verdict) = match name.split_once(" # ") {
            Some((name, _)) => (name, "SKIPPED"),
            None => (name, if passed { "passed" } else { "FAILED" }),
        };
        Some(Check { name: name.to_owned(), verdict })
    };
    tap.lines().filter_map(check).collect()
}

struct Output {
    text: String,
    succeeded: bool,
}

fn node(folder: &Path, file: &str, environment: &[(&str, &str)]) -> Output {
    let path = tempfile::NamedTempFile::new().unwrap();
    let to = |file: &File| Stdio::from(file.try_clone().unwrap());
    let mut child = Command::new("node")
        .args(["--test-reporter=tap", file])
        .current_dir(folder)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(to(path.as_file()))
        .stderr(to(path.as_file()))
        .spawn()
        .unwrap();
    let end = Instant::now() + DEADLINE;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if Instant::now() > end {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        sleep(Duration::from_millis(20));
    };
    let mut text = fs::read_to_string(path.path()).unwrap();
    if status.is_none() {
        text += "\nnode did not end in time\n";
    }
    Output { text, succeeded: status.is_some_and(|status| status.success()) }
}

/// The folder with the checks and the client, the latter installed by npm as the lock file says.
fn installed() -> PathBuf {
    let installed = version("node");
    let major =
        installed.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    assert!(
        major.is_some_and(|major| major >= OLDEST_NODE),
        "node is {installed}, and Neon's client is tested with Node {OLDEST_NODE} or newer: install it"
    );
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/neon_client");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("neon_client");
    fs::create_dir_all(&folder).unwrap();
    // Other tests, of this process and of others, want the same.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let pinned = fs::read(source.join("package-lock.json")).unwrap();
    let done = folder.join("installed-package-lock.json");
    for entry in fs::read_dir(&source).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &folder.join(entry.file_name()));
    }
    if fs::read(&done).ok().as_ref() != Some(&pinned) {
        version("npm");
        let npm = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(
            npm.status.success(),
            "npm ci could not install Neon's client (does it reach its registry?):\n{}",
            String::from_utf8_lossy(&npm.stderr)
        );
        fs::write(&done, &pinned).unwrap();
    }
    folder
}

/// Copies a file unless its copy is the same already: another test may be reading it.
fn copy(from: &Path, to: &Path) {
    let bytes = fs::read(from).unwrap();
    if fs::read(to).ok().as_ref() != Some(&bytes) {
        fs::write(to, bytes).unwrap();
    }
}

/// What the program says of its version.
fn version(program: &str) -> String {
    let output = Command::new(program).arg("--version").output().unwrap_or_else(|error| {
        panic!("{program} is needed to test Neon's client (Node {OLDEST_NODE} or newer, with npm): {error}")
    });
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

//! Runs the quickstart as a person does.

use std::path::PathBuf;
use std::process::Command;

/// The program, which cargo builds before it runs these tests.
fn quickstart() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("cargo puts tests into target/.../deps");
    let path = folder.join("examples").join(format!("quickstart{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is missing: build it with `cargo build --example quickstart`", path.display());
    path
}

/// Runs it in a folder of its own, and gives what it prints on standard output.
pub(crate) fn run(url: &str) -> String {
    run_with(url, &[])
}

/// The same with more variables.
pub(crate) fn run_with(url: &str, variables: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let output = Command::new(quickstart())
        .current_dir(folder.path())
        .env("DATABASE_URL", url)
        .env_remove("DRIVETRAIN_ADAPTER")
        .env_remove("DATABASE_ENDPOINT")
        .envs(variables.iter().copied())
        .output()
        .expect("the quickstart can be started");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    printed
}

/// A user: email, name, and todos with whether they are done.
type User = (&'static str, Option<&'static str>, &'static [(&'static str, bool)]);

/// What the story leaves in the database.
pub(crate) const LEFT: [User; 4] = [
    (
        "ada@example.com",
        Some("Ada Lovelace"),
        &[("write the first program", true), ("explain it in notes", true)],
    ),
    (
        "grace@example.com",
        Some("Grace"),
        &[("find the bug", false), ("tape it into the logbook", false), ("build a compiler", true)],
    ),
    ("alan@example.com", None, &[]),
    ("kay@example.com", None, &[]),
];

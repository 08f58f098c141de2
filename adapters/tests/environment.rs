//! The variables of a real process and the files of its folder: this test runs itself in a process of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use drivetrain_adapters::{Settings, connect_with_default};

/// Tells the process that it is the inner one.
const INNER: &str = "DRIVETRAIN_TEST_INNER";

/// In a process of its own it prints what it finds; the outer one looks at that. Run by itself it does nothing.
#[test]
fn inner() {
    match std::env::var(INNER).as_deref() {
        Ok("load") => println!("found {:?}", Settings::load()),
        Ok("from_env") => println!("found {:?}", Settings::from_env()),
        Ok("default") => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let adapter = runtime.block_on(connect_with_default("sqlite:default.db"));
            println!("found {:?}", adapter.map(|adapter| adapter.name().to_owned()));
        }
        _ => {}
    }
}

fn run(what: &str, folder: &Path, variables: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "inner", "--nocapture"])
        .env_remove("DATABASE_URL")
        .env_remove("DRIVETRAIN_ADAPTER")
        .env_remove("DATABASE_ENDPOINT")
        .env(INNER, what)
        .envs(variables.iter().copied())
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn variables_and_files_of_a_process() {
    let folder = tempfile::tempdir().unwrap();
    let url = ("DATABASE_URL", "postgres://user:canary@one.example.com/db");
    let adapter = ("DRIVETRAIN_ADAPTER", "postgres");
    let shown = run("from_env", folder.path(), &[url, adapter]);
    assert!(shown.contains("postgres://one.example.com") && shown.contains("Some(\"postgres\")"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
    let shown =
        run("from_env", folder.path(), &[url, ("DATABASE_ENDPOINT", "https://canary@three.example/sql")]);
    assert!(shown.contains("https://three.example") && !shown.contains("canary"), "{shown}");
    let shown = run("from_env", folder.path(), &[]);
    assert!(shown.contains("DATABASE_URL is not set"), "{shown}");

    fs::write(folder.path().join(".env"), "DATABASE_URL=\"postgres://u:canary@two.example.com/db\"").unwrap();
    fs::create_dir(folder.path().join("inner")).unwrap();
    let shown = run("load", &folder.path().join("inner"), &[]);
    assert!(shown.contains("postgres://two.example.com") && !shown.contains("canary"), "{shown}");
    let shown = run("load", folder.path(), &[url]);
    assert!(shown.contains("postgres://one.example.com"), "{shown}");
    let shown = run("from_env", folder.path(), &[]);
    assert!(shown.contains("DATABASE_URL is not set"), "files are not read: {shown}");
}

#[cfg(feature = "sqlite")]
#[test]
fn a_default_is_taken_where_nothing_says_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run("default", folder.path(), &[]).contains("found Ok(\"sqlite\")"));
    assert!(folder.path().join("default.db").is_file());

    assert!(
        run("default", folder.path(), &[("DATABASE_URL", "sqlite:set.db")]).contains("found Ok(\"sqlite\")")
    );
    assert!(folder.path().join("set.db").is_file());
    let shown = run("default", folder.path(), &[("DRIVETRAIN_ADAPTER", "postgres")]);
    assert!(shown.contains("the adapter `postgres` takes postgres://"), "{shown}");
}

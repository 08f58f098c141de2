//! The build script helper: where it looks, what it writes, how it fails.

use std::fs;
use std::path::Path;

use drivetrain_codegen::build::Builder;
use tempfile::TempDir;

const SCHEMA: &str =
    "datasource db {\n  provider = \"postgresql\"\n}\n\nmodel User {\n  id Int      @id\n  at DateTime\n}\n";

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn builder(folder: &TempDir) -> Builder {
    Builder::new().folder(folder.path()).out_folder(folder.path().join("out"))
}

fn error(builder: &Builder) -> String {
    builder.run().unwrap_err().to_string()
}

#[test]
fn the_defaults_are_enough() {
    let folder = project(&[("schema.prisma", SCHEMA)]);
    let path = builder(&folder).run().unwrap();
    assert_eq!(path, folder.path().join("out/db.rs"));
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains("pub struct User"));
    assert!(!text.contains(&*folder.path().to_string_lossy()), "an absolute path");
}

#[test]
fn the_configuration_names_schema_providers_and_types() {
    let config = "schema = \"data\"\nproviders = [\"sqlite\"]\n\n[types]\nDateTime = \"jiff::Timestamp\"\n";
    let folder = project(&[
        ("conf/drivetrain.toml", config),
        ("conf/data/a.prisma", SCHEMA),
        ("conf/data/more/b.prisma", "model Post {\n  id Int @id\n}\n"),
        ("conf/data/notes.txt", "not a schema"),
    ]);
    let builder = builder(&folder).config("conf/drivetrain.toml").out("sub/client.rs");
    let path = builder.run().unwrap();
    assert_eq!(path, folder.path().join("out/sub/client.rs"));
    let text = fs::read_to_string(&path).unwrap();
    for part in ["Dialect::Postgres", "Dialect::Sqlite", "pub at: ::jiff::Timestamp", "pub struct Post"] {
        assert!(text.contains(part), "{part}");
    }
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    builder.run().unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().modified().unwrap(),
        before,
        "the same text is not written again"
    );
}

#[test]
fn mistakes_of_the_schema_are_shown_with_their_place() {
    let folder = project(&[("schema.prisma", &SCHEMA.replace("DateTime", "Datetime"))]);
    let error = builder(&folder).run().unwrap_err();
    assert_eq!(error.diagnostics().unwrap().len(), 1);
    let text = error.to_string();
    assert!(text.contains("schema.prisma:7:6") && text.contains("did you mean `DateTime`?"), "{text}");
    assert_eq!(format!("{error:?}").trim_start(), text, "a build script that returns it shows the same");
    assert!(!folder.path().join("out/db.rs").exists());
}

#[test]
fn a_schema_that_one_of_the_providers_lacks_is_refused() {
    let schema = SCHEMA.replace("DateTime", "DateTime[]");
    let folder = project(&[("schema.prisma", &schema), ("drivetrain.toml", "providers = [\"sqlite\"]")]);
    assert!(error(&builder(&folder)).contains("sqlite"));
}

#[test]
fn what_is_not_there_is_named() {
    let folder = project(&[("empty/notes.txt", "")]);
    assert!(error(&builder(&folder)).starts_with("cannot read the schema `schema.prisma`: "));
    assert!(
        error(&builder(&folder).config("no.toml")).starts_with("cannot read the configuration `no.toml`: ")
    );
    assert_eq!(
        error(&builder(&folder).schema("empty")),
        "the folder `empty` has no file that ends in `.prisma`"
    );
    let folder = project(&[("schema.prisma", SCHEMA), ("drivetrain.toml", "shema = \"x\"")]);
    assert_eq!(
        error(&builder(&folder)),
        "drivetrain.toml:1:1: there is no key `shema`; did you mean `schema`?"
    );
}

#[test]
fn choices_of_the_script_go_before_those_of_the_configuration() {
    let config = "[types]\nDateTime = \"jiff::Timestamp\"\n";
    let folder = project(&[("schema.prisma", SCHEMA), ("drivetrain.toml", config)]);
    let builder = builder(&folder)
        .with_type(drivetrain_codegen::TypeKey::DateTime, "crate::Time")
        .module_path("crate::db");
    let text = fs::read_to_string(builder.run().unwrap()).unwrap();
    assert!(text.contains("pub at: crate::Time") && text.contains("crate::db::User!(@with"));
    assert!(error(&builder.module_path("db")).contains("write for example `crate::db`"));
}

#[test]
fn cargo_is_told_what_to_watch() {
    let folder = project(&[("schema.prisma", SCHEMA), ("drivetrain.toml", "")]);
    // The output of a build script is that of a process: this test calls itself.
    if let Some(root) = std::env::var_os("DRIVETRAIN_TEST_FOLDER") {
        let root = Path::new(&root);
        Builder::new().folder(root).out_folder(root).run().unwrap();
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "cargo_is_told_what_to_watch"])
        .env("DRIVETRAIN_TEST_FOLDER", folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for name in ["schema.prisma", "drivetrain.toml"] {
        let line = format!("cargo::rerun-if-changed={}", folder.path().join(name).display());
        assert!(text.lines().any(|told| told == line), "{line} in\n{text}");
    }
}

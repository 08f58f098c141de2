//! What is generated compiles by itself without a warning, under the lints of this repository and with documentation.
//!
//! The modules of many schemas are written into one crate, which is checked by clippy and documented by rustdoc.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use drivetrain_codegen::{Options, TypeKey, generate};
use drivetrain_schema::{Provider, Schema, SourceFile};

const FIXTURES: &str = "../schema/tests/fixtures";

fn source(path: &Path) -> SourceFile {
    let name = path.file_name().unwrap().to_string_lossy();
    SourceFile::new(name, std::fs::read_to_string(path).unwrap())
}

fn prisma_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "prisma")).collect();
    files.sort();
    files
}

fn schema(sources: &[SourceFile], providers: &[Provider]) -> Schema {
    Schema::parse_with_warnings(sources, providers).unwrap().0
}

/// `count` models in a ring, each with five relations and ten columns.
fn ring(count: usize) -> String {
    let mut text = String::from("datasource db {\n  provider = \"postgresql\"\n}\n");
    for index in 0..count {
        let (next, last) = ((index + 1) % count, (index + count - 1) % count);
        write!(
            text,
            "\nmodel Item{index} {{
  id        Int      @id @default(autoincrement())
  name      String
  email     String   @unique
  note      String?
  count     Int      @default(0)
  price     Decimal
  active    Boolean  @default(true)
  createdAt DateTime @default(now())
  updatedAt DateTime @updatedAt
  nextId    Int
  otherId   Int?
  next      Item{next}  @relation(\"next{index}\", fields: [nextId], references: [id])
  other     Item{next}? @relation(\"other{index}\", fields: [otherId], references: [id])
  previous  Item{last}[] @relation(\"next{last}\")
  others    Item{last}[] @relation(\"other{last}\")
  tags      Item{next}[] @relation(\"tags{index}\")
  tagged    Item{last}[] @relation(\"tags{last}\")
}}\n"
        )
        .unwrap();
    }
    text
}

/// The modules' names and contents.
fn modules() -> Vec<(String, String)> {
    let plain = Options::new();
    let mut modules = Vec::new();
    for file in prisma_files(Path::new(FIXTURES)).into_iter().chain(prisma_files(Path::new("tests/schemas")))
    {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        if name != "ten_mistakes" {
            modules.push((name, generate(&schema(&[source(&file)], &[]), &plain).unwrap()));
        }
    }
    let files: Vec<_> =
        prisma_files(&Path::new(FIXTURES).join("multi_file")).iter().map(|file| source(file)).collect();
    modules.push(("multi_file".to_owned(), generate(&schema(&files, &[]), &plain).unwrap()));
    let ring = SourceFile::new("ring.prisma", ring(100));
    modules.push(("hundred_models".to_owned(), generate(&schema(&[ring], &[]), &plain).unwrap()));

    let both = schema(&[source(&Path::new(FIXTURES).join("two_providers.prisma"))], &Provider::ALL[..1]);
    let options = Options::new()
        .with_type(TypeKey::DateTime, "drivetrain::Timestamp")
        .and_then(|options| options.with_type(TypeKey::Decimal, "crate::types::Money"))
        .and_then(|options| options.with_type(TypeKey::Uuid, "String"))
        .unwrap();
    modules.push(("chosen".to_owned(), generate(&both, &options).unwrap()));

    let todos = schema(&[source(&Path::new(FIXTURES).join("todos.prisma"))], &[]);
    let options = Options::new().with_module_path("crate::with_path").unwrap();
    modules.push(("with_path".to_owned(), generate(&todos, &options).unwrap()));
    modules
}

fn manifest(root: &Path) -> String {
    let workspace: toml::Table = std::fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let mut lints = toml::Table::new();
    lints.insert("lints".to_owned(), workspace["workspace"]["lints"].clone());
    let client = root.join("client");
    format!(
        "[package]\nname = \"generated\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         drivetrain = {{ path = {:?}, features = [\"jiff\"] }}\n\
         jiff = {{ version = \"1\", default-features = false, features = [\"std\", \"serde\"] }}\n\
         serde = \"1\"\n\n{}",
        client,
        toml::to_string(&lints).unwrap()
    )
}

fn cargo(folder: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("RUSTDOCFLAGS", "-D warnings")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?} of the generated code:\n{errors}");
}

#[test]
fn generated_code_compiles_without_a_warning() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated");
    let sources = folder.join("src");
    std::fs::create_dir_all(&sources).unwrap();
    std::fs::write(folder.join("Cargo.toml"), manifest(root)).unwrap();
    std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let mut library = String::from("//! Generated code.\n\npub mod types;\npub mod usage;\n");
    for (name, text) in modules() {
        // As in a build script's folder: the file is included, and the module is public or not.
        std::fs::write(sources.join(format!("{name}.in.rs")), &text).unwrap();
        write!(library, "\n/// Generated.\npub mod {name} {{\n    include!(\"{name}.in.rs\");\n}}\n")
            .unwrap();
        if name != "hundred_models" {
            write!(library, "\n#[path = \"{name}.in.rs\"]\nmod {name}_private;\n").unwrap();
        }
    }
    std::fs::write(sources.join("lib.rs"), library).unwrap();
    std::fs::copy("tests/generated/types.rs", sources.join("types.rs")).unwrap();
    std::fs::copy("tests/generated/usage.rs", sources.join("usage.rs")).unwrap();
    cargo(&folder, &["clippy", "--quiet", "--", "-D", "warnings"]);
    cargo(&folder, &["doc", "--quiet", "--no-deps"]);
}

//! Files that pages show are those that are compiled and run.

use std::fs;
use std::process::Command;

use super::support::{Page, folder, page};

fn shows(page: &Page, language: &str, file: &str) {
    let text = fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let block = format!("```{language}\n{text}```\n");
    assert!(page.text.contains(&block), "{} does not show {file} as it is", page.name);
}

#[test]
fn the_quickstart_shows_its_files_and_their_output() {
    let quickstart = page("quickstart.md");
    shows(&quickstart, "prisma", "quickstart/schema.prisma");
    shows(&quickstart, "toml", "quickstart/drivetrain.toml");
    shows(&quickstart, "rs", "quickstart/build.rs");
    shows(&quickstart, "rs", "quickstart/src/main.rs");

    let output = Command::new(env!("CARGO_BIN_EXE_guide-quickstart"))
        .env_remove("DATABASE_URL")
        .env_remove("DRIVETRAIN_ADAPTER")
        .output()
        .expect("the program can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(quickstart.text.contains(&format!("```text\n{said}```\n")), "the quickstart prints\n{said}");
}

#[test]
fn the_introduction_shows_the_schema_of_the_examples() {
    shows(&page("introduction.md"), "prisma", "schemas/guide.prisma");
}

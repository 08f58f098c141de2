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

#[test]
fn what_the_guide_to_adapters_shows_stands_in_the_example() {
    let guide = page("writing-an-adapter.md");
    let root = folder().parent().expect("this package is within the repository");
    let mut shown = 0;
    for part in guide.text.split("<!-- from ").skip(1) {
        let (file, rest) = part.split_once(" -->\n```rs\n").expect("a block of code follows");
        let (code, _) = rest.split_once("```\n").expect("it ends");
        let text = fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(text.contains(code), "{file} has not\n{code}");
        shown += 1;
    }
    assert_eq!(shown, guide.text.matches("```rs\n").count(), "a block does not say where it is from");
}

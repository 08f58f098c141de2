//! Connection strings in a schema are shown nowhere.

use drivetrain_schema::{Schema, SourceFile, parse};

const SECRET: &str = "hunter2";

fn schema(provider: &str, url: &str) -> String {
    format!(
        "datasource db {{\n  provider = \"{provider}\"\n  url      = {url}\n  directUrl = {url}\n}}\n\nmodel A {{\n  id Int @id\n}}\n"
    )
}

#[test]
fn debug_of_source_tree_and_model_hide_them() {
    let text = schema("postgresql", "\"postgres://app:hunter2@localhost/app\"");
    let source = SourceFile::new("a.prisma", text.clone());
    let (ast, _) = parse(std::slice::from_ref(&source));
    let model = Schema::parse("a.prisma", text).unwrap();
    for shown in [format!("{source:?}"), format!("{ast:?}"), format!("{model:?}")] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn diagnostics_on_their_line_hide_them() {
    for url in [
        "\"postgres://app:hunter2@localhost/app\" extra",
        "\"postgres://app:hunter2@localhost/app",
        "[\"postgres://app:hunter2@localhost/app\"]",
        "\"host=localhost password=hunter2\" \"\\q\"",
        "postgres://app:hunter2@localhost/app",
    ] {
        let found = Schema::parse("a.prisma", schema("postgresql", url)).unwrap_err();
        assert!(found.to_string().contains("a.prisma:3"), "{found}");
        for shown in [found.to_string(), format!("{found:?}")] {
            assert!(!shown.contains(SECRET), "{url}: {shown}");
        }
        for diagnostic in &found {
            let shown = format!("{diagnostic:?}");
            assert!(!shown.contains(SECRET), "{url}: {shown}");
        }
    }
}

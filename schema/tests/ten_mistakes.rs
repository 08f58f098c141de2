//! A schema with ten different mistakes gives ten diagnostics, each with place and mend, in one run.

use std::collections::BTreeSet;

use drivetrain_schema::{RenderOptions, Rule, Schema};

mod golden;

#[test]
fn ten_mistakes_give_ten_diagnostics() {
    let folder = golden::tests_folder().join("fixtures");
    let text = std::fs::read_to_string(folder.join("ten_mistakes.prisma")).unwrap();
    let found = Schema::parse("ten_mistakes.prisma", text).unwrap_err();
    assert_eq!(found.len(), 10, "{found}");
    let rules: BTreeSet<Rule> = found.iter().map(|diagnostic| diagnostic.rule).collect();
    assert_eq!(rules.len(), 10, "{rules:?}");
    golden::compare([(folder.join("ten_mistakes.txt"), found.to_string())]);
}

#[test]
fn colours_are_an_option_and_hide_nothing() {
    let found = Schema::parse("a.prisma", "model A {\n  id Strng @id\n}\n").unwrap_err();
    let plain = found.render(RenderOptions::default());
    let coloured = found.render(RenderOptions { colour: true });
    assert!(!plain.contains('\u{1b}'), "{plain}");
    assert!(coloured.contains('\u{1b}'), "{coloured}");
    assert!(coloured.contains("did you mean `String`?"), "{coloured}");
}

//! No text makes the parser or the checks panic or hang, and every place they report lies in its source.

use std::path::{Path, PathBuf};

use drivetrain_schema::{Diagnostics, Provider, Schema, SourceFile};
use proptest::prelude::*;

/// The folder of the tests.
fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Reads the text for every kind of database and holds what comes out against what is promised.
fn survive(text: &str) {
    let source = SourceFile::new("a.prisma", text);
    let (Ok((_, found)) | Err(found)) =
        Schema::parse_with_warnings(std::slice::from_ref(&source), &Provider::ALL);
    places_are_right(&found);
    let rendered = found.to_string();
    assert_eq!(rendered.is_empty(), found.is_empty());
    let alone = Schema::parse("a.prisma", text);
    if let Err(found) = alone {
        assert!(found.has_errors(), "no schema and no error for {text:?}");
    }
}

fn places_are_right(found: &Diagnostics) {
    for diagnostic in found {
        for label in std::iter::once(&diagnostic.primary).chain(&diagnostic.labels) {
            let text = &found.sources()[label.span.source.0].text;
            assert!(text.get(label.span.start..label.span.end).is_some(), "{label:?} in {text:?}");
        }
    }
}

fn fixtures() -> Vec<String> {
    let folder = tests_folder();
    let entries =
        ["fixtures", "rules"].into_iter().flat_map(|name| std::fs::read_dir(folder.join(name)).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|e| e == "prisma")).collect();
    paths.sort();
    paths.into_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn every_beginning_of_every_fixture() {
    for text in fixtures() {
        let step = (text.len() / 25).max(1);
        for end in (0..text.len()).step_by(step).filter(|end| text.is_char_boundary(*end)) {
            survive(&text[..end]);
        }
    }
}

#[test]
fn every_line_left_out() {
    for text in fixtures() {
        let lines: Vec<&str> = text.lines().collect();
        for index in 0..lines.len() {
            let mut fewer = lines.clone();
            fewer.remove(index);
            survive(&fewer.join("\n"));
        }
    }
}

#[test]
fn extremes() {
    let deep = |open: &str, close: &str| {
        format!("model A {{\n  x Int @default({}{})\n}}", open.repeat(50_000), close.repeat(50_000))
    };
    survive(&deep("[", "]"));
    survive(&deep("f(", ")"));
    survive(&deep("{ a: ", "}"));
    survive(&deep("[", ""));
    survive(&"model A {\n".repeat(2000));
    survive(&"@".repeat(10_000));
    survive(&"\"".repeat(10_001));
    survive(&"x".repeat(100_000));
    survive(&format!("model A {{\n  id Int @id\n{}}}", "  f String[]?\n".repeat(2000)));
    survive("\u{feff}model A {\r\n  id Int @id // \u{301}\r\n}\r\n");
    survive("\0\u{7f}\u{202e}model é {\n 🦀 🦀\n}");
}

/// Pieces that mean something to the language, so that random texts get far.
const PIECES: &[&str] = &[
    "model ",
    "enum ",
    "view ",
    "type ",
    "datasource ",
    "generator ",
    "A",
    "B",
    " id ",
    "Int",
    "String",
    "?",
    "[]",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    "\n",
    "@id",
    "@unique",
    "@@id",
    "@@unique",
    "@@index",
    "@relation",
    "fields",
    "references",
    ":",
    ",",
    ".",
    "=",
    "\"x\"",
    "\"",
    "\\",
    "@default",
    "autoincrement",
    "now",
    "1",
    "-1.5",
    "@db.",
    "VarChar",
    "// c",
    "/// d",
    "/*",
    "*/",
    "Unsupported",
    "@map",
    "@@map",
    "@@schema",
    "where",
    "raw",
    "é",
    "provider",
    "\"sqlite\"",
    "\"postgresql\"",
    " ",
];

proptest! {
    #[test]
    fn any_text(text in ".{0,200}") {
        survive(&text);
    }

    #[test]
    fn any_sequence_of_pieces(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..80)) {
        survive(&pieces.concat());
    }

    #[test]
    fn any_change_of_a_fixture(
        index in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..6, prop::sample::select(PIECES)), 1..4),
    ) {
        let fixtures = fixtures();
        let mut text = index.get(&fixtures).clone();
        for (place, length, piece) in cuts {
            let start = text.floor_char_boundary(place.index(text.len() + 1));
            let end = text.ceil_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, piece);
        }
        survive(&text);
    }
}

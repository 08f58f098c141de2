//! Searches in texts find what Rust finds.

use std::cell::OnceCell;

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::statement::TextMatch;
use proptest::prelude::*;

use super::lower;
use super::server::Sqlite;
use crate::support::build::{Text, matches, slot, text, values};
use crate::support::{found, proptests};

thread_local! {
    static SQLITE: OnceCell<Sqlite> = const { OnceCell::new() };
}

fn search(haystack: &str, kind: TextMatch, needle: &str, insensitive: bool) -> bool {
    SQLITE.with(|sqlite| {
        let sqlite = sqlite.get_or_init(|| Sqlite::with(""));
        let select = values(vec![matches(slot(1, Text), kind, 0, insensitive)]);
        let rows = sqlite.rows(&lower(select, vec![text(needle), text(haystack)]));
        rows[0][0].as_deref() == Some("1")
    })
}

proptest! {
    #![proptest_config(proptests())]

    #[test]
    fn of_letters_wildcards_and_nul(
        haystack in r"[%_\\!\[\]^*?aAé\x00]{0,8}",
        needle in r"[%_\\!\[\]^*?aAé\x00]{0,3}",
        kind in 0..3_u8,
    ) {
        for insensitive in [false, true] {
            let kind = found::kind(kind);
            prop_assert_eq!(
                search(&haystack, kind, &needle, insensitive),
                found::by_rust(&haystack, kind, &needle, insensitive),
            );
        }
    }

    #[test]
    fn of_any_characters(haystack in ".{0,20}", from in 0..20_usize, length in 0..4_usize, kind in 0..3_u8) {
        let needle: String = haystack.chars().skip(from).take(length).collect();
        for insensitive in [false, true] {
            let kind = found::kind(kind);
            prop_assert_eq!(
                search(&haystack, kind, &needle, insensitive),
                found::by_rust(&haystack, kind, &needle, insensitive),
            );
        }
    }
}

#[test]
fn null_is_not_found_and_finds_nothing() {
    let sqlite = Sqlite::with("");
    for kind in [0, 1, 2].map(found::kind) {
        for (needle, haystack) in [(Value::NULL, text("a")), (text("a"), Value::NULL)] {
            let select = values(vec![matches(slot(1, Text), kind, 0, true)]);
            assert_eq!(sqlite.rows(&lower(select, vec![needle, haystack])), [[None]]);
        }
    }
}

#[test]
fn a_needle_longer_than_a_pattern_may_be_is_found() {
    let long = "*".repeat(60_000);
    for kind in [0, 1, 2].map(found::kind) {
        assert!(search(&long, kind, &long, false));
        assert!(!search(&long[1..], kind, &long, true));
    }
}

#[test]
fn a_search_at_the_start_uses_an_index() {
    let sqlite = Sqlite::with("CREATE TABLE t (a TEXT COLLATE BINARY); CREATE INDEX i ON t (a)");
    let search = crate::support::build::filtered(
        "t",
        &["a"],
        matches(crate::support::build::col("a"), TextMatch::StartsWith, 0, false),
    );
    let lowering = lower(search, vec![text("ab")]);
    let plan = sqlite.plan(&lowering);
    assert!(plan.contains("SEARCH t USING COVERING INDEX i (a>? AND a<?)"), "{plan}");
}

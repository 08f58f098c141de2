//! Searches in texts find what Rust finds.

use std::cell::OnceCell;

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::statement::TextMatch;
use proptest::prelude::*;

use super::lower;
use super::server::Postgres;
use crate::support::build::{Text, matches, slot, text, values};
use crate::support::{found, proptests};

thread_local! {
    static POSTGRES: OnceCell<Postgres> = const { OnceCell::new() };
}

fn search(haystack: &str, kind: TextMatch, needle: &str, insensitive: bool) -> bool {
    POSTGRES.with(|postgres| {
        let postgres = postgres.get_or_init(|| Postgres::with(""));
        let select = values(vec![matches(slot(1, Text), kind, 0, insensitive)]);
        let rows = postgres.rows(&lower(select, vec![text(needle), text(haystack)]));
        rows[0][0].as_deref() == Some("1")
    })
}

proptest! {
    #![proptest_config(proptests())]

    #[test]
    fn of_letters_and_wildcards(haystack in r"[%_\\!\[*?aA]{0,8}", needle in r"[%_\\!\[*?aA]{0,3}", kind in 0..3_u8) {
        for insensitive in [false, true] {
            let kind = found::kind(kind);
            prop_assert_eq!(
                search(&haystack, kind, &needle, insensitive),
                found::by_rust(&haystack, kind, &needle, insensitive),
            );
        }
    }

    #[test]
    fn of_any_characters(haystack in "[^\\x00]{0,20}", from in 0..20_usize, length in 0..4_usize, kind in 0..3_u8) {
        let needle: String = haystack.chars().skip(from).take(length).collect();
        let kind = found::kind(kind);
        prop_assert_eq!(search(&haystack, kind, &needle, false), found::by_rust(&haystack, kind, &needle, false));
    }
}

#[test]
fn null_is_not_found_and_finds_nothing() {
    let postgres = Postgres::with("");
    for (needle, haystack) in [(Value::NULL, text("a")), (text("a"), Value::NULL)] {
        let select = values(vec![matches(slot(1, Text), TextMatch::Contains, 0, false)]);
        assert_eq!(postgres.rows(&lower(select, vec![needle, haystack])), [[None]]);
    }
}

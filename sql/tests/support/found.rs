//! Searches in texts, as Rust does them.

use drivetrain_adapter_api::statement::TextMatch;

pub fn kind(number: u8) -> TextMatch {
    [TextMatch::Contains, TextMatch::StartsWith, TextMatch::EndsWith][usize::from(number)]
}

/// Whether Rust finds it; case is that of ASCII letters.
pub fn by_rust(haystack: &str, kind: TextMatch, needle: &str, insensitive: bool) -> bool {
    let fold = |text: &str| if insensitive { text.to_ascii_lowercase() } else { text.to_owned() };
    let (haystack, needle) = (fold(haystack), fold(needle));
    match kind {
        TextMatch::Contains => haystack.contains(&needle),
        TextMatch::StartsWith => haystack.starts_with(&needle),
        TextMatch::EndsWith => haystack.ends_with(&needle),
        other => panic!("{other:?}"),
    }
}

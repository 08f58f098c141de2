//! Whether a text may be a statement that only reads. SQLite has the last word.

/// Whether the text begins with a word that statements begin with that only read. A text that begins otherwise is
/// taken for one that writes, which is never wrong, only slower.
pub(crate) fn begins_like_a_read(text: &str) -> bool {
    let start = skip_comments(text);
    let end = start.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(start.len());
    ["SELECT", "VALUES", "WITH", "EXPLAIN"].iter().any(|word| word.eq_ignore_ascii_case(&start[..end]))
}

fn skip_comments(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\n', '\r', '\u{c}']);
        let after = if let Some(line) = text.strip_prefix("--") {
            line.split_once('\n').map(|(_, after)| after)
        } else if let Some(block) = text.strip_prefix("/*") {
            block.split_once("*/").map(|(_, after)| after)
        } else {
            return text;
        };
        match after {
            Some(after) => text = after,
            None => return "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_space_before_the_first_word_do_not_matter() {
        for text in
            ["select 1", "\u{feff}SELECT 1", " -- x\n/* y */ With t as (select 1) select 1", "values(1)"]
        {
            assert!(begins_like_a_read(text), "{text}");
        }
        for text in [
            "insert into t default values",
            "-- select",
            "/* select",
            "",
            "selector",
            "PRAGMA x",
            "(select 1)",
        ] {
            assert!(!begins_like_a_read(text), "{text}");
        }
    }
}

//! The settings of a session in its start-up message.
//!
//! Of the parameters that a start-up message can have, Neon's proxy passes on `application_name` and `options`, and drops
//! others without a word (`proxy/src/compute/mod.rs` in `neondatabase/neon`). So settings travel in `options`, in the form
//! that Postgres reads there (`pg_split_opts` in `src/backend/utils/init/postinit.c`).

/// The parameters for those settings, and for those words to the proxy.
pub(super) fn of(settings: &[(String, String)], words: &[String]) -> Vec<(String, String)> {
    let mut parameters = Vec::new();
    let mut options: Vec<String> = words.iter().map(|word| escaped(word)).collect();
    for (name, value) in settings {
        if name.eq_ignore_ascii_case("application_name") {
            // The last one counts, as it does in `options`.
            parameters = vec![("application_name".to_owned(), value.clone())];
        } else {
            options.push(format!("-c {}", escaped(&format!("{name}={value}"))));
        }
    }
    if !options.is_empty() {
        parameters.push(("options".to_owned(), options.join(" ")));
    }
    parameters
}

/// The word with a backslash before what would end it.
fn escaped(word: &str) -> String {
    let mut escaped = String::with_capacity(word.len());
    for letter in word.chars() {
        // The blanks of C's `isspace`.
        if matches!(letter, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn settings_travel_in_options() {
        assert_eq!(of(&[], &[]), []);
        let settings = pairs(&[
            ("statement_timeout", "30s"),
            ("application_name", "first"),
            ("search_path", r#""tenant a", b\c"#),
            ("Application_Name", "my shop"),
        ]);
        let words = ["endpoint=ep-1".to_owned(), "neon_k:v".to_owned()];
        let expected = pairs(&[
            ("application_name", "my shop"),
            (
                "options",
                r#"endpoint=ep-1 neon_k:v -c statement_timeout=30s -c search_path="tenant\ a",\ b\\c"#,
            ),
        ]);
        assert_eq!(of(&settings, &words), expected);
    }
}

//! Hides connection strings in the source lines that diagnostics show.

/// Properties of a `datasource` whose literal value is a secret.
const SECRET_PROPERTIES: [&str; 3] = ["url", "directUrl", "shadowDatabaseUrl"];

/// `text` with every byte of a connection string replaced by `*`. Length and line breaks stay, so that
/// places found in the original fit the result.
pub(super) fn masked(text: &str) -> String {
    text.split_inclusive('\n').map(masked_line).collect()
}

fn masked_line(line: &str) -> String {
    let secret = secret_range(line);
    let mut out = String::with_capacity(line.len());
    for (index, character) in line.char_indices() {
        if secret.contains(&index) && !matches!(character, '\n' | '\r') {
            out.extend(std::iter::repeat_n('*', character.len_utf8()));
        } else {
            out.push(character);
        }
    }
    out
}

/// The bytes of the line that must not be shown. Anything that looks like a URL counts, whatever property
/// or comment it stands in and whether or not its quotes are closed.
fn secret_range(line: &str) -> std::ops::Range<usize> {
    let property = line.split('=').next().unwrap_or_default().trim();
    if SECRET_PROPERTIES.contains(&property) {
        let value = line.find('=').map_or(line.len(), |equals| equals + 1);
        if !line[value..].trim_start().starts_with("env") {
            return value + 1..line.len();
        }
    }
    line.find("://").map_or(0..0, |scheme| scheme + 3..line.len())
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn literal_urls_are_hidden_and_lengths_kept() {
        for text in [
            "  url = \"postgres://u:s€cret@h/db\"\n  x = 1\n",
            "  shadowDatabaseUrl=\"host=h password=s€cret\"\r\n",
            "  // old: mysql://root:s€cret@h",
            "  url = postgres://u:s€cret@h/db",
        ] {
            let shown = masked(text);
            assert!(!shown.contains("cret"), "{shown}");
            assert_eq!(shown.len(), text.len());
            assert_eq!(shown.lines().count(), text.lines().count());
        }
    }

    #[test]
    fn names_of_variables_and_other_lines_stay() {
        for text in ["  url = env(\"DATABASE_URL\")\n", "model Url {\n  url String\n}\n"] {
            assert_eq!(masked(text), text);
        }
    }
}

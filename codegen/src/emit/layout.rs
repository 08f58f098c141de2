//! Empty lines between items, which the formatter does not make.

/// What items begin with that stand apart from those before.
const BEGINNINGS: [&str; 7] =
    ["///", "#[", "pub ", "impl", "fn ", "macro_rules!", "::drivetrain::generated_enum!"];

/// The formatted text with an empty line between items. No literal in it goes over several lines.
pub(super) fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + text.len() / 16);
    let mut before = "";
    for line in text.lines() {
        let item = line.trim_start();
        let indent = line.len() - item.len();
        let ended = before.ends_with(['}', ';']) && before.len() - before.trim_start().len() == indent;
        if ended && BEGINNINGS.iter().any(|beginning| item.starts_with(beginning)) {
            spaced.push('\n');
        }
        spaced.push_str(line);
        spaced.push('\n');
        before = line;
    }
    spaced
}

#[cfg(test)]
mod tests {
    #[test]
    fn items_stand_apart_and_their_parts_together() {
        let text = "mod a {\n    /// One.\n    #[x]\n    pub enum B {\n        C,\n    }\n    impl B {\n        type D = E;\n        \
                    fn f() {}\n    }\n}\npub use g;\n";
        let spaced = "mod a {\n    /// One.\n    #[x]\n    pub enum B {\n        C,\n    }\n\n    impl B {\n        type D = E;\n\n        \
                      fn f() {}\n    }\n}\n\npub use g;\n";
        assert_eq!(super::spaced(text), spaced);
    }
}

//! Documentation: comments of the schema as comments of Rust.

use proc_macro2::TokenStream;
use quote::quote;

/// Documentation of these lines.
pub(super) fn lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> TokenStream {
    let lines =
        lines.into_iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// The documentation of the schema, or else this line.
pub(super) fn or(docs: Option<&str>, line: &str) -> TokenStream {
    match docs {
        Some(docs) => lines(rust(docs).iter().map(String::as_str)),
        None => lines([line]),
    }
}

/// The documentation of the schema, or else the name of what it would be about.
pub(super) fn or_name(docs: Option<&str>, name: &str) -> TokenStream {
    or(docs, &format!("`{name}`"))
}

/// Whether rustdoc or clippy could find fault with these comments, which people wrote for other readers.
pub(super) fn has_markup(docs: Option<&str>) -> bool {
    let harmless = |c: char| c.is_alphanumeric() || " .,;!?'\"()".contains(c);
    docs.is_some_and(|docs| !docs.chars().all(harmless))
}

/// The comment without what rustdoc would compile: indented lines are not code, and fenced ones are not Rust.
fn rust(docs: &str) -> Vec<String> {
    let mut fence = None;
    let mut lines = Vec::new();
    for line in docs.lines() {
        let text = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| text.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => {
                fence = Some(mark);
                lines.push(format!("{mark}text"));
            }
            (None, None) => lines.push(text.to_owned()),
            (Some(open), Some(mark)) if open == mark && text == mark => {
                fence = None;
                lines.push(mark.to_owned());
            }
            (Some(_), _) => lines.push(line.trim_end().to_owned()),
        }
    }
    lines.extend(fence.map(str::to_owned));
    lines
}

#[cfg(test)]
mod tests {
    use super::{has_markup, rust};

    #[test]
    fn nothing_is_compiled() {
        assert_eq!(rust("one\n\n    let x = 1;\ntwo"), ["one", "", "let x = 1;", "two"]);
        assert_eq!(
            rust("```\n  x\n```\nand\n~~~rust\ny"),
            ["```text", "  x", "```", "and", "~~~text", "y", "~~~"]
        );
    }

    #[test]
    fn markup_is_seen() {
        assert!(!has_markup(None) && !has_markup(Some("Somebody's things (to do).")));
        assert!(has_markup(Some("see [this]")) && has_markup(Some("two\nlines")) && has_markup(Some("a<b>")));
    }
}

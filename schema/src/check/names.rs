//! What names may look like.

use super::Context;
use crate::ast::Ident;
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::model::Provider;
use crate::source::Span;

/// Names Prisma keeps for its own client, so that a schema can be shared.
const RESERVED: [&str; 45] = [
    "PrismaClient",
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "using",
    "typeof",
    "var",
    "void",
];

const RESERVED_TOO: [&str; 3] = ["while", "with", "yield"];

/// The name of a model, view or enum.
pub(super) fn check_type_name(cx: &mut Context, name: &Ident) {
    check_name(cx, name);
    let text = &*name.text;
    if crate::model::ScalarType::built_in(text).is_some() || text == "Unsupported" {
        let finding =
            Diagnostic::error(Rule::ReservedName, name.span, format!("`{text}` is a type of the language"))
                .help("choose another name; `@@map` can keep the name in the database");
        cx.report(finding);
    } else if RESERVED.contains(&text) || RESERVED_TOO.contains(&text) {
        let finding =
            Diagnostic::error(Rule::ReservedName, name.span, format!("the name `{text}` is reserved"))
                .help("choose another name; `@@map` can keep the name in the database");
        cx.report(finding);
    }
}

/// The name of a field, enum value or anything else of the schema.
pub(super) fn check_name(cx: &mut Context, name: &Ident) {
    let text = &*name.text;
    let starts_well = text.starts_with(char::is_alphabetic);
    let goes_on_well = text.chars().all(|c| c.is_alphabetic() || c.is_ascii_digit() || c == '_');
    if starts_well && goes_on_well {
        return;
    }
    let message = format!("`{text}` cannot be a name");
    let help = if starts_well {
        "use only letters, digits and `_`; `@map` or `@@map` can keep the name in the database"
    } else {
        "begin with a letter; `@map` or `@@map` can keep the name in the database"
    };
    cx.report(Diagnostic::error(Rule::InvalidName, name.span, message).help(help));
}

/// A name the database will be given.
pub(super) fn check_db_name(cx: &mut Context, name: &str, span: Span, what: &str) {
    if name.is_empty() {
        cx.report(
            Diagnostic::error(Rule::EmptyName, span, format!("the name of a {what} cannot be empty"))
                .help("write a name, or remove the attribute to use the name of the schema"),
        );
        return;
    }
    let too_long = |provider: &&Provider| name.len() > provider.identifier_limit();
    let Some(provider) =
        cx.providers.iter().filter(too_long).max_by_key(|provider| provider.identifier_limit())
    else {
        return;
    };
    let limit = provider.identifier_limit();
    let message = format!("the {what} name `{name}` has {} bytes, {provider} allows {limit}", name.len());
    let finding = Diagnostic::error(Rule::NameTooLong, span, message)
        .help("choose a shorter name in the database with `@map`, `@@map` or `map:`");
    // Postgres cuts names itself, in definitions and queries alike.
    let is_cut = *provider == Provider::Postgresql && !matches!(what, "constraint" | "foreign key");
    cx.report(if is_cut { Diagnostic { severity: Severity::Warning, ..finding } } else { finding });
}

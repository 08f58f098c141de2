//! The table as a page of the documentation.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::table::rows;

/// Where the page is.
pub(crate) fn path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/conformance-sabotages.md"))
}

/// What it must say.
pub(crate) fn text() -> String {
    let mut text = String::from(
        "# Sabotages\n\n\
         The conformance suite is itself tested: each of these adapters is broken on purpose, by a layer around one that \
         is right, and the case that is named must fail. With the same layer and nothing broken it passes. Both are \
         asserted by the tests `sabotage` and `postgres_sabotage` of `drivetrain-conformance-tests`, which also keep this \
         page.\n\n\
         S-01 to S-40 are those of the suite's plan. S-27, S-28, S-33 and S-39 need HTTP or MySQL; S-41 and later were \
         added.\n\n\
         | sabotage | adapter | what is wrong | case | how it is caught |\n|---|---|---|---|---|\n",
    );
    for row in rows() {
        let (id, on) = (row.id, row.on.name());
        writeln!(text, "| {id} | {on} | {} | `{}` | {} |", row.what, row.case, row.how)
            .expect("a String takes everything");
    }
    text
}

/// Compares the page with the table; with `UPDATE_SABOTAGES` in the environment it is written.
///
/// # Errors
/// How to mend it.
pub(crate) fn check() -> Result<(), String> {
    let (path, text) = (path(), text());
    if std::env::var_os("UPDATE_SABOTAGES").is_some() {
        return std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()));
    }
    match std::fs::read_to_string(&path) {
        Ok(there) if there == text => Ok(()),
        _ => Err(format!(
            "{} is not what the table says: run `UPDATE_SABOTAGES=1 cargo test -p drivetrain-conformance-tests \
             --test sabotage page`",
            path.display()
        )),
    }
}

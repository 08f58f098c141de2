//! What SQLite says of a statement while it prepares it: whether it writes, into which table, and what it leaves
//! behind. The source is the authorizer callback, <https://www.sqlite.org/c3ref/set_authorizer.html>.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::hooks::{Action, AuthAction, AuthContext, Authorization};

/// What is known of a statement from its preparation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// It changes rows of tables, by its own words and not those of a trigger.
    pub(crate) writes: bool,
    /// It changes the schema.
    pub(crate) defines: bool,
    /// It begins, ends or divides a transaction.
    pub(crate) controls: bool,
    /// It changes something of the connection that would outlive it.
    pub(crate) dirties: bool,
    /// The table it inserts into.
    pub(crate) inserts_into: Option<Arc<str>>,
}

/// What the callbacks of a connection have noted.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    /// Whether anything was prepared since the last look.
    pub(crate) prepared: bool,
    /// Of what was prepared since the last look.
    pub(crate) facts: Facts,
    /// The table whose new rows are looked for.
    pub(crate) expected: Option<Arc<str>>,
    /// Whether there was one.
    pub(crate) inserted: bool,
}

/// Notes what happens on `connection`.
pub(crate) fn install(connection: &mut Connection) -> rusqlite::Result<Arc<Mutex<Noted>>> {
    let noted = Arc::new(Mutex::new(Noted::default()));
    let seen = Arc::clone(&noted);
    connection.authorizer(Some(move |context: AuthContext<'_>| {
        let mut noted = seen.lock().unwrap_or_else(PoisonError::into_inner);
        noted.prepared = true;
        note(&mut noted.facts, &context);
        Authorization::Allow
    }))?;
    let seen = Arc::clone(&noted);
    connection.update_hook(Some(move |action: Action, _: &str, table: &str, _: i64| {
        if action == Action::SQLITE_INSERT {
            let mut noted = seen.lock().unwrap_or_else(PoisonError::into_inner);
            if noted.expected.as_deref() == Some(table) {
                noted.inserted = true;
            }
        }
    }))?;
    Ok(noted)
}

fn note(facts: &mut Facts, context: &AuthContext<'_>) {
    match context.action {
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => facts.controls = true,
        AuthAction::Insert { table_name } if context.accessor.is_none() => {
            facts.writes = true;
            facts.inserts_into = Some(table_name.into());
        }
        AuthAction::Update { .. } | AuthAction::Delete { .. } if context.accessor.is_none() => {
            facts.writes = true;
        }
        AuthAction::CreateTempIndex { .. }
        | AuthAction::CreateTempTable { .. }
        | AuthAction::CreateTempTrigger { .. }
        | AuthAction::CreateTempView { .. }
        | AuthAction::Attach { .. }
        | AuthAction::Detach { .. } => {
            facts.defines = true;
            facts.dirties = true;
        }
        AuthAction::Pragma { pragma_name, pragma_value } => {
            facts.dirties |= pragma_value.is_some() && !only_tells(pragma_name);
        }
        AuthAction::CreateIndex { .. }
        | AuthAction::CreateTable { .. }
        | AuthAction::CreateTrigger { .. }
        | AuthAction::CreateView { .. }
        | AuthAction::DropIndex { .. }
        | AuthAction::DropTable { .. }
        | AuthAction::DropTempIndex { .. }
        | AuthAction::DropTempTable { .. }
        | AuthAction::DropTempTrigger { .. }
        | AuthAction::DropTempView { .. }
        | AuthAction::DropTrigger { .. }
        | AuthAction::DropView { .. }
        | AuthAction::AlterTable { .. }
        | AuthAction::Reindex { .. }
        | AuthAction::Analyze { .. }
        | AuthAction::CreateVtable { .. }
        | AuthAction::DropVtable { .. } => facts.defines = true,
        _ => {}
    }
}

/// Pragmas whose argument is a question, or is kept in the file: they leave nothing in the connection.
/// The list is that of <https://www.sqlite.org/pragma.html>.
fn only_tells(pragma: &str) -> bool {
    const TELLING: [&str; 16] = [
        "application_id",
        "foreign_key_check",
        "foreign_key_list",
        "incremental_vacuum",
        "index_info",
        "index_list",
        "index_xinfo",
        "integrity_check",
        "optimize",
        "quick_check",
        "schema_version",
        "table_info",
        "table_list",
        "table_xinfo",
        "user_version",
        "wal_checkpoint",
    ];
    TELLING.iter().any(|known| known.eq_ignore_ascii_case(pragma))
}

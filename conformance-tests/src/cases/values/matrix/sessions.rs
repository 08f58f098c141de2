//! Sessions with settings that change how a server writes and reads values.

use drivetrain_adapter_api::{DbType, Dialect, SharedAdapter};

use super::super::data::Section;
use crate::{Context, Outcome, Stop};

/// A session, as an adapter of which every session is like it.
pub(super) struct Session {
    pub(super) name: String,
    pub(super) adapter: SharedAdapter,
}

/// Settings under which a careless adapter writes or reads another value. SQLite has none that do.
const fn hostile(dialect: Dialect) -> &'static [&'static [(&'static str, &'static str)]] {
    match dialect {
        Dialect::Postgres => &[
            &[
                ("TimeZone", "Asia/Kolkata"),
                ("DateStyle", "German, DMY"),
                ("IntervalStyle", "sql_standard"),
                ("extra_float_digits", "0"),
                ("bytea_output", "escape"),
            ],
            &[
                ("TimeZone", "America/St_Johns"),
                ("DateStyle", "SQL, MDY"),
                ("IntervalStyle", "iso_8601"),
                ("extra_float_digits", "-15"),
                ("bytea_output", "hex"),
            ],
        ],
        Dialect::MySql => &[
            &[("time_zone", "+05:30"), ("sql_mode", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT")],
            &[("time_zone", "-03:30"), ("sql_mode", "")],
        ],
        _ => &[],
    }
}

/// Whether values of the type have a text that settings change: those are run in both hostile sessions.
fn is_sensitive(ty: &DbType) -> bool {
    match ty {
        DbType::Array(element) => is_sensitive(element),
        ty => matches!(
            ty,
            DbType::Float32
                | DbType::Float64
                | DbType::Bytes
                | DbType::Date
                | DbType::Time
                | DbType::TimeTz
                | DbType::Timestamp
                | DbType::TimestampTz
                | DbType::Interval
        ),
    }
}

/// The session as it is, and those of the section, or the hostile ones. A transport whose sessions cannot be set is
/// examined in the one it has.
pub(super) async fn of(cx: &Context, section: &Section) -> Outcome<Vec<Session>> {
    let mut sessions = vec![Session { name: "as it is".to_owned(), adapter: cx.adapter().await? }];
    let settings: Vec<Vec<(String, String)>> = match &section.sessions {
        Some(own) if cx.dialect() == Dialect::Postgres => {
            own.iter().map(|settings| settings.clone().into_iter().collect()).collect()
        }
        Some(_) => Vec::new(),
        None => hostile(cx.dialect())
            .iter()
            .take(if is_sensitive(&section.ty.carrier) { 2 } else { 1 })
            .map(|settings| {
                settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
            })
            .collect(),
    };
    for settings in settings {
        let name =
            settings.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
        let setup = crate::Setup { settings, ..cx.setup() };
        match cx.adapter_with(setup).await {
            Ok(adapter) => sessions.push(Session { name, adapter }),
            Err(Stop::NotRun(_)) => break,
            Err(stop) => return Err(stop.within(name)),
        }
    }
    Ok(sessions)
}

//! Sessions with settings that change how a server writes and reads values.

use std::collections::BTreeMap;

use drivetrain_adapter_api::{
    Batch, DbType, Dialect, Error, ErrorKind, Query, QueryResult, Session, SharedAdapter,
};
use futures_util::lock::Mutex;

use super::super::data::Section;
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop, Within as _};

/// Who is asked: an adapter, or one session of it.
#[derive(Debug)]
pub(in crate::cases) enum Caller {
    /// Any of the adapter's sessions.
    Adapter(SharedAdapter),
    /// That session.
    Session(Mutex<Box<dyn Session>>),
}

impl Caller {
    /// Runs one statement.
    ///
    /// # Errors
    /// What the adapter reports.
    pub(in crate::cases) async fn query(&self, query: Query) -> Result<QueryResult, Error> {
        match self {
            Self::Adapter(adapter) => adapter.query(query).await,
            Self::Session(session) => session.lock().await.query(query).await,
        }
    }

    /// Runs several statements as a batch.
    ///
    /// # Errors
    /// What the adapter reports.
    pub(in crate::cases) async fn batch(&self, queries: Vec<Query>) -> Result<Vec<QueryResult>, Error> {
        let batch = Batch::new(queries);
        match self {
            Self::Adapter(adapter) => adapter.batch(batch).await,
            Self::Session(session) => session.lock().await.batch(batch).await,
        }
    }

    /// Checks that it answers with its own number, and gives a session back.
    pub(super) async fn end(self, cx: &Context) -> Outcome {
        let nonce = cx.nonce();
        let result = self.query(cx.echo(nonce)).await.within("it is not usable afterwards")?;
        ensure_eq!(result.rows.get::<i64>(0, 0)?, nonce, "the number asked for afterwards");
        match self {
            Self::Adapter(_) => Ok(()),
            Self::Session(session) => session.into_inner().close().await.within("giving the session back"),
        }
    }
}

/// Settings by name.
type Settings = BTreeMap<String, String>;

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

/// The settings of the sessions that the section is run in, beside the session as it is.
pub(super) fn settings(cx: &Context, section: &Section) -> Vec<Settings> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    match &section.sessions {
        Some(own) if cx.dialect() == Dialect::Postgres => own.clone(),
        Some(_) => Vec::new(),
        None => hostile(cx.dialect())
            .iter()
            .take(if is_sensitive(&section.ty.carrier) { 2 } else { 1 })
            .map(|settings| settings.iter().map(owned).collect())
            .collect(),
    }
}

/// The name in failures.
pub(super) fn name(settings: &Settings) -> String {
    settings.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

/// An adapter with those of the settings that it does not refuse by name, for its values' sake.
async fn made_with(cx: &Context, settings: &Settings) -> Outcome<Option<Caller>> {
    let setup = |settings| crate::Setup { settings, ..cx.setup() };
    let mut taken = Vec::new();
    for (name, value) in settings {
        let one = (name.clone(), value.clone());
        match cx.try_adapter(setup(vec![one.clone()])).await {
            Ok(Ok(_)) => taken.push(one),
            Ok(Err(error)) => {
                let named = error.kind() == ErrorKind::Config && error.message().contains(name.as_str());
                ensure!(named, "{name} is refused by: {error}");
            }
            Err(Stop::NotRun(_)) => return Ok(None),
            Err(stop) => return Err(stop),
        }
    }
    Ok(Some(Caller::Adapter(cx.adapter_with(setup(taken)).await?)))
}

/// A session with those settings; `None` where the transport has none that can be set.
///
/// Where the adapter gives pinned sessions they are set in one, after whatever the adapter set itself, and asked for
/// again: a session that only seems hostile would prove nothing. Elsewhere the adapter is made with them, and may
/// overrule or refuse them to protect its values.
pub(super) async fn open(cx: &Context, settings: &Settings) -> Outcome<Option<Caller>> {
    if !(cx.capabilities().sessions() && cx.capabilities().raw_sql()) {
        return made_with(cx, settings).await;
    }
    let mut session = cx.adapter().await?.session().await?;
    for (name, value) in settings {
        let value = cx.literal(value);
        session.query(Query::raw(format!("set {name} = {value}"), vec![])).await.within(name)?;
    }
    for (name, value) in settings {
        let ask = match cx.dialect() {
            Dialect::Postgres => format!("select current_setting('{name}')"),
            _ => format!("select @@session.{name}"),
        };
        let rows = session.query(Query::raw(ask, vec![])).await.within(name)?.rows;
        let got: String = rows.get(0, 0)?;
        ensure!(got == *value, "the session has {name}={got}, and was told {value}");
    }
    Ok(Some(Caller::Session(Mutex::new(session))))
}

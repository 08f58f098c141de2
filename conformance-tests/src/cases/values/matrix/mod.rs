//! Runs the values of a section through everything that may happen to a value on its way.
//!
//! | dimension | steps |
//! |---|---|
//! | as | parameter of SQL text, of text in parts, of an abstract statement; literal; column |
//! | with | the value alone, NULL, an array of both where arrays are declared |
//! | by | one-shot, prepared and run twice, batch |
//! | in | the session as it is, and sessions with hostile settings |
//!
//! Writes are judged by the oracle's text, reads by exact equality with the value of the data file.

mod columns;
mod ground;
mod judge;
mod parameters;
mod sessions;

use drivetrain_adapter_api::{DbType, Error, Prepare, Query, QueryResult};

pub(super) use ground::Ground;
pub(super) use judge::same;
pub(super) use sessions::Caller;

use super::data::{self, Section};
use crate::outcome::ensure;
use crate::{Context, Outcome, Within as _};

/// How queries are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cases) enum Mode {
    OneShot,
    Prepared,
    Batch,
}

impl Mode {
    /// Those that the adapter has.
    pub(in crate::cases) fn all(cx: &Context) -> Vec<Self> {
        let capabilities = cx.capabilities();
        let mut modes = vec![Self::OneShot, Self::Prepared];
        if capabilities.pipelining() || capabilities.transactions().has_atomic_batch() {
            modes.push(Self::Batch);
        }
        modes
    }

    /// One result for each query.
    ///
    /// # Errors
    /// What the adapter reports.
    pub(in crate::cases) async fn run(
        self,
        caller: &Caller,
        queries: Vec<Query>,
    ) -> Result<Vec<QueryResult>, Error> {
        let one_shot = |query: Query| match self {
            Self::OneShot => query.with_prepare(Prepare::Never),
            Self::Prepared | Self::Batch => query,
        };
        if self == Self::Batch {
            return caller.batch(queries).await;
        }
        let mut results = Vec::with_capacity(queries.len());
        for query in queries {
            results.push(caller.query(one_shot(query)).await?);
        }
        Ok(results)
    }

    /// As [`run`](Self::run), for queries that only read: a prepared one is run twice, and both results are given.
    ///
    /// # Errors
    /// What the adapter reports.
    pub(in crate::cases) async fn read(
        self,
        caller: &Caller,
        query: Query,
    ) -> Result<Vec<QueryResult>, Error> {
        let queries = match self {
            Self::OneShot => vec![query],
            Self::Prepared | Self::Batch => vec![query.clone(), query],
        };
        self.run(caller, queries).await
    }
}

/// A type of the data files, in the words of the adapter's dialect.
pub(in crate::cases) struct KnownType {
    /// What must be made first.
    pub(in crate::cases) setup: &'static [String],
    /// The type of a column.
    pub(in crate::cases) sql: &'static str,
    /// The type of a slot.
    pub(in crate::cases) slot: DbType,
    expression: String,
}

impl KnownType {
    /// An expression of the type around a parameter.
    pub(in crate::cases) fn alone(&self, parameter: &str) -> String {
        self.expression.replace('@', parameter)
    }
}

/// Every type of the data files that the dialect has, each once.
pub(in crate::cases) fn all_types(cx: &Context) -> Vec<KnownType> {
    let mut known: Vec<KnownType> = Vec::new();
    for section in data::sections() {
        let Ok(ground) = Ground::of(cx, section) else { continue };
        if known.iter().all(|other| other.sql != ground.side.sql) {
            known.push(KnownType {
                setup: &ground.side.setup,
                sql: &ground.side.sql,
                expression: ground.expression("@"),
                slot: ground.slot,
            });
        }
    }
    known
}

/// Runs the sections of the case.
pub(in crate::cases) async fn boundary(cx: Context) -> Outcome {
    let mut ran = 0;
    for section in data::of_case(cx.case().id) {
        if section.sides.contains_key(&cx.dialect()) {
            run(&cx, section).await.within(&section.name)?;
            ran += 1;
        }
    }
    ensure!(ran > 0, "no data file has values for {} on {}", cx.case().id, cx.dialect());
    Ok(())
}

/// Runs one section.
async fn run(cx: &Context, section: &'static Section) -> Outcome {
    let ground = Ground::prepare(cx, section).await?;
    let as_it_is = Caller::Adapter(cx.adapter().await?);
    in_session(&ground, as_it_is, 0).await.within("session as it is")?;
    for (number, settings) in (1..).zip(sessions::settings(cx, section)) {
        let name = format!("session {}", sessions::name(&settings));
        let Some(caller) = sessions::open(cx, &settings).await.within(&name)? else { break };
        in_session(&ground, caller, number).await.within(&name)?;
    }
    columns::judge(&ground).await
}

/// Runs it in one session.
async fn in_session(ground: &Ground<'_>, caller: Caller, number: usize) -> Outcome {
    for mode in Mode::all(ground.cx) {
        let place = format!("{mode:?}");
        parameters::check(ground, &caller, mode).await.within(&place)?;
        columns::check_reads(ground, &caller, mode).await.within(&place)?;
        columns::write(ground, &caller, mode, number).await.within(&place)?;
    }
    columns::read_back(ground, &caller, number).await?;
    caller.end(ground.cx).await
}

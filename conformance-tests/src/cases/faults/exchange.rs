//! The exchanges that connections are broken in, and what may be said of them afterwards.

use std::time::Duration;

use drivetrain_adapter_api::{Access, Batch, Error, ErrorKind, RetryClass, TransactionOptions, Value};

use super::bench::{Bench, PATIENCE};
use crate::faults::{Cut, Plan};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop, Within as _};

/// A short exchange with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exchange {
    /// Three rows.
    Read,
    /// One row inserted by itself.
    Write,
    /// The COMMIT of a transaction that has inserted a row.
    Commit,
    /// An atomic batch that inserts two rows.
    Batch,
}

const ROWS: &str = "select n, repeat('x', 10 * n) from generate_series(1, 3) as n order by n";
const INSERT: &str = "insert into {t:t} (id) values ({1})";

/// The table that the exchanges write to. It has no key: what is written twice is seen.
pub(super) const TABLE: &str = "create table {t:t} (id {int8} not null)";

impl Exchange {
    /// How many rows it leaves, if it happens.
    pub(super) fn rows(self) -> u64 {
        match self {
            Self::Read => 0,
            Self::Write | Self::Commit => 1,
            Self::Batch => 2,
        }
    }

    /// Runs it, with `plan` for what is to be broken of it. A success has been looked into.
    pub(super) async fn run(
        self,
        bench: &Bench,
        id: i64,
        plan: Plan,
        limit: Option<Duration>,
    ) -> Outcome<Result<(), Error>> {
        let insert = || bench.cx.raw(INSERT, vec![Value::Int64(id)]).with_timeout(limit);
        let adapter = &bench.adapter;
        let mut options = TransactionOptions::new();
        if let Some(limit) = limit {
            options = options.timeout(limit);
        }
        match self {
            Self::Read => {
                let query = bench.cx.raw(ROWS, vec![]).with_access(Access::Read).with_timeout(limit);
                bench.set(plan);
                let result = match adapter.query(query).await {
                    Ok(result) => result,
                    Err(error) => return Ok(Err(error)),
                };
                ensure_eq!(result.rows.len(), 3, "rows of a success");
                for row in 0..3 {
                    let n = row + 1;
                    ensure_eq!(
                        result.rows.get::<i32>(row, 0)?,
                        i32::try_from(n).unwrap_or_default(),
                        "a cell"
                    );
                    ensure_eq!(result.rows.get::<&str>(row, 1)?, "x".repeat(10 * n), "a cell");
                }
            }
            Self::Write => {
                bench.set(plan);
                match adapter.query(insert()).await {
                    Ok(result) => ensure_eq!(result.affected, Some(1), "rows of a success"),
                    Err(error) => return Ok(Err(error)),
                }
            }
            Self::Commit => {
                let mut transaction = adapter.begin(options).await?;
                transaction.query(insert()).await?;
                bench.set(plan);
                if let Err(error) = transaction.commit().await {
                    return Ok(Err(error));
                }
            }
            Self::Batch => {
                bench.set(plan);
                match adapter.batch(Batch::atomic(vec![insert(), insert()], options)).await {
                    Ok(results) => {
                        let affected: Vec<_> = results.iter().map(|result| result.affected).collect();
                        ensure_eq!(affected, [Some(1), Some(1)], "rows of a success");
                    }
                    Err(error) => return Ok(Err(error)),
                }
            }
        }
        Ok(Ok(()))
    }

    /// The same, which must be done in good time.
    pub(super) async fn run_in_time(
        self,
        bench: &Bench,
        id: i64,
        plan: Plan,
        limit: Option<Duration>,
    ) -> Outcome<Result<(), Error>> {
        bench.cx.within(PATIENCE, "the call", self.run(bench, id, plan, limit)).await?
    }

    /// Checks that what was said of the exchange is true: it has left `left` rows.
    pub(super) fn judge(self, said: &Result<(), Error>, left: u64) -> Outcome {
        let whole = self.rows();
        ensure!(left == 0 || left == whole, "{left} rows are there, of {whole} written: `{said:?}`");
        let error = match said {
            Ok(()) => {
                ensure_eq!(left, whole, "rows after a success");
                return Ok(());
            }
            Err(error) => error,
        };
        match error.retry() {
            RetryClass::SafeNow | RetryClass::RetryTransaction => {
                ensure!(left == 0, "it can be done again, says `{error:?}`, and it has been done");
            }
            RetryClass::OutcomeUnknown => {
                ensure!(self != Self::Read, "a read can be done again, and `{error:?}` says it is not known");
            }
            other => return Err(Stop::fail(format!("{other:?} is no retry class for `{error:?}`"))),
        }
        Ok(())
    }

    /// The kinds of error it may end with where its connection is cut.
    pub(super) fn kinds(self, cut: Cut) -> &'static [ErrorKind] {
        match (self, cut) {
            (Self::Commit, _) => &[ErrorKind::CommitOutcomeUnknown],
            (Self::Batch, Cut::Stall) => &[ErrorKind::CommitOutcomeUnknown, ErrorKind::Timeout],
            (Self::Batch, _) => &[ErrorKind::CommitOutcomeUnknown, ErrorKind::ConnectionLost],
            (_, Cut::Stall) => &[ErrorKind::Timeout],
            _ => &[ErrorKind::ConnectionLost],
        }
    }
}

/// How many rows of the exchange with that id the oracle sees.
pub(super) async fn left(cx: &Context, id: i64) -> Outcome<u64> {
    let count = format!("select count(*) from {{t:t}} where id = {id}");
    let cell = cx.oracle_cell(&count).await.within("counting")?;
    cell.and_then(|cell| cell.parse().ok()).ok_or_else(|| Stop::fail("the oracle's count is no number"))
}

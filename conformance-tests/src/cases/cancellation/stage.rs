//! The sweep over polls: one operation, dropped after k of them, for each k up to its end; and what must be so after it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use drivetrain_adapter_api::{BoxFuture, Query, SharedAdapter, Value};

use crate::case::{HTTP, L, P, Places, W};
use crate::harness::Setup;
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Polled, Stop, Sweep, Within as _, count_polls, drop_after};

/// How long anything may take to be clean again.
const SOON: Duration = Duration::from_secs(5);

/// How much of a sweep is tried where it is sampled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    /// How often it is run to its end first: what is learnt in the first run makes the second another one.
    pub(super) whole: usize,
    /// How many values of k in a sample.
    pub(super) sample: usize,
    /// How many at most where every one would do: each may cost a second.
    pub(super) most: usize,
    /// How long after the last poll the future is dropped: by then an answer may have come that nobody has taken.
    pub(super) pauses: &'static [Duration],
}

/// The grid of operations that are quick.
pub(super) const FINE: Grid =
    Grid { whole: 2, sample: 8, most: usize::MAX, pauses: &[Duration::ZERO, Duration::from_millis(2)] };

/// Runs the operation once, up to the cut.
pub(super) type Operation = fn(Stage) -> BoxFuture<'static, Outcome<Ended>>;

/// What became of an operation.
pub(super) struct Ended {
    /// Whether it was dropped before its end.
    pub(super) dropped: bool,
    /// How many rows with the stage's key there may be now.
    pub(super) rows: Vec<u64>,
}

impl Ended {
    /// The outcome of a cut: so many rows if it came to its end, and one of those numbers if not.
    pub(super) fn of<T>(cut: Option<T>, done: u64, dropped: &[u64]) -> Self {
        match cut {
            Some(output) => {
                // A stream or a transaction that was made is dropped by now.
                drop(output);
                Self { dropped: false, rows: vec![done] }
            }
            None => Self { dropped: true, rows: dropped.to_vec() },
        }
    }
}

/// Where a future is dropped.
#[derive(Debug, Clone, Copy)]
struct Cut {
    /// After so many polls; never, if it is none.
    polls: Option<usize>,
    /// So long after the last of them.
    pause: Duration,
}

/// One run of an operation.
#[derive(Clone)]
pub(super) struct Stage {
    pub(super) cx: Context,
    /// An adapter with a single connection (two on SQLite: one of them reads), so that a place in the pool that is lost
    /// is missed.
    pub(super) adapter: SharedAdapter,
    /// The key of the rows that this run may write.
    pub(super) key: i64,
    /// How adapters of this sweep are made.
    pub(super) setup: Setup,
    cut: Cut,
    polled: Arc<AtomicUsize>,
}

impl Stage {
    /// Runs `future` up to the cut. `None` if it was dropped there.
    pub(super) async fn cut<F: Future>(&self, future: F) -> Option<F::Output> {
        let Some(polls) = self.cut.polls else {
            let (output, polls) = count_polls(future).await;
            self.polled.store(polls, Ordering::Relaxed);
            return Some(output);
        };
        let mut future = Box::pin(future);
        let outcome = drop_after(polls, future.as_mut()).await;
        match outcome {
            Polled::Done(output) => Some(output),
            Polled::Dropped => {
                if !self.cut.pause.is_zero() {
                    self.cx.sleep(self.cut.pause).await;
                }
                drop(future);
                None
            }
        }
    }

    /// The statement that writes one row of this run.
    pub(super) fn write(&self) -> Query {
        self.cx.raw("insert into {t:t} (k, n) values ({1}, 1)", vec![Value::Int64(self.key)])
    }

    /// A statement of a text that no other run has.
    pub(super) fn unheard_of(&self) -> Query {
        self.cx.raw(
            &format!("select count(*) as c{} from {{t:t}} where k = {{1}}", self.key),
            vec![Value::Int64(self.key)],
        )
    }

    /// What must be so whatever was dropped.
    async fn settled(&self, ended: &Ended) -> Outcome {
        let cx = &self.cx;
        cx.within(SOON, "the next query", cx.check_usable(&self.adapter)).await??;
        let nonce = cx.nonce();
        let write = cx.raw("insert into {t:alive} (k) values ({1})", vec![Value::Int64(nonce)]);
        let written = cx.within(SOON, "the next write", self.adapter.query(write)).await?;
        written.within("the next write")?;
        ensure_eq!(cx.oracle_count_of("alive", nonce).await?, 1, "rows of the next write");
        no_transaction(cx, self.setup.pool_max).await?;
        let rows = cx.oracle_count_of("t", self.key).await?;
        ensure!(ended.rows.contains(&rows), "{rows} rows were written, expected one of {:?}", ended.rows);
        free_of_locks(cx).await
    }
}

impl Context {
    /// How many rows with that key the oracle sees.
    pub(crate) async fn oracle_count_of(&self, table: &str, key: i64) -> Outcome<u64> {
        let cell = self.oracle_cell(&format!("select count(*) from {{t:{table}}} where k = {key}")).await?;
        cell.and_then(|text| text.parse().ok()).ok_or_else(|| Stop::fail("the oracle's count is no number"))
    }
}

/// Waits until no session of the case is in a transaction or runs anything, and there are no more than `most`.
pub(super) async fn no_transaction(cx: &Context, most: Option<usize>) -> Outcome {
    if L.or(HTTP).contains(cx.place()) {
        return Ok(());
    }
    cx.eventually(SOON, "idle sessions outside of transactions, and not more than there may be", || async {
        let sessions = cx.sessions().await?;
        let busy =
            sessions.iter().any(|session| session.in_transaction || session.running || session.waiting);
        Ok(!busy && most.is_none_or(|most| sessions.len() <= most))
    })
    .await
}

/// Waits until no session of the case holds a lock.
pub(super) async fn free_of_locks(cx: &Context) -> Outcome {
    const POSTGRES: Places = P.or(W);
    match cx.place() {
        L => {
            // It waits for a while by itself.
            let mut oracle = cx.own_oracle().await?;
            let locked = oracle.run("begin immediate").await;
            locked.map_err(|error| Stop::fail(format!("the file is locked still: {error}")))?;
            oracle.run("rollback").await.map_err(Stop::fail)
        }
        place if POSTGRES.contains(place) => {
            let locks = format!(
                "select count(*) from pg_locks l join pg_stat_activity a on a.pid = l.pid \
                 where a.application_name = {}",
                cx.literal(cx.marker())
            );
            cx.eventually(SOON, "no lock is held", || async {
                Ok(cx.oracle_cell(&locks).await?.as_deref() == Some("0"))
            })
            .await
        }
        _ => {
            let mut oracle = cx.own_oracle().await?;
            let update = cx.sql("update {t:t} set n = n");
            let free = cx.within(SOON, "a write of the oracle's", oracle.run(&update)).await?;
            free.map_err(|error| Stop::fail(format!("the rows are locked still: {error}")))
        }
    }
}

/// The setup of sweeps: as few connections as there can be.
pub(super) fn narrow(cx: &Context) -> Setup {
    let mut setup = cx.setup();
    setup.pool_max = Some(if cx.place() == L { 2 } else { 1 });
    setup.pool_timeout = Some(SOON);
    setup
}

/// Makes the tables that stages work on.
pub(super) async fn tables(cx: &Context) -> Outcome {
    cx.prepare(&["create table {t:t} (k {int8}, n {int4})", "create table {t:alive} (k {int8})"]).await
}

/// Drops the operation after each number of polls up to its end.
pub(super) async fn sweep(cx: Context, operation: Operation) -> Outcome {
    let setup = narrow(&cx);
    sweep_with(cx, setup, FINE, operation).await
}

/// The same, on an adapter made by `setup`.
pub(super) async fn sweep_with(cx: Context, setup: Setup, grid: Grid, operation: Operation) -> Outcome {
    tables(&cx).await?;
    let mut stage = Stage {
        adapter: cx.adapter_with(setup.clone()).await?,
        cx,
        key: 0,
        setup,
        cut: Cut { polls: None, pause: Duration::ZERO },
        polled: Arc::default(),
    };
    for _ in 0..grid.whole {
        let dropped = run(&mut stage, operation).await.within("not dropped at all")?;
        ensure!(!dropped, "the operation was not run to its end");
    }
    let polls = stage.polled.load(Ordering::Relaxed);
    ensure!(polls > 0, "the operation was never polled");
    let mut done = false;
    for &pause in grid.pauses {
        let mut steps = match stage.cx.sweep() {
            Sweep::Full if polls < grid.most => Sweep::Full.steps(polls + 1, grid.most),
            Sweep::Full => Sweep::Sampled.steps(polls + 1, grid.most),
            Sweep::Sampled => Sweep::Sampled.steps(polls + 1, grid.sample),
        };
        // How often it is polled differs from run to run.
        steps.extend((1..=8).map(|more| polls * (8 + more) / 8 + more));
        for polls in steps {
            stage.cut = Cut { polls: Some(polls), pause };
            let dropped = run(&mut stage, operation).await;
            let dropped = dropped.within(format_args!("dropped after {polls} polls and {pause:?}"))?;
            done |= !dropped;
            if !dropped && stage.cx.sweep() == Sweep::Sampled {
                break;
            }
        }
    }
    // On a busy machine a large answer comes in many more pieces than it did at first: on, until the end is reached. One that
    // is never reached is found by the deadline of the case.
    let mut polls = 2 * polls + 8;
    while !done {
        polls *= 2;
        stage.cut = Cut { polls: Some(polls), pause: Duration::ZERO };
        done = !run(&mut stage, operation).await.within(format_args!("dropped after {polls} polls"))?;
    }
    Ok(())
}

async fn run(stage: &mut Stage, operation: Operation) -> Outcome<bool> {
    stage.key += 1;
    let ended = operation(stage.clone()).await?;
    stage.settled(&ended).await?;
    Ok(ended.dropped)
}

//! An adapter under watch: with the shared check and without, its wire counted and its tables compared.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::layer::{CapabilityCheck, Layer as _};
use drivetrain_adapter_api::{Error, ErrorKind, SharedAdapter};

use crate::faults::{FaultProxy, Traffic};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::probes::{self, Made};
use crate::{Context, Outcome, Stop, Within as _};

/// The adapter of a twin.
pub(super) struct Watched<'a> {
    pub(super) cx: &'a Context,
    /// With the shared check around it.
    pub(super) checked: SharedAdapter,
    /// The same adapter without.
    pub(super) bare: SharedAdapter,
    wire: Option<Arc<dyn FaultProxy>>,
    /// Whether the tables of the probes are there.
    pub(super) prepared: bool,
    made: Made,
}

/// What the tables of the probes hold.
type State = Vec<Vec<Option<String>>>;

/// How a refusal around the check must look where the tables of the probes are not all there: that one is missing is no
/// refusal.
const REFUSALS: [ErrorKind; 4] =
    [ErrorKind::Unsupported, ErrorKind::OutOfRange, ErrorKind::InvalidValue, ErrorKind::TypeMismatch];

/// What is never the answer to an operation that is not there.
const BROKEN: [ErrorKind; 5] = [
    ErrorKind::ConnectionLost,
    ErrorKind::Protocol,
    ErrorKind::Timeout,
    ErrorKind::PoolTimeout,
    ErrorKind::CommitOutcomeUnknown,
];

impl<'a> Watched<'a> {
    /// The adapter behind a proxy, if there is a wire, connected and proved usable.
    pub(super) async fn new(cx: &'a Context) -> Outcome<Self> {
        let made = probes::make(cx).await?;
        let wire = cx.wire().await?;
        let mut setup = cx.setup();
        setup.through = wire.as_ref().map(|proxy| proxy.address());
        let bare = cx.bare_with(setup).await?;
        let checked = CapabilityCheck.layer(Arc::clone(&bare));
        cx.check_usable(&checked).await?;
        Ok(Self { cx, checked, bare, wire, prepared: made != Made::Not, made })
    }

    /// The adapter is still usable, with and without the check.
    pub(super) async fn end(&self) -> Outcome {
        self.cx.check_usable(&self.checked).await?;
        self.cx.check_usable(&self.bare).await
    }

    /// What has passed the wire, once nothing passes any more.
    pub(super) async fn passed(&self) -> Outcome<Option<Traffic>> {
        let Some(wire) = &self.wire else { return Ok(None) };
        let mut before = wire.traffic();
        for _ in 0..100 {
            self.cx.sleep(Duration::from_millis(5)).await;
            let now = wire.traffic();
            if now == before {
                return Ok(Some(now));
            }
            before = now;
        }
        Err(Stop::fail("bytes pass the wire all the time though nothing is asked"))
    }

    /// What the tables hold: as the oracle sees them, or the adapter itself where there is none.
    pub(super) async fn state(&self) -> Outcome<State> {
        if !self.prepared {
            return Ok(Vec::new());
        }
        if self.cx.harness().has_oracle() {
            let mut state = self.cx.oracle_rows("select id, n from {t:cap} order by id").await?;
            state.extend(self.cx.oracle_rows("select id, n from {t:seq} order by id").await?);
            state.extend(self.cx.oracle_rows("select id from {t:val} order by id").await?);
            return Ok(state);
        }
        let rows = self.bare.query(probes::select_all(self.cx)).await.within("reading the table")?.rows;
        let cell = |row, column| -> Outcome<Option<String>> {
            Ok(rows.get::<Option<i64>>(row, column)?.map(|number| number.to_string()))
        };
        (0..rows.len()).map(|row| Ok(vec![cell(row, 0)?, cell(row, 1)?])).collect()
    }

    /// Runs `op`, which says whether it took effect, through the check and around it: the first must be an error of
    /// one of `kinds` with `word` in it, the second any error, and both change nothing.
    pub(super) async fn refused<F>(
        &self,
        what: &str,
        word: &str,
        kinds: &[ErrorKind],
        op: impl Fn(SharedAdapter) -> F,
    ) -> Outcome
    where
        F: Future<Output = Result<(), Error>>,
    {
        let before = self.state().await?;
        let passed = self.passed().await?;
        let error = must_fail(op(Arc::clone(&self.checked)).await, kinds, format!("{what}, not declared"))?;
        ensure!(error.to_string().contains(word), "{what}: the refusal does not say `{word}`: {error}");
        ensure_eq!(self.passed().await?, passed, "{what}: what has passed the wire after the refusal");
        ensure_eq!(self.state().await?, before, "{what}: the tables after the refusal");
        self.cx.check_usable(&self.checked).await?;

        self.without_effect(what, op(Arc::clone(&self.bare)).await)?;
        ensure_eq!(self.state().await?, before, "{what}: the tables after the call around the check");
        self.cx.check_usable(&self.bare).await
    }

    /// Fails if the result of a call around the check says that it took effect, or broke something.
    pub(super) fn without_effect<T>(&self, what: &str, result: Result<T, Error>) -> Outcome {
        match result {
            Ok(_) => Err(Stop::fail(format!(
                "{what} takes effect around the check: the adapter claims less than it does, or honours less than it \
                 is asked for"
            ))),
            Err(error) if BROKEN.contains(&error.kind()) => Err(Stop::from(error).within(what)),
            Err(error) if self.made != Made::BySql && !REFUSALS.contains(&error.kind()) => {
                Err(Stop::from(error).within(format!("{what} is not refused as such")))
            }
            Err(_) => Ok(()),
        }
    }
}

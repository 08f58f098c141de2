//! An adapter with a fault proxy in front of its server, and what every case about faults asks of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use drivetrain_adapter_api::{Error, QueryResult, SharedAdapter};

use crate::faults::{FaultProxy, Plan, Stage, Traffic};
use crate::harness::{Setup, TlsSetup};
use crate::outcome::ensure_eq;
use crate::{Context, Outcome, Stop, Within as _};

/// After so long a call hangs that has no limit of its own.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// An adapter behind a proxy, with one connection at most.
pub(super) struct Bench {
    pub(super) cx: Context,
    pub(super) proxy: Arc<dyn FaultProxy>,
    pub(super) adapter: SharedAdapter,
    /// What had passed when the plan was set.
    mark: Mutex<Traffic>,
}

impl Bench {
    pub(super) async fn new(cx: &Context) -> Outcome<Self> {
        Self::with(cx, |_| {}).await
    }

    /// With another setup than that of [`setup`].
    pub(super) async fn with(cx: &Context, change: impl FnOnce(&mut Setup)) -> Outcome<Self> {
        let proxy = cx.proxy().await?;
        let mut setup = setup(cx, &proxy);
        change(&mut setup);
        let adapter = cx.adapter_with(setup).await?;
        Ok(Self { cx: cx.clone(), proxy, adapter, mark: Mutex::default() })
    }

    /// From now on connections are treated like this.
    pub(super) fn set(&self, plan: Plan) {
        *self.mark.lock().expect("nothing panics while it is held") = self.proxy.traffic();
        self.proxy.set(plan);
    }

    /// From now on this becomes of the server's bytes.
    pub(super) fn to_client(&self, stage: Stage) {
        self.set(Plan { to_client: stage, ..Plan::default() });
    }

    /// From now on everything passes.
    pub(super) fn heal(&self) {
        self.set(Plan::default());
    }

    /// What has passed since the plan was set: bytes to the server, bytes to the adapter, round trips.
    pub(super) fn passed(&self) -> Traffic {
        let (mark, now) = (*self.mark.lock().expect("nothing panics while it is held"), self.proxy.traffic());
        Traffic {
            connections: now.connections - mark.connections,
            open: now.open,
            to_server: now.to_server - mark.to_server,
            to_client: now.to_client - mark.to_client,
            turns: now.turns - mark.turns,
        }
    }

    /// Runs SQL from a template, without a limit of its own: what must not hang.
    pub(super) async fn query(&self, template: &str) -> Outcome<Result<QueryResult, Error>> {
        let query = self.adapter.query(self.cx.raw(template, vec![]));
        self.cx.within(PATIENCE, template, query).await
    }

    /// Checks that the adapter can be used now, in good time, and gives the right answer.
    pub(super) async fn check_usable(&self) -> Outcome {
        let checked = self.cx.check_usable(&self.adapter);
        self.cx.within(PATIENCE, "the next call", checked).await?
    }

    /// Breaks what is open, and waits until the server too has given up all of this adapter's sessions: what they were
    /// asked has been done by then, or never will be.
    pub(super) async fn settle(&self) -> Outcome {
        self.proxy.reset_all();
        self.cx.eventually(PATIENCE, "the server's sessions end", || sessions_ended(&self.cx)).await
    }

    /// Breaks what is open, and waits until it is.
    pub(super) async fn reset(&self) -> Outcome {
        self.proxy.reset_all();
        let none = || async { Ok(self.proxy.traffic().open == 0) };
        self.cx.eventually(PATIENCE, "the connections are reset", none).await
    }

    /// Has the adapter make a new connection, and use it.
    pub(super) async fn reconnect(&self) -> Outcome {
        self.heal();
        self.settle().await?;
        self.check_usable().await
    }
}

async fn sessions_ended(cx: &Context) -> Outcome<bool> {
    let marker = cx.literal(cx.marker());
    let count = format!("select count(*) from pg_stat_activity where application_name = {marker}");
    Ok(cx.oracle_cell(&count).await?.as_deref() == Some("0"))
}

/// A setup that goes through the proxy, in clear text, with one connection.
pub(super) fn setup(cx: &Context, proxy: &Arc<dyn FaultProxy>) -> Setup {
    Setup {
        through: Some(proxy.address()),
        tls: Some(TlsSetup::Off),
        pool_max: Some(1),
        connect_timeout: Some(Duration::from_secs(2)),
        ..cx.setup()
    }
}

/// Checks that connecting through the proxy fails, and gives the error.
pub(super) async fn must_not_connect(cx: &Context, setup: Setup, what: &str) -> Outcome<Error> {
    let reached = cx.within(PATIENCE, what, cx.try_reaching(setup)).await?.within(what)?;
    reached.err().ok_or_else(|| Stop::fail(format!("{what}: connected all the same")))
}

/// Checks that an error says that all of it can be done again: nothing happened.
pub(super) fn nothing_happened(error: &Error, what: &str) -> Outcome {
    ensure_eq!(
        error.retry(),
        drivetrain_adapter_api::RetryClass::SafeNow,
        "{what}: the retry class of `{error}`"
    );
    Ok(())
}

//! What the suite itself makes of cases that panic, hang, or leave something behind.

use std::time::Duration;

use drivetrain_adapter_api::runtime::{Runtime, SharedRuntime};
use drivetrain_adapter_api::{BoxFuture, Error, ErrorKind, SharedAdapter, async_trait};

use super::*;
use crate::builtin::SqliteHarness;
use crate::case::{ALL, case};
use crate::harness::{Namespace, Naming, Oracle};

/// Time that runs a hundred times as fast.
#[derive(Debug)]
struct Hasty(SharedRuntime);

impl Runtime for Hasty {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.0.spawn(task);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration / 100)
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic() * 100
    }

    fn unix_time(&self) -> Duration {
        self.0.unix_time()
    }
}

/// How the end of a namespace goes wrong.
#[derive(Debug, Clone, Copy)]
enum Left {
    Nothing,
    Something,
    NeverDone,
}

/// SQLite, with namespaces that are left behind.
#[derive(Debug)]
struct Leaving(Left, SqliteHarness);

#[derive(Debug)]
struct LeavingNamespace(Left, Box<dyn Namespace>, bool);

#[async_trait]
impl Harness for Leaving {
    fn name(&self) -> &str {
        "leaving"
    }

    async fn namespace(&self, label: &str) -> Result<Box<dyn Namespace>, Error> {
        let first = label.starts_with("ct_prepare");
        Ok(Box::new(LeavingNamespace(self.0, self.1.namespace(label).await?, first)))
    }

    fn has_oracle(&self) -> bool {
        true
    }
}

#[async_trait]
impl Namespace for LeavingNamespace {
    fn naming(&self) -> Naming {
        self.1.naming()
    }

    async fn adapter(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        self.1.adapter(setup).await
    }

    async fn oracle(&self) -> Result<Box<dyn Oracle>, Unmade> {
        self.1.oracle().await
    }

    async fn remove(&self) -> Result<(), Error> {
        self.1.remove().await?;
        match self.0 {
            _ if self.2 => Ok(()),
            Left::Nothing => Ok(()),
            Left::Something => Err(Error::new(ErrorKind::LockTimeout, "somebody is still in it")),
            Left::NeverDone => std::future::pending().await,
        }
    }
}

macro_rules! cases {
    ($($name:ident = $run:ident;)*) => {$(
        static $name: Case = case!("GUARD-1", Hygiene, R, ALL, [Need::Oracle], ["A-1"], "a case", $run);
    )*};
}

cases! {
    PASSES = passes;
    FAILS = fails;
    PANICS = panics;
    PANICS_LATE = panics_late;
    HANGS = hangs;
    SPINS = spins;
    USES_MORE = uses_more;
}

async fn passes(cx: Context) -> Outcome {
    cx.check_usable(&cx.adapter().await?).await
}

async fn fails(_: Context) -> Outcome {
    Err(Stop::fail("as it should"))
}

async fn panics(_: Context) -> Outcome {
    panic!("at once")
}

async fn panics_late(cx: Context) -> Outcome {
    cx.query("select 1", vec![]).await?;
    panic!("later")
}

async fn hangs(cx: Context) -> Outcome {
    cx.query("select 1", vec![]).await?;
    std::future::pending().await
}

async fn spins(cx: Context) -> Outcome {
    loop {
        cx.sleep(Duration::from_millis(10)).await;
    }
}

async fn uses_more(cx: Context) -> Outcome {
    cx.proxy().await.map(drop)
}

/// What becomes of a case.
fn report(left: Left, case: &'static Case) -> CaseReport {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio.block_on(async {
        let runtime = Arc::new(Hasty(drivetrain_env::default_runtime()));
        let harness = Arc::new(Leaving(left, SqliteHarness::new()));
        let suite = Suite::prepare(harness, Environment::new(runtime)).await.unwrap();
        suite.run(case).await
    })
}

fn fails_with(left: Left, case: &'static Case, why: &str) {
    let report = report(left, case);
    assert_eq!(report.status, Status::Fail, "{report:?}");
    let reason = report.reason.unwrap();
    assert!(reason.contains(why), "{reason}");
}

#[test]
fn a_case_that_is_well_passes_and_one_that_fails_says_why() {
    assert_eq!(report(Left::Nothing, &PASSES).status, Status::Pass);
    fails_with(Left::Nothing, &FAILS, "as it should");
}

#[test]
fn a_case_that_panics_fails() {
    fails_with(Left::Nothing, &PANICS, "panicked: at once");
    fails_with(Left::Nothing, &PANICS_LATE, "panicked: later");
}

#[test]
fn a_case_that_hangs_fails() {
    fails_with(Left::Nothing, &HANGS, "not done after");
    fails_with(Left::Nothing, &SPINS, "not done after");
}

#[test]
fn a_case_that_leaves_its_namespace_fails() {
    fails_with(Left::Something, &PASSES, "somebody is still in it");
    fails_with(Left::NeverDone, &PASSES, "cleaning up does not end");
    // What it failed with before says more.
    fails_with(Left::Something, &PANICS, "panicked: at once");
}

#[test]
fn a_case_that_uses_what_it_does_not_declare_fails() {
    fails_with(Left::Nothing, &USES_MORE, "does not declare it");
}

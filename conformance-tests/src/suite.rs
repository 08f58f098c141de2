//! Runs cases on an adapter, one at a time: no threads, no files, no clock but those handed in.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::panic::AssertUnwindSafe;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use drivetrain_adapter_api::runtime::{SharedRuntime, with_timeout};
use drivetrain_adapter_api::{BoxFuture, Capabilities, Error, async_trait};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};

use crate::case::{Case, HTTP, L, Need, Places};
use crate::dataset::Chinook;
use crate::faults::Proxies;
use crate::harness::{Harness, Setup, Unmade};
use crate::status::{CaseReport, Status};
use crate::tls::TlsServers;
use crate::{Context, Outcome, Stop, cases, twins};

/// What the suite is handed by the shell it runs in.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Sleep, clocks and tasks.
    pub runtime: SharedRuntime,
    /// Proxies for the cases about faults, where there are sockets.
    pub proxies: Option<Arc<dyn Proxies>>,
    /// TLS servers with wrong certificates, where there are sockets.
    pub tls_servers: Option<Arc<dyn TlsServers>>,
    /// A second runtime, where there can be one.
    pub elsewhere: Option<Arc<dyn Elsewhere>>,
    /// Where chance begins.
    pub seed: u64,
    /// How much of a sweep is run.
    pub sweep: Sweep,
    /// The rows of the Chinook database, where they are there.
    pub chinook: Option<Arc<Chinook>>,
    /// How many times as long as they state cases may take: 1, or more where everything is slow.
    pub patience: u32,
}

impl Environment {
    /// Nothing but a runtime: no proxies, no Chinook, sampled sweeps.
    pub fn new(runtime: SharedRuntime) -> Self {
        Self {
            runtime,
            proxies: None,
            tls_servers: None,
            elsewhere: None,
            seed: 1,
            sweep: Sweep::Sampled,
            chinook: None,
            patience: 1,
        }
    }
}

/// A second runtime, with threads and a reactor of its own.
#[async_trait]
pub trait Elsewhere: fmt::Debug + Send + Sync + 'static {
    /// Runs `work` to its end there.
    ///
    /// # Errors
    /// Why it did not come to its end.
    async fn run(&self, work: BoxFuture<'static, ()>) -> Result<(), String>;
}

/// How much of a sweep (over polls, over bytes) is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sweep {
    /// A sample that holds both ends.
    Sampled,
    /// Every step.
    Full,
}

impl Sweep {
    /// The steps of a sweep from 0 up to, but without, `end`: all of them, or about `sample` spread over it.
    pub fn steps(self, end: usize, sample: usize) -> Vec<usize> {
        if self == Self::Full || end <= sample {
            return (0..end).collect();
        }
        let last = sample.max(2) - 1;
        let mut steps: Vec<_> = (0..=last).map(|at| at * (end - 1) / last).collect();
        steps.dedup();
        steps
    }
}

impl FromStr for Sweep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "sampled" => Ok(Self::Sampled),
            "full" => Ok(Self::Full),
            other => Err(format!("a sweep is `sampled` or `full`, not `{other}`")),
        }
    }
}

impl fmt::Display for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sampled => "sampled",
            Self::Full => "full",
        })
    }
}

/// The adapter that is examined, as its first connection showed it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The harness's name for it.
    pub name: String,
    /// What it claims.
    pub capabilities: Capabilities,
    /// Dialect and transport.
    pub place: Places,
}

/// The suite on one adapter.
#[derive(Debug, Clone)]
pub struct Suite {
    harness: Arc<dyn Harness>,
    environment: Environment,
    subject: Subject,
}

/// How many times as long as a sample a whole sweep may take.
const FULL: u32 = 10;

/// Namespaces so far in this process, so that no two have the same label.
static NAMESPACES: AtomicU64 = AtomicU64::new(0);

/// What tells this process from others on the same database: 36 bits.
static PROCESS: OnceLock<u64> = OnceLock::new();

/// A label that no other call has, in this process or another one. (The clock alone is not enough: processes that are
/// started together read the same microsecond.)
fn label(environment: &Environment, id: &str) -> String {
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let id = &id[..id.len().min(12)];
    let number = NAMESPACES.fetch_add(1, Ordering::Relaxed);
    let process = PROCESS.get_or_init(|| token(environment.runtime.unix_time()));
    format!("ct_{id}_{process:09x}_{number:x}").chars().take(30).collect()
}

/// 36 bits that two who ask at the same time do not share: the hasher has a seed of its own, where the platform has such.
fn token(now: Duration) -> u64 {
    RandomState::new().hash_one(now) & 0xf_ffff_ffff
}

impl Suite {
    /// Connects once, to learn what the adapter claims.
    ///
    /// # Errors
    /// If no adapter can be made: no reachable backend is a failure of the whole run. If a waiver is for no case.
    pub async fn prepare(harness: Arc<dyn Harness>, environment: Environment) -> Result<Self, Error> {
        for waiver in harness.waivers() {
            if !Self::cases().any(|case| case.id == waiver.case) {
                return Err(Error::config(format!("`{}`, which is waived, is no case", waiver.case))
                    .with_hint("name a case of the suite, or remove the waiver"));
            }
        }
        let namespace = harness.namespace(&label(&environment, "prepare")).await?;
        let made = namespace.adapter(&Setup::default()).await;
        let subject = match &made {
            Ok(adapter) => {
                let capabilities = adapter.capabilities().clone();
                let place = Places::of(&capabilities)
                    .ok_or_else(|| Error::unsupported("the suite does not know this dialect"))?;
                if let Some(said) = harness.place().filter(|said| *said != place) {
                    return Err(Error::config(format!(
                        "the harness says that the adapter is {said}, and its capabilities that it is {place}"
                    )));
                }
                let checked = adapter.health_check().await;
                checked.and(adapter.close().await).map(|()| Subject {
                    name: harness.name().to_owned(),
                    capabilities,
                    place,
                })
            }
            Err(Unmade::Error(error)) => Err(error.clone()),
            Err(Unmade::NotProvided(why)) => {
                Err(Error::config(format!("the harness makes no adapter: {why}")))
            }
        };
        let removed = namespace.remove().await;
        let subject = subject?;
        removed?;
        Ok(Self { harness, environment, subject })
    }

    /// The adapter that is examined.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What the suite was handed.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The same suite in other surroundings: another runtime, as when each case has one of its own.
    #[must_use]
    pub fn on(&self, environment: Environment) -> Self {
        Self { environment, ..self.clone() }
    }

    /// All cases, in the order of reports.
    pub fn cases() -> impl Iterator<Item = &'static Case> {
        cases::all()
    }

    /// Runs one case to its end, whatever happens in it.
    pub async fn run(&self, case: &'static Case) -> CaseReport {
        let since = self.environment.runtime.monotonic();
        let (status, reason) = self.waived(case, self.verdict(case).await);
        let took = self.environment.runtime.monotonic().saturating_sub(since);
        CaseReport {
            id: case.id.to_owned(),
            group: case.group,
            level: case.level,
            title: case.title.to_owned(),
            status,
            reason: reason.map(|text| self.without_secrets(text)),
            ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        }
    }

    async fn verdict(&self, case: &'static Case) -> (Status, Option<String>) {
        if !case.places.contains(self.subject.place) {
            return (Status::NotApplicable, Some(format!("applies to {}", case.places)));
        }
        if !self.harness.levels().contains(&case.level) {
            return (Status::NotRun, Some(format!("the adapter is not held to {}", case.level.name())));
        }
        if let Some(missing) = case.needs.iter().find(|need| !self.provides(**need)) {
            return (Status::NotRun, Some(format!("the harness does not provide {missing}")));
        }
        let undeclared = case.needs.iter().find(|need| !need.declared(&self.subject.capabilities)).copied();
        let outcome = self.guarded(case, undeclared).await;
        match (outcome, undeclared) {
            (Ok(()), None) => (Status::Pass, None),
            (Ok(()), Some(need)) => {
                (Status::NegativeVerified, Some(format!("{need} not declared, and refused")))
            }
            (Err(Stop::Fail(why)), _) => (Status::Fail, Some(why)),
            (Err(Stop::NotRun(why)), _) => (Status::NotRun, Some(why)),
        }
    }

    /// Runs the case, or the twin of what is not declared, in a namespace of its own; panics and hangs are failures.
    async fn guarded(&self, case: &'static Case, undeclared: Option<Need>) -> Outcome {
        let label = label(&self.environment, case.id);
        let namespace = self.harness.namespace(&label).await;
        let namespace = namespace.map_err(|error| Stop::from(error).within("no namespace"))?;
        let context = Context::new(case, &self.harness, namespace, &self.environment, &self.subject, label);
        let body = async {
            match undeclared {
                Some(need) => twins::verify(&context, need).await,
                None => (case.run)(context.clone()).await,
            }
        };
        let runtime = &*self.environment.runtime;
        let deadline = match self.environment.sweep {
            Sweep::Sampled => case.deadline,
            Sweep::Full => case.deadline * FULL,
        };
        let deadline = deadline.saturating_mul(self.environment.patience);
        let limited = with_timeout(runtime, deadline, AssertUnwindSafe(body).catch_unwind()).await;
        let outcome = match limited {
            None => Err(Stop::fail(format!("not done after {deadline:?}"))),
            Some(Err(panic)) => Err(Stop::fail(format!("panicked: {}", panic_text(&*panic)))),
            Some(Ok(outcome)) => outcome,
        };
        let cleaned = with_timeout(runtime, crate::case::DEADLINE, context.clean()).await;
        let cleaned = cleaned.unwrap_or_else(|| Err(Stop::fail("cleaning up does not end")));
        outcome.and(cleaned)
    }

    fn provides(&self, need: Need) -> bool {
        let upstream = || self.environment.proxies.as_ref().and(self.harness.upstream());
        match need {
            Need::Oracle => self.harness.has_oracle(),
            Need::Admin => self.harness.has_admin(),
            Need::AdminOfServer => self.harness.has_admin() || L.or(HTTP).contains(self.subject.place),
            Need::Faults => upstream().is_some(),
            Need::PlainFaults => upstream().is_some_and(|upstream| !upstream.encrypted),
            Need::Peer => self.harness.has_peer(),
            Need::TlsServer => self.environment.tls_servers.as_ref().and(self.harness.upstream()).is_some(),
            Need::SecondRuntime => self.environment.elsewhere.is_some(),
            Need::Url => self.harness.has_url(),
            Need::File => self.harness.has_file(),
            Need::Chinook => self.environment.chinook.is_some(),
            Need::Tls => self.harness.tls().is_some(),
            _ => true,
        }
    }

    fn waived(&self, case: &Case, verdict: (Status, Option<String>)) -> (Status, Option<String>) {
        let waivers = self.harness.waivers();
        let Some(waiver) = waivers.iter().find(|waiver| waiver.case == case.id) else { return verdict };
        match verdict {
            (Status::Fail, Some(why)) if why.contains(&waiver.failure) => {
                (Status::Xfail, Some(waiver.reason.clone()))
            }
            (Status::Fail, why) => (
                Status::Fail,
                Some(format!(
                    "waived for `{}`, and fails otherwise: {}",
                    waiver.failure,
                    why.unwrap_or_default()
                )),
            ),
            (Status::Pass, _) => {
                (Status::Fail, Some("the waiver is out of date: the case passes".to_owned()))
            }
            other => other,
        }
    }

    fn without_secrets(&self, text: String) -> String {
        self.harness
            .secrets()
            .iter()
            .filter(|secret| !secret.is_empty())
            .fold(text, |text, secret| text.replace(secret.as_str(), "<a secret: this is a leak>"))
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".to_owned())
}

#[cfg(all(test, feature = "command"))]
mod guard_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_at_the_same_time_gets_another_token() {
        let now = Duration::from_micros(1);
        assert_ne!(token(now), token(now));
        assert!(format!("{:x}", token(now)).len() <= 9);
    }

    #[test]
    fn a_sampled_sweep_holds_both_ends() {
        assert_eq!(Sweep::Full.steps(5, 2), [0, 1, 2, 3, 4]);
        assert_eq!(Sweep::Sampled.steps(3, 8), [0, 1, 2]);
        let steps = Sweep::Sampled.steps(300, 10);
        assert_eq!((steps.first(), steps.last(), steps.len()), (Some(&0), Some(&299), 10));
    }
}

//! A manager whose connections are numbers, and a runtime on tokio's (pausable) time.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drivetrain_adapter_api::runtime::Runtime;
use drivetrain_adapter_api::{BoxFuture, async_trait};
use drivetrain_pool::{Config, Manager, Pool, Returned, Reuse, Status};
use tokio::time::Instant;

pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const S: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct TokioTime(Instant);

impl Runtime for TokioTime {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        tokio::spawn(task);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn unix_time(&self) -> Duration {
        Duration::ZERO
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) &'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Refused {}

/// A connection: its number, and the state its user leaves it in.
#[derive(Debug)]
pub(crate) struct Numbered {
    pub(crate) id: usize,
    pub(crate) left: Returned,
    server: Arc<Server>,
}

impl Drop for Numbered {
    fn drop(&mut self) {
        self.server.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What the "server" does and has seen.
#[derive(Debug, Default)]
pub(crate) struct Server {
    /// Connections that exist.
    pub(crate) open: AtomicUsize,
    /// The most that ever existed at one time.
    pub(crate) most_open: AtomicUsize,
    /// Connections ever made.
    pub(crate) made: AtomicUsize,
    /// Attempts to connect.
    pub(crate) attempts: AtomicUsize,
    /// Attempts under way, and the most there ever were.
    pub(crate) connecting: AtomicUsize,
    pub(crate) most_connecting: AtomicUsize,
    pub(crate) checks: AtomicUsize,
    pub(crate) recycled: AtomicUsize,
    pub(crate) refuses: AtomicBool,
    pub(crate) check_fails: AtomicBool,
    pub(crate) recycle_fails: AtomicBool,
    pub(crate) connect_takes: Mutex<Duration>,
    pub(crate) check_takes: Mutex<Duration>,
    pub(crate) recycle_takes: Mutex<Duration>,
    /// Connections idle for at least this long are checked.
    pub(crate) check_after: Mutex<Option<Duration>>,
    /// Numbers of connections never to be reused.
    pub(crate) never: Mutex<Vec<usize>>,
}

impl Server {
    pub(crate) fn get(counter: &AtomicUsize) -> usize {
        counter.load(Ordering::SeqCst)
    }

    pub(crate) fn set(duration: &Mutex<Duration>, value: Duration) {
        *duration.lock().unwrap() = value;
    }

    async fn pause(duration: &Mutex<Duration>) {
        let duration = *duration.lock().unwrap();
        if !duration.is_zero() {
            tokio::time::sleep(duration).await;
        }
    }
}

#[derive(Debug)]
pub(crate) struct Fake(pub(crate) Arc<Server>);

struct Under<'a>(&'a AtomicUsize);

impl Drop for Under<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Manager for Fake {
    type Connection = Numbered;
    type Error = Refused;

    async fn connect(&self) -> Result<Numbered, Refused> {
        let server = &self.0;
        server.attempts.fetch_add(1, Ordering::SeqCst);
        let connecting = server.connecting.fetch_add(1, Ordering::SeqCst) + 1;
        let _under = Under(&server.connecting);
        server.most_connecting.fetch_max(connecting, Ordering::SeqCst);
        Server::pause(&server.connect_takes).await;
        if server.refuses.load(Ordering::SeqCst) {
            return Err(Refused("connection refused"));
        }
        let open = server.open.fetch_add(1, Ordering::SeqCst) + 1;
        server.most_open.fetch_max(open, Ordering::SeqCst);
        let id = server.made.fetch_add(1, Ordering::SeqCst) + 1;
        Ok(Numbered { id, left: Returned::Clean, server: Arc::clone(server) })
    }

    fn reuse(&self, connection: &mut Numbered, idle: Duration) -> Reuse {
        if self.0.never.lock().unwrap().contains(&connection.id) {
            return Reuse::Never;
        }
        match *self.0.check_after.lock().unwrap() {
            Some(limit) if idle >= limit => Reuse::AfterCheck,
            _ => Reuse::Now,
        }
    }

    async fn check(&self, _: &mut Numbered) -> Result<(), Refused> {
        self.0.checks.fetch_add(1, Ordering::SeqCst);
        Server::pause(&self.0.check_takes).await;
        if self.0.check_fails.load(Ordering::SeqCst) { Err(Refused("gone")) } else { Ok(()) }
    }

    fn returned(&self, connection: &mut Numbered) -> Returned {
        connection.left
    }

    async fn recycle(&self, connection: &mut Numbered) -> Result<(), Refused> {
        Server::pause(&self.0.recycle_takes).await;
        if self.0.recycle_fails.load(Ordering::SeqCst) {
            return Err(Refused("cannot roll back"));
        }
        connection.left = Returned::Clean;
        self.0.recycled.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// Settings for tests: nothing grows old, and waiting ends only where the test wants it.
pub(crate) fn config(max_size: usize) -> Config {
    Config { max_size, acquire_timeout: None, idle_timeout: None, max_lifetime: None, ..Config::default() }
}

/// A pool and the server behind it.
pub(crate) fn pool(config: Config) -> (Pool<Fake>, Arc<Server>) {
    let server = Arc::new(Server::default());
    let runtime = Arc::new(TokioTime(Instant::now()));
    (Pool::new(Fake(Arc::clone(&server)), config, runtime).unwrap(), server)
}

/// Lets every task that can run do so, without time passing.
pub(crate) async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// The sum that must always hold.
pub(crate) fn assert_exact(status: Status) {
    let Status { size, idle, in_use, connecting, recycling, max_size, .. } = status;
    assert_eq!(size, idle + in_use + connecting + recycling, "{status}");
    assert!(size <= max_size, "{status}");
}

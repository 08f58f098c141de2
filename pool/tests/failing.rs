//! A server that cannot be reached: told at once, tried again calmly, recovered from.

mod common;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use common::{Fake, MS, Refused, S, Server, assert_exact, config, pool, settle};
use drivetrain_adapter_api::BoxFuture;
use drivetrain_adapter_api::runtime::Runtime;
use drivetrain_pool::{Config, ConnectFailure, Pool, PoolError};

fn refuse(server: &Server, refuses: bool) {
    server.refuses.store(refuses, Ordering::SeqCst);
}

fn is_refusal<T>(outcome: &Result<T, PoolError<Refused>>) -> bool {
    matches!(outcome, Err(PoolError::Connect(ConnectFailure::Failed(Refused("connection refused")))))
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_told_with_the_managers_reason() {
    let (pool, server) = pool(config(2));
    refuse(&server, true);
    let error = pool.acquire().await.unwrap_err();
    assert_eq!(error.to_string(), "connection refused");
    assert!(is_refusal(&Err::<(), _>(error)));
    assert_eq!(pool.status().size, 0);
}

#[tokio::test(start_paused = true)]
async fn between_two_attempts_callers_fail_at_once_without_trying() {
    let (pool, server) = pool(config(10));
    refuse(&server, true);
    assert!(is_refusal(&pool.acquire().await));
    for _ in 0..1000 {
        assert!(is_refusal(&pool.acquire().await));
    }
    assert_eq!(Server::get(&server.attempts), 1);
}

#[tokio::test(start_paused = true)]
async fn while_failing_there_is_one_attempt_for_all_who_wait() {
    let (pool, server) = pool(config(10));
    refuse(&server, true);
    assert!(is_refusal(&pool.acquire().await));
    tokio::time::sleep(S).await;
    Server::set(&server.connect_takes, 10 * MS);
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { is_refusal(&pool.acquire().await) })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(Server::get(&server.attempts), 2);
    assert_eq!(Server::get(&server.most_connecting), 1);
}

#[tokio::test(start_paused = true)]
async fn attempts_grow_further_apart_up_to_the_limit() {
    let (pool, server) = pool(Config { first_backoff: 100 * MS, max_backoff: S, ..config(4) });
    refuse(&server, true);
    // One caller every 10 ms, for 20 s: 100, 200, 400, 800 ms and then once a second, each less up to a quarter.
    for _ in 0..2000 {
        assert!(is_refusal(&pool.acquire().await));
        tokio::time::sleep(10 * MS).await;
    }
    let attempts = Server::get(&server.attempts);
    assert!((20..=32).contains(&attempts), "{attempts} attempts in 20 s");
}

#[tokio::test(start_paused = true)]
async fn after_recovery_everybody_is_served() {
    let (pool, server) = pool(config(5));
    refuse(&server, true);
    assert!(is_refusal(&pool.acquire().await));
    refuse(&server, false);
    tokio::time::sleep(S).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { pool.acquire().await.is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_exact(pool.status());
}

#[tokio::test(start_paused = true)]
async fn those_who_can_wait_for_a_connection_in_use_do() {
    let (pool, server) = pool(Config { acquire_timeout: Some(S), ..config(5) });
    let held = pool.acquire().await.unwrap();
    refuse(&server, true);
    // The server takes no more connections, but the one in use will be free.
    let other = pool.clone();
    let waiter = tokio::spawn(async move { other.acquire().await.unwrap().id });
    settle().await;
    assert_eq!((pool.status().waiting, Server::get(&server.attempts)), (1, 2));
    drop(held);
    assert_eq!(waiter.await.unwrap(), 1);

    let _held = pool.acquire().await.unwrap();
    let error = pool.acquire().await.unwrap_err();
    assert!(matches!(error, PoolError::Timeout { last_failure: Some(_), .. }), "{error:?}");
    assert!(error.to_string().ends_with("the pool could not grow: connection refused"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn who_waits_while_others_hold_connections_gets_a_new_one_once_the_server_allows_it() {
    let (pool, server) = pool(config(5));
    let _held = pool.acquire().await.unwrap();
    refuse(&server, true);
    let other = pool.clone();
    let waiter = tokio::spawn(async move { other.acquire().await.unwrap().id });
    tokio::time::sleep(10 * S).await;
    assert!(!waiter.is_finished());
    refuse(&server, false);
    assert_eq!(waiter.await.unwrap(), 2, "nothing was given back: the pool itself tried again");
}

#[tokio::test(start_paused = true)]
async fn when_the_last_connection_breaks_meanwhile_the_waiters_are_told() {
    let (pool, server) = pool(config(5));
    let held = pool.acquire().await.unwrap();
    refuse(&server, true);
    let other = pool.clone();
    let waiter = tokio::spawn(async move { is_refusal(&other.acquire().await) });
    settle().await;
    held.discard();
    assert!(waiter.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn each_failed_attempt_fails_one_of_those_it_was_made_for() {
    let (pool, server) = pool(config(5));
    refuse(&server, true);
    Server::set(&server.connect_takes, S);
    let tasks: Vec<_> = (0..5)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { is_refusal(&pool.acquire().await) })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(Server::get(&server.attempts), 5);
}

#[tokio::test(start_paused = true)]
async fn a_connect_that_hangs_is_given_up() {
    let (pool, server) = pool(Config { connect_timeout: 2 * S, ..config(1) });
    Server::set(&server.connect_takes, 1000 * S);
    let error = pool.acquire().await.unwrap_err();
    let expected = 2 * S;
    assert!(
        matches!(error, PoolError::Connect(ConnectFailure::TimedOut(limit)) if limit == expected),
        "{error:?}"
    );
    assert_eq!((pool.status().size, Server::get(&server.connecting)), (0, 0));
}

/// A runtime that has ended: it drops every task.
#[derive(Debug)]
struct Ended;

impl Runtime for Ended {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        drop(task);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn unix_time(&self) -> Duration {
        Duration::ZERO
    }
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_has_ended_is_an_error_not_a_hang() {
    let server = Arc::new(Server::default());
    let pool = Pool::new(Fake(server), config(2), Arc::new(Ended)).unwrap();
    let error = pool.acquire().await.unwrap_err();
    assert!(matches!(error, PoolError::Connect(ConnectFailure::Stopped)), "{error:?}");
    assert_exact(pool.status());
}

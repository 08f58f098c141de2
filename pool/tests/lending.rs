//! Lending and giving back: sizes, reuse, guards.

mod common;

use std::sync::atomic::Ordering;

use common::{MS, S, Server, assert_exact, config, pool, settle};
use drivetrain_pool::{Config, PoolError, Returned};

#[tokio::test(start_paused = true)]
async fn connections_are_made_when_needed_and_reused() {
    let (pool, server) = pool(config(3));
    assert_eq!(Server::get(&server.attempts), 0);
    let first = pool.acquire().await.unwrap();
    let second = pool.acquire().await.unwrap();
    assert_ne!(first.id, second.id);
    let status = pool.status();
    assert_eq!((status.size, status.in_use, status.idle), (2, 2, 0));
    drop(first);
    assert_eq!(pool.status().idle, 1);
    assert_eq!(pool.acquire().await.unwrap().id, 1);
    assert_eq!(Server::get(&server.made), 2);
}

#[tokio::test(start_paused = true)]
async fn the_one_given_back_last_is_lent_first() {
    let (pool, _) = pool(config(3));
    let [a, b, c] = [pool.acquire().await, pool.acquire().await, pool.acquire().await].map(Result::unwrap);
    let newest = b.id;
    drop(a);
    drop(c);
    drop(b);
    assert_eq!(pool.acquire().await.unwrap().id, newest);
}

#[tokio::test(start_paused = true)]
async fn a_full_pool_makes_callers_wait_and_then_tells_what_it_was_doing() {
    let (pool, _) = pool(Config { acquire_timeout: Some(S), ..config(1) });
    let held = pool.acquire().await.unwrap();
    let error = pool.acquire().await.unwrap_err();
    let PoolError::Timeout { waited, status, last_failure: None } = &error else { panic!("{error:?}") };
    assert_eq!((*waited, status.size, status.idle, status.in_use), (S, 1, 0, 1));
    assert!(error.to_string().contains("1 of 1 connections: 1 in use"), "{error}");
    assert_eq!(pool.status().waiting, 0);
    drop(held);
    pool.acquire().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_its_own_overrides_the_pools() {
    let (pool, _) = pool(Config { acquire_timeout: Some(S), ..config(1) });
    let held = pool.acquire().await.unwrap();
    let other = pool.clone();
    let patient = tokio::spawn(async move { other.acquire_within(None).await.map(|c| c.id) });
    assert!(matches!(pool.acquire_within(Some(5 * MS)).await, Err(PoolError::Timeout { .. })));
    tokio::time::sleep(100 * S).await;
    drop(held);
    assert_eq!(patient.await.unwrap().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn try_acquire_takes_only_what_is_idle() {
    let (pool, server) = pool(config(2));
    assert!(pool.try_acquire().is_none());
    assert_eq!(Server::get(&server.attempts), 0);
    drop(pool.acquire().await.unwrap());
    assert_eq!(pool.try_acquire().unwrap().id, 1);
    *server.check_after.lock().unwrap() = Some(S);
    tokio::time::sleep(S).await;
    assert!(pool.try_acquire().is_none(), "it has to be checked first");
    assert_eq!(pool.status().idle, 1);
}

#[tokio::test(start_paused = true)]
async fn discard_closes_and_makes_room() {
    let (pool, server) = pool(config(1));
    pool.acquire().await.unwrap().discard();
    assert_eq!((pool.status().size, Server::get(&server.open)), (0, 0));
    assert_eq!(pool.acquire().await.unwrap().id, 2);
}

#[tokio::test(start_paused = true)]
async fn detach_takes_the_connection_out_and_makes_room_for_who_waits() {
    let (pool, server) = pool(config(1));
    let held = pool.acquire().await.unwrap();
    let other = pool.clone();
    let waiter = tokio::spawn(async move { other.acquire().await.unwrap().id });
    settle().await;
    let detached = held.detach();
    assert_eq!(waiter.await.unwrap(), 2);
    drop(pool);
    assert_eq!(detached.id, 1);
    assert_eq!(Server::get(&server.open), 1, "only the detached one is left");
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_not_lent_again() {
    let (pool, server) = pool(config(1));
    let mut connection = pool.acquire().await.unwrap();
    connection.left = Returned::Broken;
    drop(connection);
    assert_eq!(Server::get(&server.open), 0);
    assert_eq!(pool.acquire().await.unwrap().id, 2);
}

#[tokio::test(start_paused = true)]
async fn connecting_goes_on_when_its_waiter_leaves_and_serves_the_next() {
    let (pool, server) = pool(config(1));
    Server::set(&server.connect_takes, S);
    assert!(pool.acquire_within(Some(10 * MS)).await.is_err());
    let status = pool.status();
    assert_eq!((status.connecting, status.waiting), (1, 0));
    assert_eq!(pool.acquire().await.unwrap().id, 1);
    assert_eq!(Server::get(&server.attempts), 1);
}

#[tokio::test(start_paused = true)]
async fn no_more_connections_are_made_at_once_than_are_waited_for() {
    let (pool, server) = pool(config(8));
    Server::set(&server.connect_takes, S);
    let tasks: Vec<_> = (0..3)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { pool.acquire().await.unwrap().id })
        })
        .collect();
    settle().await;
    assert_exact(pool.status());
    assert_eq!(pool.status().connecting, 3);
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(server.most_connecting.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn debug_and_display_show_no_connection() {
    let (pool, _) = pool(config(2));
    let held = pool.acquire().await.unwrap();
    assert_eq!(format!("{held:?}"), "Pooled { .. }");
    assert!(format!("{pool:?}").contains("in_use: 1"), "{pool:?}");
}

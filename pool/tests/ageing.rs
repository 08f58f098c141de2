//! Idle time, lifetime and the least size.

mod common;

use std::sync::atomic::Ordering;

use common::{MS, S, Server, config, pool, settle};
use drivetrain_pool::Config;

#[tokio::test(start_paused = true)]
async fn idle_connections_are_closed_down_to_the_least_size() {
    let (pool, server) = pool(Config { idle_timeout: Some(60 * S), min_size: 1, ..config(4) });
    settle().await;
    drop((pool.acquire().await.unwrap(), pool.acquire().await.unwrap(), pool.acquire().await.unwrap()));
    assert_eq!(pool.status().idle, 3);
    tokio::time::sleep(59 * S).await;
    assert_eq!(pool.status().idle, 3);
    tokio::time::sleep(32 * S).await;
    assert_eq!((pool.status().idle, Server::get(&server.open)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn one_that_was_idle_too_long_is_not_lent_even_if_nobody_looked() {
    let (pool, _) = pool(Config { idle_timeout: Some(60 * S), ..config(1) });
    drop(pool.acquire().await.unwrap());
    // Time passes at once: the task that looks has not run yet.
    tokio::time::advance(61 * S).await;
    assert_eq!(pool.acquire().await.unwrap().id, 2);
}

#[tokio::test(start_paused = true)]
async fn old_connections_are_closed_when_given_back() {
    let (pool, server) = pool(Config { max_lifetime: Some(100 * S), ..config(1) });
    let held = pool.acquire().await.unwrap();
    tokio::time::sleep(101 * S).await;
    assert_eq!(Server::get(&server.open), 1, "not while in use");
    drop(held);
    assert_eq!(Server::get(&server.open), 0);
}

#[tokio::test(start_paused = true)]
async fn connections_made_together_do_not_all_end_together() {
    let (pool, server) = pool(Config { max_lifetime: Some(1000 * S), ..config(20) });
    let mut held = Vec::new();
    for _ in 0..20 {
        held.push(pool.acquire().await.unwrap());
    }
    drop(held);
    tokio::time::sleep(900 * S - MS).await;
    assert_eq!(Server::get(&server.open), 20);
    tokio::time::sleep(50 * S).await;
    let left = Server::get(&server.open);
    assert!((1..20).contains(&left), "{left} left half-way");
    tokio::time::sleep(51 * S).await;
    assert_eq!(Server::get(&server.open), 0);
}

#[tokio::test(start_paused = true)]
async fn the_least_size_is_made_at_once_and_kept() {
    let (pool, server) = pool(Config { min_size: 3, max_lifetime: Some(100 * S), ..config(5) });
    settle().await;
    assert_eq!(pool.status().idle, 3);
    pool.acquire().await.unwrap().discard();
    settle().await;
    assert_eq!((pool.status().idle, Server::get(&server.made)), (3, 4));
    tokio::time::sleep(101 * S).await;
    assert_eq!((pool.status().idle, Server::get(&server.open)), (3, 3));
    assert!(Server::get(&server.made) >= 7, "all were replaced");
}

#[tokio::test(start_paused = true)]
async fn the_least_size_is_tried_again_when_it_cannot_be_made() {
    let server_refuses = |server: &Server, refuses| server.refuses.store(refuses, Ordering::SeqCst);
    let (pool, server) = pool(Config { min_size: 2, ..config(5) });
    server_refuses(&server, true);
    tokio::time::sleep(10 * S).await;
    assert_eq!(pool.status().idle, 0);
    server_refuses(&server, false);
    tokio::time::sleep(3 * S).await;
    assert_eq!(pool.status().idle, 2);
}

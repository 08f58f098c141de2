//! The end of a pool: closed, or dropped with connections still lent.

mod common;

use common::{S, Server, config, pool, settle};
use drivetrain_pool::{Config, PoolError, Returned};

#[tokio::test(start_paused = true)]
async fn close_refuses_new_and_waiting_acquires_and_waits_for_those_in_use() {
    let (pool, server) = pool(config(1));
    let held = pool.acquire().await.unwrap();
    let other = pool.clone();
    let waiter = tokio::spawn(async move { other.acquire().await.map(drop) });
    settle().await;
    let other = pool.clone();
    let closing = tokio::spawn(async move { other.close().await });
    settle().await;
    assert!(matches!(waiter.await.unwrap(), Err(PoolError::Closed)));
    assert!(matches!(pool.acquire().await, Err(PoolError::Closed)));
    assert!(pool.try_acquire().is_none());
    assert!(!closing.is_finished(), "one is still in use");
    drop(held);
    closing.await.unwrap();
    assert_eq!((pool.status().size, Server::get(&server.open)), (0, 0));
    assert!(pool.status().closed);
    pool.close().await;
}

#[tokio::test(start_paused = true)]
async fn close_closes_idle_connections_and_abandons_those_being_made() {
    let (pool, server) = pool(config(2));
    let held = pool.acquire().await.unwrap();
    Server::set(&server.connect_takes, 1000 * S);
    assert!(pool.acquire_within(Some(S)).await.is_err());
    drop(held);
    assert_eq!((pool.status().idle, pool.status().connecting), (1, 1));
    pool.close().await;
    assert_eq!((Server::get(&server.open), Server::get(&server.connecting)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn close_waits_for_tidying_up() {
    let (pool, server) = pool(config(1));
    Server::set(&server.recycle_takes, S);
    let mut connection = pool.acquire().await.unwrap();
    connection.left = Returned::Dirty;
    drop(connection);
    pool.close().await;
    assert_eq!((Server::get(&server.recycled), Server::get(&server.open)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_detached_connection_does_not_hold_up_closing() {
    let (pool, _) = pool(config(1));
    let detached = pool.acquire().await.unwrap().detach();
    pool.close().await;
    drop(detached);
}

#[tokio::test(start_paused = true)]
async fn a_close_cut_short_still_closes() {
    let (pool, server) = pool(config(1));
    let held = pool.acquire().await.unwrap();
    assert!(tokio::time::timeout(S, pool.close()).await.is_err());
    assert!(matches!(pool.acquire().await, Err(PoolError::Closed)));
    drop(held);
    assert_eq!(Server::get(&server.open), 0);
    pool.close().await;
}

#[tokio::test(start_paused = true)]
async fn dropping_the_pool_closes_idle_connections_and_later_those_lent() {
    let (pool, server) = pool(Config { idle_timeout: Some(60 * S), min_size: 1, ..config(3) });
    let (one, two) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    drop(two);
    drop(pool);
    settle().await;
    assert_eq!(Server::get(&server.open), 1);
    assert_eq!(one.id, 1, "what is lent can still be used");
    drop(one);
    assert_eq!(Server::get(&server.open), 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_a_dropped_pool() {
    let (pool, server) = pool(Config { idle_timeout: Some(60 * S), ..config(3) });
    drop(pool.acquire().await.unwrap());
    drop(pool);
    settle().await;
    // The test holds the server, and no task holds the manager any more.
    assert_eq!(std::sync::Arc::strong_count(&server), 1);
}

#[tokio::test(start_paused = true)]
async fn closed_resolves_for_other_handles() {
    let (pool, _) = pool(config(1));
    let other = pool.clone();
    let told = tokio::spawn(async move { other.closed().await });
    settle().await;
    assert!(!told.is_finished());
    pool.close().await;
    told.await.unwrap();
}

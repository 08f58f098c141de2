//! Tidying up between two users, and checks before use.

mod common;

use std::sync::atomic::Ordering;

use common::{MS, S, Server, config, pool, settle};
use drivetrain_pool::{Config, Returned};

#[tokio::test(start_paused = true)]
async fn a_dirty_connection_is_lent_only_when_it_is_clean() {
    let (pool, server) = pool(config(1));
    Server::set(&server.recycle_takes, S);
    let mut connection = pool.acquire().await.unwrap();
    connection.left = Returned::Dirty;
    drop(connection);
    let status = pool.status();
    assert_eq!((status.recycling, status.idle, status.size), (1, 0, 1));
    let connection = pool.acquire().await.unwrap();
    assert_eq!((connection.id, connection.left), (1, Returned::Clean));
    assert_eq!(Server::get(&server.recycled), 1);
}

#[tokio::test(start_paused = true)]
async fn one_that_cannot_be_tidied_up_is_closed_and_replaced() {
    let (pool, server) = pool(config(1));
    server.recycle_fails.store(true, Ordering::SeqCst);
    let mut connection = pool.acquire().await.unwrap();
    connection.left = Returned::Dirty;
    drop(connection);
    assert_eq!(pool.acquire().await.unwrap().id, 2);
    assert_eq!(Server::get(&server.open), 1);
}

#[tokio::test(start_paused = true)]
async fn tidying_up_that_hangs_is_given_up() {
    let (pool, server) = pool(Config { recycle_timeout: S, ..config(1) });
    Server::set(&server.recycle_takes, 1000 * S);
    let mut connection = pool.acquire().await.unwrap();
    connection.left = Returned::Dirty;
    drop(connection);
    assert_eq!(pool.acquire().await.unwrap().id, 2);
}

#[tokio::test(start_paused = true)]
async fn a_stale_connection_is_checked_and_a_fresh_one_is_not() {
    let (pool, server) = pool(config(1));
    *server.check_after.lock().unwrap() = Some(S);
    drop(pool.acquire().await.unwrap());
    drop(pool.acquire().await.unwrap());
    assert_eq!(Server::get(&server.checks), 0);
    tokio::time::sleep(S).await;
    assert_eq!(pool.acquire().await.unwrap().id, 1);
    assert_eq!(Server::get(&server.checks), 1);
}

#[tokio::test(start_paused = true)]
async fn all_connections_that_fail_their_check_are_passed_over() {
    let (pool, server) = pool(config(3));
    drop((pool.acquire().await.unwrap(), pool.acquire().await.unwrap(), pool.acquire().await.unwrap()));
    *server.check_after.lock().unwrap() = Some(S);
    server.check_fails.store(true, Ordering::SeqCst);
    tokio::time::sleep(S).await;
    assert_eq!(pool.acquire().await.unwrap().id, 4);
    assert_eq!((Server::get(&server.checks), Server::get(&server.open)), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_check_cut_short_closes_the_connection() {
    let (pool, server) = pool(config(1));
    drop(pool.acquire().await.unwrap());
    *server.check_after.lock().unwrap() = Some(S);
    Server::set(&server.check_takes, 100 * S);
    tokio::time::sleep(S).await;
    assert!(pool.acquire_within(Some(10 * MS)).await.is_err());
    settle().await;
    assert_eq!((pool.status().size, Server::get(&server.open)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn one_never_to_be_reused_is_closed() {
    let (pool, server) = pool(config(1));
    drop(pool.acquire().await.unwrap());
    server.never.lock().unwrap().push(1);
    assert!(pool.try_acquire().is_none());
    assert_eq!(pool.acquire().await.unwrap().id, 2);
}

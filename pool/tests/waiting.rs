//! The queue: first come, first served, whatever the others do.

mod common;

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use common::{S, Server, assert_exact, config, pool, settle};
use drivetrain_pool::Returned;

/// Polls once, without a waker that counts.
fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test(start_paused = true)]
async fn waiters_are_served_in_order() {
    let (pool, _) = pool(config(1));
    let held = pool.acquire().await.unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for number in 0..100 {
        let (pool, order) = (pool.clone(), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            let connection = pool.acquire().await.unwrap();
            order.lock().unwrap().push(number);
            tokio::task::yield_now().await;
            drop(connection);
        }));
        settle().await;
    }
    assert_eq!(pool.status().waiting, 100);
    drop(held);
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), (0..100).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn nobody_overtakes_who_waits() {
    let (pool, _) = pool(config(1));
    let held = pool.acquire().await.unwrap();
    let mut early = pin!(pool.acquire());
    assert!(poll_once(early.as_mut()).is_pending());
    drop(held);
    // It is early's, although early has not been polled since.
    assert!(pool.try_acquire().is_none());
    let mut late = pin!(pool.acquire());
    assert!(poll_once(late.as_mut()).is_pending());
    let Poll::Ready(Ok(connection)) = poll_once(early.as_mut()) else { panic!("early was not served") };
    drop(connection);
    assert!(poll_once(late.as_mut()).is_ready());
}

#[tokio::test(start_paused = true)]
async fn what_was_given_to_a_waiter_that_left_goes_to_the_next() {
    let (pool, _) = pool(config(1));
    let held = pool.acquire().await.unwrap();
    let mut first = Box::pin(pool.acquire());
    let mut second = pin!(pool.acquire());
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_once(second.as_mut()).is_pending());
    drop(held);
    assert_eq!(pool.status().in_use, 1, "delivered to the first, which has not looked yet");
    drop(first);
    assert!(poll_once(second.as_mut()).is_ready());
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_cancelled_waiters_lose_nothing() {
    let (pool, server) = pool(config(2));
    for round in 0..10_000_usize {
        let held = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
        let mut leaves = Box::pin(pool.acquire());
        let mut stays = pin!(pool.acquire());
        if round % 2 == 0 {
            assert!(poll_once(leaves.as_mut()).is_pending());
        }
        assert!(poll_once(stays.as_mut()).is_pending());
        match round % 4 {
            // Leaves before anything is given back, ...
            0 | 1 => {
                drop(leaves);
                drop(held);
            }
            // ... after it was given one, ...
            2 => {
                drop(held.0);
                drop(leaves);
                drop(held.1);
            }
            // ... or never having been polled.
            _ => {
                drop(held);
                drop(leaves);
            }
        }
        assert!(poll_once(stays.as_mut()).is_ready(), "round {round}");
        let status = pool.status();
        assert_exact(status);
        assert_eq!((status.waiting, status.size), (0, 2), "round {round}: {status}");
    }
    assert_eq!(Server::get(&server.made), 2);
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_makes_room_for_who_waits() {
    let (pool, _) = pool(config(1));
    let mut held = pool.acquire().await.unwrap();
    let other = pool.clone();
    let waiter = tokio::spawn(async move { other.acquire().await.unwrap().id });
    settle().await;
    held.left = Returned::Broken;
    drop(held);
    assert_eq!(waiter.await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_whose_connection_fails_its_check_keeps_its_place() {
    let (pool, server) = pool(config(1));
    drop(pool.acquire().await.unwrap());
    tokio::time::sleep(S).await;
    *server.check_after.lock().unwrap() = Some(S);
    server.check_fails.store(true, std::sync::atomic::Ordering::SeqCst);
    Server::set(&server.check_takes, S);
    let order = Arc::new(Mutex::new(Vec::new()));
    let tasks: Vec<_> = (0..3)
        .map(|number| {
            let (pool, order) = (pool.clone(), Arc::clone(&order));
            tokio::spawn(async move {
                let connection = pool.acquire().await.unwrap();
                order.lock().unwrap().push((number, connection.id));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), [(0, 2), (1, 2), (2, 2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_tasks_share_five_connections() {
    let (pool, server) = pool(config(5));
    let tasks: Vec<_> = (0..1000_usize)
        .map(|number| {
            let pool = pool.clone();
            tokio::spawn(async move {
                for round in 0..10 {
                    let mut connection = pool.acquire().await.unwrap();
                    tokio::task::yield_now().await;
                    connection.left = match (number + round) % 7 {
                        0 => Returned::Broken,
                        1 => Returned::Dirty,
                        _ => Returned::Clean,
                    };
                    assert_exact(pool.status());
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert!(Server::get(&server.most_open) <= 5);
    pool.close().await;
    assert_eq!(Server::get(&server.open), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_aborted_at_any_point_lose_nothing() {
    let (pool, server) = pool(config(3));
    for round in 0..200_usize {
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let pool = pool.clone();
                tokio::spawn(async move {
                    let mut connection = pool.acquire().await.unwrap();
                    tokio::task::yield_now().await;
                    connection.left = Returned::Dirty;
                })
            })
            .collect();
        for (number, task) in tasks.iter().enumerate() {
            if (number + round) % 3 == 0 {
                task.abort();
            }
            if number % 5 == round % 5 {
                tokio::task::yield_now().await;
            }
        }
        for task in tasks {
            if let Err(error) = task.await {
                assert!(error.is_cancelled(), "{error}");
            }
        }
    }
    let all = [pool.acquire().await, pool.acquire().await, pool.acquire().await];
    assert!(all.iter().all(Result::is_ok));
    let status = pool.status();
    assert_eq!((status.in_use, status.waiting, status.size), (3, 0, 3), "{status}");
    drop(all);
    pool.close().await;
    assert_eq!(Server::get(&server.open), 0);
}

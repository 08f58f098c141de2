//! Many tasks at once, and futures that are dropped half way.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use drivetrain::{Error, ErrorKind};

use super::Outcome;
use crate::blog::*;

/// Polls the future that many times, and drops it; whether it was ready before.
async fn polled<T>(future: impl Future<Output = T>, times: u32) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..times {
        let ready = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        if let Poll::Ready(output) = ready {
            return Some(output);
        }
        tokio::task::yield_now().await;
    }
    None
}

/// Fifty tasks do a bit of everything; each finds its own records and nobody else's.
pub async fn many_tasks(db: &Client) -> Outcome {
    let task = async |db: Client, nonce: u32| -> Outcome {
        let mine = format!("task {nonce}");
        let posts = (0..3).map(|number| {
            let tag = tag::new().name(format!("{mine} {number}"));
            post::new().slug(number.to_string()).title(&mine).tags([tag])
        });
        let author =
            db.author().create(author::new().email(&mine).posts(posts)).include(author::posts).await?;
        assert!(author.posts.len() == 3 && author.posts.iter().all(|post| post.title == mine));
        for round in 0..3 {
            let karma =
                db.author().update(author::id.equals(author.id), [author::karma.increment(1)]).await?.karma;
            assert_eq!(karma, round + 1);
            let found = db
                .author()
                .find_unique(author::email.equals(&mine))
                .include(author::posts.include(post::tags))
                .required()
                .await?;
            assert_eq!((found.id, found.karma, found.posts.len()), (author.id, karma, 3));
            assert!(
                found.posts.iter().all(|post| post.tags.len() == 1 && post.tags[0].name.starts_with(&mine))
            );
        }
        let kept = db
            .transaction(async |tx: &mut Tx| {
                tx.post().delete_many(post::author_id.equals(author.id) & post::slug.equals("0")).await?;
                let undone = tx
                    .transaction(async |tx: &mut Tx| {
                        tx.post().delete_many(post::author_id.equals(author.id)).await?;
                        Err::<(), _>(Error::misuse("undone"))
                    })
                    .await;
                assert!(undone.is_err());
                tx.post().count().filter(post::author_id.equals(author.id)).await
            })
            .await?;
        assert_eq!(kept, 2);
        let error = db.author().create(author::new().email(&mine)).await.expect_err("it is there");
        assert!(error.is_unique_violation(author::email), "{error:?}");
        let page = db.post().find_many().filter(post::title.equals(&mine)).page(1, 1).await?;
        assert_eq!((page.items.len(), page.total), (1, 2));
        Ok(())
    };
    let tasks: Vec<_> = (0..50).map(|nonce| tokio::spawn(task(db.clone(), nonce))).collect();
    for one in tasks {
        one.await.expect("no task panics")?;
    }
    assert_eq!((db.author().count().await?, db.post().count().await?), (50, 100));
    Ok(())
}

/// Calls on one transaction at the same time are run one after the other, those of several statements as a whole.
pub async fn one_transaction_from_several_tasks(db: &Client) -> Outcome {
    let tx = db.begin().await?;
    let create = |nonce: u32| {
        let posts = (0..2).map(move |number| post::new().slug(number.to_string()).title(format!("{nonce}")));
        tx.author().create(author::new().email(format!("{nonce}")).posts(posts)).include(author::posts)
    };
    let (one, two, tag, count, failed) = tokio::join!(
        async { create(1).await },
        async { create(2).await },
        async { tx.tag().create(tag::new().name("t")).await },
        async { tx.tag().count().await },
        async { tx.author().find_many().include(author::posts).page(0, 1).await },
    );
    assert!(
        one?.posts.iter().all(|post| post.title == "1") && two?.posts.iter().all(|post| post.title == "2")
    );
    assert_eq!((tag?.name.as_str(), failed.is_err()), ("t", true));
    assert!(count? <= 1);
    let tx = std::sync::Arc::new(tx);
    let tasks: Vec<_> = (10..30)
        .map(|nonce| {
            let tx = std::sync::Arc::clone(&tx);
            tokio::spawn(async move {
                let name = format!("{nonce}");
                let post = post::new().slug("s").title(&name).tags([tag::new().name(&name)]);
                let author = author::new().email(&name).posts([post]);
                let author = tx.author().create(author).include(author::posts.include(post::tags)).await?;
                assert_eq!(author.posts[0].tags[0].name, name);
                let found =
                    tx.author().find_unique(author::email.equals(&name)).include(author::posts).await?;
                assert_eq!(found.expect("it was created").posts[0].title, name);
                Ok::<_, Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no task panics")?;
    }
    let tx = std::sync::Arc::into_inner(tx).expect("all tasks are over");
    tx.commit().await?;
    assert_eq!((db.author().count().await?, db.post().count().await?), (22, 24));
    Ok(())
}

/// What a dropped query had begun happens or not; the transaction goes on, or says that it cannot, and is a whole.
pub async fn a_dropped_query_leaves_its_transaction_usable(db: &Client) -> Outcome {
    let mut expected = 0;
    for times in 0..12 {
        let tx = db.begin().await?;
        tx.tag().create(tag::new().name(format!("first {times}"))).await?;
        let author = author::new().email(format!("{times}")).posts([post::new().slug("s").title("t")]);
        polled(async { tx.author().create(author).include(author::posts).await }, times).await;
        let last = tx.tag().create(tag::new().name(format!("last {times}"))).await;
        let seen = async { Ok::<_, Error>((tx.author().count().await?, tx.post().count().await?)) }.await;
        match (last, seen) {
            (Ok(_), Ok((authors, posts))) => {
                assert_eq!(authors, posts, "the creation is a whole");
                tx.commit().await?;
                expected += 2;
                assert_eq!(db.author().count().await?, authors);
            }
            (Err(error), _) | (_, Err(error)) => {
                let ended =
                    matches!(error.kind(), ErrorKind::TransactionAborted | ErrorKind::TransactionEnded);
                assert!(ended, "{error:?}");
                assert!(tx.commit().await.is_err(), "a transaction that failed is not committed");
            }
        }
        assert_eq!(db.tag().count().await?, expected, "all of it or nothing, {times}");
    }
    Ok(())
}

/// A part of a transaction that is dropped while a query of it runs is undone; the transaction goes on, or is over as a
/// whole (SQLite ends it where a write is interrupted).
pub async fn a_dropped_part_is_undone(db: &Client) -> Outcome {
    let mut expected = 0;
    for times in 0..12 {
        let mut tx = db.begin().await?;
        match parts_dropped(&mut tx, times).await {
            Ok(count) => {
                assert_eq!(count, expected + 1, "{times}");
                tx.commit().await?;
                expected += 1;
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::TransactionEnded, "{error:?}");
                assert!(tx.commit().await.is_err(), "a transaction that is over is not committed");
            }
        }
        assert_eq!(db.tag().count().await?, expected, "{times}");
    }
    Ok(())
}

/// Drops parts half way; gives how many tags there are then.
async fn parts_dropped(tx: &mut Tx, times: u32) -> Result<u64, Error> {
    tx.tag().create(tag::new().name(format!("outer {times}"))).await?;
    {
        let part = tx.begin().await?;
        part.tag().create(tag::new().name("inner")).await?;
        let many = ["x", "y"].map(|name| tag::new().name(name));
        polled(async { part.tag().create_many(many).await }, times).await;
    }
    polled(tx.transaction(async |tx: &mut Tx| tx.tag().create(tag::new().name("part")).await), times).await;
    // That one may have come to its end.
    tx.tag().delete_many(tag::name.equals("part")).await?;
    tx.tag().count().await
}

/// A transaction whose future is dropped leaves nothing, and as many connections as before.
pub async fn a_dropped_transaction_leaves_nothing(db: &Client) -> Outcome {
    for times in 0..40 {
        let run = db.transaction(async |tx: &mut Tx| {
            tx.tag().create(tag::new().name("a")).await?;
            let author = author::new().email("a").posts([post::new().slug("s").title("t")]);
            tx.author().create(author).include(author::posts).await?;
            tx.transaction(async |tx: &mut Tx| tx.tag().create(tag::new().name("b")).await).await?;
            std::future::pending::<Outcome>().await
        });
        polled(run, times).await;
        let tx = async |db: &Client| polled(async { db.begin().await?.tag().count().await }, times).await;
        tx(db).await;
    }
    assert_eq!((db.tag().count().await?, db.author().count().await?, db.post().count().await?), (0, 0, 0));
    db.tag().create(tag::new().name("a")).await?;
    Ok(())
}

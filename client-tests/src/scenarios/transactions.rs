//! Transactions in all their forms.

use std::sync::atomic::{AtomicU32, Ordering};

use drivetrain::{Error, ErrorKind, IsolationLevel, RetryClass, TransactionOptions};

use super::Outcome;
use crate::blog::*;

/// A panic in the body undoes the transaction, and the client goes on.
pub async fn a_panic_rolls_back(db: &Client) -> Outcome {
    let task = tokio::spawn({
        let db = db.clone();
        async move {
            db.transaction(async |tx: &mut Tx| -> Outcome {
                tx.tag().create(tag::new().name("lost")).await?;
                panic!("on purpose");
            })
            .await
        }
    });
    assert!(task.await.is_err_and(|error| error.is_panic()));
    assert_eq!(db.tag().count().await?, 0);
    db.tag().create(tag::new().name("kept")).await?;
    Ok(())
}

/// Transactions as objects, at an isolation level.
pub async fn as_objects(db: &Client) -> Outcome {
    let tx = db.begin().isolation(IsolationLevel::Serializable).await?;
    tx.tag().create(tag::new().name("a")).await?;
    assert_eq!(tx.tag().count().await?, 1, "it reads its own writes");
    tx.commit().await?;
    let tx = db.begin().await?;
    tx.tag().create(tag::new().name("b")).await?;
    tx.rollback().await?;
    assert_eq!(db.tag().count().await?, 1);
    let tx = db.begin_with(TransactionOptions::new().read_only()).await?;
    let refused = tx.tag().create(tag::new().name("c")).await.expect_err("it refuses writes");
    assert_eq!(refused.kind(), ErrorKind::ReadOnly);
    Ok(())
}

/// Closures that borrow from around them.
pub async fn by_closure(db: &Client) -> Outcome {
    let name = String::from("borrowed");
    let count = db
        .transaction(async |tx: &mut Tx| {
            tx.tag().create(tag::new().name(&name)).await?;
            tx.tag().count().await
        })
        .await?;
    assert_eq!(count, 1);
    let error = db
        .transaction(async |tx: &mut Tx| {
            tx.tag().create(tag::new().name("undone")).await?;
            Err::<(), _>(Error::misuse(name.clone()))
        })
        .await
        .expect_err("the body says so");
    assert_eq!(error.message(), "borrowed", "the error of the body, not of the rollback");
    assert_eq!(db.tag().count().await?, 1);
    Ok(())
}

/// A transaction that is dropped is undone.
pub async fn dropped(db: &Client) -> Outcome {
    {
        let tx = db.begin().await?;
        tx.tag().create(tag::new().name("a")).await?;
    }
    assert_eq!(db.tag().count().await?, 0);
    for _ in 0..30 {
        drop(db.begin().await?);
    }
    db.tag().create(tag::new().name("a")).await?;
    Ok(())
}

/// Parts of a transaction that are undone by themselves.
pub async fn nested(db: &Client) -> Outcome {
    db.transaction(async |tx: &mut Tx| -> Outcome {
        tx.tag().create(tag::new().name("outer")).await?;
        let failed = tx
            .transaction(async |tx: &mut Tx| {
                tx.tag().create(tag::new().name("inner")).await?;
                tx.tag().create(tag::new().name("outer")).await
            })
            .await;
        assert_eq!(failed.map(|_| ()).map_err(|error| error.kind()), Err(ErrorKind::UniqueViolation));
        assert_eq!(tx.tag().count().await?, 1, "usable again, without the part");
        {
            let part = tx.begin().await?;
            part.tag().create(tag::new().name("dropped")).await?;
        }
        let part = tx.begin().await?;
        part.tag().create(tag::new().name("kept")).await?;
        part.commit().await?;
        let part = tx.begin().await?;
        part.tag().create(tag::new().name("undone")).await?;
        part.rollback().await
    })
    .await?;
    let names: Vec<_> =
        db.tag().find_many().order_by(tag::name.asc()).await?.into_iter().map(|tag| tag.name).collect();
    assert_eq!(names, ["kept", "outer"]);
    Ok(())
}

/// Parts of parts, as objects.
pub async fn nested_twice(db: &Client) -> Outcome {
    let mut tx = db.begin().await?;
    let mut outer = tx.begin().await?;
    outer.tag().create(tag::new().name("outer")).await?;
    {
        let mut inner = outer.begin().await?;
        inner.tag().create(tag::new().name("inner")).await?;
        let kept = inner
            .transaction(async |tx: &mut Tx| tx.tag().create(tag::new().name("innermost")).await)
            .await?;
        assert_eq!((kept.name.as_str(), inner.tag().count().await?), ("innermost", 3));
    }
    assert_eq!(outer.tag().count().await?, 1, "what was kept within it is undone with it");
    let inner = outer.begin().await?;
    inner.tag().create(tag::new().name("kept")).await?;
    inner.commit().await?;
    outer.commit().await?;
    tx.commit().await?;
    assert_eq!(db.tag().count().await?, 2);
    Ok(())
}

/// A handle that outlives its transaction says so.
pub async fn refused_after_the_end(db: &Client) -> Outcome {
    let mut kept = None;
    db.transaction_retrying(TransactionOptions::new(), |tx| {
        kept = Some(std::sync::Arc::new(tx));
        let tx = kept.clone().expect("it was put there");
        async move { tx.tag().create(tag::new().name("a")).await }
    })
    .await?;
    let kept = kept.expect("the body ran");
    assert_eq!(kept.tag().count().await.map_err(|error| error.kind()), Err(ErrorKind::TransactionEnded));
    assert_eq!(db.tag().count().await?, 1);
    Ok(())
}

/// The whole transaction is run again where the database asks for it, and no other.
pub async fn retrying(db: &Client) -> Outcome {
    let attempts = AtomicU32::new(0);
    let run = async |retry: RetryClass| {
        attempts.store(0, Ordering::SeqCst);
        db.transaction_retrying(TransactionOptions::new(), |tx| {
            let attempts = &attempts;
            async move {
                let attempt = attempts.fetch_add(1, Ordering::SeqCst);
                tx.tag().create(tag::new().name(format!("{retry:?}"))).await?;
                if attempt == 0 {
                    return Err(Error::new(ErrorKind::SerializationFailure, "give way").with_retry(retry));
                }
                Ok(())
            }
        })
        .await
    };
    run(RetryClass::RetryTransaction).await?;
    assert_eq!(attempts.load(Ordering::SeqCst), 2);
    assert_eq!(db.tag().count().await?, 1, "the first attempt left nothing");
    assert!(run(RetryClass::OutcomeUnknown).await.is_err());
    assert_eq!(attempts.load(Ordering::SeqCst), 1);
    Ok(())
}

/// Operations together: their results in order, and all or nothing.
pub async fn atomic(db: &Client) -> Outcome {
    let (author, count, tags) = db
        .atomic((
            db.author()
                .create(author::new().email("a").posts([post::new().slug("s").title("t")]))
                .include(author::posts),
            db.author().count(),
            db.tag().create_many([tag::new().name("x"), tag::new().name("y")]),
        ))
        .await?;
    assert_eq!((author.posts.len(), count, tags), (1, 1, 2));
    let names =
        db.atomic(vec![db.tag().find_many().order_by(tag::id.asc()), db.tag().find_many().skip(1)]).await?;
    assert_eq!((names[0].len(), names[1].len()), (2, 1));
    let failed = db
        .atomic((db.tag().create(tag::new().name("z")), db.author().create(author::new().email("a"))))
        .await
        .expect_err("the email is taken");
    assert!(failed.is_unique_violation(author::email), "{failed:?}");
    assert_eq!(db.tag().count().await?, 2, "all or nothing");
    let missing =
        db.atomic((db.tag().create(tag::new().name("z")), db.tag().delete(tag::id.equals(99)))).await;
    assert_eq!(missing.map(|_| ()).map_err(|error| error.kind()), Err(ErrorKind::NotFound));
    assert_eq!(db.tag().count().await?, 2, "also where a record is not there");
    Ok(())
}

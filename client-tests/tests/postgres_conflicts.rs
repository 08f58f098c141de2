//! Transactions that get in each other's way: the database makes one give way, and the client runs it again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use drivetrain::{Error, ErrorKind, IsolationLevel, RawExecutor as _, TransactionOptions};
use drivetrain_client_tests::blog::*;
use drivetrain_client_tests::{BLOG, database};
use tokio::sync::Barrier;

async fn two_authors() -> (Client, database::Database) {
    let database = database::postgres(BLOG).await;
    let db = Client::new(database.adapter.clone()).expect("the schema is for Postgres");
    db.author().create_many(["a", "b"].map(|email| author::new().email(email))).await.unwrap();
    (db, database)
}

/// Runs a transaction in two tasks whose first attempts meet in the middle; gives the number of attempts.
async fn meeting<F, Fut>(db: &Client, options: TransactionOptions, body: F) -> u32
where
    F: Fn(Tx, u32, Arc<Barrier>, u32) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Error>> + Send,
{
    let barrier = Arc::new(Barrier::new(2));
    let attempts = Arc::new(AtomicU32::new(0));
    let tasks = [0, 1].map(|task| {
        let (db, barrier, attempts) = (db.clone(), Arc::clone(&barrier), Arc::clone(&attempts));
        tokio::spawn(async move {
            let mut attempt = 0;
            db.transaction_retrying(options, |tx| {
                attempts.fetch_add(1, Ordering::SeqCst);
                attempt += 1;
                body(tx, task, Arc::clone(&barrier), attempt)
            })
            .await
        })
    });
    for task in tasks {
        task.await.expect("no task panics").expect("the transaction succeeds in the end");
    }
    attempts.load(Ordering::SeqCst)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serialization_failure_is_retried() {
    let (db, _database) = two_authors().await;
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    let attempts = meeting(&db, options, |tx, _, barrier, attempt| async move {
        let karma = tx.author().find_unique(author::email.equals("a")).required().await?.karma;
        if attempt == 1 {
            barrier.wait().await;
        }
        tx.author().update(author::email.equals("a"), [author::karma.set(karma + 1)]).await?;
        Ok(())
    });
    assert_eq!(attempts.await, 3, "one of the two is run again");
    let karma = db.author().find_unique(author::email.equals("a")).required().await.unwrap().karma;
    assert_eq!(karma, 2, "no update is lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_retried() {
    let (db, _database) = two_authors().await;
    let attempts = meeting(&db, TransactionOptions::new(), |tx, task, barrier, attempt| async move {
        let (first, second) = if task == 0 { ("a", "b") } else { ("b", "a") };
        tx.author().update(author::email.equals(first), [author::karma.increment(1)]).await?;
        if attempt == 1 {
            barrier.wait().await;
        }
        tx.author().update(author::email.equals(second), [author::karma.increment(1)]).await?;
        Ok(())
    });
    assert_eq!(attempts.await, 3, "one of the two is run again");
    let karma: Vec<i32> =
        db.author().find_many().await.unwrap().into_iter().map(|author| author.karma).collect();
    assert_eq!(karma, [2, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_within_an_error_is_found() {
    let (db, _database) = two_authors().await;
    #[derive(Debug)]
    struct Wrapped(Error);
    impl std::fmt::Display for Wrapped {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the application could not do it")
        }
    }
    impl std::error::Error for Wrapped {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    let mut attempts = 0;
    db.transaction_retrying(TransactionOptions::new(), |tx| {
        attempts += 1;
        let first = attempts == 1;
        async move {
            let sql = "do $$ begin raise sqlstate '40001'; end $$";
            if first {
                tx.sql(sql).execute().await.map_err(Wrapped)?;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        }
    })
    .await
    .expect("the second attempt succeeds");
    assert_eq!(attempts, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_tables_check_is_named_in_the_words_of_the_schema() {
    let (db, _database) = two_authors().await;
    db.script("alter table authors add constraint modest check (karma < 100)").await.unwrap();
    db.script("alter table \"Post\" add constraint short check (length(title) < 5)").await.unwrap();
    let error = db.author().create(author::new().email("c").karma(100)).await.expect_err("it is checked");
    assert_eq!(
        (error.kind(), error.table(), error.constraint()),
        (ErrorKind::CheckViolation, Some("Author"), Some("modest"))
    );
    let changes = [author::karma.increment(1000)];
    let error = db.author().update_many((), changes).await.expect_err("it is checked");
    assert_eq!((error.kind(), error.table()), (ErrorKind::CheckViolation, Some("Author")));
    let child = author::new().email("c").posts([post::new().slug("s").title("far too long")]);
    let error = db.author().create(child).await.expect_err("it is checked");
    assert_eq!((error.kind(), error.table()), (ErrorKind::CheckViolation, Some("Post")));
    let error = db
        .atomic((
            db.author().create(author::new().email("d")),
            db.post().create(post::new().slug("s").title("far too long").author_id(1)),
            db.author().count(),
        ))
        .await
        .expect_err("it is checked");
    assert_eq!(
        (error.kind(), error.table(), error.batch_index()),
        (ErrorKind::CheckViolation, Some("Post"), Some(1))
    );
    assert!(!format!("{error} {error:?}").contains("far too long"), "{error:?}");
    assert_eq!(db.author().count().await.unwrap(), 2);
}

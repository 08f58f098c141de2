//! What each operation costs on Postgres, counted between the client and the server: the budget of `docs/round-trips.md`.

use std::time::Duration;

use drivetrain::{Error, LoadStrategy, RawExecutor as _};
use drivetrain_client_tests::BLOG;
use drivetrain_client_tests::blog::*;
use drivetrain_client_tests::database::{self, Database};
use drivetrain_client_tests::proxy::CountingProxy;

/// A client whose way to the server goes through a counting proxy.
async fn counted() -> (Client, CountingProxy, Database) {
    let url = database::postgres_url();
    let (before, after) = url.rsplit_once('@').expect("the URL has a user");
    let (server, database) = after.split_once('/').expect("the URL has a database");
    let proxy = CountingProxy::start(server.to_owned()).await.expect("a port is free");
    let joint = if database.contains('?') { '&' } else { '?' };
    // Encrypted records would hide nothing from the count, and add those of the handshake.
    let url = format!("{before}@127.0.0.1:{}/{database}{joint}sslmode=disable&pool_max=1", proxy.port);
    let database = database::postgres_at(&url, BLOG).await;
    (Client::new(database.adapter.clone()).expect("the schema is for Postgres"), proxy, database)
}

/// Runs the operation until it is warm, then once more; gives the round trips of that last time.
async fn trips<T>(proxy: &CountingProxy, mut operation: impl AsyncFnMut(u32) -> Result<T, Error>) -> u64 {
    let mut last = 0;
    for run in 0..4 {
        // What the run before left to be done in the background is not this one's.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let before = proxy.trips();
        operation(run).await.expect("the operation works");
        last = proxy.trips() - before;
    }
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn reads() {
    let (db, proxy, _database) = counted().await;
    db.author()
        .create(
            author::new().email("a").posts([post::new().slug("s").title("t").tags([tag::new().name("x")])]),
        )
        .await
        .unwrap();
    let find = trips(&proxy, async |_| {
        db.author()
            .find_many()
            .filter(author::email.equals("a"))
            .include(author::posts.include(post::tags).include(post::comments))
            .include(author::profile)
            .await
    });
    assert_eq!(find.await, 1, "find with includes, any depth");
    let page = trips(&proxy, async |_| db.author().find_many().include(author::posts).page(1, 10).await);
    assert_eq!(page.await, 1, "page plus total count");
    assert_eq!(trips(&proxy, async |_| db.author().count().await).await, 1, "count");
    assert_eq!(trips(&proxy, async |_| db.sql("select 1").await).await, 1, "raw SQL");
    let separate = trips(&proxy, async |_| {
        db.author()
            .find_many()
            .include(author::posts.include(post::tags))
            .load_strategy(LoadStrategy::Separate)
            .await
    });
    assert_eq!(separate.await, 3, "one query per relation, where that is asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn writes() {
    let (db, proxy, _database) = counted().await;
    let create = trips(&proxy, async |run| {
        let posts = (0..3).map(|number| post::new().slug(number.to_string()).title("t"));
        db.author().create(author::new().email(format!("a{run}")).posts(posts)).include(author::posts).await
    });
    assert_eq!(create.await, 1, "create with nested children");
    let deep = trips(&proxy, async |run| {
        let post = post::new()
            .slug("s")
            .title("t")
            .tags([tag::new().name(format!("x{run}")), tag::new().name(format!("y{run}"))])
            .comments([comment::new().text("c")]);
        db.author()
            .create(author::new().email(format!("b{run}")).posts([post]))
            .include(author::posts.include(post::tags))
            .await
    });
    assert_eq!(deep.await, 1, "create with children of children");
    let update =
        trips(&proxy, async |_| db.author().update(author::id.equals(1), [author::karma.increment(1)]).await);
    assert_eq!(update.await, 1, "update returning the row");
    let included = trips(&proxy, async |_| {
        db.author().update(author::id.equals(1), [author::karma.increment(1)]).include(author::posts).await
    });
    assert_eq!(included.await, 1, "update returning the row and a relation");
    let upsert = trips(&proxy, async |_| {
        db.author()
            .upsert(author::email.equals("u"), author::new().email("u"), [author::karma.increment(1)])
            .include(author::posts)
            .await
    });
    assert_eq!(upsert.await, 1, "upsert returning the row");
    let delete = trips(&proxy, async |run| db.author().delete(author::email.equals(format!("b{run}"))).await);
    assert_eq!(delete.await, 1, "delete returning the row");
    let many = trips(&proxy, async |run| {
        db.tag().create_many((0..1000).map(|number| tag::new().name(format!("{run} {number}")))).await
    });
    assert_eq!(many.await, 1, "create many");
}

#[tokio::test(flavor = "multi_thread")]
async fn together() {
    let (db, proxy, _database) = counted().await;
    let atomic = trips(&proxy, async |run| {
        db.atomic(vec![
            db.tag().create(tag::new().name(format!("a{run}"))),
            db.tag().create(tag::new().name(format!("b{run}"))),
            db.tag().create(tag::new().name(format!("c{run}"))),
        ])
        .await
    });
    assert_eq!(atomic.await, 1, "atomic array of independent operations");
    let transaction = trips(&proxy, async |run| {
        db.transaction(async |tx: &mut Tx| {
            tx.tag().create(tag::new().name(format!("t{run}"))).await?;
            tx.tag().count().await?;
            tx.tag().delete(tag::name.equals(format!("t{run}"))).await
        })
        .await
    });
    assert_eq!(transaction.await, 4, "interactive transaction of 3 statements: BEGIN rides with the first");
}

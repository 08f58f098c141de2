//! What each operation costs over HTTP, counted at the gateway: the budget of `docs/round-trips.md`.

use drivetrain::{Error, RawExecutor as _};
use drivetrain_adapter_neon_http::Transport;
use drivetrain_client_tests::BLOG;
use drivetrain_client_tests::blog::*;
use drivetrain_client_tests::database::{self, Database};

/// The requests that an operation makes, the first time and the second.
async fn requests<T>(
    database: &Database,
    mut operation: impl AsyncFnMut(u32) -> Result<T, Error>,
) -> [u64; 2] {
    let gateway = database.gateway.as_ref().expect("it is reached through a gateway");
    let mut counts = [0; 2];
    for (run, count) in (0..).zip(&mut counts) {
        let before = gateway.requests();
        operation(run).await.expect("the operation works");
        *count = gateway.requests() - before;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_for_an_operation() {
    let database = database::neon_by(BLOG, Transport::Http).await;
    let db = Client::new(database.adapter.clone()).expect("the schema is for Postgres");
    let create = requests(&database, async |run| {
        let posts = (0..3).map(|number| {
            post::new()
                .slug(format!("{run} {number}"))
                .title("t")
                .tags([tag::new().name(format!("{run} {number}"))])
                .comments([comment::new().text("c")])
        });
        let author = author::new().email(format!("a{run}")).posts(posts);
        db.author().create(author).include(author::posts.include(post::tags)).await
    });
    assert_eq!(create.await, [1, 1], "create with children of children");
    let find = requests(&database, async |_| {
        db.author().find_many().include(author::posts.include(post::tags).include(post::comments)).await
    });
    assert_eq!(find.await, [1, 1], "find with includes, any depth");
    let page =
        requests(&database, async |_| db.author().find_many().include(author::posts).page(1, 10).await);
    assert_eq!(page.await, [1, 1], "page plus total count");
    assert_eq!(requests(&database, async |_| db.author().count().await).await, [1, 1], "count");
    assert_eq!(requests(&database, async |_| db.sql("select 1").await).await, [1, 1], "raw SQL");
    let update = requests(&database, async |_| {
        db.author()
            .update(author::email.equals("a0"), [author::karma.increment(1)])
            .include(author::posts)
            .await
    });
    assert_eq!(update.await, [1, 1], "update returning the row and a relation");
    let upsert = requests(&database, async |_| {
        db.author()
            .upsert(author::email.equals("u"), author::new().email("u"), [author::karma.increment(1)])
            .await
    });
    assert_eq!(upsert.await, [1, 1], "upsert returning the row");
    let atomic = requests(&database, async |run| {
        let create = |name: &str| db.tag().create(tag::new().name(format!("{name}{run}")));
        db.atomic(vec![create("a"), create("b"), create("c")]).await
    });
    assert_eq!(atomic.await, [1, 1], "atomic array of independent operations");
    let many = requests(&database, async |run| {
        db.tag().create_many((0..1000).map(|number| tag::new().name(format!("m{run} {number}")))).await
    });
    assert_eq!(many.await, [1, 1], "create many");
    let delete = requests(&database, async |run| db.tag().delete(tag::name.equals(format!("a{run}"))).await);
    assert_eq!(delete.await, [1, 1], "delete returning the row");
}

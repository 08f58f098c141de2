//! Adapters that can do less: another plan, or a refusal before anything is sent.

use drivetrain::adapter_api::TransactionSupport;
use drivetrain::{Capabilities, Error, ErrorKind, LoadStrategy, RawExecutor as _, TransactionOptions};
use drivetrain_client_tests::blog::*;
use drivetrain_client_tests::database::{self, Database};
use drivetrain_client_tests::lesser::Lesser;
use drivetrain_client_tests::{BLOG, scenarios};

/// A client whose adapter declares less, its adapter, and a client of the same database that can do everything.
struct Opened {
    db: Client,
    adapter: Lesser,
    full: Client,
    _database: Database,
}

fn opened(database: Database, less: fn(Capabilities) -> Capabilities) -> Opened {
    let adapter = Lesser::new(&database.adapter, less);
    let db = Client::new(adapter.clone()).expect("the schema is for this database");
    let full = Client::new(database.adapter.clone()).expect("the schema is for this database");
    Opened { db, adapter, full, _database: database }
}

async fn both(less: fn(Capabilities) -> Capabilities) -> [Opened; 2] {
    [opened(database::sqlite(BLOG).await, less), opened(database::postgres(BLOG).await, less)]
}

impl Opened {
    /// Refused, and nothing sent.
    async fn refuses<T>(&self, what: &str, operation: impl IntoFuture<Output = Result<T, Error>>) {
        let before = self.adapter.calls();
        let error = operation.await.map(|_| ()).expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{what}: {error:?}");
        assert!(error.to_string().contains('`'), "{what} names what is lacking: {error}");
        assert_eq!(self.adapter.calls(), before, "{what}: nothing is sent");
    }
}

fn nested(email: &str) -> author::New<drivetrain::create::Given> {
    let post =
        post::new().slug("s").title("t").tags([tag::new().name(email)]).comments([comment::new().text("c")]);
    author::new().email(email).profile(profile::new().bio("b")).posts([post])
}

/// Every scenario that reads or writes what has relations.
macro_rules! scenarios_on {
    ($less:expr; $($group:ident::$name:ident)+) => {$(
        for opened in both($less).await {
            scenarios::$group::$name(&opened.db).await.unwrap_or_else(|error| panic!("{}: {error:?}", stringify!($name)));
        }
    )+};
}

#[tokio::test(flavor = "multi_thread")]
async fn without_relations_in_one_statement() {
    scenarios_on! { |all| all.with_json_rows(false);
        relations::cycles relations::deep relations::many_to_many relations::one_to_one relations::self_relations
        relations::perhaps_loaded relations::both_strategies_agree reads::includes_are_cut_per_parent reads::pages
        reads::nothing_is_there writes::nested_to_any_depth writes::update writes::upsert writes::many_children
        writes::defaults transactions::atomic
    }
    for opened in both(|all| all.with_json_rows(false)).await {
        let joined =
            opened.db.author().find_many().include(author::posts).load_strategy(LoadStrategy::Joined);
        opened.refuses("relations in one statement", joined).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_writing_common_table_expressions() {
    scenarios_on! { |all| all.with_data_modifying_ctes(false);
        writes::nested_to_any_depth writes::many_children writes::a_failed_child_leaves_nothing writes::defaults
        transactions::atomic concurrency::one_transaction_from_several_tasks
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_arrays() {
    scenarios_on! { |all| all.with_arrays(false);
        writes::create_many writes::many_children writes::nested_to_any_depth relations::deep filters::lists
        relations::many_to_many
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_upserts() {
    scenarios_on! { |all| all.with_upsert(false); writes::upsert }
    for opened in both(|all| all.with_upsert(false)).await {
        let skipping = opened.db.tag().create_many([tag::new().name("a")]).skip_duplicates();
        opened.refuses("skipping duplicates", skipping).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nothing_but_single_queries() {
    let less = |all: Capabilities| {
        all.with_json_rows(false)
            .with_data_modifying_ctes(false)
            .with_transactions(TransactionSupport::None)
            .with_pipelining(false)
            .with_scripts(false)
    };
    for opened in both(less).await {
        let Opened { db, full, .. } = &opened;
        full.author().create(nested("a")).await.unwrap();
        full.author().create(nested("b").manager_id(1)).await.unwrap();
        // Reads always have a plan.
        let authors = db
            .author()
            .find_many()
            .order_by(author::id.asc())
            .include(author::posts.include(post::tags).include(post::comments))
            .include(author::manager.include(author::profile))
            .await
            .unwrap();
        assert_eq!((authors[1].posts[0].tags.len(), authors[1].posts[0].comments.len()), (1, 1));
        assert!(authors[1].manager.as_ref().is_some_and(|manager| manager.profile.is_some()));
        let page = db
            .author()
            .find_many()
            .order_by(author::id.desc())
            .include(author::posts)
            .page(1, 1)
            .await
            .unwrap();
        assert_eq!((page.total, page.items[0].posts.len()), (2, 1));
        assert_eq!(db.author().find_many().page(2, 1).await.unwrap().items.len(), 1);
        assert_eq!(db.author().count().await.unwrap(), 2);
        assert!(
            db.author()
                .find_unique(author::email.equals("a"))
                .include(author::posts)
                .await
                .unwrap()
                .is_some()
        );
        assert!(db.author().find_first().include(author::reports).await.unwrap().is_some());
        // So have writes of one statement.
        db.tag().create(tag::new().name("x")).await.unwrap();
        db.tag().create_many(["y", "z"].map(|name| tag::new().name(name))).await.unwrap();
        db.tag().update(tag::name.equals("x"), [tag::name.set("w")]).await.unwrap();
        db.tag().upsert(tag::name.equals("w"), tag::new().name("w"), []).await.unwrap();
        db.tag().delete(tag::name.equals("w")).await.unwrap();
        // What takes several at once is refused.
        opened.refuses("a nested create", db.author().create(nested("c"))).await;
        let create = db.author().create(author::new().email("c")).include(author::posts);
        opened.refuses("a create that reads relations", create).await;
        let changes = [author::karma.set(1)];
        let update = db.author().update(author::id.equals(1), changes.clone()).include(author::posts);
        opened.refuses("an update that reads relations", update).await;
        let upsert = db.author().upsert(author::email.equals("a"), author::new().email("a"), changes);
        opened.refuses("an upsert that reads relations", upsert.include(author::posts)).await;
        let mixed = [author::new().email("c"), author::new().email("d").name("D")];
        opened.refuses("records of several sorts", db.author().create_many(mixed)).await;
        opened.refuses("an atomic batch", db.atomic((db.tag().count(), db.author().count()))).await;
        opened.refuses("a transaction", db.begin()).await;
        opened.refuses("a transaction", db.transaction(async |tx: &mut Tx| tx.tag().count().await)).await;
        let retrying =
            db.transaction_retrying(TransactionOptions::new(), |tx| async move { tx.tag().count().await });
        opened.refuses("a transaction", retrying).await;
        opened.refuses("a script", db.script("select 1; select 2")).await;
        assert_eq!(db.author().count().await.unwrap(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_atomic_batches_only() {
    let less =
        |all: Capabilities| all.with_transactions(TransactionSupport::AtomicBatch).with_savepoints(false);
    let opened = opened(database::postgres(BLOG).await, less);
    let db = &opened.db;
    let author = db.author().create(nested("a")).include(author::posts.include(post::tags)).await.unwrap();
    assert_eq!(author.posts[0].tags.len(), 1);
    let before = opened.adapter.calls();
    let changed = db
        .author()
        .update(author::id.equals(author.id), [author::karma.set(3)])
        .include(author::posts)
        .await
        .unwrap();
    assert_eq!((changed.karma, changed.posts.len()), (3, 1));
    let upserted = db
        .author()
        .upsert(author::email.equals("a"), author::new().email("a"), [author::karma.increment(1)])
        .include(author::posts)
        .await
        .unwrap();
    assert_eq!((upserted.karma, upserted.posts.len()), (4, 1));
    assert_eq!(db.author().find_many().include(author::posts).page(1, 1).await.unwrap().total, 1);
    let mixed = [author::new().email("c"), author::new().email("d").name("D")];
    assert_eq!(db.author().create_many(mixed).await.unwrap(), 2);
    let (count, tag, upserted) = db
        .atomic((
            db.author().count(),
            db.tag().create(tag::new().name("x")),
            db.author().upsert(author::email.equals("c"), author::new().email("c"), [author::karma.set(7)]),
        ))
        .await
        .unwrap();
    assert_eq!((count, tag.name.as_str(), upserted.karma), (3, "x", 7));
    assert_eq!(opened.adapter.calls(), before + 5, "one call each");
    let failed =
        db.atomic((db.tag().create(tag::new().name("y")), db.tag().create(tag::new().name("x")))).await;
    assert!(failed.is_err_and(|error| error.is_unique_violation(tag::name)));
    assert_eq!(db.tag().count().filter(tag::name.equals("y")).await.unwrap(), 0);
    let changes = [author::email.set("b")];
    let update = db.author().update(author::email.equals("a"), changes).include(author::posts);
    opened.refuses("an update of its own key that reads relations", update).await;
    let steps = (db.tag().count(), db.tag().delete(tag::name.equals("x")));
    opened.refuses("a deletion among others", db.atomic(steps)).await;
    opened.refuses("a transaction", db.begin()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_returning() {
    let less = |all: Capabilities| {
        all.with_returning_insert(false)
            .with_returning_update(false)
            .with_returning_delete(false)
            .with_data_modifying_ctes(false)
    };
    for opened in both(less).await {
        let db = &opened.db;
        assert_eq!(db.tag().create_many(["a", "b"].map(|name| tag::new().name(name))).await.unwrap(), 2);
        assert_eq!(db.tag().update_many(tag::name.equals("a"), [tag::name.set("c")]).await.unwrap(), 1);
        assert_eq!(db.tag().delete_many(tag::name.equals("c")).await.unwrap(), 1);
        opened.refuses("create", db.tag().create(tag::new().name("d"))).await;
        opened.refuses("create with others", db.author().create(nested("d"))).await;
        opened.refuses("update", db.tag().update(tag::name.equals("b"), [tag::name.set("d")])).await;
        let update = db.tag().update(tag::name.equals("b"), [tag::name.set("d")]).include(tag::posts);
        opened.refuses("update with relations", update).await;
        opened.refuses("delete", db.tag().delete(tag::name.equals("b"))).await;
        let changes = [tag::name.set("d")];
        opened.refuses("upsert", db.tag().upsert(tag::name.equals("b"), tag::new().name("b"), changes)).await;
        assert_eq!(db.tag().find_first().required().await.unwrap().name, "b");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_savepoints() {
    for opened in both(|all| all.with_savepoints(false).with_data_modifying_ctes(false)).await {
        let db = &opened.db;
        db.author().create(nested("a")).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let refused = tx.author().create(nested("b")).await.map(|_| ()).map_err(|error| error.kind());
        assert_eq!(refused, Err(ErrorKind::Unsupported));
        let refused = tx.begin().await.map(|_| ()).map_err(|error| error.kind());
        assert_eq!(refused, Err(ErrorKind::Unsupported));
        tx.tag().create(tag::new().name("x")).await.unwrap();
        let found =
            tx.author().find_first().include(author::posts).load_strategy(LoadStrategy::Separate).await;
        assert_eq!(found.unwrap().unwrap().posts.len(), 1);
        tx.commit().await.unwrap();
        assert_eq!(db.author().count().await.unwrap(), 1);
        assert_eq!(db.sql("select 1").fetch_one::<(i64,)>().await.unwrap(), (1,));
    }
}

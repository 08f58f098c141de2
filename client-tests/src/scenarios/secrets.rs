//! Values of parameters and of rows are not shown.

use std::fmt::Debug;

use drivetrain::{RawExecutor as _, Sql};

use super::Outcome;
use crate::blog::*;

const CANARY: &str = "canary-value";

fn silent(what: &str, shown: impl Debug) {
    let plain = format!("{shown:?} {shown:#?}");
    assert!(!plain.contains(CANARY) && !plain.contains("99887766"), "{what}: {plain}");
}

/// No builder, condition, new record or change shows a value, neither does an error of one.
pub async fn no_debug_shows_a_value(db: &Client) -> Outcome {
    let condition = || author::email.contains(CANARY) & author::karma.equals(99_887_766);
    let keyed = || author::email.equals(CANARY);
    let new =
        || author::new().email(CANARY).karma(99_887_766).posts([post::new().slug(CANARY).title(CANARY)]);
    let change = || [author::name.set(CANARY), author::karma.increment(99_887_766)];
    silent("a filter", condition());
    silent("a filter on a relation", author::posts.some(post::title.is_in([CANARY])));
    silent("a key", keyed());
    silent("a key of several columns", post::author_id_slug(99_887_766, CANARY));
    silent("a new record", new());
    silent("changes", change());
    silent("an order", author::email.asc());
    silent("a column", author::email);
    silent("an include", author::posts.filter(post::title.equals(CANARY)).include(post::tags));
    silent(
        "find_many",
        db.author().find_many().filter(condition()).include(author::posts.filter(post::slug.equals(CANARY))),
    );
    silent("find_first", db.author().find_first().filter(condition()).required());
    silent("find_unique", db.author().find_unique(keyed()));
    silent("page", db.author().find_many().filter(condition()).page(1, 2));
    silent("count", db.author().count().filter(condition()));
    silent("create", db.author().create(new()).include(author::posts));
    silent("create_many", db.author().create_many([author::new().email(CANARY)]));
    silent("update", db.author().update(keyed(), change()).include(author::posts));
    silent("update_many", db.author().update_many(condition(), change()));
    silent("upsert", db.author().upsert(keyed(), author::new().email(CANARY), change()));
    silent("delete", db.author().delete(keyed()));
    silent("delete_many", db.author().delete_many(condition()));
    silent("raw SQL", Sql::new("select ").bind(CANARY));
    silent("a query of raw SQL", db.sql(Sql::new("select ").bind(CANARY)));
    silent("a client", db);
    silent("an adapter", db.adapter());
    let mut tx = db.begin().await?;
    tx.author().create(new()).await?;
    silent("a transaction", &tx);
    {
        let part = tx.begin().await?;
        part.author().find_many().filter(condition()).await?;
        silent("a part of a transaction", &part);
    }
    silent("a query in a transaction", tx.author().find_many().filter(condition()));
    tx.commit().await?;
    let result = db.sql(Sql::new("select ").bind(CANARY).text(" as x")).await?;
    silent("a result", result);
    for error in [
        db.author().create(new()).await.map(|_| ()),
        db.post().create(post::new().slug(CANARY).title("t").author_id(99_887_766)).await.map(|_| ()),
        db.author().find_unique(author::email.equals(format!("not {CANARY}"))).required().await.map(|_| ()),
        db.author().create(author::new().email(format!("{CANARY}\0"))).await.map(|_| ()),
        db.sql(Sql::new("selec ").bind(CANARY)).execute().await.map(|_| ()),
    ]
    .into_iter()
    .filter_map(Result::err)
    {
        silent("an error", &error);
        assert!(!error.to_string().contains(CANARY), "{error}");
    }
    Ok(())
}

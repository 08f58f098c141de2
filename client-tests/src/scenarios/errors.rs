//! Errors in the words of the schema.

use drivetrain::{ErrorKind, RetryClass};

use super::Outcome;
use super::relations::seed;
use crate::blog::*;

/// A record that refers to nobody.
pub async fn foreign_key(db: &Client) -> Outcome {
    let orphan = post::new().slug("s").title("t").author_id(99);
    let error = db.post().create(orphan).await.expect_err("there is no such author");
    assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation);
    assert_eq!(error.retry(), RetryClass::Never);
    Ok(())
}

/// A record that must be there and is not.
pub async fn not_found(db: &Client) -> Outcome {
    let error = db.author().find_first().required().await.expect_err("nobody is there");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("Author"), "{error}");
    Ok(())
}

/// A NULL where the database takes none, though the client was told otherwise.
pub async fn not_null(db: &Client) -> Outcome {
    use drivetrain::RawExecutor as _;
    let error = db
        .sql("insert into \"Tag\" (\"name\") values (null)")
        .execute()
        .await
        .expect_err("the column takes no NULL");
    assert_eq!(error.kind(), ErrorKind::NotNullViolation);
    assert_eq!(error.column(), Some("name"));
    Ok(())
}

/// A value that is taken: the error names the fields, and shows no value.
pub async fn unique_and_its_fields(db: &Client) -> Outcome {
    seed(db).await?;
    let error = db.author().create(author::new().email("ada@x")).await.expect_err("the email is taken");
    assert_eq!(error.kind(), ErrorKind::UniqueViolation);
    assert!(error.is_unique_violation(author::email) && !error.is_unique_violation(author::name));
    assert_eq!((error.table(), error.fields()), (Some("Author"), &[String::from("email")][..]));
    assert!(!format!("{error} {error:?}").contains("ada@x"), "{error:?}");
    let twice = post::new().slug("a").title("t").author_id(1);
    let error = db.post().create(twice).await.expect_err("the slug is taken");
    assert_eq!(error.fields(), ["authorId", "slug"]);
    assert!(error.is_unique_violation(post::slug) && error.is_unique_violation(post::author_id));
    // The connection is as usable as before.
    assert_eq!(db.author().count().await?, 3);
    Ok(())
}

/// An error within a nested create or a batch is in the words of the model that it is about.
pub async fn of_children_and_in_batches(db: &Client) -> Outcome {
    seed(db).await?;
    let twice = [post::new().slug("same").title("1"), post::new().slug("same").title("2")];
    let error =
        db.author().create(author::new().email("new").posts(twice)).await.expect_err("the slug is taken");
    assert_eq!((error.kind(), error.table()), (ErrorKind::UniqueViolation, Some("Post")));
    assert_eq!(error.fields(), ["authorId", "slug"]);
    let child =
        author::new().email("new").posts([post::new().slug("s").title("t").tags([tag::new().name("red")])]);
    let error = db.author().create(child).include(author::posts).await.expect_err("the tag is there");
    assert!(error.is_unique_violation(tag::name) && !error.is_unique_violation(author::email), "{error:?}");
    let error = db
        .atomic((
            db.author().update_many((), [author::karma.increment(1)]),
            db.tag().create(tag::new().name("red")),
            db.author().create(author::new().email("new")),
        ))
        .await
        .expect_err("the tag is there");
    assert_eq!((error.table(), error.fields()), (Some("Tag"), &[String::from("name")][..]));
    let error = db
        .atomic((db.author().update(author::id.equals(1), [author::email.set("bob@x")]), db.tag().count()))
        .await
        .expect_err("the email is taken");
    assert!(error.is_unique_violation(author::email), "{error:?}");
    let tags = ["new", "blue"].map(|name| tag::new().name(name));
    let error = db.tag().create_many(tags).await.expect_err("a tag is there");
    assert!(error.is_unique_violation(tag::name), "{error:?}");
    let error = db
        .author()
        .upsert(author::id.equals(1), author::new().email("x"), [author::email.set("bob@x")])
        .await;
    assert!(error.is_err_and(|error| error.is_unique_violation(author::email)));
    assert_eq!((db.author().count().await?, db.tag().count().await?), (3, 2));
    Ok(())
}

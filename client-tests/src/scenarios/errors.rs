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

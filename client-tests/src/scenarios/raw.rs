//! Raw SQL.

use drivetrain::{ErrorKind, RawExecutor as _, Sql};

use super::Outcome;
use super::relations::seed;
use crate::blog::*;

/// Values and names between parts of text, on every dialect.
pub async fn parts(db: &Client) -> Outcome {
    seed(db).await?;
    let sql = Sql::new("select ")
        .ident("email")
        .text(" from ")
        .ident("authors")
        .text(" where ")
        .ident("id")
        .text(" > ");
    let rows: Vec<(String,)> = db.sql(sql.bind(1).text(" and '?' <> '$1' order by 1")).fetch().await?;
    assert_eq!(rows, [(String::from("bob@x"),), (String::from("eve@x"),)]);
    let hostile = "'; drop table authors; --";
    let (echo,): (String,) =
        db.sql(Sql::new("select cast(").bind(hostile).text(" as text)")).fetch_one().await?;
    assert_eq!(echo, hostile);
    let changed = db
        .sql(Sql::new("update authors set karma = ").bind(3).text(" where id > ").bind(0))
        .execute()
        .await?;
    assert_eq!(changed, 3);
    Ok(())
}

/// Rows as tuples, one row, no row, too many.
pub async fn rows_as_tuples(db: &Client) -> Outcome {
    seed(db).await?;
    let rows: Vec<(i64, Option<String>)> =
        db.sql("select id, name from authors order by id").read_only().fetch().await?;
    assert_eq!(rows[0], (1, Some("Ada".into())));
    assert_eq!(rows[1], (2, None));
    let none: Option<(i64,)> = db.sql("select id from authors where id > 99").fetch_optional().await?;
    assert_eq!(none, None);
    let many = db.sql("select id from authors").fetch_one::<(i64,)>().await;
    assert_eq!(many.map_err(|error| error.kind()), Err(ErrorKind::TooManyRows));
    let wrong =
        db.sql("select name from authors where id = 2").fetch_one::<(String,)>().await.expect_err("NULL");
    assert_eq!((wrong.kind(), wrong.column()), (ErrorKind::UnexpectedNull, Some("name")));
    Ok(())
}

/// What is said to read only, and may therefore be run twice, cannot write.
pub async fn read_only_is_held_to(db: &Client) -> Outcome {
    seed(db).await?;
    let refused = db.sql("delete from \"Tag\"").read_only().execute().await.expect_err("it writes");
    assert_eq!((refused.kind(), refused.batch_index()), (ErrorKind::ReadOnly, None));
    assert_eq!(db.tag().count().await?, 2);
    Ok(())
}

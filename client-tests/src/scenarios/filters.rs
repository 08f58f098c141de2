//! Conditions.

use super::Outcome;
use super::relations::seed;
use crate::blog::*;

async fn slugs(
    db: &Client,
    filter: drivetrain::Filter<post::Model>,
) -> Result<Vec<String>, drivetrain::Error> {
    let posts = db.post().find_many().filter(filter).order_by(post::slug.asc()).await?;
    Ok(posts.into_iter().map(|post| post.slug).collect())
}

/// Every comparison, and how they are combined.
pub async fn comparisons(db: &Client) -> Outcome {
    seed(db).await?;
    assert_eq!(slugs(db, post::slug.equals("a")).await?, ["a"]);
    assert_eq!(slugs(db, post::slug.not_equals("a")).await?, ["b", "c"]);
    assert_eq!(slugs(db, post::slug.lt("b")).await?, ["a"]);
    assert_eq!(slugs(db, post::slug.lte("b")).await?, ["a", "b"]);
    assert_eq!(slugs(db, post::slug.gt("b")).await?, ["c"]);
    assert_eq!(slugs(db, post::slug.gte("b")).await?, ["b", "c"]);
    assert_eq!(slugs(db, post::rating.gt(4.0)).await?, ["b"]);
    assert_eq!(slugs(db, post::status.equals(Status::Published)).await?, ["b"]);
    assert_eq!(slugs(db, !(post::slug.equals("a") | post::slug.equals("b"))).await?, ["c"]);
    assert_eq!(slugs(db, post::slug.gt("a") & post::slug.lt("c")).await?, ["b"]);
    assert_eq!(slugs(db, drivetrain::Filter::any_of([])).await?.len(), 0, "none of no conditions holds");
    assert_eq!(slugs(db, drivetrain::Filter::all()).await?.len(), 3);
    let mut built = drivetrain::Filter::all();
    built &= post::slug.gt("a");
    built |= post::slug.contains(String::from("a"));
    assert_eq!(slugs(db, built).await?.len(), 3);
    let ids = vec![1_i64, 2];
    assert_eq!(slugs(db, post::id.is_in(&ids)).await?.len(), 2);
    Ok(())
}

/// `IN`, with none, some and many values.
pub async fn lists(db: &Client) -> Outcome {
    seed(db).await?;
    assert_eq!(slugs(db, post::slug.is_in(["a", "c", "nope"])).await?, ["a", "c"]);
    assert_eq!(slugs(db, post::slug.is_in(Vec::<String>::new())).await?.len(), 0);
    assert_eq!(slugs(db, post::slug.not_in(["a"])).await?, ["b", "c"]);
    assert_eq!(slugs(db, post::slug.not_in(Vec::<String>::new())).await?.len(), 3);
    assert_eq!(slugs(db, post::id.is_in(0..70_000_i64)).await?.len(), 3);
    assert_eq!(slugs(db, post::status.is_in([Status::Draft, Status::Published])).await?.len(), 3);
    assert_eq!(slugs(db, post::rating.is_in([4.5, 1.0, 2.0])).await?, ["b"]);
    Ok(())
}

/// NULL is not equal to anything, and can be asked for.
pub async fn nulls(db: &Client) -> Outcome {
    seed(db).await?;
    assert_eq!(slugs(db, post::rating.is_null()).await?, ["a", "c"]);
    assert_eq!(slugs(db, post::rating.is_not_null()).await?, ["b"]);
    assert_eq!(slugs(db, post::rating.not_equals(1.0)).await?, ["b"], "NULL is not known to differ");
    Ok(())
}

/// Conditions on relations to one record.
pub async fn relations(db: &Client) -> Outcome {
    seed(db).await?;
    assert_eq!(slugs(db, post::author.is(author::email.equals("bob@x"))).await?, ["c"]);
    assert_eq!(slugs(db, post::author.is_not(author::email.equals("bob@x"))).await?, ["a", "b"]);
    assert_eq!(slugs(db, post::reviewer.exists()).await?, ["c"]);
    assert_eq!(slugs(db, post::reviewer.is_not(())).await?, ["a", "b"]);
    let deep = post::author.is(author::reports.some(author::posts.some(post::slug.equals("c"))));
    assert_eq!(slugs(db, deep).await?, ["a", "b"]);
    Ok(())
}

/// Conditions on relations to many records.
pub async fn to_many_quantifiers(db: &Client) -> Outcome {
    seed(db).await?;
    let emails = async |filter: drivetrain::Filter<author::Model>| {
        let authors = db.author().find_many().filter(filter).order_by(author::id.asc()).await?;
        Ok::<_, drivetrain::Error>(authors.into_iter().map(|author| author.email).collect::<Vec<_>>())
    };
    assert_eq!(emails(author::posts.some(post::slug.equals("a"))).await?, ["ada@x"]);
    assert_eq!(emails(author::posts.none(post::slug.equals("a"))).await?, ["bob@x", "eve@x"]);
    assert_eq!(emails(author::posts.every(post::slug.equals("c"))).await?, ["bob@x", "eve@x"]);
    assert_eq!(
        emails(author::posts.every(post::rating.gt(1.0))).await?,
        ["eve@x"],
        "NULL is not known to be greater"
    );
    assert_eq!(emails(author::posts.none(())).await?, ["eve@x"]);
    Ok(())
}

/// Wildcards of every database stand for themselves.
pub async fn texts_are_taken_literally(db: &Client) -> Outcome {
    let names = ["100%", "a_b", r"back\slash", "[x]", "st*r", "wh?t", "Äpfel", "quo'te", "plain", "PLAIN"];
    db.tag().create_many(names.map(|name| tag::new().name(name))).await?;
    let find = async |filter: drivetrain::Filter<tag::Model>| {
        let tags = db.tag().find_many().filter(filter).order_by(tag::id.asc()).await?;
        Ok::<_, drivetrain::Error>(tags.into_iter().map(|tag| tag.name).collect::<Vec<_>>())
    };
    for (needle, expected) in [
        ("%", "100%"),
        ("_", "a_b"),
        ("\\", r"back\slash"),
        ("[", "[x]"),
        ("*", "st*r"),
        ("?", "wh?t"),
        ("'", "quo'te"),
    ] {
        assert_eq!(find(tag::name.contains(needle)).await?, [expected], "{needle}");
    }
    assert_eq!(find(tag::name.starts_with("pl")).await?, ["plain"]);
    assert_eq!(find(tag::name.starts_with_insensitive("pl")).await?, ["plain", "PLAIN"]);
    assert_eq!(find(tag::name.ends_with("IN")).await?, ["PLAIN"]);
    assert_eq!(find(tag::name.ends_with("fel")).await?, ["Äpfel"]);
    assert_eq!(find(tag::name.contains("")).await?.len(), names.len());
    Ok(())
}

//! Finding and counting.

use super::Outcome;
use super::relations::seed;
use crate::blog::*;

async fn numbered(db: &Client, count: i32) -> Outcome {
    db.tag().create_many((0..count).map(|number| tag::new().name(format!("tag {number:02}")))).await?;
    Ok(())
}

/// Counts with and without conditions.
pub async fn counts(db: &Client) -> Outcome {
    assert_eq!(db.author().count().await?, 0);
    seed(db).await?;
    assert_eq!(db.author().count().await?, 3);
    assert_eq!(db.author().count().filter(author::name.is_null()).await?, 2);
    Ok(())
}

/// `take` and `skip` of an included relation are of each parent.
pub async fn includes_are_cut_per_parent(db: &Client) -> Outcome {
    for name in ["a", "b"] {
        let posts = (0..5).map(|number| post::new().slug(format!("{name}{number}")).title("t"));
        db.author().create(author::new().email(name).posts(posts)).await?;
    }
    let authors = db
        .author()
        .find_many()
        .order_by(author::email.asc())
        .include(author::posts.order_by(post::slug.desc()).skip(1).take(2))
        .await?;
    let slugs: Vec<Vec<&str>> =
        authors.iter().map(|author| author.posts.iter().map(|post| &*post.slug).collect()).collect();
    assert_eq!(slugs, [["a3", "a2"], ["b3", "b2"]]);
    Ok(())
}

/// Empty results are empty, not errors.
pub async fn nothing_is_there(db: &Client) -> Outcome {
    assert_eq!(db.author().find_many().include(author::posts).await?.len(), 0);
    assert!(db.author().find_first().include(author::posts).await?.is_none());
    assert!(db.author().find_unique(author::id.equals(7)).await?.is_none());
    let page = db.author().find_many().page(1, 10).await?;
    assert_eq!((page.items.len(), page.total, page.pages()), (0, 0, 0));
    Ok(())
}

/// Order, skip and take, NULLs at the end that is asked for.
pub async fn order_and_limits(db: &Client) -> Outcome {
    numbered(db, 10).await?;
    let some = db.tag().find_many().order_by(tag::name.desc()).skip(2).take(3).await?;
    assert_eq!(some.iter().map(|tag| &*tag.name).collect::<Vec<_>>(), ["tag 07", "tag 06", "tag 05"]);
    assert_eq!(db.tag().find_many().order_by(tag::name.asc()).skip(8).await?.len(), 2);
    assert_eq!(db.tag().find_first().order_by(tag::name.desc()).required().await?.name, "tag 09");
    seed(db).await?;
    let names = |authors: Vec<Author>| authors.into_iter().map(|author| author.name).collect::<Vec<_>>();
    let last = db.author().find_many().order_by(author::name.asc().nulls_last()).await?;
    assert_eq!(names(last)[0].as_deref(), Some("Ada"));
    let first = db.author().find_many().order_by(author::name.asc().nulls_first()).await?;
    assert_eq!(names(first)[2].as_deref(), Some("Ada"));
    Ok(())
}

/// Pages and totals, with and without relations.
pub async fn pages(db: &Client) -> Outcome {
    numbered(db, 7).await?;
    let page = db.tag().find_many().order_by(tag::name.asc()).page(3, 3).await?;
    assert_eq!(page.items.iter().map(|tag| &*tag.name).collect::<Vec<_>>(), ["tag 06"]);
    assert_eq!((page.total, page.pages()), (7, 3));
    let filtered =
        db.tag().find_many().filter(tag::name.ends_with("6")).include(tag::posts).page(1, 3).await?;
    assert_eq!((filtered.items.len(), filtered.total), (1, 1));
    assert!(db.tag().find_many().page(0, 3).await.is_err(), "pages are counted from 1");
    Ok(())
}

/// Keys of one column and of several.
pub async fn uniques(db: &Client) -> Outcome {
    seed(db).await?;
    assert_eq!(db.author().find_unique(author::email.equals("bob@x")).required().await?.id, 2);
    assert_eq!(db.post().find_unique(post::author_id_slug(2, "c")).required().await?.title, "Gamma");
    assert!(db.post().find_unique(post::author_id_slug(2, "a")).await?.is_none());
    let narrowed = author::email.equals("bob@x") & author::name.is_not_null();
    assert!(db.author().find_unique(narrowed).await?.is_none());
    Ok(())
}

//! Creating, changing and deleting.

use drivetrain::ErrorKind;

use super::Outcome;
use super::relations::seed;
use crate::blog::*;

/// Nested writes take effect as a whole or not at all.
pub async fn a_failed_child_leaves_nothing(db: &Client) -> Outcome {
    let record = author::new()
        .email("a")
        .posts([post::new().slug("same").title("1"), post::new().slug("same").title("2")]);
    let error = db.author().create(record).await.expect_err("two posts of one author have one slug");
    assert_eq!(error.kind(), ErrorKind::UniqueViolation);
    assert_eq!((db.author().count().await?, db.post().count().await?), (0, 0));
    let record = author::new().email("a").reports([author::new().email("b").manager_id(7)]);
    let error = db.author().create(record).await.expect_err("the relation fills the key in");
    assert_eq!(error.kind(), ErrorKind::Misuse);
    assert!(error.message().contains("`managerId`"), "{error}");
    Ok(())
}

/// Many records at once, of different columns, without those that are there.
pub async fn create_many(db: &Client) -> Outcome {
    assert_eq!(db.tag().create_many(Vec::<tag::New<drivetrain::create::Given>>::new()).await?, 0);
    let count = db.tag().create_many((0..3000).map(|number| tag::new().name(number.to_string()))).await?;
    assert_eq!((count, db.tag().count().await?), (3000, 3000));
    let mixed =
        [author::new().email("a"), author::new().email("b").name("B"), author::new().email("c").karma(7)];
    assert_eq!(db.author().create_many(mixed).await?, 3);
    let karma: Vec<i32> = db
        .author()
        .find_many()
        .order_by(author::email.asc())
        .await?
        .into_iter()
        .map(|author| author.karma)
        .collect();
    assert_eq!(karma, [0, 0, 7]);
    let again = || [author::new().email("a"), author::new().email("d")];
    let error = db.author().create_many(again()).await.expect_err("the email is taken");
    assert_eq!(error.kind(), ErrorKind::UniqueViolation);
    assert_eq!(db.author().count().await?, 3, "as a whole or not at all");
    assert_eq!(db.author().create_many(again()).skip_duplicates().await?, 1);
    let nested = [author::new().email("e").posts([post::new().slug("s").title("t")])];
    assert_eq!(db.author().create_many(nested).await.map_err(|error| error.kind()), Err(ErrorKind::Misuse));
    Ok(())
}

/// What is left out is what the schema says.
pub async fn defaults(db: &Client) -> Outcome {
    let author = db
        .author()
        .create(author::new().email("a").profile(profile::new().bio("b")))
        .include(author::profile)
        .await?;
    assert_eq!((author.id, author.karma, &author.name), (1, 0, &None));
    let profile = author.profile.expect("it was created with the author");
    assert_eq!(profile.id.len(), 36);
    let age = author.updated_at.utc().y2k_microseconds() - author.created_at.utc().y2k_microseconds();
    assert!(age.abs() < 60_000_000, "both are the current time");
    let post = db.post().create(post::new().slug("s").title("t").author_id(author.id)).await?;
    assert_eq!(post.status, Status::Draft);
    Ok(())
}

/// Deleting gives the record; what refers to it goes as the schema says.
pub async fn delete(db: &Client) -> Outcome {
    seed(db).await?;
    let gone = db.post().delete(post::author_id_slug(1, "a")).await?;
    assert_eq!(gone.title, "Alpha");
    assert_eq!(db.comment().count().await?, 0, "comments go with their post");
    let missing = db.post().delete(post::author_id_slug(1, "a")).await.expect_err("it is gone");
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert_eq!(db.tag().delete_many(tag::name.equals("red")).await?, 1);
    assert_eq!(db.tag().delete_many(()).await?, 1);
    assert_eq!(db.tag().delete_many(()).await?, 0);
    Ok(())
}

/// Thousands of children in one create.
pub async fn many_children(db: &Client) -> Outcome {
    let posts = (0..2000).map(|number| post::new().slug(format!("{number:04}")).title("t"));
    let author = db.author().create(author::new().email("a").posts(posts)).include(author::posts).await?;
    assert_eq!(author.posts.len(), 2000);
    assert!(
        author.posts.is_sorted_by(|one, other| one.slug < other.slug),
        "they are created in the order given"
    );
    Ok(())
}

/// Children of children, many-to-many, and what is read back of them.
pub async fn nested_to_any_depth(db: &Client) -> Outcome {
    let author = db
        .author()
        .create(
            author::new().email("a").posts([
                post::new()
                    .slug("1")
                    .title("one")
                    .tags([tag::new().name("x")])
                    .comments([comment::new().text("hello")]),
                post::new().slug("2").title("two").tags([tag::new().name("y"), tag::new().name("z")]),
            ]),
        )
        .include(author::posts.include(post::tags).include(post::comments).include(post::author))
        .await?;
    let shape: Vec<_> = author
        .posts
        .iter()
        .map(|post| (&*post.slug, post.tags.len(), post.comments.len(), &*post.author.email))
        .collect();
    assert!(author.posts[0].id < author.posts[1].id, "generated keys follow the order given");
    assert_eq!(shape, [("1", 1, 1, "a"), ("2", 2, 0, "a")]);
    assert_eq!(db.post().count().filter(post::tags.some(tag::name.equals("z"))).await?, 1);
    Ok(())
}

/// One record, with every sort of change.
pub async fn update(db: &Client) -> Outcome {
    seed(db).await?;
    let before = db.author().find_unique(author::id.equals(1)).required().await?;
    let after = db
        .author()
        .update(author::id.equals(1), [author::karma.increment(5), author::name.set_null()])
        .await?;
    assert_eq!((after.karma, &after.name), (5, &None));
    assert!(after.updated_at >= before.updated_at);
    let again =
        db.author().update(author::id.equals(1), [author::karma.multiply(3), author::name.set("A")]).await?;
    assert_eq!(again.karma, 15);
    assert_eq!(db.author().update(author::id.equals(1), [author::karma.decrement(1)]).await?.karma, 14);
    let included = db
        .author()
        .update(author::email.equals("ada@x"), [author::email.set("ada@y")])
        .include(author::posts)
        .await?;
    assert_eq!(
        (&*included.email, included.posts.len()),
        ("ada@y", 2),
        "also where the condition holds no longer"
    );
    let included =
        db.author().update(author::id.equals(1), [author::karma.set(1)]).include(author::posts).await?;
    assert_eq!((included.karma, included.posts.len()), (1, 2));
    let missing =
        db.author().update(author::id.equals(99), [author::karma.set(1)]).await.expect_err("nobody is there");
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    let missing =
        db.author().update(author::id.equals(99), [author::karma.set(1)]).include(author::posts).await;
    assert_eq!(missing.map(|_| ()).map_err(|error| error.kind()), Err(ErrorKind::NotFound));
    Ok(())
}

/// All records that fulfil a condition, also one on a relation.
pub async fn update_many(db: &Client) -> Outcome {
    seed(db).await?;
    let count = db
        .post()
        .update_many(post::author.is(author::email.equals("ada@x")), [post::title.set("same")])
        .await?;
    assert_eq!(count, 2);
    assert_eq!(db.post().update_many((), [post::title.set("same")]).await?, 3, "matched, not changed");
    assert_eq!(db.post().update_many(post::slug.equals("nope"), [post::title.set("x")]).await?, 0);
    assert_eq!(db.tag().update_many((), []).await?, 2, "no change of two records");
    Ok(())
}

/// Both ways of an upsert.
pub async fn upsert(db: &Client) -> Outcome {
    for (karma, posts) in [(0, 0), (1, 0), (2, 0)] {
        let author = db
            .author()
            .upsert(author::email.equals("a"), author::new().email("a"), [author::karma.increment(1)])
            .include(author::posts)
            .await?;
        assert_eq!((author.karma, author.posts.len()), (karma, posts));
    }
    assert_eq!(db.author().count().await?, 1);
    let same = db.author().upsert(author::email.equals("a"), author::new().email("a"), []).await?;
    assert_eq!(same.karma, 2, "no change gives the record as it is");
    // The condition is not the key alone, so that it takes two steps.
    let steps = db
        .author()
        .upsert(
            author::email.equals("a") & author::karma.gt(100),
            author::new().email("b"),
            [author::karma.set(9)],
        )
        .await?;
    assert_eq!(steps.email, "b");
    Ok(())
}

//! Loading relations.

use drivetrain::{LoadStrategy, MaybeLoaded};

use super::Outcome;
use crate::blog::*;

/// Three authors: Ada (two posts, one with comments and tags), Bob (one post, reviewed by Ada), Eve (nothing).
pub(super) async fn seed(db: &Client) -> Outcome {
    let ada = db
        .author()
        .create(
            author::new().email("ada@x").name("Ada").profile(profile::new().bio("first")).posts([
                post::new()
                    .slug("a")
                    .title("Alpha")
                    .comments([
                        comment::new().text("one").replies([comment::new().text("reply").post_id(1_i64)]),
                        comment::new().text("two"),
                    ])
                    .tags([tag::new().name("red"), tag::new().name("blue")]),
                post::new().slug("b").title("Beta").status(Status::Published).rating(4.5),
            ]),
        )
        .await?;
    db.author()
        .create(
            author::new()
                .email("bob@x")
                .manager_id(ada.id)
                .posts([post::new().slug("c").title("Gamma").reviewer_id(ada.id)]),
        )
        .await?;
    db.author().create(author::new().email("eve@x").manager_id(ada.id)).await?;
    Ok(())
}

/// One statement and one statement per relation give the same.
pub async fn both_strategies_agree(db: &Client) -> Outcome {
    seed(db).await?;
    let load = |strategy| {
        db.author()
            .find_many()
            .order_by(author::id.asc())
            .include(author::posts.order_by(post::slug.desc()).include(post::comments).include(post::tags))
            .include(author::profile)
            .include(author::reports.include(author::posts))
            .load_strategy(strategy)
    };
    let separate = load(LoadStrategy::Separate).await?;
    assert_eq!(separate.len(), 3);
    assert_eq!(separate[0].posts.iter().map(|post| &*post.slug).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(separate[0].posts[1].tags.len(), 2);
    assert_eq!(separate[0].profile.as_ref().map(|profile| &*profile.bio), Some("first"));
    assert_eq!(separate[0].reports.len(), 2);
    assert_eq!(separate[0].reports[0].posts[0].title, "Gamma");
    if db.adapter().capabilities().json_rows() {
        assert_eq!(load(LoadStrategy::Joined).await?, separate);
    }
    Ok(())
}

/// From a record to others and back to itself.
pub async fn cycles(db: &Client) -> Outcome {
    seed(db).await?;
    let post = db
        .post()
        .find_unique(post::author_id_slug(1, "a"))
        .include(post::author.include(author::posts.include(post::author)))
        .required()
        .await?;
    assert_eq!(post.author.posts[0].author.email, "ada@x");
    Ok(())
}

/// Five levels.
pub async fn deep(db: &Client) -> Outcome {
    seed(db).await?;
    let tag =
        db.tag()
            .find_unique(tag::name.equals("red"))
            .include(tag::posts.include(
                post::author.include(author::reports.include(author::posts.include(post::reviewer))),
            ))
            .required()
            .await?;
    let reviewer = tag.posts[0].author.reports[0].posts[0].reviewer.as_ref().expect("Ada reviewed it");
    assert_eq!(reviewer.email, "ada@x");
    Ok(())
}

/// Both sides of many-to-many.
pub async fn many_to_many(db: &Client) -> Outcome {
    seed(db).await?;
    let post = db.post().find_first().filter(post::slug.equals("a")).include(post::tags).required().await?;
    let names: Vec<_> = post.tags.iter().map(|tag| &*tag.name).collect();
    assert_eq!(names, ["red", "blue"]);
    let tags = db.tag().find_many().order_by(tag::name.asc()).include(tag::posts).await?;
    assert_eq!(tags[0].posts[0].slug, "a");
    let tagged = db.post().count().filter(post::tags.some(tag::name.equals("blue"))).await?;
    assert_eq!(tagged, 1);
    Ok(())
}

/// Both sides of one-to-one.
pub async fn one_to_one(db: &Client) -> Outcome {
    seed(db).await?;
    let authors = db.author().find_many().order_by(author::id.asc()).include(author::profile).await?;
    assert!(authors[0].profile.is_some() && authors[1].profile.is_none());
    let profile = db.profile().find_first().include(profile::author).required().await?;
    assert_eq!(profile.author.email, "ada@x");
    Ok(())
}

/// Relations that are loaded if a condition holds.
pub async fn perhaps_loaded(db: &Client) -> Outcome {
    seed(db).await?;
    let with = db.author().find_first().include_if(true, author::posts).required().await?;
    assert_eq!(with.posts.as_loaded().map(Vec::len), Some(2));
    let without = db.author().find_first().include_if(false, author::posts).required().await?;
    assert_eq!(without.posts, MaybeLoaded::NotLoaded);
    let within =
        db.author().find_first().include(author::posts.include_if(true, post::tags)).required().await?;
    assert_eq!(within.posts[0].tags.as_loaded().map(Vec::len), Some(2));
    Ok(())
}

/// A model that refers to itself.
pub async fn self_relations(db: &Client) -> Outcome {
    seed(db).await?;
    let bob = db
        .author()
        .find_unique(author::email.equals("bob@x"))
        .include(author::manager.include(author::reports))
        .required()
        .await?;
    let manager = bob.manager.expect("Ada manages Bob");
    assert_eq!(manager.reports.iter().map(|report| &*report.email).collect::<Vec<_>>(), ["bob@x", "eve@x"]);
    let comment = db
        .comment()
        .find_first()
        .filter(comment::text.equals("one"))
        .include(comment::replies)
        .required()
        .await?;
    assert_eq!(comment.replies[0].text, "reply");
    Ok(())
}

/// Relations that are not loaded are left out of serialized records.
pub async fn serialized(db: &Client) -> Outcome {
    seed(db).await?;
    let bare = db.tag().find_first().required().await?;
    let text = serde_json::to_string(&bare).expect("records serialize");
    assert_eq!(text, r#"{"id":1,"name":"red"}"#);
    let loaded = db.tag().find_first().include(tag::posts).required().await?;
    let value = serde_json::to_value(&loaded).expect("records serialize");
    assert_eq!(value["posts"][0]["slug"], "a");
    Ok(())
}

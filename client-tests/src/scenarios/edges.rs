//! The ends of what can be asked for: nothing, everything, the same again.

use drivetrain::{ErrorKind, LoadStrategy};

use super::Outcome;
use crate::names::*;

/// Records of which nothing is given, alone, with others and many at once.
pub async fn nothing_given(db: &Client) -> Outcome {
    let one = db.tick().create(tick::new()).await?;
    assert_eq!((one.id, one.parent_id), (1, None));
    assert_eq!(db.tick().create_many([tick::new(), tick::new(), tick::new()]).await?, 3);
    assert_eq!(db.tick().create_many([tick::new(), tick::new().id(5000)]).await?, 2);
    assert_eq!(db.tick().create_many([tick::new(), tick::new()]).skip_duplicates().await?, 2);
    assert_eq!(db.tick().create_many([tick::new().id(1)]).skip_duplicates().await?, 0);
    let before = db.tick().count().await?;
    let nested = tick::new()
        .children([tick::new(), tick::new().tocks([tock::new()])])
        .tocks([tock::new(), tock::new().ticks([tick::new()])]);
    let nested = db
        .tick()
        .create(nested)
        .include(tick::children.include(tick::tocks))
        .include(tick::tocks.include(tock::ticks))
        .await?;
    assert_eq!((nested.children.len(), nested.tocks.len()), (2, 2));
    assert_eq!(nested.children.iter().map(|child| child.tocks.len()).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(nested.tocks.iter().map(|tock| tock.ticks.len()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(db.tick().count().await?, before + 4);
    let many =
        db.tick().create(tick::new().children((0..40).map(|_| tick::new()))).include(tick::children).await?;
    assert_eq!(many.children.len(), 40);
    Ok(())
}

/// Limits of nothing and of everything, for records and for what is included.
pub async fn limits(db: &Client) -> Outcome {
    let parent = tick::new().children((0..5).map(|_| tick::new()));
    db.tick().create(parent).await?;
    assert_eq!(db.tick().find_many().take(0).await?.len(), 0);
    assert_eq!(db.tick().find_many().take(0).include(tick::children).await?.len(), 0);
    assert_eq!(db.tick().find_many().skip(6).await?.len(), 0);
    assert_eq!(db.tick().find_many().skip(u64::MAX).await?.len(), 0);
    assert_eq!(db.tick().find_many().take(u64::MAX).await?.len(), 6);
    assert!(db.tick().find_first().skip(6).await?.is_none());
    for strategy in [LoadStrategy::Joined, LoadStrategy::Separate] {
        if strategy == LoadStrategy::Joined && !db.adapter().capabilities().json_rows() {
            continue;
        }
        for (skip, take, expected) in
            [(0, 0, 0), (0, 2, 2), (4, 2, 1), (5, 2, 0), (u64::MAX, 1, 0), (1, u64::MAX, 4), (0, u64::MAX, 5)]
        {
            let ticks = db
                .tick()
                .find_many()
                .filter(tick::parent_id.is_null())
                .include(tick::children.order_by(tick::id.asc()).skip(skip).take(take))
                .load_strategy(strategy)
                .await?;
            assert_eq!(ticks[0].children.len(), expected, "{strategy:?} {skip} {take}");
        }
    }
    let page =
        db.tick().find_many().order_by(tick::id.asc()).include(tick::children.take(2)).page(1, 1).await?;
    assert_eq!((page.items[0].children.len(), page.total, page.pages()), (2, 6, 6));
    let beyond = db.tick().find_many().include(tick::children).page(7, 1).await?;
    assert_eq!((beyond.items.len(), beyond.total), (0, 6));
    let far = db.tick().find_many().page(u64::MAX, 2).await.map(|_| ()).map_err(|error| error.kind());
    assert_eq!(far, Err(ErrorKind::Misuse));
    Ok(())
}

/// An update of nothing, and one of the key itself.
pub async fn updates(db: &Client) -> Outcome {
    let order = db.order().create(order::new().select("a").lines([line::new().number(1).code("c")])).await?;
    let same = db.order().update(order::r#type.equals(order.r#type), []).await?;
    assert_eq!(same, order, "no change is no change of the time either");
    let same = db.order().upsert(order::select.equals("a"), order::new().select("a"), []).await?;
    assert_eq!(same, order);
    let same = db.order().update(order::r#type.equals(order.r#type), []).include(order::lines).await?;
    assert_eq!(same.lines.len(), 1);
    let missing = db.order().update(order::r#type.equals(99), []).await.expect_err("nobody is there");
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert_eq!(db.order().update_many((), []).await?, 1);
    assert_eq!(db.order().find_first().required().await?, order);
    // The key of the line is changed while it is read with its order; the order's own with its lines (ON UPDATE CASCADE).
    let line = db.line().update(line::place(1, 1), [line::number.set(5)]).include(line::order).await?;
    assert_eq!((line.number, line.order.r#type), (5, 1));
    let order =
        db.order().update(order::r#type.equals(1), [order::r#type.set(7)]).include(order::lines).await?;
    assert_eq!((order.r#type, order.lines[0].order_id), (7, 7));
    let moved = db
        .line()
        .upsert(line::place(7, 5), line::new().order_id(7).number(5).code("z"), [line::number.set(6)])
        .include(line::order)
        .await?;
    assert_eq!((moved.number, moved.order.r#type), (6, 7));
    Ok(())
}

/// More keys than a statement takes parameters, in conditions and in relations loaded one by one.
pub async fn many_keys(db: &Client) -> Outcome {
    db.person().create_many((0..12_000).map(|number| person::new().uuid(format!("{number:05}")))).await?;
    let letters = (0..12_000).map(|number| {
        letter::new().text("t").writer(format!("{number:05}")).reader(format!("{:05}", number % 7))
    });
    assert_eq!(db.letter().create_many(letters).await?, 12_000);
    let people = db
        .person()
        .find_many()
        .order_by(person::uuid.asc())
        .include(person::wrote)
        .include(person::got.take(2))
        .load_strategy(LoadStrategy::Separate)
        .await?;
    assert!(people.iter().all(|one| one.wrote.len() == 1 && one.wrote[0].writer == one.uuid));
    assert_eq!(people.iter().map(|one| one.got.len()).sum::<usize>(), 14);
    let wanted = (0..70_000).map(|number| format!("{number:05}"));
    assert_eq!(db.person().count().filter(person::uuid.is_in(wanted)).await?, 12_000);
    let unwanted = (1..70_000).map(|number| format!("{number:05}"));
    assert_eq!(db.person().count().filter(person::uuid.not_in(unwanted)).await?, 1);
    Ok(())
}

/// The same model at several depths of one query, in conditions and in what is included.
pub async fn the_same_model_again(db: &Client) -> Outcome {
    let deep = tick::new().children([tick::new().children([tick::new().children([tick::new()])])]);
    db.tick().create(deep).await?;
    let root = db
        .tick()
        .find_first()
        .filter(tick::children.some(tick::children.some(tick::children.some(tick::children.none(())))))
        .include(
            tick::children
                .include(tick::parent.include(tick::children))
                .include(tick::children.include(tick::children.include(tick::parent.include(tick::parent)))),
        )
        .required()
        .await?;
    let third = &root.children[0].children[0].children[0];
    let up = third.parent.as_ref().and_then(|parent| parent.parent.as_ref());
    assert_eq!(up.map(|tick| tick.id), Some(root.children[0].id));
    assert_eq!(root.children[0].parent.as_ref().map(|tick| tick.children.len()), Some(1));
    Ok(())
}

/// `every` and `none` where a NULL leaves it open whether the condition holds.
pub async fn unknown_is_not_every(db: &Client) -> Outcome {
    for (uuid, readers) in [("a", [Some("x"), Some("x")]), ("b", [Some("x"), None]), ("c", [None, None])] {
        let letters = readers.map(|reader| letter::new().text(reader.map_or("none", |_| "some")));
        db.person().create(person::new().uuid(uuid).wrote(letters)).await?;
    }
    db.person().create(person::new().uuid("x")).await?;
    db.letter().update_many(letter::text.equals("some"), [letter::reader.set("x")]).await?;
    let names = async |filter: drivetrain::Filter<person::Model>| {
        let people = db.person().find_many().filter(filter).order_by(person::uuid.asc()).await?;
        Ok::<_, drivetrain::Error>(people.into_iter().map(|one| one.uuid).collect::<String>())
    };
    assert_eq!(names(person::wrote.every(letter::reader.equals("x"))).await?, "ax");
    assert_eq!(names(person::wrote.every(letter::reader.not_equals("y"))).await?, "ax");
    assert_eq!(names(person::wrote.every(letter::reader.is_null())).await?, "cx");
    assert_eq!(names(person::wrote.none(letter::reader.equals("x"))).await?, "cx");
    assert_eq!(names(person::wrote.some(letter::reader.not_equals("y"))).await?, "ab");
    assert_eq!(names(!person::wrote.every(letter::reader.equals("x"))).await?, "bc");
    assert_eq!(names(person::wrote.every(letter::got_by.is(person::uuid.equals("x")))).await?, "ax");
    Ok(())
}

/// Hundreds of children that have children of their own, which no one insert can hold.
pub async fn many_children_of_many_sorts(db: &Client) -> Outcome {
    let children = (0..400).map(|number| {
        let child = person::new().uuid(format!("{number:03}"));
        match number % 3 {
            0 => child.groups([group::new().name(format!("g{number}"))]),
            1 => child.wallet(wallet::new().coins(number)),
            _ => child,
        }
    });
    let root = db
        .person()
        .create(person::new().uuid("root").follows(children))
        .include(person::follows.order_by(person::uuid.asc()).include(person::groups).include(person::wallet))
        .await?;
    assert_eq!(root.follows.len(), 400);
    for (number, child) in root.follows.iter().enumerate() {
        assert_eq!(child.groups.len(), usize::from(number % 3 == 0));
        assert_eq!(child.wallet.as_ref().map(|one| one.coins as usize), (number % 3 == 1).then_some(number));
    }
    Ok(())
}

//! Names that are hard to write, keys of several columns, several relations between the same models.

use drivetrain::{ErrorKind, LoadStrategy};

use super::Outcome;
use crate::names::*;

/// Two orders: the first with two lines, one of which has notes and a label, and a box; the second with nothing.
async fn seed(db: &Client) -> Outcome {
    let lines = [
        line::new()
            .number(1)
            .code("x")
            .part("p")
            .notes([note::new().text("n1"), note::new().text("n2")])
            .label(label::new().text("l")),
        line::new().number(2).code("x"),
    ];
    let boxed = r#box::new();
    let first = order::new().select("a \"b\" 'c'").from("d.e").lines(lines).r#box(boxed);
    db.order().create(first).await?;
    db.order().create(order::new().select("second").r#match(8).r#async(Mood::Happy).self_(true)).await?;
    Ok(())
}

/// Every operation on names that need quotes.
pub async fn hostile_names(db: &Client) -> Outcome {
    seed(db).await?;
    let orders = db.order().find_many().order_by(order::r#match.asc()).order_by(order::self_.desc()).await?;
    assert_eq!(orders.len(), 2);
    assert_eq!((&*orders[0].select, orders[0].from.as_deref()), ("a \"b\" 'c'", Some("d.e")));
    assert_eq!((orders[0].r#async, orders[1].r#async), (Mood::Self_, Mood::Happy));
    let found = db
        .order()
        .find_first()
        .filter(
            order::r#async.equals(Mood::Happy) & order::from.is_null() & order::r#loop.lte(orders[1].r#loop),
        )
        .required()
        .await?;
    assert_eq!(found, orders[1]);
    let changes = [order::r#match.increment(1), order::r#async.set(Mood::Type), order::crate_.set(3)];
    let changed = db.order().update(order::select.equals("second"), changes).await?;
    assert_eq!((changed.r#match, changed.r#async, changed.crate_), (9, Mood::Type, 3));
    assert!(changed.r#yield >= found.r#yield);
    let upserted = db
        .order()
        .upsert(order::select.equals("second"), order::new().select("second"), [order::r#match.multiply(2)])
        .await?;
    assert_eq!(upserted.r#match, 18);
    let many = [order::new().select("m1"), order::new().select("m2").r#async(Mood::Type)];
    assert_eq!(db.order().create_many(many).await?, 2);
    let moods = order::r#async.is_in([Mood::Type, Mood::Happy]);
    assert_eq!(db.order().count().filter(moods).await?, 2);
    assert_eq!(db.order().delete_many(order::select.starts_with("m")).await?, 2);
    assert_eq!(db.order().delete(order::r#type.equals(2)).await?.select, "second");
    Ok(())
}

/// Keys of several columns: found, changed, upserted, deleted, and in errors.
pub async fn compound_keys(db: &Client) -> Outcome {
    seed(db).await?;
    let line = db.line().find_unique(line::place(1, 2)).required().await?;
    assert_eq!((&*line.code, &line.part), ("x", &None));
    let by_code = db.line().find_unique(line::code_of_part("x", "p")).required().await?;
    assert_eq!(by_code.number, 1);
    assert!(db.line().find_unique(line::code_of_part("x", "q")).await?.is_none());
    let twice = line::new().order_id(1).number(3).code("x").part("p");
    let error = db.line().create(twice).await.expect_err("the code of that part is taken");
    assert_eq!((error.kind(), error.table()), (ErrorKind::UniqueViolation, Some("Line")));
    assert_eq!(error.fields(), ["code", "part"]);
    let twice = line::new().order_id(1).number(1).code("y");
    let error = db.line().create(twice).await.expect_err("the place is taken");
    assert_eq!(error.fields(), ["orderId", "number"]);
    assert!(error.is_unique_violation(line::order_id) && !error.is_unique_violation(line::code));
    for (code, part) in [("created", "1"), ("changed", "2")] {
        let line = db
            .line()
            .upsert(
                line::place(2, 9),
                line::new().order_id(2).number(9).code("created").part("1"),
                [line::code.set("changed"), line::part.set("2")],
            )
            .include(line::order)
            .await?;
        assert_eq!((&*line.code, line.part.as_deref(), line.order.r#type), (code, Some(part), 2));
    }
    assert_eq!(db.line().update(line::place(2, 9), [line::number.set(10)]).await?.number, 10);
    assert_eq!(db.line().delete(line::place(2, 10)).await?.code, "changed");
    Ok(())
}

/// An upsert whose condition names one field twice is no upsert by the key that has it among others.
pub async fn a_condition_said_twice_is_no_key(db: &Client) -> Outcome {
    seed(db).await?;
    let twice = line::place(1, 1) & line::order_id.equals(1);
    let line =
        db.line().upsert(twice, line::new().order_id(1).number(1).code("z"), [line::code.set("c")]).await?;
    assert_eq!((line.number, &*line.code), (1, "c"));
    db.group().create(group::new().name("g")).await?;
    let twice = group::name.equals("g") & group::name.equals("g");
    let group = db.group().upsert(twice, group::new().name("g"), [group::name.set("h")]).await?;
    assert_eq!((group.name.as_str(), db.group().count().await?), ("h", 1));
    let changes = [line::code.set("first"), line::code.set("last")];
    let line =
        db.line().upsert(line::place(1, 1), line::new().order_id(1).number(1).code("z"), changes).await?;
    assert_eq!(line.code, "last", "of two changes of a field the later holds");
    let changes = [line::code.set("first"), line::code.set("last")];
    assert_eq!(db.line().update(line::place(1, 2), changes).await?.code, "last");
    Ok(())
}

/// Relations on several columns, to many and to one, by both strategies.
pub async fn compound_relations(db: &Client) -> Outcome {
    seed(db).await?;
    db.note().create(note::new().text("loose").order_id(1)).await?;
    let load = |strategy| {
        db.order()
            .find_many()
            .order_by(order::r#type.asc())
            .include(
                order::lines
                    .order_by(line::number.desc())
                    .include(line::notes.order_by(note::text.desc()).take(1))
                    .include(line::label.include(label::line)),
            )
            .include(order::r#box)
            .load_strategy(strategy)
    };
    let separate = load(LoadStrategy::Separate).await?;
    let lines = &separate[0].lines;
    assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(lines[1].notes.iter().map(|note| &*note.text).collect::<Vec<_>>(), ["n2"]);
    assert_eq!(lines[1].label.as_ref().map(|label| (&*label.text, label.line.number)), Some(("l", 1)));
    assert!(lines[0].label.is_none() && lines[0].notes.is_empty());
    assert_eq!(separate[0].r#box.as_ref().map(|one| one.key.len()), Some(10));
    assert!(separate[1].r#box.is_none());
    if db.adapter().capabilities().json_rows() {
        assert_eq!(load(LoadStrategy::Joined).await?, separate);
    }
    let notes = db.note().find_many().order_by(note::text.asc()).include(note::line).await?;
    assert!(notes[0].line.is_none(), "a part of a key refers to nothing");
    assert_eq!(notes[1].line.as_ref().map(|line| line.number), Some(1));
    assert_eq!(db.note().count().filter(note::line.exists()).await?, 2);
    assert_eq!(db.line().count().filter(line::label.is_not(())).await?, 1);
    assert_eq!(
        db.order().count().filter(order::lines.some(line::notes.some(note::text.equals("n1")))).await?,
        1
    );
    Ok(())
}

/// Every default that the client makes, and what is given instead.
pub async fn made_keys(db: &Client) -> Outcome {
    let one = db.person().create(person::new()).await?;
    let lengths =
        [&one.uuid, &one.uuid7, &one.cuid, &one.cuid2, &one.ulid, &one.nano, &one.short].map(String::len);
    assert_eq!(lengths, [36, 36, 25, 24, 26, 21, 6]);
    assert_eq!(db.person().create_many((0..300).map(|_| person::new())).await?, 300);
    let people = db.person().find_many().await?;
    for key in
        [|one: &Person| one.uuid.clone(), |one: &Person| one.ulid.clone(), |one: &Person| one.cuid2.clone()]
    {
        let all: std::collections::HashSet<_> = people.iter().map(key).collect();
        assert_eq!(all.len(), 301, "each record has its own");
    }
    let given = db.person().create(person::new().uuid("mine").nano("")).await?;
    assert_eq!((&*given.uuid, &*given.nano), ("mine", ""));
    Ok(())
}

/// A model that is related to itself many-to-many, in both directions.
pub async fn many_to_many_to_itself(db: &Client) -> Outcome {
    let ada = person::new()
        .uuid("ada")
        .follows([person::new().uuid("bob").follows([person::new().uuid("eve")]), person::new().uuid("dan")]);
    let ada = db
        .person()
        .create(ada.followers([person::new().uuid("fan")]))
        .include(
            person::follows.order_by(person::uuid.asc()).include(person::follows).include(person::followers),
        )
        .include(person::followers)
        .await?;
    assert_eq!(ada.follows.iter().map(|one| &*one.uuid).collect::<Vec<_>>(), ["bob", "dan"]);
    assert_eq!(ada.follows[0].follows[0].uuid, "eve");
    assert_eq!(ada.follows[1].followers[0].uuid, "ada");
    assert_eq!(ada.followers[0].uuid, "fan");
    let names = async |filter: drivetrain::Filter<person::Model>| {
        let people = db.person().find_many().filter(filter).order_by(person::uuid.asc()).await?;
        Ok::<_, drivetrain::Error>(people.into_iter().map(|one| one.uuid).collect::<Vec<_>>())
    };
    assert_eq!(names(person::followers.some(person::uuid.equals("ada"))).await?, ["bob", "dan"]);
    assert_eq!(names(person::follows.some(person::uuid.equals("ada"))).await?, ["fan"]);
    assert_eq!(names(person::follows.none(())).await?, ["dan", "eve"]);
    let cut = db
        .person()
        .find_many()
        .order_by(person::uuid.asc())
        .include(person::follows.order_by(person::uuid.desc()).skip(1).take(5))
        .await?;
    assert_eq!(cut[0].follows.iter().map(|one| &*one.uuid).collect::<Vec<_>>(), ["bob"]);
    Ok(())
}

/// Children of both sides of a many-to-many relation, at several depths in one create.
pub async fn many_to_many_both_ways(db: &Client) -> Outcome {
    let member =
        person::new().uuid("m").groups([group::new().name("inner").members([person::new().uuid("n")])]);
    let group = db
        .group()
        .create(group::new().name("outer").members([member]).leaders([person::new().uuid("l")]))
        .include(group::members.include(person::groups.order_by(group::name.asc()).include(group::members)))
        .include(group::leaders.include(person::leads))
        .await?;
    let groups = &group.members[0].groups;
    assert_eq!(groups.iter().map(|one| &*one.name).collect::<Vec<_>>(), ["inner", "outer"]);
    let mut members: Vec<_> = groups[0].members.iter().map(|one| &*one.uuid).collect();
    members.sort_unstable();
    assert_eq!(members, ["m", "n"]);
    assert_eq!(group.leaders[0].leads[0].name, "outer");
    assert_eq!(db.group().count().filter(group::leaders.some(person::uuid.equals("m"))).await?, 0);
    Ok(())
}

/// Three relations between the same two models, some of them set.
pub async fn relations_between_the_same_models(db: &Client) -> Outcome {
    db.person().create_many(["a", "b"].map(|uuid| person::new().uuid(uuid))).await?;
    db.letter().create(letter::new().text("1").writer("a").reader("b")).await?;
    db.letter().create(letter::new().text("2").writer("b").reader("a").signer("b")).await?;
    let letters = db
        .letter()
        .find_many()
        .order_by(letter::id.asc())
        .include(letter::wrote_by)
        .include(letter::got_by)
        .include(letter::signed_by)
        .await?;
    assert_eq!(letters[0].wrote_by.uuid, "a");
    assert_eq!(letters[0].got_by.as_ref().map(|one| &*one.uuid), Some("b"));
    assert!(letters[0].signed_by.is_none());
    let a = db
        .person()
        .find_unique(person::uuid.equals("a"))
        .include(person::wrote)
        .include(person::got)
        .include(person::signed)
        .include(person::mentor)
        .include(person::student)
        .include(person::wallet)
        .include(person::follows)
        .include(person::groups)
        .required()
        .await?;
    assert_eq!((&*a.wrote[0].text, &*a.got[0].text, a.signed.len()), ("1", "2", 0));
    assert!(a.mentor.is_none() && a.student.is_none() && a.wallet.is_none() && a.follows.is_empty());
    let set = db.letter().update(letter::id.equals(1), [letter::signer.set("a"), letter::reader.set_null()]);
    let set = set.include(letter::signed_by).include(letter::got_by).await?;
    assert_eq!(set.signed_by.map(|one| one.uuid).as_deref(), Some("a"));
    assert!(set.got_by.is_none());
    let student = person::new().uuid("c").student(person::new().uuid("d").wallet(wallet::new().coins(5)));
    let c = db.person().create(student).include(person::student.include(person::wallet)).await?;
    let d = c.student.expect("it was created with the mentor");
    assert_eq!(d.wallet.map(|one| one.coins), Some(5));
    db.person().delete(person::uuid.equals("b")).await?;
    assert_eq!(db.letter().count().await?, 1, "what it wrote went with it");
    Ok(())
}

/// A key that its relation fills in, though the client has a default for it.
pub async fn a_filled_key_beats_its_default(db: &Client) -> Outcome {
    let person = db.person().create(person::new().wallet(wallet::new())).include(person::wallet).await?;
    assert_eq!(person.wallet.map(|one| one.owner), Some(person.uuid));
    Ok(())
}

/// Keys that are equal however they are written.
pub async fn decimal_keys(db: &Client) -> Outcome {
    let amount = |text: &str| text.parse::<drivetrain::Decimal>();
    db.price().create(price::new().amount(amount("1.50")?)).await?;
    db.price().create(price::new().amount(amount("20")?)).await?;
    db.price_tag().create(price_tag::new().amount(amount("1.5")?)).await?;
    db.price_tag().create(price_tag::new().amount(amount("20.000")?)).await?;
    let separate = async |strategy| {
        let prices = db
            .price()
            .find_many()
            .order_by(price::amount.asc())
            .include(price::tags)
            .load_strategy(strategy)
            .await?;
        Ok::<_, drivetrain::Error>(prices.iter().map(|price| price.tags.len()).collect::<Vec<_>>())
    };
    assert_eq!(separate(LoadStrategy::Separate).await?, [1, 1]);
    if db.adapter().capabilities().json_rows() {
        assert_eq!(separate(LoadStrategy::Joined).await?, [1, 1]);
    }
    let tags =
        db.price_tag().find_many().include(price_tag::price).load_strategy(LoadStrategy::Separate).await?;
    assert_eq!(tags.len(), 2);
    Ok(())
}

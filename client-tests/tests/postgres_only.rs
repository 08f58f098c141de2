//! What only Postgres has: native types, lists, several schemas, through the typed client.

use std::fmt::Debug;

use drivetrain::{Error, ErrorKind, Json, LoadStrategy};
use drivetrain_client_tests::POSTGRES_ONLY;
use drivetrain_client_tests::database::{self, Database};
use drivetrain_client_tests::postgres_only::*;

const STRATEGIES: [LoadStrategy; 2] = [LoadStrategy::Joined, LoadStrategy::Separate];

async fn open() -> (Client, Database) {
    let database = database::postgres_database(POSTGRES_ONLY).await;
    let db = Client::new(database.adapter.clone()).expect("the schema is for Postgres");
    db.owner().create(owner::new()).await.expect("an owner can be created");
    (db, database)
}

/// Also tells zeros apart, and finds a NaN to be itself.
#[track_caller]
fn same(what: &str, read: impl Debug, given: impl Debug) {
    assert_eq!(format!("{read:?}"), format!("{given:?}"), "{what}");
}

fn parsed<T: std::str::FromStr<Err = Error>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Creates, reads alone and through the relation, finds and updates each value of a column.
macro_rules! column {
    ($db:expr, $model:ident, $field:ident, $values:expr, equal: $equal:expr) => {{
        let db = $db;
        for value in $values {
            let what = format!("{} {value:?}", stringify!($field));
            let new = $model::new().$field(value.clone()).owner_id(1);
            let created = db.$model().create(new).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            same(&what, &created.$field, Some(&value));
            let found = db.$model().find_unique($model::id.equals(created.id)).required().await.unwrap();
            same(&what, &found.$field, Some(&value));
            for strategy in STRATEGIES {
                let owner = db
                    .owner()
                    .find_first()
                    .include(owner::$model.filter($model::id.equals(created.id)))
                    .load_strategy(strategy)
                    .required()
                    .await
                    .unwrap_or_else(|error| panic!("{what} {strategy:?}: {error:?}"));
                same(&format!("{what} {strategy:?}"), &owner.$model[0].$field, Some(&value));
            }
            let count = async |filter: drivetrain::Filter<$model::Model>| {
                let filter = filter & $model::id.equals(created.id);
                db.$model().count().filter(filter).await.unwrap_or_else(|error| panic!("{what}: {error:?}"))
            };
            if $equal {
                assert_eq!(count(Into::into($model::$field.equals(value.clone()))).await, 1, "{what}");
                assert_eq!(count($model::$field.not_equals(value.clone())).await, 0, "{what}");
                assert_eq!(count($model::$field.is_in([value.clone(), value.clone()])).await, 1, "{what}");
                assert_eq!(count($model::$field.not_in([value.clone()])).await, 0, "{what}");
            }
            db.$model().update($model::id.equals(created.id), [$model::$field.set_null()]).await.unwrap();
            assert_eq!(count($model::$field.is_null()).await, 1, "{what}");
            let joined = db.owner().find_first().include(owner::$model).required().await.unwrap();
            assert!(joined.$model[0].$field.is_none(), "{what}");
            let change = $model::$field.set(value.clone());
            let changed = db.$model().update($model::id.equals(created.id), [change]).await.unwrap();
            same(&what, &changed.$field, Some(&value));
            db.$model().delete($model::id.equals(created.id)).await.unwrap();
            let many = (0..2).map(|_| $model::new().$field(value.clone()).owner_id(1));
            // A unique column takes the value once.
            let many: Vec<_> = many.take(if stringify!($field) == "uuid" { 1 } else { 2 }).collect();
            db.$model().create_many(many).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            let all = db.$model().find_many().await.unwrap();
            same(&what, &all[0].$field, Some(&value));
            db.$model().delete_many(()).await.unwrap();
        }
    }};
    ($db:expr, $model:ident, $field:ident, $values:expr) => {
        column!($db, $model, $field, $values, equal: true)
    };
}

fn texts<const N: usize>(texts: [&str; N]) -> [String; N] {
    texts.map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_every_sort() {
    let (db, _database) = open().await;
    column!(&db, native, text, texts(["", "a'b\"c\\d\u{1F600}", " x ", "\n\t"]));
    column!(&db, native, varchar, texts(["", "abcde", "äöüß☃"]));
    column!(&db, native, char, texts(["abcde", "ab   ", "     "]));
    column!(&db, native, citext, texts(["AbC", ""]));
    column!(&db, native, bit, texts(["1010", "0000"]));
    column!(&db, native, varbit, texts(["", "1", "101010101010101"]));
    column!(&db, native, inet, texts(["10.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32"]));
    column!(&db, native, xml, texts(["<a>1</a>", "<a b=\"c\"/>"]));
    let upper = db.native().create(native::new().citext("HeLLo").owner_id(1)).await.unwrap();
    let count =
        async |filter: drivetrain::Filter<native::Model>| db.native().count().filter(filter).await.unwrap();
    assert_eq!(upper.citext.as_deref(), Some("HeLLo"));
    assert_eq!(count(native::citext.equals("hello")).await, 1);
    assert_eq!(count(native::citext.is_in(["x", "HELLO"])).await, 1);
    assert_eq!(count(native::varchar.starts_with("x")).await, 0);
    for (field, text) in [
        (native::varchar.set("abcdef"), "varchar"),
        (native::bit.set("101"), "bit"),
        (native::char.set("abcdef"), "char"),
    ] {
        let error = db.native().update(native::id.equals(upper.id), [field]).await.expect_err(text);
        assert!(
            matches!(error.kind(), ErrorKind::ValueTooLong | ErrorKind::InvalidValue),
            "{text}: {error:?}"
        );
        assert!(!error.to_string().contains("abcdef"), "{error}");
    }
    let error = db.native().create(native::new().varchar("abcdef").owner_id(1)).await.expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::ValueTooLong);
    let many = ["ok", "abcdef"].map(|text| native::new().varchar(text).bit("1010").owner_id(1));
    let error = db.native().create_many(many).await.expect_err("too long, among many");
    assert_eq!(error.kind(), ErrorKind::ValueTooLong, "nothing is cut");
    let many = ["1010", "10101"].map(|bits| native::new().bit(bits).owner_id(1));
    db.native().create_many(many).await.expect_err("too many bits, among many");
    let error = db.native().create(native::new().inet("nonsense").owner_id(1)).await.expect_err("no address");
    assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_every_sort() {
    let (db, _database) = open().await;
    column!(&db, native, small, [i16::MIN, -1, 0, i16::MAX].map(i32::from));
    column!(&db, native, int, [i32::MIN, 0, i32::MAX]);
    column!(&db, native, big, [i64::MIN, (1 << 53) + 1, i64::MAX]);
    column!(&db, native, oid, [0, 1, u32::MAX]);
    let reals =
        [0.0, -0.0, 0.1, f32::MIN_POSITIVE, f32::MAX, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e-45];
    column!(&db, native, real, reals);
    let doubles =
        [0.0, -0.0, 0.1, 5e-324, f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e23, 1.0 / 3.0];
    column!(&db, native, double, doubles);
    let decimal = parsed::<drivetrain::Decimal>;
    column!(&db, native, money, ["-92233720368547758.08", "0.00", "92233720368547758.07"].map(decimal));
    column!(&db, native, exact, ["-99999999.99", "0.00", "1.50", "99999999.99"].map(decimal));
    let large = format!("1{}", "0".repeat(130));
    let long = format!("-0.{}1", "0".repeat(129));
    column!(&db, native, decimal, ["0", "-123456789012345678901234567890", "NaN", &large].map(decimal));
    column!(&db, native, any, [long.as_str()].map(decimal));
    column!(&db, native, flag, [true, false]);
    let out_of_range = [
        (db.native().create(native::new().small(40_000).owner_id(1)).await, "SmallInt"),
        (db.native().create(native::new().exact(decimal("100000000")).owner_id(1)).await, "Decimal(10, 2)"),
        (db.native().create(native::new().money(decimal("1e20")).owner_id(1)).await, "Money"),
    ];
    for (result, what) in out_of_range {
        let error = result.expect_err(what);
        assert_eq!(error.kind(), ErrorKind::OutOfRange, "{what}: {error:?}");
    }
    let one = db.native().create(native::new().int(i32::MAX).big(i64::MAX).owner_id(1)).await.unwrap();
    let error = db
        .native()
        .update(native::id.equals(one.id), [native::int.increment(1)])
        .await
        .expect_err("overflow");
    assert_eq!(error.kind(), ErrorKind::OutOfRange);
    let error =
        db.native().update(native::id.equals(one.id), [native::int.divide(0)]).await.expect_err("by zero");
    assert!(!matches!(error.kind(), ErrorKind::Protocol), "{error:?}");
    let changes = [
        native::small.set(5),
        native::real.set(1.5_f32),
        native::exact.set(decimal("2.5")),
        native::money.set(decimal("3")),
    ];
    db.native().update(native::id.equals(one.id), changes).await.unwrap();
    let changes = [
        native::small.multiply(3),
        native::real.increment(0.25_f32),
        native::exact.multiply(decimal("2")),
        native::big.decrement(1),
    ];
    let one = db.native().update(native::id.equals(one.id), changes).await.unwrap();
    assert_eq!((one.small, one.real, one.big), (Some(15), Some(1.75), Some(i64::MAX - 1)));
    let changes = [native::money.multiply(decimal("2.5")), native::oid.set(7_u32)];
    let one = db.native().update(native::id.equals(one.id), changes).await.unwrap();
    same("money", &one.money, Some(decimal("7.50")));
    let changes = [native::money.decrement(decimal("0.01")), native::oid.increment(3_u32)];
    let one = db.native().update(native::id.equals(one.id), changes).await.unwrap();
    same("money", &one.money, Some(decimal("7.49")));
    assert_eq!(one.oid, Some(10));
    same("exact", one.exact, Some(decimal("5.00")));
    for (filter, expected) in [
        (native::small.gt(14) & native::small.lt(16), 1),
        (native::exact.gte(decimal("5.0")) & native::exact.lte(decimal("5")), 1),
        (native::money.gt(decimal("2.99")) & native::money.is_not_null(), 1),
        (native::oid.gt(9_u32), 1),
    ] {
        assert_eq!(db.native().count().filter(filter).await.unwrap(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn times_of_every_sort() {
    let (db, _database) = open().await;
    column!(
        &db,
        native,
        day,
        ["0001-01-01", "1999-12-31", "2024-02-29", "9999-12-31", "infinity"].map(parsed::<drivetrain::Date>)
    );
    column!(
        &db,
        native,
        time,
        ["00:00:00", "23:59:59.999999", "12:00:00.000001"].map(parsed::<drivetrain::Time>)
    );
    column!(
        &db,
        native,
        timetz,
        ["00:00:00+00", "23:59:59.999999-08", "12:00:00.000001+05:30"].map(parsed::<drivetrain::TimeTz>)
    );
    let moments = [
        "1970-01-01 00:00:00+00",
        "1969-12-31 23:59:59.999999+00",
        "2024-02-29 12:00:00.000001+00",
        "0001-01-01 00:00:00+00",
        "9999-12-31 23:59:59.999999+00",
        "infinity",
        "-infinity",
    ];
    column!(&db, native, stamp, moments.map(parsed::<drivetrain::DateTime>));
    column!(&db, native, zoned, moments.map(parsed::<drivetrain::DateTime>));
    let made = db.made().create(made::new()).await.unwrap();
    assert_eq!(made.client.to_string().len(), 36);
    let age = made.changed.utc().y2k_microseconds() - made.zoned.utc().y2k_microseconds();
    assert!(age.abs() < 60_000_000);
    let again = db.made().update(made::id.equals(made.id), [made::client.set(made.id)]).await.unwrap();
    assert!(again.changed >= made.changed && again.client == made.id);
    assert_eq!(db.made().create_many([made::new(), made::new()]).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_bytes_and_labels() {
    let (db, _database) = open().await;
    let documents =
        ["{\"a\": 1.10, \"a\": 2}", "[1,  2]", "null", "\"x\"", "12345678901234567890.5"].map(Json::new);
    column!(&db, native, json, documents);
    let documents =
        ["{\"a\": 1.10}", "[1, 2]", "null", "\"x\\\"y\"", "12345678901234567890.5"].map(Json::new);
    column!(&db, native, jsonb, documents);
    column!(&db, native, blob, [vec![], vec![0, 255, b'\\', b'x'], (0..=255).collect::<Vec<u8>>()]);
    column!(&db, native, colour, [Colour::Red, Colour::Green, Colour::Blue]);
    column!(
        &db,
        native,
        uuid,
        ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]
            .map(parsed::<drivetrain::Uuid>)
    );
}

/// Creates, reads alone and through the relation, finds and updates lists of one type.
macro_rules! list {
    ($db:expr, $field:ident, $values:expr) => {{
        let db = $db;
        let values = $values.to_vec();
        let what = stringify!($field);
        let new = || lists::new().owner_id(1);
        let created = db
            .lists()
            .create(new().$field(values.clone()))
            .await
            .unwrap_or_else(|error| panic!("{what}: {error:?}"));
        same(what, &created.$field, &values);
        let empty = db.lists().create(new()).await.unwrap();
        assert!(empty.$field.is_empty(), "{what}");
        for strategy in STRATEGIES {
            let owner = db
                .owner()
                .find_first()
                .include(owner::lists.order_by(lists::id.asc()))
                .load_strategy(strategy)
                .required()
                .await
                .unwrap_or_else(|error| panic!("{what} {strategy:?}: {error:?}"));
            same(what, &owner.lists[0].$field, &values);
            assert!(owner.lists[1].$field.is_empty(), "{what}");
        }
        let ids = async |filter: drivetrain::Filter<lists::Model>| {
            let found = db.lists().find_many().filter(filter).order_by(lists::id.asc()).await;
            let found = found.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            found.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        let (first, last) = (values[0].clone(), values[values.len() - 1].clone());
        assert_eq!(ids(lists::$field.has(last.clone())).await, [created.id], "{what}");
        assert_eq!(ids(lists::$field.has_every([first.clone(), last.clone()])).await, [created.id], "{what}");
        assert_eq!(ids(lists::$field.has_some([last.clone()])).await, [created.id], "{what}");
        assert_eq!(
            ids(lists::$field.has_every(values[..0].to_vec())).await,
            [created.id, empty.id],
            "{what}"
        );
        assert_eq!(ids(lists::$field.has_some(values[..0].to_vec())).await, [0; 0], "{what}");
        assert_eq!(ids(lists::$field.is_empty()).await, [empty.id], "{what}");
        assert_eq!(ids(!lists::$field.is_empty()).await, [created.id], "{what}");
        assert_eq!(ids(lists::$field.equals(values.clone())).await, [created.id], "{what}");
        assert_eq!(ids(lists::$field.equals(values[..0].to_vec())).await, [empty.id], "{what}");
        assert_eq!(
            ids(lists::$field.is_in([values.clone(), vec![]])).await,
            [created.id, empty.id],
            "{what}"
        );
        assert_eq!(ids(lists::$field.not_in([values.clone()])).await, [empty.id], "{what}");
        let pushed = db
            .lists()
            .update(lists::id.equals(empty.id), [lists::$field.push([last.clone()])])
            .await
            .unwrap();
        same(what, &pushed.$field, [last.clone()]);
        let pushed = db
            .lists()
            .update(lists::id.equals(empty.id), [lists::$field.push([first.clone(), last.clone()])])
            .await
            .unwrap();
        same(what, &pushed.$field, [last.clone(), first, last]);
        let set =
            db.lists().update(lists::id.equals(empty.id), [lists::$field.set(values.clone())]).await.unwrap();
        same(what, &set.$field, &values);
        let many = [new().$field(values.clone()), new().$field(vec![]), new()];
        assert_eq!(db.lists().create_many(many).await.unwrap_or_else(|error| panic!("{what}: {error:?}")), 3);
        db.lists().delete_many(()).await.unwrap();
    }};
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_every_type() {
    let (db, _database) = open().await;
    list!(&db, texts, texts(["", "NULL", "a\"b\\c,{d}", "é"]));
    list!(&db, flags, [true, false]);
    list!(&db, ints, [i32::MIN, 0, i32::MAX]);
    list!(&db, bigs, [i64::MIN, (1 << 53) + 1, i64::MAX]);
    list!(&db, floats, [0.1, -0.0, f64::NAN, f64::INFINITY, 5e-324]);
    list!(&db, decimals, ["1.50", "-12345678901234567890.50"].map(parsed::<drivetrain::Decimal>));
    list!(
        &db,
        moments,
        ["2024-02-29 12:00:00.001+00", "1969-12-31 23:59:59.999+00"].map(parsed::<drivetrain::DateTime>)
    );
    list!(&db, jsons, ["{\"a\": [1, 2.50]}", "null", "\"x\\\"y\""].map(Json::new));
    list!(&db, blobs, [vec![], vec![0, 255], b"\\x00".to_vec()]);
    list!(&db, colours, [Colour::Red, Colour::Blue, Colour::Green]);
    list!(&db, sides, [Side::Right, Side::Left]);
    list!(
        &db,
        uuids,
        ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]
            .map(parsed::<drivetrain::Uuid>)
    );
    list!(&db, days, ["2024-02-29", "0001-01-01"].map(parsed::<drivetrain::Date>));
    list!(&db, smalls, [i16::MIN, i16::MAX].map(i32::from));
    list!(&db, reals, [0.1_f32, -0.0, f32::NAN]);
    list!(&db, codes, texts(["abcde", ""]));
    let given = db.lists().create(lists::new().owner_id(1)).await.unwrap();
    assert_eq!(given.given, [1, 2, 3]);
    let error =
        db.lists().create(lists::new().codes(["abcdef"].map(str::to_owned).to_vec()).owner_id(1)).await;
    assert_eq!(error.map(|_| ()).map_err(|error| error.kind()), Err(ErrorKind::ValueTooLong));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_schemas() {
    let (db, _database) = open().await;
    let owner = db
        .owner()
        .create(
            owner::new()
                .side(Side::Right)
                .same([same::new().colour(Colour::Blue), same::new()])
                .lists([lists::new(), lists::new().ints([7])]),
        )
        .include(owner::same.include(same::owner))
        .include(owner::lists)
        .await
        .unwrap();
    assert_eq!((owner.side, owner.same.len(), owner.lists.len()), (Side::Right, 2, 2));
    assert!(owner.same.iter().all(|same| same.owner.id == owner.id && same.side == Side::Right));
    assert_eq!(owner.same.iter().map(|same| same.colour).collect::<Vec<_>>(), [Colour::Blue, Colour::Green]);
    let changed = db
        .same()
        .update_many(same::owner.is(owner::side.equals(Side::Right)), [same::side.set(Side::Left)])
        .await;
    assert_eq!(changed.unwrap(), 2);
    assert_eq!(db.owner().count().filter(owner::same.every(same::side.equals(Side::Left))).await.unwrap(), 2);
    assert_eq!(db.same().delete_many(same::owner.is(owner::side.equals(Side::Right))).await.unwrap(), 2);
    let up = db
        .up()
        .create(up::new().downs([down::new().ups([up::new()]), down::new()]))
        .include(up::downs.include(down::ups))
        .await
        .unwrap();
    assert_eq!(up.downs.iter().map(|down| down.ups.len()).collect::<Vec<_>>(), [2, 1]);
    for strategy in STRATEGIES {
        let downs = db
            .down()
            .find_many()
            .order_by(down::id.asc())
            .include(down::ups)
            .load_strategy(strategy)
            .await
            .unwrap();
        assert_eq!(downs.iter().map(|down| down.ups.len()).collect::<Vec<_>>(), [2, 1]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_in_letters_of_either_case() {
    let (db, _database) = open().await;
    db.word().create(word::new().word("Hello")).await.unwrap();
    let of = ["hello", "HELLO"].map(|word| r#use::new().word(word));
    assert_eq!(db.r#use().create_many(of).await.unwrap(), 2);
    for strategy in STRATEGIES {
        let words = db.word().find_many().include(word::uses).load_strategy(strategy).await.unwrap();
        assert_eq!(words[0].uses.len(), 2, "{strategy:?}");
        let uses = db.r#use().find_many().include(r#use::of).load_strategy(strategy).await.unwrap();
        assert!(uses.iter().all(|one| one.of.word == "Hello"), "{strategy:?}");
    }
    let upserted = db
        .word()
        .upsert(word::word.equals("HELLO"), word::new().word("HELLO"), [word::word.set("HELLO")])
        .await
        .unwrap();
    assert_eq!((upserted.word.as_str(), db.word().count().await.unwrap()), ("HELLO", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_written_in_another_way() {
    let (db, _database) = open().await;
    let decimal = parsed::<drivetrain::Decimal>;
    db.price().create(price::new().amount(decimal("1.50")).code("a")).await.unwrap();
    db.tag().create(tag::new().amount(decimal("1.5"))).await.unwrap();
    db.label().create(label::new().code("a")).await.unwrap();
    for strategy in STRATEGIES {
        let prices =
            db.price().find_many().include(price::tags).include(price::labels).load_strategy(strategy);
        let prices = prices.await.unwrap();
        assert_eq!((prices[0].tags.len(), prices[0].labels.len()), (1, 1), "{strategy:?}");
        let tags = db.tag().find_many().include(tag::price).load_strategy(strategy).await.unwrap();
        assert_eq!(tags[0].price.code, "a     ", "{strategy:?}");
        let labels = db.label().find_many().include(label::price).load_strategy(strategy).await.unwrap();
        assert_eq!(labels[0].code, "a        ", "{strategy:?}");
    }
}

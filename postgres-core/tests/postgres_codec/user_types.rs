//! Types that users and extensions make: learnt from the catalog, or handed over with their name.

use drivetrain_adapter_api::{DbType, RowSet, Value, ValueRef};
use drivetrain_postgres_core::codec::{Format, preferred_format, text_encode};
use drivetrain_postgres_core::types::{TypeKind, TypeRegistry};
use tokio_postgres::Client;

use crate::server::{binary, config, connect, decode, learn, oid, rows, text};

const TYPES: &str = "
    create schema \"Odd schema\";
    create type mood as enum ('sad', 'a \"b\", {c}', 'größer', 'NULL', '');
    create domain email as text check (value like '%@%');
    create domain emails as email[];
    create domain nested as emails;
    create domain \"Odd schema\".\"Mood d\" as mood;
    create type pair as (a int, b text, m mood);
    create type outer_pair as (p pair, t timestamptz);
    create type moods as range (subtype = mood);
    create type floats as range (subtype = float8);
    create extension citext;
    create extension hstore;
    create table t (id int, m mood);
";

fn other(type_name: &str, text: &str) -> Value {
    Value::OtherText { type_name: type_name.into(), text: text.into() }
}

fn label(label: &str) -> Value {
    Value::Enum(label.into())
}

fn words(words: &[&str]) -> Vec<Value> {
    words.iter().map(|word| Value::Text((*word).into())).collect()
}

/// Runs in a database of its own, which is removed whatever happens.
#[tokio::test]
async fn types_of_users_are_learnt() {
    let admin = connect(&config()).await;
    let name = format!("drivetrain_codec_{}", std::process::id());
    admin.batch_execute(&format!("create database {name}")).await.unwrap();
    let mut config = config();
    config.dbname(&name);
    let outcome = tokio::spawn(async move { check(&connect(&config).await).await }).await;
    admin.batch_execute(&format!("drop database {name} with (force)")).await.unwrap();
    outcome.unwrap();
}

async fn check(client: &Client) {
    client.batch_execute(TYPES).await.unwrap();
    let registry = TypeRegistry::new();
    for (ty, literal, format, expected) in [
        ("mood", "sad", Format::Binary, label("sad")),
        ("mood", "", Format::Binary, label("")),
        ("mood", "größer", Format::Binary, label("größer")),
        ("email", "a@b", Format::Binary, Value::Text("a@b".into())),
        ("\"Odd schema\".\"Mood d\"", "NULL", Format::Binary, label("NULL")),
        ("citext", "Abc", Format::Binary, Value::Text("Abc".into())),
        (
            "hstore",
            "\"a\"=>NULL, \"b\"=>\"\\\"\"",
            Format::Text,
            other("hstore", "\"a\"=>NULL, \"b\"=>\"\\\"\""),
        ),
        ("pair", "(1,\"x, y\",sad)", Format::Text, other("pair", "(1,\"x, y\",sad)")),
        ("t", "(1,sad)", Format::Text, other("t", "(1,sad)")),
        ("moods", "[sad,größer]", Format::Text, other("moods", "[sad,größer]")),
        ("floats", "[1.5,)", Format::Text, other("floats", "[1.5,)")),
        ("floats_multirange", "{[1.5,2)}", Format::Text, other("floats_multirange", "{[1.5,2)}")),
    ] {
        let oid = oid(client, ty).await;
        unlearnt(client, ty, literal, oid).await;
        learn(client, &registry, &[oid]).await;
        assert_eq!(preferred_format(oid, &registry), format, "{ty}");
        assert_eq!(both(client, &registry, ty, literal).await, expected, "{ty}");
    }
    arrays(client, &registry).await;

    let mood = oid(client, "mood").await;
    let ty = registry.db_type(mood);
    assert_eq!((ty.carrier(), ty.to_string().as_str()), (&DbType::Enum, "mood"));
    let domain = registry.get(oid(client, "\"Odd schema\".\"Mood d\"").await).unwrap();
    assert_eq!((domain.schema.as_deref(), domain.kind), (Some("Odd schema"), TypeKind::Domain(mood)));
    let nested = oid(client, "outer_pair").await;
    let written = text(client, "select '(\"(1,x,)\",)'::outer_pair").await.unwrap().unwrap();
    learn(client, &registry, &[nested]).await;
    assert_eq!(
        decode(&registry, nested, Format::Text, written.as_bytes()).unwrap(),
        other("outer_pair", &written)
    );
}

async fn arrays(client: &Client, registry: &TypeRegistry) {
    for (ty, literal, element, expected) in [
        (
            "mood[]",
            r#"{sad,"a \"b\", {c}",größer,"NULL",NULL,""}"#,
            DbType::Enum,
            vec![label("sad"), label("a \"b\", {c}"), label("größer"), label("NULL"), Value::NULL, label("")],
        ),
        ("email[]", "{a@b,c@d}", DbType::Text, words(&["a@b", "c@d"])),
        ("nested", "{a@b}", DbType::Text, words(&["a@b"])),
        ("citext[]", "{A,b}", DbType::Text, words(&["A", "b"])),
        (
            "pair[]",
            r#"{"(1,\"x \"\"y\"\"\",sad)"}"#,
            DbType::Unknown,
            vec![other("pair", r#"(1,"x ""y""",sad)"#)],
        ),
    ] {
        learn(client, registry, &[oid(client, ty).await]).await;
        let value = both(client, registry, ty, literal).await;
        let Value::Array(array) = value else { panic!("{ty}: {value:?}") };
        assert_eq!(array.element().carrier(), &element, "{ty}");
        assert_eq!(array.values(), expected, "{ty}");
    }
}

/// Decodes the literal from text, and from binary where that is asked for; sends it back; gives the value.
async fn both(client: &Client, registry: &TypeRegistry, ty: &str, literal: &str) -> Value {
    let oid = oid(client, ty).await;
    let sql = format!("select '{literal}'::{ty}");
    let written = text(client, &sql).await.unwrap().unwrap();
    let value = decode(registry, oid, Format::Text, written.as_bytes()).unwrap();
    if preferred_format(oid, registry) == Format::Binary {
        let raw = binary(client, &sql, None).await.unwrap().unwrap();
        // The server describes a column of a domain by its base.
        learn(client, registry, &[raw.oid]).await;
        for oid in [oid, raw.oid] {
            assert_eq!(decode(registry, oid, Format::Binary, &raw.bytes).unwrap(), value, "{ty}");
        }
    }
    let parameter = text_encode(&value).unwrap().unwrap();
    let sent = client
        .query_one(&format!("select format('%s', $1::text::{ty})"), &[&parameter])
        .await
        .unwrap()
        .get::<_, String>(0);
    assert_eq!(sent, written, "{ty}");
    value
}

/// Before anything is asked of the catalog, the cell comes with the number of its type.
async fn unlearnt(client: &Client, ty: &str, literal: &str, oid: u32) {
    let registry = TypeRegistry::new();
    let name = format!("oid {oid}");
    assert_eq!(preferred_format(oid, &registry), Format::Text);
    let written = text(client, &format!("select '{literal}'::{ty}")).await.unwrap().unwrap();
    let cells = rows(&registry, oid, Format::Text, written.as_bytes());
    assert_eq!(cells.cell(0, 0).unwrap(), ValueRef::OtherText { type_name: &name, text: &written });
    let cells = rows(&registry, oid, Format::Binary, b"\xff");
    assert_eq!(cells.cell(0, 0).unwrap(), ValueRef::OtherBytes { type_name: &name, bytes: b"\xff" });
}

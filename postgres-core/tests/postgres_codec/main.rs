//! Codecs against a real server: what it sends in binary and in text is decoded to the same, and what is encoded it
//! takes for the same, whatever the settings of the session.

mod cases;
mod errors;
mod server;
mod user_types;

use cases::{CASES, SETTINGS};
use drivetrain_adapter_api::{DbType, Value};
use drivetrain_postgres_core::codec::{Format, preferred_format, text_encode};
use drivetrain_postgres_core::types::{TypeKind, TypeRegistry};
use server::{binary, config, connect, decode, oid, text};
use tokio_postgres::{Client, SimpleQueryMessage};

/// A literal with its value, and the bytes the server has for it where it has a binary form.
struct Sample {
    ty: &'static str,
    literal: String,
    oid: u32,
    value: Value,
    bytes: Option<Vec<u8>>,
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Reads every case under default settings, in both formats.
async fn samples(client: &Client, registry: &TypeRegistry) -> Vec<Sample> {
    client.batch_execute(SETTINGS[0]).await.unwrap();
    let mut samples = Vec::new();
    let mut failures = Vec::new();
    for (ty, literal) in CASES {
        let oid = oid(client, ty).await;
        let sql = format!("select {}::{ty}", quoted(literal));
        let written = text(client, &sql).await.unwrap().unwrap();
        let value = match decode(registry, oid, Format::Text, written.as_bytes()) {
            Ok(value) => value,
            Err(error) => {
                failures.push(format!("{ty} {literal}: {written}: {error}"));
                continue;
            }
        };
        // A few types have no binary form.
        let raw = binary(client, &sql, None).await.ok().flatten();
        if preferred_format(oid, registry) == Format::Binary {
            let raw = raw.as_ref().unwrap_or_else(|| panic!("{ty} has a binary form"));
            assert_eq!(raw.oid, oid, "{ty}");
            match decode(registry, oid, Format::Binary, &raw.bytes) {
                Ok(from_binary) if from_binary == value => {}
                other => failures.push(format!("{ty} {literal}: text gives {value:?}, binary {other:?}")),
            }
        }
        samples.push(Sample {
            ty,
            literal: (*literal).to_owned(),
            oid,
            value,
            bytes: raw.map(|raw| raw.bytes),
        });
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    samples
}

#[tokio::test]
async fn binary_and_text_give_the_same_value() {
    let client = connect(&config()).await;
    let samples = samples(&client, &TypeRegistry::new()).await;
    let value = |ty: &str, literal: &str| {
        let found = samples.iter().find(|sample| sample.ty == ty && sample.literal == literal);
        found.unwrap_or_else(|| panic!("{ty} {literal} is a case")).value.clone()
    };
    // What both formats could get wrong together.
    assert_eq!(value("int8", "9007199254740993"), Value::Int64(9_007_199_254_740_993));
    assert_eq!(value("float8", "-0"), Value::Float64(-0.0));
    assert_eq!(value("numeric", "1.10").to_string_for_test(), "1.10");
    assert_eq!(value("char(5)", "a"), Value::Text("a    ".into()));
    assert_eq!(value("date", "4714-11-24 BC"), Value::Date("4714-11-24 BC".parse().unwrap()));
    let instant = "2011-12-30 12:00:00+00".parse().unwrap();
    assert_eq!(value("timestamptz", "2011-12-30 12:00:00+00"), Value::TimestampTz(instant));
    assert_eq!(value("json", "null"), Value::Json(drivetrain_adapter_api::value::Json::new("null")));
    let Value::Array(array) = value("int4[]", "[-1:0][0:1]={{1,2},{3,NULL}}") else { panic!("an array") };
    assert_eq!(array.dimensions().iter().map(|dimension| dimension.lower_bound).collect::<Vec<_>>(), [-1, 0]);
    assert_eq!(array.values()[2..], [Value::Int32(3), Value::Null(DbType::Int32)]);
}

trait ForTest {
    fn to_string_for_test(&self) -> String;
}

impl ForTest for Value {
    fn to_string_for_test(&self) -> String {
        text_encode(self).unwrap().unwrap().into_owned()
    }
}

/// The binary forms that are decoded though text is asked for.
#[tokio::test]
async fn addresses_and_bits_are_the_same_from_binary() {
    let client = connect(&config()).await;
    let registry = TypeRegistry::new();
    for sample in samples(&client, &registry).await {
        let family = ["inet", "cidr", "macaddr", "bit", "varbit"];
        if family.iter().any(|name| sample.ty.starts_with(name)) {
            let bytes = sample.bytes.expect("these types have a binary form");
            let from_binary = decode(&registry, sample.oid, Format::Binary, &bytes);
            assert_eq!(from_binary.unwrap(), sample.value, "{} {}", sample.ty, sample.literal);
        }
    }
}

/// Whatever the settings: text is decoded to the right value or refused, and what we write means the same.
#[tokio::test]
async fn settings_of_the_session_change_no_value() {
    let client = connect(&config()).await;
    let registry = TypeRegistry::new();
    let samples = samples(&client, &registry).await;
    let mut failures = Vec::new();
    let mut refused = 0;
    for settings in SETTINGS {
        client.batch_execute(settings).await.unwrap();
        let iso = settings.contains("ISO");
        for Sample { ty, literal, oid, value, bytes } in &samples {
            // Vectors are read as the arrays they are, but their input is not that of arrays.
            if ty.contains("vector") && !ty.starts_with("ts") {
                continue;
            }
            let parameter = text_encode(value).unwrap().expect("no case is NULL");
            let Some(bytes) = bytes else { continue };
            let sent = binary(&client, &format!("select $1::text::{ty}"), Some(&parameter)).await;
            if !matches!(&sent, Ok(Some(raw)) if raw.bytes == *bytes) {
                failures
                    .push(format!("{settings}: {ty} {literal} sent as {parameter}: {sent:?}, not {bytes:?}"));
            }
            // The server writes it as it likes.
            let written = client
                .query_one(&format!("select format('%s', $1::text::{ty})"), &[&parameter])
                .await
                .unwrap()
                .get::<_, String>(0);
            match decode(&registry, *oid, Format::Text, written.as_bytes()) {
                Ok(decoded) if decoded == *value => {}
                // A text that is handed over as it is may be another, if it means the same.
                Ok(decoded) if is_named(&decoded) => {
                    let again = text_encode(&decoded).unwrap().unwrap();
                    let back = binary(&client, &format!("select $1::text::{ty}"), Some(&again)).await;
                    if !matches!(&back, Ok(Some(raw)) if raw.bytes == *bytes) {
                        failures.push(format!("{settings}: {ty} {literal} handed over as {again}: {back:?}"));
                    }
                }
                Ok(decoded) => failures.push(format!("{settings}: {ty} {literal}: {written} as {decoded:?}")),
                Err(error) if iso => failures.push(format!("{settings}: {ty} {literal}: {written}: {error}")),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 100, "dates in other styles than ISO are refused ({refused})");
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// Whether the value is in the server's own text.
fn is_named(value: &Value) -> bool {
    match value {
        Value::OtherText { .. } => true,
        Value::Array(array) => array.values().iter().any(is_named),
        _ => false,
    }
}

#[tokio::test]
async fn the_built_in_types_are_those_of_the_catalog() {
    let client = connect(&config()).await;
    let registry = TypeRegistry::new();
    let sql = "select t.oid, t.typname, t.typelem, t.typdelim, t.typoutput = 'array_out'::regproc, r.rngsubtype, \
               coalesce(e.typsend, t.typsend) <> 0::regproc from pg_type t \
               left join pg_type e on e.oid = t.typelem \
               left join pg_range r on t.oid in (r.rngtypid, r.rngmultitypid) \
               where t.oid < 10000 and t.typtype <> 'c' \
               and not exists (select from pg_type c where c.oid = t.typelem and c.typtype = 'c') order by 1";
    let mut count = 0;
    for message in client.simple_query(sql).await.unwrap() {
        let SimpleQueryMessage::Row(row) = message else { continue };
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let info =
            registry.get(cell(0).parse().unwrap()).unwrap_or_else(|| panic!("{} is built in", cell(1)));
        assert_eq!(&*info.name, cell(1));
        let binary = preferred_format(info.oid, &registry) == Format::Binary;
        assert!(!binary || cell(6) == "t", "{} has no binary form", cell(1));
        match (info.kind, cell(4), row.get(5)) {
            (TypeKind::Array { element, delimiter }, "t", _) => {
                assert_eq!((element.to_string().as_str(), delimiter), (cell(2), cell(3).as_bytes()[0]));
            }
            (TypeKind::Range(subtype) | TypeKind::Multirange(Some(subtype)), "f", Some(known)) => {
                assert_eq!(subtype.to_string(), known);
            }
            (TypeKind::Base, "f", None) => {}
            other => panic!("{}: {other:?}", cell(1)),
        }
        count += 1;
    }
    assert!(count > 150, "{count} types");
}

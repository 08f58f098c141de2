//! Values arrive as they were given: alone, and through a relation.

use drivetrain::{Decimal, Error, Json, LoadStrategy};

use super::Outcome;
use crate::kinds::*;

fn decimal(text: &str) -> Result<Decimal, Error> {
    text.parse()
}

/// The limits of every type, read alone and through a relation, by every strategy.
pub async fn boundaries(db: &Client) -> Outcome {
    let moments = ["1970-01-01 00:00:00.001+00", "2024-02-29 23:59:59.999+00", "0001-01-01 00:00:00+00"];
    let bytes: Vec<u8> = (0..=255).collect();
    let texts = ["", "a'b\"c\\d", "😀\u{301}\u{feff}", "line\nbreak\ttab", "null"];
    let longs = [i64::MIN, -1, 0, (1 << 53) + 1, i64::MAX];
    let floats = [0.0, -0.0, 5e-324, f64::MAX, 0.1];
    let decimals = ["0", "1.5", "-123456789.125", "0.000001", "99999999999999"];
    let jsons = ["{}", "[1, 2.5, \"x\"]", "\"text\"", "12345", "{\"a\": {\"b\": null}}"];
    let mut kinds = Vec::new();
    for at in 0..5 {
        let moment = moments[at % moments.len()].parse::<drivetrain::DateTime>()?;
        kinds.push(
            kind::new()
                .text(texts[at])
                .flag(at % 2 == 0)
                .small([i32::MIN, -1, 0, 1, i32::MAX][at])
                .big(longs[at])
                .float(floats[at])
                .decimal(decimal(decimals[at])?)
                .moment(moment)
                .json(Json::new(jsons[at]))
                .bytes(&bytes[..at * 60])
                .text_or(texts[at])
                .big_or(longs[at])
                .float_or(floats[at])
                .moment_or(moment)
                .bytes_or(bytes.clone()),
        );
    }
    let created = db.folder().create(folder::new().kinds(kinds)).include(folder::kinds).await?;
    let alone = db.kind().find_many().order_by(kind::id.asc()).await?;
    for (at, kind) in alone.iter().enumerate() {
        assert_eq!(kind.text, texts[at]);
        assert_eq!(kind.big, longs[at]);
        // SQLite keeps whole numbers of such a column as integers, which have one zero.
        let zero = db.adapter().name() == "sqlite" && floats[at] == 0.0;
        let float: f64 = if zero { 0.0 } else { floats[at] };
        assert_eq!(kind.float.to_bits(), float.to_bits(), "{float}");
        assert_eq!(normal(&kind.decimal), decimals[at], "{}", kind.decimal);
        assert_eq!(kind.moment, moments[at % moments.len()].parse()?);
        assert_eq!(kind.bytes, &bytes[..at * 60]);
        assert_eq!(kind.bytes_or.as_deref(), Some(&bytes[..]));
        let json: serde_json::Value = serde_json::from_str(kind.json.as_str()).expect("it is JSON");
        assert_eq!(json, serde_json::from_str::<serde_json::Value>(jsons[at]).expect("it is JSON"));
    }
    assert_eq!(created.kinds, alone);
    for strategy in [LoadStrategy::Joined, LoadStrategy::Separate] {
        if strategy == LoadStrategy::Separate || db.adapter().capabilities().json_rows() {
            let folder =
                db.folder().find_first().include(folder::kinds).load_strategy(strategy).required().await?;
            assert_eq!(folder.kinds, alone, "{strategy:?}");
            assert!(
                folder
                    .kinds
                    .iter()
                    .zip(&alone)
                    .all(|(one, other)| one.float.to_bits() == other.float.to_bits())
            );
        }
    }
    Ok(())
}

/// The digits without the zeros that a scale adds.
fn normal(decimal: &Decimal) -> &str {
    let text = decimal.as_str();
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// NULL of every type, given, read alone and through a relation.
pub async fn nulls_everywhere(db: &Client) -> Outcome {
    let given = kind::new()
        .text("")
        .flag(false)
        .small(0)
        .big(0)
        .float(0.0)
        .decimal(decimal("0")?)
        .moment("2024-01-01 00:00:00+00".parse::<drivetrain::DateTime>()?)
        .json(Json::new("null"))
        .bytes(Vec::new())
        .text_or(None::<&str>)
        .flag_or(None)
        .big_or(None)
        .float_or(None)
        .moment_or(None)
        .json_or(None)
        .bytes_or(None);
    let folder = db.folder().create(folder::new().kinds([given])).include(folder::kinds).await?;
    let kind = db.kind().find_first().required().await?;
    assert_eq!(kind, folder.kinds[0]);
    assert_eq!(kind.json, Json::new("null"), "JSON's null is a value");
    assert!(
        kind.text_or.is_none() && kind.flag_or.is_none() && kind.json_or.is_none() && kind.bytes_or.is_none()
    );
    let set = [
        kind::flag_or.set(true),
        kind::json_or.set(Json::new("{\"a\": 1}")),
        kind::bytes_or.set(vec![0, 255]),
    ];
    let kind = db.kind().update(kind::id.equals(kind.id), set).await?;
    assert_eq!((kind.flag_or, kind.bytes_or), (Some(true), Some(vec![0, 255])));
    Ok(())
}

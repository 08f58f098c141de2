//! Fields of types that the configuration and the schema choose.

use drivetrain::{Error, LoadStrategy};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

use super::Outcome;
use crate::choice_types::Cents;
use crate::choices::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("it is an instant")
}

/// Written, read alone and through a relation, compared, ordered, computed with and changed.
pub async fn written_read_and_compared(db: &Client) -> Outcome {
    let token = Uuid::from_u128(7);
    let items = [
        item::new()
            .at(at("2024-02-29T12:00:00.123Z"))
            .price(Decimal::new(1050, 2))
            .data(json!({"a": [1, null, "x"]}))
            .token(token)
            .cents(Cents(i64::MAX))
            .cents_or(Cents(5))
            .price_or(Decimal::new(-1, 3))
            .at_or(at("0001-01-01T00:00:00Z"))
            .data_or(json!(null)),
        item::new()
            .at(at("1969-12-31T23:59:59.999Z"))
            .price(Decimal::from(2))
            .data(json!("t"))
            .cents(Cents(-3)),
    ];
    let shelf = db.shelf().create(shelf::new().items(items)).include(shelf::items).await?;
    let alone = db.item().find_many().order_by(item::id.asc()).await?;
    assert_eq!(shelf.items, alone);
    let first = &alone[0];
    assert_eq!(
        (first.at, first.price, first.token),
        (at("2024-02-29T12:00:00.123Z"), Decimal::new(1050, 2), token)
    );
    assert_eq!((&first.data, &first.data_or), (&json!({"a": [1, null, "x"]}), &Some(json!(null))));
    assert_eq!((first.cents, first.cents_or), (Cents(i64::MAX), Some(Cents(5))));
    assert_eq!(
        (alone[1].price_or, alone[1].at_or, alone[1].cents_or, &alone[1].data_or),
        (None, None, None, &None)
    );
    assert_ne!(alone[1].token, token, "the client makes one");
    for strategy in [LoadStrategy::Joined, LoadStrategy::Separate] {
        if strategy == LoadStrategy::Separate || db.adapter().capabilities().json_rows() {
            let shelf =
                db.shelf().find_first().include(shelf::items).load_strategy(strategy).required().await?;
            assert_eq!(shelf.items, alone, "{strategy:?}");
        }
    }
    let ids = async |filter: drivetrain::Filter<item::Model>| {
        let items = db.item().find_many().filter(filter).order_by(item::id.asc()).await?;
        Ok::<_, Error>(items.into_iter().map(|item| item.id).collect::<Vec<_>>())
    };
    assert_eq!(ids(item::at.gt(at("1970-01-01T00:00:00Z"))).await?, [1]);
    assert_eq!(ids(item::at.lt(at("1970-01-01T00:00:00Z"))).await?, [2]);
    assert_eq!(ids(item::at.equals(first.at)).await?, [1]);
    assert_eq!(ids(item::price.gte(Decimal::new(105, 1))).await?, [1]);
    assert_eq!(ids(item::price.is_in([Decimal::from(2), Decimal::from(3)])).await?, [2]);
    assert_eq!(ids(item::cents.lt(Cents(0))).await?, [2]);
    assert_eq!(ids(item::cents_or.is_null()).await?, [2]);
    assert_eq!(ids(item::token.equals(token).into()).await?, [1]);
    assert_eq!(ids(item::token.is_in([token])).await?, [1]);
    assert_eq!(ids(item::data.equals(json!("t"))).await?, [2]);
    assert_eq!(ids(item::changed.gte(first.made)).await?, [1, 2]);
    let ordered = db.item().find_many().order_by(item::price.asc()).order_by(item::at.desc()).await?;
    assert_eq!(ordered.iter().map(|item| item.id).collect::<Vec<_>>(), [2, 1]);
    let changes = [
        item::price.increment(Decimal::new(25, 2)),
        item::cents.increment(Cents(10)),
        item::at.set(at("2000-01-01T00:00:00Z")),
        item::data.set(json!([true])),
        item::cents_or.set(Some(Cents(1))),
    ];
    let changed = db.item().update(item::id.equals(2), changes).await?;
    assert_eq!(
        (changed.price, changed.cents, &changed.data),
        (Decimal::new(225, 2), Cents(7), &json!([true]))
    );
    assert_eq!((changed.at, changed.cents_or), (at("2000-01-01T00:00:00Z"), Some(Cents(1))));
    let again = db
        .item()
        .upsert(
            item::token.equals(token),
            item::new()
                .at(at("2000-01-01T00:00:00Z"))
                .price(Decimal::ONE)
                .data(json!(1))
                .cents(Cents(1))
                .token(token)
                .shelf_id(1),
            [item::cents.set(Cents(2))],
        )
        .await?;
    assert_eq!((again.id, again.cents), (1, Cents(2)));
    let text = serde_json::to_value(&changed).expect("records serialize");
    assert_eq!((&text["price"], &text["cents"]), (&json!("2.25"), &json!(7)));
    Ok(())
}

//! What not every database can do.

use drivetrain_adapter_api::statement::{
    Distinct, Expr, Join, JoinKind, JsonItem, JsonRows, Projection, Select, Source,
};
use drivetrain_adapter_api::{DbType, Value};

use super::super::answers::Cell::{Int, Money, Pairs, Text};
use super::super::build::{asc, col, desc, item, items, of, select};
use super::{Question, question};

pub(super) const LATERAL: &[Question] = &[question("albums_first_two", &[Text, Text], |w| {
    let first = Select {
        filter: Some(of("Album", "ArtistId").equal(of("Artist", "ArtistId"))),
        order_by: vec![desc(of("Album", "AlbumId"))],
        limit: Some(w.long(2)),
        ..select(
            vec![item(of("Album", "AlbumId"), "id"), item(of("Album", "Title"), "title")],
            w.from("Album"),
        )
    };
    let source = Source::Select { select: Box::new(first), alias: "first".into(), lateral: true };
    Select {
        joins: vec![Join { kind: JoinKind::Cross, source, on: None }],
        order_by: vec![asc(of("Artist", "ArtistId")), asc(of("first", "id"))],
        ..select(
            vec![item(of("Artist", "Name"), "artist"), item(of("first", "title"), "title")],
            w.from("Artist"),
        )
    }
})];

pub(super) const DISTINCT_ON: &[Question] =
    &[question("invoices_first_of_customers", &[Int, Int, Money], |w| Select {
        distinct: Distinct::On(vec![col("CustomerId")]),
        order_by: vec![asc(col("CustomerId")), desc(col("Total")), asc(col("InvoiceId"))],
        ..select(items(&["CustomerId", "InvoiceId", "Total"]), w.from("Invoice"))
    })];

pub(super) const ARRAYS: &[Question] = &[question("artists_by_arrays", &[Int, Text, Text], |w| {
    let names = ["x", "y", "z"].map(|name| Value::Text(name.to_owned())).to_vec();
    let columns = vec![("id".into(), w.ints(&[90, 1, 22])), ("tag".into(), w.array(DbType::Text, names))];
    let source = Source::Arrays { columns, ordinal: Some("at".into()), alias: "wanted".into() };
    Select {
        joins: vec![w.join("Artist", of("wanted", "id"), of("Artist", "ArtistId"))],
        order_by: vec![asc(of("wanted", "at"))],
        ..select(
            vec![
                item(of("wanted", "at"), "at"),
                item(of("wanted", "tag"), "tag"),
                item(of("Artist", "Name"), "artist"),
            ],
            source,
        )
    }
})];

/// The albums of each artist, as JSON in one cell.
pub(super) const JSON_ROWS: &[Question] = &[question("albums_as_json", &[Int, Pairs], |w| {
    let theirs = Select {
        filter: Some(of("Album", "ArtistId").equal(of("Artist", "ArtistId"))),
        order_by: vec![asc(of("Album", "AlbumId"))],
        ..select(
            vec![item(of("Album", "AlbumId"), "id"), item(of("Album", "Title"), "title")],
            w.from("Album"),
        )
    };
    let items = vec![JsonItem::Scalar(DbType::Int32), JsonItem::Scalar(DbType::Text)];
    let rows = Expr::JsonRows(Box::new(JsonRows { select: theirs, items }));
    Select {
        order_by: vec![asc(of("Artist", "ArtistId"))],
        limit: Some(w.long(60)),
        ..select(vec![Projection::new(of("Artist", "ArtistId")), item(rows, "albums")], w.from("Artist"))
    }
})];

//! Rows put together.

use drivetrain_adapter_api::statement::{
    AggregateFunction as F, BinaryOperator as Op, Cte, CteBody, Distinct, Expr, Projection, Select,
    SetOperator, Source,
};

use super::super::answers::Cell::{At, Int, Money, Text};
use super::super::build::{aggregate, asc, col, count, desc, item, items, of, op, select};
use super::{Question, question};

pub(super) const INVOICES: &[Question] = &[
    question("invoices_by_country", &[Text, Int, Money], |w| Select {
        group_by: vec![col("BillingCountry")],
        order_by: vec![desc(count()), asc(aggregate(F::Min, col("InvoiceId")))],
        ..select(
            vec![
                Projection::new(col("BillingCountry")),
                item(count(), "n"),
                item(aggregate(F::Sum, col("Total")), "sum"),
            ],
            w.from("Invoice"),
        )
    }),
    question("invoices_having", &[Text, Int], |w| Select {
        group_by: vec![col("BillingCity")],
        having: Some(op(Op::GreaterOrEqual, count(), w.long(14))),
        order_by: vec![asc(aggregate(F::Min, col("InvoiceId")))],
        ..select(vec![Projection::new(col("BillingCity")), item(count(), "n")], w.from("Invoice"))
    }),
    question("invoices_extremes", &[Money, Money, At, At, Money], |w| {
        select(
            vec![
                item(aggregate(F::Min, col("Total")), "least"),
                item(aggregate(F::Max, col("Total")), "most"),
                item(aggregate(F::Min, col("InvoiceDate")), "first"),
                item(aggregate(F::Max, col("InvoiceDate")), "last"),
                item(aggregate(F::Average, col("Total")), "mean"),
            ],
            w.from("Invoice"),
        )
    }),
    question("invoices_distinct", &[Int, Int], |w| {
        let distinct = Expr::Aggregate {
            function: F::Count,
            argument: Some(Box::new(col("BillingCountry"))),
            distinct: true,
        };
        select(
            vec![item(distinct, "countries"), item(aggregate(F::Count, col("BillingState")), "states")],
            w.from("Invoice"),
        )
    }),
    question("invoices_of_nobody", &[Int, Money, At], |w| Select {
        filter: Some(op(Op::Less, col("InvoiceId"), w.int(0))),
        ..select(
            vec![
                item(count(), "n"),
                item(aggregate(F::Sum, col("Total")), "sum"),
                item(aggregate(F::Max, col("InvoiceDate")), "last"),
            ],
            w.from("Invoice"),
        )
    }),
    question("customers_by_total", &[Text, Money], |w| Select {
        joins: vec![w.join("Customer", of("Invoice", "CustomerId"), of("Customer", "CustomerId"))],
        group_by: vec![of("Customer", "CustomerId"), of("Customer", "LastName")],
        order_by: vec![desc(aggregate(F::Sum, of("Invoice", "Total"))), asc(of("Customer", "CustomerId"))],
        limit: Some(w.long(5)),
        ..select(
            vec![
                item(of("Customer", "LastName"), "name"),
                item(aggregate(F::Sum, of("Invoice", "Total")), "sum"),
            ],
            w.from("Invoice"),
        )
    }),
];

pub(super) const TRACKS: &[Question] = &[
    question("tracks_by_genre", &[Text, Int, Int, Int], |w| Select {
        joins: vec![w.join("Genre", of("Track", "GenreId"), of("Genre", "GenreId"))],
        group_by: vec![of("Genre", "GenreId"), of("Genre", "Name")],
        order_by: vec![asc(of("Genre", "GenreId"))],
        ..select(
            vec![
                item(of("Genre", "Name"), "genre"),
                item(count(), "n"),
                item(aggregate(F::Max, of("Track", "Milliseconds")), "longest"),
                item(aggregate(F::Sum, of("Track", "Bytes")), "bytes"),
            ],
            w.from("Track"),
        )
    }),
    // The sum is beyond 32 bits.
    question("tracks_all_bytes", &[Int, Int], |w| {
        select(
            vec![
                item(aggregate(F::Sum, col("Bytes")), "bytes"),
                item(aggregate(F::Sum, col("Milliseconds")), "ms"),
            ],
            w.from("Track"),
        )
    }),
    question("tracks_cte", &[Text, Int], |w| {
        let long = Select {
            filter: Some(op(Op::Greater, col("Milliseconds"), w.int(1_000_000))),
            ..select(items(&["TrackId", "GenreId"]), w.from("Track"))
        };
        Select {
            with: vec![Cte { name: "long".into(), columns: vec![], body: CteBody::Select(Box::new(long)) }],
            joins: vec![w.join("Genre", of("long", "GenreId"), of("Genre", "GenreId"))],
            group_by: vec![of("Genre", "Name")],
            order_by: vec![desc(count()), asc(of("Genre", "Name"))],
            ..select(vec![item(of("Genre", "Name"), "genre"), item(count(), "n")], Source::table("long"))
        }
    }),
    question("tracks_of_a_select", &[Int, Int], |w| {
        let by_album = Select {
            group_by: vec![col("AlbumId")],
            ..select(vec![Projection::new(col("AlbumId")), item(count(), "tracks")], w.from("Track"))
        };
        let source = Source::Select { select: Box::new(by_album), alias: "a".into(), lateral: false };
        Select {
            group_by: vec![of("a", "tracks")],
            order_by: vec![asc(of("a", "tracks"))],
            ..select(vec![item(of("a", "tracks"), "tracks"), item(count(), "albums")], source)
        }
    }),
];

pub(super) const SETS: &[Question] = &[
    question("representatives", &[Int], |w| Select {
        distinct: Distinct::Rows,
        order_by: vec![asc(col("SupportRepId"))],
        ..select(items(&["SupportRepId"]), w.from("Customer"))
    }),
    question("cities_union", &[Text], |w| combined(w, SetOperator::Union)),
    question("cities_union_all", &[Text], |w| combined(w, SetOperator::UnionAll)),
    question("cities_intersect", &[Text], |w| combined(w, SetOperator::Intersect)),
    question("cities_except", &[Text], |w| combined(w, SetOperator::Except)),
];

/// The cities of employees, combined with those of Canadian customers.
fn combined(w: &mut super::super::build::Writing<'_>, operator: SetOperator) -> Select {
    let theirs = Select {
        filter: Some(op(Op::Equal, col("Country"), w.text("Canada"))),
        ..select(items(&["City"]), w.from("Customer"))
    };
    Select {
        set_operations: vec![(operator, theirs)],
        order_by: vec![asc(col("City"))],
        ..select(items(&["City"]), w.from("Employee"))
    }
}

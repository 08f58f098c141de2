//! One table at a time.

use drivetrain_adapter_api::statement::{
    BinaryOperator as Op, Expr, Function, InList, Nulls, OrderBy, Projection, Select, TextMatch,
};
use drivetrain_adapter_api::value::{Date, Decimal, Time, Timestamp};
use drivetrain_adapter_api::{DbType, Value};

use super::super::answers::Cell::{At, Bool, Int, Money, Text};
use super::super::build::{Writing, asc, col, count, desc, item, items, lit, op, select};
use super::{Question, question};

fn matches(w: &mut Writing<'_>, column: &str, kind: TextMatch, needle: &str, case_insensitive: bool) -> Expr {
    Expr::TextMatch { expr: Box::new(col(column)), kind, needle: w.needle(needle), case_insensitive }
}

pub(super) const ARTISTS: &[Question] = &[
    question("artists_count", &[Int], |w| select(vec![item(count(), "n")], w.from("Artist"))),
    question("artists_all", &[Int, Text], |w| Select {
        order_by: vec![asc(col("ArtistId"))],
        ..select(items(&["ArtistId", "Name"]), w.from("Artist"))
    }),
    question("artists_page", &[Int, Text], |w| Select {
        order_by: vec![desc(col("ArtistId"))],
        limit: Some(w.long(3)),
        offset: Some(w.long(2)),
        ..select(items(&["ArtistId", "Name"]), w.from("Artist"))
    }),
    question("artists_in", &[Int, Text], |w| Select {
        filter: Some(Expr::In {
            expr: Box::new(col("ArtistId")),
            list: InList::Slot(w.ints(&[1, 22, 90, 9999])),
        }),
        order_by: vec![asc(col("ArtistId"))],
        ..select(items(&["ArtistId", "Name"]), w.from("Artist"))
    }),
    question("artists_in_nothing", &[Int], |w| Select {
        filter: Some(Expr::In { expr: Box::new(col("ArtistId")), list: InList::Slot(w.ints(&[])) }),
        ..select(items(&["ArtistId"]), w.from("Artist"))
    }),
    question("artists_not_in_nothing", &[Int], |w| Select {
        filter: Some(Expr::In { expr: Box::new(col("ArtistId")), list: InList::Slot(w.ints(&[])) }.not()),
        ..select(vec![item(count(), "n")], w.from("Artist"))
    }),
    question("artists_contains", &[Text], |w| Select {
        filter: Some(matches(w, "Name", TextMatch::Contains, "orche", true)),
        order_by: vec![asc(col("ArtistId"))],
        ..select(items(&["Name"]), w.from("Artist"))
    }),
    question("artists_contains_case", &[Text], |w| Select {
        filter: Some(matches(w, "Name", TextMatch::Contains, "orche", false)),
        ..select(items(&["Name"]), w.from("Artist"))
    }),
    question("artists_starts", &[Text], |w| Select {
        filter: Some(matches(w, "Name", TextMatch::StartsWith, "The ", false)),
        order_by: vec![asc(col("ArtistId"))],
        ..select(items(&["Name"]), w.from("Artist"))
    }),
    question("artists_ends", &[Text], |w| Select {
        filter: Some(matches(w, "Name", TextMatch::EndsWith, "SABBATH", true)),
        ..select(items(&["Name"]), w.from("Artist"))
    }),
    // The needle is no pattern.
    question("artists_percent", &[Text], |w| Select {
        filter: Some(matches(w, "Name", TextMatch::Contains, "%", false)),
        ..select(items(&["Name"]), w.from("Artist"))
    }),
    question("artists_or_and", &[Int, Text], |w| Select {
        filter: Some(Expr::Or(vec![
            Expr::And(vec![
                op(Op::Greater, col("ArtistId"), w.int(10)),
                op(Op::Less, col("ArtistId"), w.int(13)),
            ]),
            op(Op::Equal, col("Name"), w.text("AC/DC")),
            Expr::Or(vec![]),
        ])),
        order_by: vec![asc(col("ArtistId"))],
        ..select(items(&["ArtistId", "Name"]), w.from("Artist"))
    }),
    question("artists_length", &[Int, Text], |w| Select {
        filter: Some(op(Op::LessOrEqual, Expr::Call(Function::Length, vec![col("Name")]), w.int(3))),
        order_by: vec![asc(col("ArtistId"))],
        ..select(
            vec![item(Expr::Call(Function::Length, vec![col("Name")]), "l"), Projection::new(col("Name"))],
            w.from("Artist"),
        )
    }),
];

pub(super) const PEOPLE: &[Question] = &[
    question("people_without_company", &[Int], |w| Select {
        filter: Some(col("Company").is_null()),
        ..select(vec![item(count(), "n")], w.from("Customer"))
    }),
    question("people_same_state", &[Int], |w| Select {
        filter: Some(op(Op::IsNotDistinctFrom, col("State"), w.null(DbType::Text))),
        ..select(vec![item(count(), "n")], w.from("Customer"))
    }),
    question("people_equal_null", &[Int], |w| Select {
        filter: Some(op(Op::Equal, col("State"), w.null(DbType::Text))),
        ..select(vec![item(count(), "n")], w.from("Customer"))
    }),
    question("people_nulls_first", &[Int, Int], |w| Select {
        order_by: vec![
            OrderBy { nulls: Some(Nulls::First), ..desc(col("ReportsTo")) },
            asc(col("EmployeeId")),
        ],
        ..select(items(&["ReportsTo", "EmployeeId"]), w.from("Employee"))
    }),
    question("people_nulls_last", &[Int, Int], |w| Select {
        order_by: vec![OrderBy { nulls: Some(Nulls::Last), ..asc(col("ReportsTo")) }, asc(col("EmployeeId"))],
        offset: Some(w.long(3)),
        limit: Some(w.long(10)),
        ..select(items(&["ReportsTo", "EmployeeId"]), w.from("Employee"))
    }),
    question("people_rows_of_values", &[Int], |w| {
        let countries = ["Canada", "USA", "Germany"].map(|name| Value::Text(name.to_owned())).to_vec();
        let cities = ["Vancouver", "Boston", "Oslo"].map(|name| Value::Text(name.to_owned())).to_vec();
        let rows = InList::Rows(vec![w.array(DbType::Text, countries), w.array(DbType::Text, cities)]);
        Select {
            filter: Some(Expr::In {
                expr: Box::new(Expr::Row(vec![col("Country"), col("City")])),
                list: rows,
            }),
            order_by: vec![asc(col("CustomerId"))],
            ..select(items(&["CustomerId"]), w.from("Customer"))
        }
    }),
    question("people_texts", &[Text, Text, Text], |w| Select {
        filter: Some(op(Op::LessOrEqual, col("CustomerId"), w.int(8))),
        order_by: vec![asc(col("CustomerId"))],
        ..select(
            vec![
                item(Expr::Call(Function::Upper, vec![col("Country")]), "upper"),
                item(Expr::Call(Function::Lower, vec![col("Email")]), "lower"),
                item(op(Op::Concat, op(Op::Concat, col("FirstName"), w.text(" ")), col("LastName")), "name"),
            ],
            w.from("Customer"),
        )
    }),
    question("people_coalesce", &[Int, Text], |w| Select {
        filter: Some(op(Op::Less, col("CustomerId"), w.int(12))),
        order_by: vec![asc(col("CustomerId"))],
        ..select(
            vec![
                Projection::new(col("CustomerId")),
                item(Expr::Call(Function::Coalesce, vec![col("Company"), col("State"), w.text("none")]), "c"),
            ],
            w.from("Customer"),
        )
    }),
    question("people_case", &[Int, Text], |w| {
        let arms = vec![
            (op(Op::Equal, col("Country"), w.text("Brazil")), w.text("south")),
            (op(Op::Equal, col("Country"), w.text("Canada")), w.text("north")),
        ];
        Select {
            filter: Some(op(Op::Less, col("CustomerId"), w.int(20))),
            order_by: vec![asc(col("CustomerId"))],
            ..select(
                vec![Projection::new(col("CustomerId")), item(Expr::Case { arms, otherwise: None }, "c")],
                w.from("Customer"),
            )
        }
    }),
    question("people_conditions", &[Int, Bool], |w| Select {
        filter: Some(op(Op::Less, col("CustomerId"), w.int(6))),
        order_by: vec![asc(col("CustomerId"))],
        ..select(
            vec![
                Projection::new(col("CustomerId")),
                item(op(Op::NotEqual, col("Country"), w.text("Brazil")), "c"),
            ],
            w.from("Customer"),
        )
    }),
    question("people_arithmetic", &[Int, Int, Int], |w| Select {
        filter: Some(op(Op::LessOrEqual, col("CustomerId"), w.int(3))),
        order_by: vec![asc(col("CustomerId"))],
        ..select(
            vec![
                item(op(Op::Add, op(Op::Multiply, col("CustomerId"), lit(10)), lit(1)), "a"),
                item(op(Op::Subtract, lit(0), col("CustomerId")), "b"),
                item(Expr::Call(Function::Abs, vec![op(Op::Subtract, col("CustomerId"), lit(5))]), "c"),
            ],
            w.from("Customer"),
        )
    }),
];

/// Midnight of that day.
fn midnight(w: &mut Writing<'_>, year: i32, month: u8, day: u8) -> Expr {
    let at = Date::from_ymd(year, month, day)
        .and_then(|date| Timestamp::from_date_and_time(date, Time::from_microseconds(0)))
        .expect("the calendar has that day");
    Expr::Slot(w.slot(DbType::Timestamp, Value::Timestamp(at)))
}

fn money(w: &mut Writing<'_>, text: &str) -> Expr {
    let number: Decimal = text.parse().expect("it is written as a decimal");
    Expr::Slot(w.slot(DbType::Decimal, Value::Decimal(number)))
}

pub(super) const INVOICES: &[Question] = &[
    question("invoices_of_a_month", &[Int, At, Money], |w| Select {
        filter: Some(Expr::And(vec![
            op(Op::GreaterOrEqual, col("InvoiceDate"), midnight(w, 2021, 2, 1)),
            op(Op::Less, col("InvoiceDate"), midnight(w, 2021, 3, 1)),
        ])),
        order_by: vec![asc(col("InvoiceDate")), asc(col("InvoiceId"))],
        ..select(items(&["InvoiceId", "InvoiceDate", "Total"]), w.from("Invoice"))
    }),
    question("invoices_largest", &[Int, Money], |w| Select {
        filter: Some(op(Op::Greater, col("Total"), money(w, "15.50"))),
        order_by: vec![desc(col("Total")), asc(col("InvoiceId"))],
        ..select(items(&["InvoiceId", "Total"]), w.from("Invoice"))
    }),
    question("invoices_exact", &[Int], |w| Select {
        filter: Some(op(Op::Equal, col("Total"), money(w, "13.86"))),
        ..select(vec![item(count(), "n")], w.from("Invoice"))
    }),
    question("employees_born", &[Text, At, Int], |w| Select {
        order_by: vec![asc(col("BirthDate"))],
        ..select(items(&["LastName", "BirthDate", "ReportsTo"]), w.from("Employee"))
    }),
];

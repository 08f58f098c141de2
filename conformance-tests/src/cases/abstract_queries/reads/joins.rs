//! Several tables at a time.

use drivetrain_adapter_api::statement::{BinaryOperator as Op, Expr, InList, Join, JoinKind, Select};

use super::super::answers::Cell::{Bool, Int, Money, Text};
use super::super::build::{asc, count, desc, item, of, op, select};
use super::{Question, question};

pub(super) const ALBUMS: &[Question] = &[
    question("albums_of_artists", &[Text, Text], |w| Select {
        joins: vec![w.join("Artist", of("Album", "ArtistId"), of("Artist", "ArtistId"))],
        order_by: vec![asc(of("Album", "AlbumId"))],
        ..select(
            vec![item(of("Artist", "Name"), "artist"), item(of("Album", "Title"), "title")],
            w.from("Album"),
        )
    }),
    question("artists_without_albums", &[Int], |w| Select {
        joins: vec![w.left_join("Album", of("Album", "ArtistId"), of("Artist", "ArtistId"))],
        filter: Some(of("Album", "AlbumId").is_null()),
        ..select(vec![item(count(), "n")], w.from("Artist"))
    }),
    question("albums_left", &[Text, Text], |w| Select {
        joins: vec![w.left_join("Album", of("Album", "ArtistId"), of("Artist", "ArtistId"))],
        filter: Some(Expr::In {
            expr: Box::new(of("Artist", "ArtistId")),
            list: InList::Slot(w.ints(&[1, 25, 26, 50])),
        }),
        order_by: vec![asc(of("Artist", "ArtistId")), asc(of("Album", "AlbumId"))],
        ..select(
            vec![item(of("Artist", "Name"), "artist"), item(of("Album", "Title"), "title")],
            w.from("Artist"),
        )
    }),
    question("albums_cross", &[Int], |w| Select {
        joins: vec![Join { kind: JoinKind::Cross, source: w.aliased("Artist", "other"), on: None }],
        filter: Some(op(Op::Less, of("Artist", "ArtistId"), of("other", "ArtistId"))),
        ..select(vec![item(count(), "n")], w.from("Artist"))
    }),
];

pub(super) const TRACKS: &[Question] = &[
    question("tracks_longest", &[Text, Text, Text, Text, Int], |w| Select {
        joins: vec![
            w.join("Album", of("Track", "AlbumId"), of("Album", "AlbumId")),
            w.join("Artist", of("Album", "ArtistId"), of("Artist", "ArtistId")),
            w.join("Genre", of("Track", "GenreId"), of("Genre", "GenreId")),
        ],
        order_by: vec![desc(of("Track", "Milliseconds")), asc(of("Track", "TrackId"))],
        limit: Some(w.long(12)),
        ..select(
            vec![
                item(of("Track", "Name"), "track"),
                item(of("Album", "Title"), "album"),
                item(of("Artist", "Name"), "artist"),
                item(of("Genre", "Name"), "genre"),
                item(of("Track", "Milliseconds"), "ms"),
            ],
            w.from("Track"),
        )
    }),
    question("tracks_by_media", &[Text, Int, Money], |w| Select {
        joins: vec![w.join("MediaType", of("Track", "MediaTypeId"), of("MediaType", "MediaTypeId"))],
        filter: Some(op(Op::Greater, of("Track", "Milliseconds"), w.int(2_500_000))),
        order_by: vec![asc(of("Track", "TrackId"))],
        ..select(
            vec![
                item(of("MediaType", "Name"), "media"),
                item(of("Track", "TrackId"), "id"),
                item(of("Track", "UnitPrice"), "price"),
            ],
            w.from("Track"),
        )
    }),
];

pub(super) const SUBQUERIES: &[Question] = &[
    question("employees_with_customers", &[Text], |w| {
        let theirs = Select {
            filter: Some(of("Customer", "SupportRepId").equal(of("Employee", "EmployeeId"))),
            ..select(vec![item(of("Customer", "CustomerId"), "id")], w.from("Customer"))
        };
        Select {
            filter: Some(Expr::Exists(Box::new(theirs))),
            order_by: vec![asc(of("Employee", "EmployeeId"))],
            ..select(vec![item(of("Employee", "LastName"), "name")], w.from("Employee"))
        }
    }),
    question("employees_without_customers", &[Text], |w| {
        let theirs = Select {
            filter: Some(of("Customer", "SupportRepId").equal(of("Employee", "EmployeeId"))),
            ..select(vec![item(of("Customer", "CustomerId"), "id")], w.from("Customer"))
        };
        Select {
            filter: Some(Expr::Exists(Box::new(theirs)).not()),
            order_by: vec![asc(of("Employee", "EmployeeId"))],
            ..select(vec![item(of("Employee", "LastName"), "name")], w.from("Employee"))
        }
    }),
    question("customers_of_a_team", &[Int], |w| {
        let team = Select {
            filter: Some(op(Op::Equal, of("Employee", "City"), w.text("Calgary"))),
            ..select(vec![item(of("Employee", "EmployeeId"), "id")], w.from("Employee"))
        };
        let list = InList::Select(Box::new(team));
        Select {
            filter: Some(Expr::In { expr: Box::new(of("Customer", "SupportRepId")), list }),
            ..select(vec![item(count(), "n")], w.from("Customer"))
        }
    }),
    question("employees_and_counts", &[Text, Int], |w| {
        let theirs = Select {
            filter: Some(of("Customer", "SupportRepId").equal(of("Employee", "EmployeeId"))),
            ..select(vec![item(count(), "n")], w.from("Customer"))
        };
        Select {
            order_by: vec![asc(of("Employee", "EmployeeId"))],
            ..select(
                vec![
                    item(of("Employee", "LastName"), "name"),
                    item(Expr::Scalar(Box::new(theirs)), "customers"),
                ],
                w.from("Employee"),
            )
        }
    }),
    question("employees_and_managers", &[Text, Text, Bool], |w| Select {
        joins: vec![Join {
            kind: JoinKind::Left,
            source: w.aliased("Employee", "boss"),
            on: Some(of("Employee", "ReportsTo").equal(of("boss", "EmployeeId"))),
        }],
        order_by: vec![asc(of("Employee", "EmployeeId"))],
        ..select(
            vec![
                item(of("Employee", "LastName"), "name"),
                item(of("boss", "LastName"), "boss"),
                item(of("Employee", "ReportsTo").is_null(), "top"),
            ],
            w.from("Employee"),
        )
    }),
];

//! The Chinook data: a shop of music.

use drivetrain_adapter_api::statement::*;
use drivetrain_adapter_api::{Adapter, DbType, Query, Value};
use drivetrain_adapter_memory::{ColumnDef, ForeignKeyDef, MemoryAdapter, TableDef};
use drivetrain_adapter_sqlite::{SqliteAdapter, SqliteConfig};

use super::Case;
use super::build::*;

type Columns = Vec<(&'static str, DbType)>;

/// A table's name, columns and rows.
type Loaded = (&'static str, Columns, Vec<Vec<Value>>);

/// The tables that are used, with the types that their columns have on a database with types.
fn columns() -> Vec<(&'static str, Columns)> {
    use DbType::{Decimal, Int32, Text, Timestamp};
    vec![
        ("Artist", vec![("ArtistId", Int32), ("Name", Text)]),
        ("Album", vec![("AlbumId", Int32), ("Title", Text), ("ArtistId", Int32)]),
        ("Genre", vec![("GenreId", Int32), ("Name", Text)]),
        (
            "Track",
            vec![
                ("TrackId", Int32),
                ("Name", Text),
                ("AlbumId", Int32),
                ("GenreId", Int32),
                ("Composer", Text),
                ("Milliseconds", Int32),
                ("Bytes", Int32),
                ("UnitPrice", Decimal),
            ],
        ),
        ("Customer", vec![("CustomerId", Int32), ("FirstName", Text), ("LastName", Text), ("Country", Text)]),
        (
            "Invoice",
            vec![
                ("InvoiceId", Int32),
                ("CustomerId", Int32),
                ("InvoiceDate", Timestamp),
                ("BillingCity", Text),
                ("Total", Decimal),
            ],
        ),
        (
            "InvoiceLine",
            vec![
                ("InvoiceLineId", Int32),
                ("InvoiceId", Int32),
                ("TrackId", Int32),
                ("UnitPrice", Decimal),
                ("Quantity", Int32),
            ],
        ),
        ("PlaylistTrack", vec![("PlaylistId", Int32), ("TrackId", Int32)]),
    ]
}

fn keys() -> [(&'static str, &'static str, &'static str); 6] {
    [
        ("Album", "ArtistId", "Artist"),
        ("Track", "AlbumId", "Album"),
        ("Track", "GenreId", "Genre"),
        ("Invoice", "CustomerId", "Customer"),
        ("InvoiceLine", "InvoiceId", "Invoice"),
        ("InvoiceLine", "TrackId", "Track"),
    ]
}

/// The tables and their rows, read from SQLite.
pub(crate) struct Chinook {
    pub(crate) sqlite: SqliteAdapter,
    tables: Vec<Loaded>,
}

/// Loads the data; `None` where it is not there.
pub(crate) async fn load() -> Option<Chinook> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/chinook/Chinook_Sqlite.sql");
    let script = std::fs::read_to_string(path).ok()?;
    let sqlite = SqliteAdapter::open(SqliteConfig::memory()).await.expect("SQLite opens");
    sqlite.script(script.trim_start_matches('\u{feff}')).await.expect("the script runs");
    let mut tables = Vec::new();
    for (name, columns) in columns() {
        let list: Vec<String> = columns.iter().map(|(column, _)| format!("\"{column}\"")).collect();
        let sql = format!("select {} from \"{name}\" order by 1, 2", list.join(", "));
        let result = sqlite.query(Query::raw(sql, vec![])).await.expect("the table is read");
        let mut rows = Vec::with_capacity(result.rows.len());
        for row in 0..result.rows.len() {
            let mut cells = Vec::with_capacity(columns.len());
            for (column, (_, ty)) in columns.iter().enumerate() {
                let value = result.rows.cell(row, column).and_then(|cell| cell.to_value());
                cells.push(typed(value.expect("a cell is read"), ty));
            }
            rows.push(cells);
        }
        tables.push((name, columns, rows));
    }
    Some(Chinook { sqlite, tables })
}

fn typed(value: Value, ty: &DbType) -> Value {
    match (value, ty) {
        (Value::Float64(number), DbType::Decimal) => {
            Value::Decimal(format!("{number:.2}").parse().expect("a decimal"))
        }
        (Value::Text(text), DbType::Timestamp) => Value::Timestamp(text.parse().expect("a timestamp")),
        (Value::Text(text), DbType::Decimal) => Value::Decimal(text.parse().expect("a decimal")),
        (value, ty) => value.coerce_to(ty).expect("the value is of its column's type"),
    }
}

impl Chinook {
    /// The same in memory.
    pub(crate) fn in_memory(&self, adapter: &MemoryAdapter) {
        let definitions = self.tables.iter().map(|(name, columns, _)| {
            let mut table = TableDef::new(*name);
            for (at, (column, ty)) in columns.iter().enumerate() {
                let column = ColumnDef::new(*column, ty.clone());
                table = table.column(if at == 0 { column } else { column.nullable() });
            }
            let own =
                if *name == "PlaylistTrack" { vec!["PlaylistId", "TrackId"] } else { vec![columns[0].0] };
            table = table.primary_key(own);
            for (_, column, target) in keys().into_iter().filter(|(from, ..)| from == name) {
                let key = ForeignKeyDef::new(format!("FK_{name}{column}"), [column], target, [column]);
                table = table.foreign_key(key);
            }
            table
        });
        adapter.define(definitions).expect("the tables are defined");
        for (name, columns, rows) in &self.tables {
            let names: Vec<&str> = columns.iter().map(|(column, _)| *column).collect();
            adapter.insert(*name, &names, rows.clone()).expect("the rows fit");
        }
    }

    /// The same on Postgres, by inserts of arrays.
    pub(crate) async fn on_postgres(&self, adapter: &dyn Adapter) {
        for (name, columns, rows) in &self.tables {
            let list: Vec<String> = columns
                .iter()
                .map(|(column, ty)| {
                    let ty = match ty {
                        DbType::Int32 => "int",
                        DbType::Decimal => "numeric(10,2)",
                        DbType::Timestamp => "timestamp",
                        _ => "text",
                    };
                    format!("\"{column}\" {ty}")
                })
                .collect();
            let ddl = format!("create table \"{name}\" ({})", list.join(", "));
            adapter.query(Query::raw(ddl, vec![])).await.expect("the table is made");
            let mut values = Q::default();
            let slots = columns
                .iter()
                .enumerate()
                .map(|(at, (_, ty))| {
                    values.array(ty.clone(), rows.iter().map(|row| row[at].clone()).collect())
                })
                .collect();
            let names: Vec<&str> = columns.iter().map(|(column, _)| *column).collect();
            let insert = insert(name, &names, InsertSource::Arrays(slots));
            let query = Query::new(Statement::new(insert), values.0);
            let result = adapter.query(query).await.expect("the rows fit");
            assert_eq!(result.affected, Some(rows.len() as u64));
        }
    }
}

fn on(left: (&str, &str), right: (&str, &str)) -> Expr {
    of(left.0, left.1).equal(of(right.0, right.1))
}

fn tracks() -> Select {
    Select { from: Some(Source::aliased("Track", "t")), ..Select::default() }
}

/// Questions about the data.
pub(crate) fn cases() -> Vec<Case> {
    use AggregateFunction::{Average, Count, Max, Sum};
    use BinaryOperator::{Greater, Multiply};
    vec![
        ordered("the longest tracks of a genre", |q| Select {
            projections: vec![p(of("t", "Name")), p(of("t", "Milliseconds")), p(of("t", "UnitPrice"))],
            joins: vec![join(JoinKind::Inner, "Genre", "g", on(("g", "GenreId"), ("t", "GenreId")))],
            filter: Some(of("g", "Name").equal(q.text("Jazz"))),
            order_by: vec![desc(of("t", "Milliseconds")), asc(of("t", "TrackId"))],
            limit: Some(q.long(10)),
            ..tracks()
        }),
        ordered("albums and tracks of each artist", |q| Select {
            projections: vec![
                p(of("a", "Name")),
                named(agg_distinct(Count, of("b", "AlbumId")), "albums"),
                named(agg(Count, of("t", "TrackId")), "tracks"),
            ],
            from: Some(Source::aliased("Artist", "a")),
            joins: vec![
                join(JoinKind::Left, "Album", "b", on(("b", "ArtistId"), ("a", "ArtistId"))),
                join(JoinKind::Left, "Track", "t", on(("t", "AlbumId"), ("b", "AlbumId"))),
            ],
            group_by: vec![of("a", "ArtistId"), of("a", "Name")],
            order_by: vec![desc(c("tracks")), asc(of("a", "Name"))],
            limit: Some(q.long(50)),
            ..Select::default()
        }),
        ordered("turnover by country", |_| Select {
            projections: vec![
                p(of("c", "Country")),
                named(agg(Sum, of("i", "Total")), "sum"),
                named(agg(Average, of("i", "Total")), "mean"),
                named(count(), "n"),
            ],
            from: Some(Source::aliased("Customer", "c")),
            joins: vec![join(JoinKind::Inner, "Invoice", "i", on(("i", "CustomerId"), ("c", "CustomerId")))],
            group_by: vec![of("c", "Country")],
            having: Some(bin(count(), Greater, n(7))),
            order_by: vec![asc(of("c", "Country"))],
            ..Select::default()
        }),
        ordered("lines do not always add up to their invoice", |_| Select {
            projections: vec![
                p(of("i", "InvoiceId")),
                named(agg(Sum, bin(of("l", "UnitPrice"), Multiply, of("l", "Quantity"))), "lines"),
                named(agg(Max, of("i", "Total")), "total"),
            ],
            from: Some(Source::aliased("Invoice", "i")),
            joins: vec![join(
                JoinKind::Inner,
                "InvoiceLine",
                "l",
                on(("l", "InvoiceId"), ("i", "InvoiceId")),
            )],
            group_by: vec![of("i", "InvoiceId")],
            order_by: vec![asc(of("i", "InvoiceId"))],
            ..Select::default()
        }),
        any("tracks that were never sold and stand on no list", |_| {
            let of_track = |table: &str| Select {
                projections: vec![p(n(1))],
                from: Some(Source::aliased(table, "x")),
                filter: Some(on(("x", "TrackId"), ("t", "TrackId"))),
                ..Select::default()
            };
            Select {
                projections: vec![p(count())],
                filter: Some(Expr::And(vec![
                    Expr::Exists(Box::new(of_track("InvoiceLine"))).not(),
                    is_in(
                        of("t", "TrackId"),
                        InList::Select(Box::new(Select {
                            filter: Some(c("PlaylistId").equal(n(1))),
                            ..select("PlaylistTrack", vec![c("TrackId")])
                        })),
                    ),
                ])),
                ..tracks()
            }
        }),
        ordered("names of composers, whatever the case", |q| {
            let needle = q.slot(Value::Text("bach".into()), DbType::Text);
            Select {
                projections: vec![p(of("t", "Composer"))],
                distinct: Distinct::Rows,
                filter: Some(Expr::TextMatch {
                    expr: Box::new(of("t", "Composer")),
                    kind: TextMatch::Contains,
                    needle,
                    case_insensitive: true,
                }),
                order_by: vec![asc(of("t", "Composer"))],
                ..tracks()
            }
        }),
        ordered("the two longest tracks of each genre", |q| {
            let number = Function::RowNumber {
                partition_by: vec![of("t", "GenreId")],
                order_by: vec![desc(of("t", "Milliseconds")), asc(of("t", "TrackId"))],
            };
            let ranked = Select {
                projections: vec![
                    named(of("t", "GenreId"), "genre"),
                    named(of("t", "Name"), "name"),
                    named(call(number, vec![]), "rank"),
                ],
                ..tracks()
            };
            Select {
                projections: vec![p(of("r", "genre")), p(of("r", "rank")), p(of("r", "name"))],
                from: Some(Source::Select { select: Box::new(ranked), alias: "r".into(), lateral: false }),
                filter: Some(bin(of("r", "rank"), BinaryOperator::LessOrEqual, q.long(2))),
                order_by: vec![asc(of("r", "genre")), asc(of("r", "rank"))],
                ..Select::default()
            }
        }),
        any("cities that are customers' countries", |_| Select {
            set_operations: vec![(SetOperator::Except, select("Invoice", vec![c("BillingCity")]))],
            ..select("Customer", vec![c("Country")])
        }),
        ordered("customers and their last invoice", |_| Select {
            projections: vec![
                p(of("c", "LastName")),
                named(
                    Expr::Scalar(Box::new(Select {
                        projections: vec![p(agg(Max, of("i", "InvoiceDate")))],
                        from: Some(Source::aliased("Invoice", "i")),
                        filter: Some(on(("i", "CustomerId"), ("c", "CustomerId"))),
                        ..Select::default()
                    })),
                    "last",
                ),
            ],
            from: Some(Source::aliased("Customer", "c")),
            order_by: vec![asc(of("c", "CustomerId"))],
            ..Select::default()
        }),
        ordered("tracks of artists that sold, as rows of json", |q| Select {
            projections: vec![
                p(of("b", "Title")),
                named(
                    Expr::JsonRows(Box::new(JsonRows {
                        select: Select {
                            projections: vec![p(of("t", "Name")), p(of("t", "UnitPrice"))],
                            filter: Some(on(("t", "AlbumId"), ("b", "AlbumId"))),
                            order_by: vec![asc(of("t", "TrackId"))],
                            ..tracks()
                        },
                        items: vec![JsonItem::Scalar(DbType::Text), JsonItem::Scalar(DbType::Decimal)],
                    })),
                    "tracks",
                ),
            ],
            from: Some(Source::aliased("Album", "b")),
            order_by: vec![asc(of("b", "AlbumId"))],
            limit: Some(q.long(30)),
            ..Select::default()
        }),
    ]
}

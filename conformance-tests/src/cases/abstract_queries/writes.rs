//! Statements that write, on a small table of the case's own.

use drivetrain_adapter_api::statement::{
    BinaryOperator as Op, Body, Cte, CteBody, Delete, Expr, Function, Insert, InsertSource, OnConflict,
    Projection, Select, Source, Update,
};
use drivetrain_adapter_api::value::Timestamp;
use drivetrain_adapter_api::{Capability, DbType, ErrorKind, QueryResult, SharedAdapter, Value};

use super::answers::{Cell, expect};
use super::build::{Writing, asc, col, items, op, select, set};
use crate::case::{ALL, Case, Need, case};
use crate::dataset::{self, Column, Kind, Shape};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "ABS-20",
        Abstract,
        L0,
        ALL,
        [],
        ["A-9", "A-23"],
        "rows inserted, changed and deleted are counted and read back",
        written
    ),
    case!("ABS-21", Abstract, L0, ALL, [], ["A-9"], "an insert of the rows of a select", from_a_select),
    case!(
        "ABS-22",
        Abstract,
        L0,
        ALL,
        [],
        ["A-9"],
        "an update's right-hand sides see the row as it was",
        as_it_was
    ),
    case!(
        "ABS-23",
        Abstract,
        L0,
        ALL,
        [],
        ["A-5", "A-6"],
        "a violated unique key is the same error, and nothing is written",
        violated
    ),
    case!(
        "ABS-24",
        Abstract,
        L0,
        ALL,
        [Need::Capability(Capability::ReturningInsert)],
        ["A-22"],
        "an insert gives back what it wrote, generated numbers too",
        returning_insert
    ),
    case!(
        "ABS-25",
        Abstract,
        L0,
        ALL,
        [Need::Capability(Capability::ReturningUpdate)],
        ["A-22"],
        "an update gives back rows as they are after it",
        returning_update
    ),
    case!(
        "ABS-26",
        Abstract,
        L0,
        ALL,
        [Need::Capability(Capability::ReturningDelete)],
        ["A-22"],
        "a delete gives back rows as they were",
        returning_delete
    ),
    case!(
        "ABS-27",
        Abstract,
        L0,
        ALL,
        [Need::Capability(Capability::Upsert)],
        ["A-9"],
        "an insert in conflict leaves the row, or changes it",
        upsert
    ),
    case!(
        "ABS-28",
        Abstract,
        L0,
        ALL,
        [Need::Capability(Capability::Arrays)],
        ["A-9"],
        "an insert of arrays, one column each",
        arrays
    ),
    case!(
        "ABS-29",
        Abstract,
        L0,
        ALL,
        [Need::Capability(Capability::DefaultInRows)],
        ["A-9"],
        "DEFAULT among the values of a row",
        default_in_rows
    ),
    case!(
        "ABS-30",
        Abstract,
        L0,
        ALL,
        [Need::Capability(Capability::DataModifyingCtes), Need::Capability(Capability::ReturningInsert)],
        ["A-9"],
        "common table expressions that write, seen through what they return",
        writing_ctes
    ),
    case!(
        "ABS-31",
        Abstract,
        L0,
        ALL,
        [Need::Capability(Capability::Sequences)],
        ["A-9"],
        "generated numbers drawn before the insert",
        sequences
    ),
    case!(
        "ABS-32",
        Abstract,
        L0,
        ALL,
        [],
        ["A-9"],
        "the database's clock is the same for a whole statement, and in UTC where asked for",
        clocks
    ),
];

const ITEM: Shape = Shape {
    name: "item",
    columns: &[
        Column { name: "id", ty: Kind::Int8, nullable: false },
        Column { name: "name", ty: Kind::Key, nullable: false },
        Column { name: "n", ty: Kind::Int4, nullable: true },
        Column { name: "ok", ty: Kind::Bool, nullable: true },
    ],
    key: &["id"],
    unique: &[&["name"]],
    references: &[],
};

const NUMBERED: Shape = Shape {
    name: "numbered",
    columns: &[
        Column { name: "id", ty: Kind::Serial, nullable: false },
        Column { name: "name", ty: Kind::Key, nullable: false },
    ],
    key: &["id"],
    unique: &[],
    references: &[],
};

const CELLS: &[Cell] = &[Cell::Int, Cell::Text, Cell::Int, Cell::Bool];
const COLUMNS: &[&str] = &["id", "name", "n", "ok"];

/// The table with three rows.
async fn three(cx: &Context) -> Outcome<SharedAdapter> {
    dataset::define(cx, &[ITEM]).await?;
    let adapter = cx.adapter().await?;
    let row = |id, name: &str, n: Option<i32>, ok| {
        let n = n.map_or(Value::Null(DbType::Int32), Value::Int32);
        vec![Value::Int64(id), Value::Text(name.to_owned()), n, Value::Bool(ok)]
    };
    let rows = [row(1, "one", Some(10), true), row(2, "two", None, false), row(3, "three", Some(30), true)];
    dataset::fill(cx, &adapter, &ITEM, &rows).await?;
    Ok(adapter)
}

/// Runs what `write` states.
async fn run<B: Into<Body>>(
    cx: &Context,
    adapter: &SharedAdapter,
    what: &str,
    write: impl FnOnce(&mut Writing<'_>) -> B,
) -> Outcome<QueryResult> {
    let mut writing = Writing::new(cx);
    let body = write(&mut writing);
    adapter.query(writing.finish(body)).await.within(what)
}

/// Checks the rows of the table, in the order of their ids.
async fn holds(cx: &Context, adapter: &SharedAdapter, what: &str, expected: &[&str]) -> Outcome {
    let all = run(cx, adapter, what, |w| Select {
        order_by: vec![asc(col("id"))],
        ..select(items(COLUMNS), w.from("item"))
    });
    expect(what, &all.await?.rows, CELLS, expected)
}

fn update(cx: &Context, filter: Expr, set: Vec<drivetrain_adapter_api::statement::Assignment>) -> Update {
    Update { with: vec![], table: cx.table("item"), set, filter: Some(filter), returning: vec![] }
}

fn insert(cx: &Context, source: InsertSource) -> Insert {
    Insert {
        with: vec![],
        table: cx.table("item"),
        columns: COLUMNS.iter().map(|name| (*name).into()).collect(),
        source,
        on_conflict: None,
        returning: vec![],
    }
}

/// A row of the table with that id and name.
fn row(w: &mut Writing<'_>, id: i64, name: &str) -> Vec<Expr> {
    vec![w.long(id), w.text(name), w.int(7), w.null(DbType::Bool)]
}

async fn written(cx: Context) -> Outcome {
    let adapter = three(&cx).await?;
    holds(&cx, &adapter, "inserted", &["1|one|10|true", "2|two|∅|false", "3|three|30|true"]).await?;
    let changed = run(&cx, &adapter, "update", |w| {
        let filter = op(Op::GreaterOrEqual, col("id"), w.long(2));
        update(&cx, filter, vec![set("n", w.int(5)), set("ok", w.null(DbType::Bool))])
    });
    counted(&cx, &changed.await?, 2)?;
    holds(&cx, &adapter, "changed", &["1|one|10|true", "2|two|5|∅", "3|three|5|∅"]).await?;
    let none = run(&cx, &adapter, "update of nothing", |w| {
        let filter = op(Op::Equal, col("id"), w.long(99));
        update(&cx, filter, vec![set("n", w.int(0))])
    });
    counted(&cx, &none.await?, 0)?;
    let deleted = run(&cx, &adapter, "delete", |w| Delete {
        with: vec![],
        table: cx.table("item"),
        filter: Some(op(Op::NotEqual, col("name"), w.text("one"))),
        returning: vec![],
    });
    counted(&cx, &deleted.await?, 2)?;
    holds(&cx, &adapter, "deleted", &["1|one|10|true"]).await
}

/// Checks the count of rows, where there is one.
fn counted(cx: &Context, result: &QueryResult, expected: u64) -> Outcome {
    use drivetrain_adapter_api::AffectedRows;
    let expected = (cx.capabilities().affected_rows() != AffectedRows::None).then_some(expected);
    ensure_eq!(result.affected, expected, "the count of affected rows");
    ensure_eq!(result.rows.len(), 0, "rows of a statement that gives none");
    Ok(())
}

async fn from_a_select(cx: Context) -> Outcome {
    let adapter = three(&cx).await?;
    run(&cx, &adapter, "insert", |w| {
        let ten = w.long(10);
        let projections = vec![
            Projection::named(op(Op::Add, col("id"), ten), "id"),
            Projection::named(op(Op::Concat, col("name"), w.text("!")), "name"),
            Projection::new(col("n")),
            Projection::new(col("ok")),
        ];
        let filter = op(Op::Equal, col("ok"), Expr::Slot(w.slot(DbType::Bool, Value::Bool(true))));
        let source = Select { filter: Some(filter), ..select(projections, w.from("item")) };
        insert(&cx, InsertSource::Select(Box::new(source)))
    })
    .await?;
    let expected =
        ["1|one|10|true", "2|two|∅|false", "3|three|30|true", "11|one!|10|true", "13|three!|30|true"];
    holds(&cx, &adapter, "inserted", &expected).await
}

async fn as_it_was(cx: Context) -> Outcome {
    let adapter = three(&cx).await?;
    run(&cx, &adapter, "update", |w| {
        let filter = op(Op::Equal, col("id"), w.long(3));
        let n = op(Op::Add, col("n"), w.int(1));
        let name = op(Op::Concat, col("name"), w.text("?"));
        let ok = op(Op::Equal, col("n"), w.int(30));
        update(&cx, filter, vec![set("n", n), set("name", name), set("ok", ok)])
    })
    .await?;
    // The last of them too: MySQL's own UPDATE would see the new `n`.
    holds(&cx, &adapter, "changed", &["1|one|10|true", "2|two|∅|false", "3|three?|31|true"]).await
}

async fn violated(cx: Context) -> Outcome {
    let adapter = three(&cx).await?;
    let mut writing = Writing::new(&cx);
    let rows = vec![row(&mut writing, 4, "four"), row(&mut writing, 5, "two")];
    let query = writing.finish(insert(&cx, InsertSource::Rows(rows)));
    let error = must_fail(adapter.query(query).await, &[ErrorKind::UniqueViolation], "a name that is taken")?;
    ensure!(error.adapter().is_some(), "the error does not name its adapter");
    holds(&cx, &adapter, "afterwards", &["1|one|10|true", "2|two|∅|false", "3|three|30|true"]).await
}

async fn returning_insert(cx: Context) -> Outcome {
    dataset::define(&cx, &[NUMBERED]).await?;
    let adapter = cx.adapter().await?;
    let result = run(&cx, &adapter, "insert", |w| Insert {
        with: vec![],
        table: cx.table("numbered"),
        columns: vec!["name".into()],
        source: InsertSource::Rows(vec![vec![w.text("a")], vec![w.text("b")]]),
        on_conflict: None,
        returning: items(&["id", "name"]),
    })
    .await?;
    // Rows are told apart by what is in them: RETURNING has no order.
    let mut got: Vec<(String, i64)> = (0..result.rows.len())
        .map(|at| Ok((result.rows.get(at, 1)?, result.rows.get(at, 0)?)))
        .collect::<Outcome<_>>()?;
    got.sort();
    let names: Vec<&str> = got.iter().map(|(name, _)| name.as_str()).collect();
    ensure_eq!(names, ["a", "b"], "the names given back");
    ensure!(got[0].1 != got[1].1, "two rows have the number {}", got[0].1);
    let all = run(&cx, &adapter, "select", |w| Select {
        order_by: vec![asc(col("name"))],
        ..select(items(&["name", "id"]), w.from("numbered"))
    });
    let expected: Vec<String> = got.iter().map(|(name, id)| format!("{name}|{id}")).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    expect("read back", &all.await?.rows, &[Cell::Text, Cell::Int], &expected)
}

async fn returning_update(cx: Context) -> Outcome {
    let adapter = three(&cx).await?;
    let result = run(&cx, &adapter, "update", |w| {
        let filter = op(Op::Equal, col("id"), w.long(1));
        let n = op(Op::Multiply, col("n"), w.int(2));
        Update { returning: items(COLUMNS), ..update(&cx, filter, vec![set("n", n)]) }
    });
    expect("given back", &result.await?.rows, CELLS, &["1|one|20|true"])?;
    let nothing = run(&cx, &adapter, "update of nothing", |w| {
        let filter = op(Op::Equal, col("id"), w.long(99));
        Update { returning: items(COLUMNS), ..update(&cx, filter, vec![set("n", w.int(2))]) }
    });
    let nothing = nothing.await?;
    expect("given back of nothing", &nothing.rows, CELLS, &[])
}

async fn returning_delete(cx: Context) -> Outcome {
    let adapter = three(&cx).await?;
    let result = run(&cx, &adapter, "delete", |w| Delete {
        with: vec![],
        table: cx.table("item"),
        filter: Some(op(Op::Equal, col("name"), w.text("two"))),
        returning: items(COLUMNS),
    });
    expect("given back", &result.await?.rows, CELLS, &["2|two|∅|false"])?;
    holds(&cx, &adapter, "afterwards", &["1|one|10|true", "3|three|30|true"]).await
}

async fn upsert(cx: Context) -> Outcome {
    let adapter = three(&cx).await?;
    run(&cx, &adapter, "do nothing", |w| {
        let rows = vec![row(w, 2, "other"), row(w, 4, "four"), row(w, 5, "one")];
        Insert { on_conflict: Some(OnConflict::DoNothing), ..insert(&cx, InsertSource::Rows(rows)) }
    })
    .await?;
    let kept = ["1|one|10|true", "2|two|∅|false", "3|three|30|true", "4|four|7|∅"];
    holds(&cx, &adapter, "left as they were", &kept).await?;
    run(&cx, &adapter, "do update", |w| {
        let rows = vec![row(w, 3, "drei"), row(w, 6, "six")];
        let sum = op(Op::Add, col("n"), Expr::Excluded("n".into()));
        let set = vec![set("name", Expr::Excluded("name".into())), set("n", sum)];
        let on_conflict = Some(OnConflict::DoUpdate { target: vec!["id".into()], set });
        Insert { on_conflict, ..insert(&cx, InsertSource::Rows(rows)) }
    })
    .await?;
    let changed = ["1|one|10|true", "2|two|∅|false", "3|drei|37|true", "4|four|7|∅", "6|six|7|∅"];
    holds(&cx, &adapter, "changed", &changed).await
}

async fn arrays(cx: Context) -> Outcome {
    let adapter = three(&cx).await?;
    run(&cx, &adapter, "insert", |w| {
        let texts = |texts: [&str; 2]| texts.map(|text| Value::Text(text.to_owned())).to_vec();
        let columns = vec![
            w.array(DbType::Int64, vec![Value::Int64(4), Value::Int64(5)]),
            w.array(DbType::Text, texts(["a,\"b\"", ""])),
            w.array(DbType::Int32, vec![Value::Null(DbType::Int32), Value::Int32(-1)]),
            w.array(DbType::Bool, vec![Value::Bool(false), Value::Null(DbType::Bool)]),
        ];
        insert(&cx, InsertSource::Arrays(columns))
    })
    .await?;
    let expected = ["1|one|10|true", "2|two|∅|false", "3|three|30|true", "4|a,\"b\"|∅|false", "5||-1|∅"];
    holds(&cx, &adapter, "inserted", &expected).await
}

async fn default_in_rows(cx: Context) -> Outcome {
    dataset::define(&cx, &[NUMBERED]).await?;
    let adapter = cx.adapter().await?;
    run(&cx, &adapter, "insert", |w| Insert {
        with: vec![],
        table: cx.table("numbered"),
        columns: vec!["id".into(), "name".into()],
        source: InsertSource::Rows(vec![
            vec![w.long(500), w.text("stated")],
            vec![Expr::Default, w.text("numbered")],
        ]),
        on_conflict: None,
        returning: vec![],
    })
    .await?;
    let all = run(&cx, &adapter, "select", |w| Select {
        order_by: vec![asc(col("name"))],
        ..select(items(&["name", "id"]), w.from("numbered"))
    })
    .await?;
    ensure_eq!(all.rows.len(), 2, "rows");
    ensure_eq!(all.rows.get::<i64>(1, 1)?, 500, "the number that was stated");
    let numbered: i64 = all.rows.get(0, 1)?;
    ensure!(numbered > 0 && numbered != 500, "the number that was generated is {numbered}");
    Ok(())
}

async fn writing_ctes(cx: Context) -> Outcome {
    let adapter = three(&cx).await?;
    let result = run(&cx, &adapter, "select", |w| {
        let rows = vec![row(w, 4, "four"), row(w, 5, "five")];
        let added = Insert { returning: items(COLUMNS), ..insert(&cx, InsertSource::Rows(rows)) };
        let removed = Delete {
            with: vec![],
            table: cx.table("item"),
            filter: Some(op(Op::Equal, col("id"), w.long(1))),
            returning: items(&["id"]),
        };
        let cte = |name: &str, body| Cte { name: name.into(), columns: vec![], body };
        Select {
            with: vec![
                cte("added", CteBody::Insert(Box::new(added))),
                cte("removed", CteBody::Delete(Box::new(removed))),
            ],
            order_by: vec![asc(col("id"))],
            ..select(items(COLUMNS), Source::table("added"))
        }
    });
    expect("given back", &result.await?.rows, CELLS, &["4|four|7|∅", "5|five|7|∅"])?;
    let expected = ["2|two|∅|false", "3|three|30|true", "4|four|7|∅", "5|five|7|∅"];
    holds(&cx, &adapter, "afterwards", &expected).await
}

async fn sequences(cx: Context) -> Outcome {
    dataset::define(&cx, &[NUMBERED]).await?;
    let adapter = cx.adapter().await?;
    let mut drawn = Vec::new();
    for _ in 0..3 {
        let next = Expr::Call(Function::NextId { table: cx.table("numbered"), column: "id".into() }, vec![]);
        let result = run(&cx, &adapter, "draw", |_| Select {
            projections: vec![Projection::named(next, "id")],
            ..Select::default()
        });
        drawn.push(result.await?.rows.get::<i64>(0, 0)?);
    }
    ensure!(drawn[0] < drawn[1] && drawn[1] < drawn[2], "the numbers drawn are {drawn:?}");
    let result = run(&cx, &adapter, "insert", |w| Insert {
        with: vec![],
        table: cx.table("numbered"),
        columns: vec!["name".into()],
        source: InsertSource::Rows(vec![vec![w.text("next")]]),
        on_conflict: None,
        returning: vec![],
    });
    result.await?;
    let all = run(&cx, &adapter, "select", |w| select(items(&["id"]), w.from("numbered"))).await?;
    let id: i64 = all.rows.get(0, 0)?;
    ensure!(id > drawn[2], "the row has the number {id}, which was drawn before: {drawn:?}");
    Ok(())
}

async fn clocks(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let now = || Expr::Cast(Box::new(Expr::Call(Function::NowUtc, vec![])), DbType::Timestamp);
    let result = run(&cx, &adapter, "select", |_| Select {
        projections: vec![Projection::named(now(), "a"), Projection::named(now(), "b")],
        ..Select::default()
    })
    .await?;
    let (first, second): (Value, Value) = (result.rows.get(0, 0)?, result.rows.get(0, 1)?);
    ensure_eq!(first, second, "two readings within a statement");
    let micros = match first {
        Value::Timestamp(at) => at.unix_microseconds(),
        // A database without a type for it gives its text.
        Value::Text(text) => parsed(&text).and_then(Timestamp::unix_microseconds),
        other => return Err(crate::Stop::fail(format!("{other:?} is no timestamp"))),
    };
    let micros = micros.ok_or_else(|| crate::Stop::fail("the clock has no finite time"))?;
    let ours = i128::try_from(cx.runtime().unix_time().as_micros()).unwrap_or_default();
    // Two hours: less than any zone's shift that a mistake would bring in, more than clocks of machines differ.
    ensure!(
        (micros - ours).abs() < 2 * 3600 * 1_000_000,
        "the database's clock is {} s away",
        (micros - ours) / 1_000_000
    );
    Ok(())
}

/// `2021-01-01 00:00:00`, with more or fewer digits of a second.
fn parsed(text: &str) -> Option<Timestamp> {
    dataset::chinook::timestamp(text)
}

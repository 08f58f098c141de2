//! NULL of every type, in every place.

use drivetrain_adapter_api::value::{Date, Decimal, Interval, Json, Time, Timestamp, TimestampTz, Uuid};
use drivetrain_adapter_api::{DbType, Dialect, Error, ErrorKind, FromCell, Prepare, Rows, Value};

use crate::case::{ALL, Case, Need, PG, case};
use crate::cases::values::{all_types, insert, one_row};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "NULL-01",
        Null,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "NULL of every type is a parameter and a cell",
        every_type
    ),
    case!(
        "NULL-02",
        Null,
        L0,
        ALL,
        [],
        ["R-2"],
        "NULL where the Rust type takes none is an error that names the column",
        unexpected
    ),
    case!(
        "NULL-05",
        Null,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9", "R-1"],
        "NULL and values take turns from row to row",
        interleaved
    ),
    case!(
        "NULL-06",
        Null,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9", "R-1"],
        "a first row of NULL decides nothing about the next",
        first_row
    ),
    case!(
        "NULL-07",
        Null,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "a row of NULL alone, wider than a bitmap's byte and word",
        wide_row
    ),
    case!("NULL-08", Null, L0, PG, [], ["A-9"], "NULL within an array and a composite", within),
];

/// Every type of the data files: a table with a column of each, a row of NULL by SQL text, and one by typed slots.
async fn every_type(cx: Context) -> Outcome {
    let types = all_types(&cx);
    ensure!(types.len() > 10, "the data files have {} types of this dialect", types.len());
    let mut made: Vec<_> = types.iter().flat_map(|ty| ty.setup.iter().cloned()).collect();
    let columns: Vec<_> = (0..).zip(&types).map(|(at, ty): (usize, _)| format!("c{at} {}", ty.sql)).collect();
    made.push(format!("create table {{t:t}} (id {{int4}} primary key, {})", columns.join(", ")));
    cx.prepare(&made.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let adapter = cx.adapter().await?;

    let names: Vec<_> = (0..types.len()).map(|at| format!("c{at}")).collect();
    let params: Vec<_> = (1..=types.len()).map(|at| format!("{{{at}}}")).collect();
    let text = format!("insert into {{t:t}} (id, {}) values (1, {})", names.join(", "), params.join(", "));
    let untyped = cx.raw(&text, vec![Value::NULL; types.len()]);
    let mut slots = vec![("id", DbType::Int32)];
    slots.extend(names.iter().map(String::as_str).zip(types.iter().map(|ty| ty.slot.clone())));
    let mut values = vec![Value::Int32(2)];
    values.extend(types.iter().map(|ty| Value::Null(ty.slot.clone())));
    for (form, query) in
        [("an insert of text", untyped), ("an abstract insert", insert(&cx, "t", &slots, values))]
    {
        adapter.query(query).await.within(form)?;
    }
    let not_null: Vec<_> = names.iter().map(|name| format!("{name} is not null")).collect();
    let seen =
        cx.oracle_cell(&format!("select count(*) from {{t:t}} where {}", not_null.join(" or "))).await?;
    ensure_eq!(seen.as_deref(), Some("0"), "rows in which the oracle sees a value");
    ensure_eq!(cx.oracle_count("t").await?, 2, "rows");

    let read = cx.raw(&format!("select {} from {{t:t}}", names.join(", ")), vec![]);
    for prepare in [Prepare::Never, Prepare::Auto, Prepare::Auto] {
        all_null(&adapter.query(read.clone().with_prepare(prepare)).await?.rows, 2)?;
    }
    let alone: Vec<_> =
        (1..).zip(&types).map(|(at, ty): (usize, _)| ty.alone(&format!("{{{at}}}"))).collect();
    let alone = cx.raw(&format!("select {}", alone.join(", ")), vec![Value::NULL; types.len()]);
    all_null(&adapter.query(alone).await.within("parameters")?.rows, 1).within("parameters")
}

fn all_null(rows: &Rows, count: usize) -> Outcome {
    ensure_eq!(rows.len(), count, "rows");
    for row in 0..count {
        for (column, known) in rows.columns().iter().enumerate() {
            let cell = rows.cell(row, column).within(&known.name)?;
            ensure!(cell.is_null(), "row {row}, column {}: {cell:?}", known.name);
        }
    }
    Ok(())
}

async fn unexpected(cx: Context) -> Outcome {
    fn read<'a, T: FromCell<'a>>(rows: &'a Rows) -> (Option<Error>, bool) {
        (rows.get::<T>(0, 0).err(), matches!(rows.get::<Option<T>>(0, 0), Ok(None)))
    }
    let rows = one_row(&cx, "select null as missing, 7 as beside", vec![]).await?;
    let all = [
        ("bool", read::<bool>(&rows)),
        ("i16", read::<i16>(&rows)),
        ("i32", read::<i32>(&rows)),
        ("i64", read::<i64>(&rows)),
        ("u64", read::<u64>(&rows)),
        ("f32", read::<f32>(&rows)),
        ("f64", read::<f64>(&rows)),
        ("String", read::<String>(&rows)),
        ("&str", read::<&str>(&rows)),
        ("Vec<u8>", read::<Vec<u8>>(&rows)),
        ("Decimal", read::<Decimal>(&rows)),
        ("Uuid", read::<Uuid>(&rows)),
        ("Date", read::<Date>(&rows)),
        ("Time", read::<Time>(&rows)),
        ("Timestamp", read::<Timestamp>(&rows)),
        ("TimestampTz", read::<TimestampTz>(&rows)),
        ("Interval", read::<Interval>(&rows)),
        ("Json", read::<Json>(&rows)),
        ("Vec<i64>", read::<Vec<i64>>(&rows)),
    ];
    for (ty, (error, none)) in all {
        let error = must_fail(error.map_or(Ok(()), Err), &[ErrorKind::UnexpectedNull], ty)?;
        ensure_eq!(error.column(), Some("missing"), "the column that the error names ({ty})");
        ensure!(none, "NULL is not None as Option<{ty}>");
    }
    ensure_eq!(rows.get::<i64>(0, 1)?, 7, "the cell beside it");
    Ok(())
}

/// Three columns that are NULL in other rows each.
async fn interleaved(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, a {int4}, b {text}, c {float8})"]).await?;
    let adapter = cx.adapter().await?;
    let columns = [("id", DbType::Int32), ("a", DbType::Int32), ("b", DbType::Text), ("c", DbType::Float64)];
    let a = |id: i32| if id % 2 == 0 { Some(id * 3) } else { None };
    let b = |id: i32| if id % 3 == 0 { Some(format!("row {id}")) } else { None };
    let c = |id: i32| if id % 5 != 0 { Some(f64::from(id) + 0.5) } else { None };
    for id in 0..60 {
        let values = vec![
            Value::Int32(id),
            a(id).map_or(Value::Null(DbType::Int32), Value::Int32),
            b(id).map_or(Value::Null(DbType::Text), Value::Text),
            c(id).map_or(Value::Null(DbType::Float64), Value::Float64),
        ];
        adapter.query(insert(&cx, "t", &columns, values)).await.within(id)?;
    }
    let seen = cx.oracle_rows("select count(a), count(b), count(c) from {t:t}").await?;
    let counts: Vec<_> = seen.iter().flatten().map(|cell| cell.as_deref().unwrap_or_default()).collect();
    ensure_eq!(counts, ["30", "20", "48"], "values that the oracle counts");
    let query = cx.raw("select a, b, c from {t:t} order by id", vec![]);
    for prepare in [Prepare::Never, Prepare::Auto, Prepare::Auto] {
        let rows = adapter.query(query.clone().with_prepare(prepare)).await?.rows;
        ensure_eq!(rows.len(), 60, "rows");
        // Read from the last to the first: a cell does not depend on those before it.
        for id in (0..60).rev() {
            let row = usize::try_from(id).expect("not negative");
            ensure_eq!(rows.get::<Option<i32>>(row, 0)?, a(id), "row {id}, a");
            ensure_eq!(rows.get::<Option<String>>(row, 1)?, b(id), "row {id}, b");
            ensure_eq!(rows.get::<Option<f64>>(row, 2)?, c(id), "row {id}, c");
        }
    }
    Ok(())
}

async fn first_row(cx: Context) -> Outcome {
    let (number, text) = match cx.dialect() {
        // Columns without a type, where only the cells tell.
        Dialect::Sqlite => ("", ""),
        _ => ("{int8}", "{text}"),
    };
    cx.prepare(&[
        &format!("create table {{t:t}} (id {{int4}} primary key, n {number}, s {text})"),
        "insert into {t:t} values (1, null, null), (2, 9007199254740993, 'seven'), (3, null, ''), (4, 0, null)",
    ])
    .await?;
    ensure_eq!(cx.oracle_count("t").await?, 4, "rows");
    let rows = cx.query("select n, s, n + 0, coalesce(s, null) from {t:t} order by id", vec![]).await?.rows;
    let numbers = [None, Some(9_007_199_254_740_993), None, Some(0)];
    let texts = [None, Some("seven"), Some(""), None];
    for row in 0..4 {
        for column in [0, 2] {
            ensure_eq!(rows.get::<Option<i64>>(row, column)?, numbers[row], "row {row}, column {column}");
            ensure_eq!(
                rows.get::<Option<&str>>(row, column + 1)?,
                texts[row],
                "row {row}, column {}",
                column + 1
            );
        }
    }
    Ok(())
}

async fn wide_row(cx: Context) -> Outcome {
    const WIDTH: usize = 130;
    let names: Vec<_> = (0..WIDTH).map(|at| format!("c{at}")).collect();
    let types = ["{int4}", "{text}", "{float8}"];
    let columns: Vec<_> =
        names.iter().enumerate().map(|(at, name)| format!("{name} {}", types[at % 3])).collect();
    cx.prepare(&[
        &format!("create table {{t:t}} (id {{int4}} primary key, {})", columns.join(", ")),
        "insert into {t:t} (id) values (1)",
        "insert into {t:t} (id, c0, c7, c8, c63, c64, c129) values (2, 1, '7', 8.5, 63, '64', 129)",
    ])
    .await?;
    let params: Vec<_> = (1..=WIDTH).map(|at| format!("{{{at}}}")).collect();
    let text = format!("insert into {{t:t}} values (3, {})", params.join(", "));
    cx.query(&text, vec![Value::NULL; WIDTH]).await?;
    let none = cx
        .oracle_cell(&format!("select coalesce({}) from {{t:t}} where id = 3", as_texts(&cx, &names)))
        .await?;
    ensure_eq!(none, None, "the first value that the oracle sees in what the adapter wrote");
    let rows = cx.query(&format!("select {} from {{t:t}} order by id", names.join(", ")), vec![]).await?.rows;
    ensure_eq!((rows.len(), rows.columns().len()), (3, WIDTH), "rows and columns");
    for column in 0..WIDTH {
        let has_value = [0, 7, 8, 63, 64, 129].contains(&column);
        let null = [0, 1, 2].map(|row| rows.cell(row, column).map(|cell| cell.is_null()));
        let [first, second, third] = null;
        ensure_eq!((first?, second?, third?), (true, !has_value, true), "what is NULL in column {column}");
    }
    ensure_eq!(rows.get::<String>(1, 64)?, "64", "the value in column 64");
    ensure_eq!(rows.get::<i64>(1, 129)?, 129, "the value in column 129");
    Ok(())
}

fn as_texts(cx: &Context, names: &[String]) -> String {
    let ty = if cx.dialect() == Dialect::MySql { "char" } else { "text" };
    names.iter().map(|name| format!("cast({name} as {ty})")).collect::<Vec<_>>().join(", ")
}

async fn within(cx: Context) -> Outcome {
    let sql = "select array[null, 1, null]::int4[], array[null]::text[], array[array[1, null], array[null, 4]], \
               row(null, 1, null), row(null), null::int4[]";
    let rows = one_row(&cx, sql, vec![]).await?;
    ensure_eq!(rows.get::<Vec<Option<i32>>>(0, 0)?, [None, Some(1), None], "an array of integers");
    ensure_eq!(rows.get::<Vec<Option<String>>>(0, 1)?, [None], "an array of texts");
    let Value::Array(array) = rows.get::<Value>(0, 2)? else {
        return Err(crate::Stop::fail("an array of two dimensions is read as something else"));
    };
    ensure_eq!(
        array.values(),
        [Value::Int32(1), Value::NULL, Value::NULL, Value::Int32(4)],
        "two dimensions"
    );
    ensure_eq!(rows.get::<String>(0, 3)?, "(,1,)", "a composite");
    ensure_eq!(rows.get::<String>(0, 4)?, "()", "a composite of NULL alone");
    ensure!(rows.cell(0, 5)?.is_null(), "an array that is NULL");
    must_fail(rows.get::<Vec<i32>>(0, 0), &[ErrorKind::UnexpectedNull], "NULL in an array as i32")?;
    Ok(())
}

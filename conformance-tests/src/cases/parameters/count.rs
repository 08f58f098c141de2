//! How many parameters there are, where they stand, and what becomes of too few and too many.

use drivetrain_adapter_api::value::{Decimal, Uuid};
use drivetrain_adapter_api::{Batch, ErrorKind, Query, SharedAdapter, TransactionOptions, Value};

use crate::case::{ALL, Case, HTTP, L, M, Need, P, PG, W, case};
use crate::cases::helpers::{by_dialect, column, mismatched, only};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!("PARAM-01", Parameters, L0, ALL, [], ["A-21"], "a statement without parameters runs", none),
    case!(
        "PARAM-02",
        Parameters,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "one parameter arrives in its column",
        one
    ),
    case!(
        "PARAM-03",
        Parameters,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "ten parameters of ten types arrive, each in its own column",
        ten
    ),
    case!(
        "PARAM-04",
        Parameters,
        L0,
        ALL,
        [Need::Oracle],
        ["A-3", "A-6"],
        "too few and too many values are refused, and nothing is written",
        wrong_count
    ),
    case!(
        "PARAM-05",
        Parameters,
        L0,
        PG.or(L),
        [],
        ["A-9"],
        "a parameter that is used twice has one value",
        used_twice
    ),
    case!(
        "PARAM-06",
        Parameters,
        L0,
        PG.or(L),
        [],
        ["A-9"],
        "parameters go by their number, not by where they stand",
        out_of_order
    ),
    case!("PARAM-07", Parameters, L0, P.or(W), [], ["A-2"], "65535 parameters are taken", at_the_limit),
    case!(
        "PARAM-08",
        Parameters,
        L0,
        ALL,
        [],
        ["A-3", "A-6"],
        "65536 and more parameters are refused by the client, or work where no limit is declared",
        beyond_the_limit
    ),
    case!(
        "PARAM-09",
        Parameters,
        L0,
        L,
        [],
        ["A-2", "A-3"],
        "as many parameters as are declared are taken, one more is refused, and so is too deep an expression",
        limits_of_sqlite
    ),
    case!(
        "PARAM-10",
        Parameters,
        L0,
        M,
        [],
        ["A-2", "A-3"],
        "65535 parameters are taken, and 65536 are refused where that is declared",
        limits_of_mysql
    ),
    case!(
        "PARAM-24",
        Parameters,
        L0,
        ALL,
        [Need::Oracle, Need::AtomicBatch],
        ["A-30", "A-33", "A-6"],
        "a wrong number of values in one query of a batch: nothing of the batch happens",
        wrong_count_in_a_batch
    ),
];

async fn none(cx: Context) -> Outcome {
    for _ in 0..2 {
        let result = cx.query("select 41 + 1", vec![]).await?;
        ensure_eq!(only::<i64>(&result.rows)?, 42, "the sum");
    }
    Ok(())
}

async fn one(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v {int4})"]).await?;
    cx.query("insert into {t:t} values ({1})", vec![Value::Int32(-42)]).await?;
    ensure_eq!(cx.oracle_cell("select v from {t:t}").await?.as_deref(), Some("-42"), "the value written");
    let found = cx.query("select v from {t:t} where v = {1}", vec![Value::Int32(-42)]).await?;
    ensure_eq!(only::<i32>(&found.rows)?, -42, "the value found by itself");
    let other = cx.query("select v from {t:t} where v = {1}", vec![Value::Int32(42)]).await?;
    ensure!(other.rows.is_empty(), "another value finds the row too");
    Ok(())
}

async fn ten(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (a {bool}, b {int2}, c {int4}, d {int8}, e {float8}, f {decimal}, g {text}, \
                  h {bytes}, i {uuid}, j {int4})",
    ])
    .await?;
    let uuid = Uuid::from_bytes([0x10, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xfe]);
    let decimal = "12345.678".parse::<Decimal>().within("a decimal")?;
    let values = vec![
        Value::Bool(true),
        Value::Int16(-2),
        Value::Int32(3),
        Value::Int64(4_000_000_000),
        Value::Float64(0.5),
        Value::Decimal(decimal),
        Value::Text("seven".into()),
        Value::Bytes(vec![8, 0, 255]),
        Value::Uuid(uuid),
        Value::NULL,
    ];
    let sql = "insert into {t:t} values ({1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}, {10})";
    cx.query(sql, values).await?;
    let blob = by_dialect(&cx, [r"'\x0800ff'::bytea", "x'0800ff'", "x'0800ff'"]);
    let judged = format!(
        "select count(*) from {{t:t}} where a and b = -2 and c = 3 and d = 4000000000 and e = 0.5 \
         and f = 12345.678 and g = 'seven' and h = {blob} and i = '{uuid}' and j is null"
    );
    ensure_eq!(cx.oracle_cell(&judged).await?.as_deref(), Some("1"), "rows that are as they were written");
    let rows = cx.query("select * from {t:t}", vec![]).await?.rows;
    ensure_eq!(rows.columns().len(), 10, "columns");
    ensure!(rows.get::<bool>(0, 0)?, "a");
    ensure_eq!(rows.get::<i16>(0, 1)?, -2, "b");
    ensure_eq!(rows.get::<i64>(0, 3)?, 4_000_000_000, "d");
    ensure_eq!(rows.get::<String>(0, 6)?, "seven", "g");
    ensure_eq!(rows.get::<Vec<u8>>(0, 7)?, [8, 0, 255], "h");
    ensure_eq!(rows.get::<Uuid>(0, 8)?, uuid, "i");
    ensure_eq!(rows.get::<Option<i32>>(0, 9)?, None, "j");
    Ok(())
}

async fn wrong_count(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (a {int4}, b {int4})"]).await?;
    let adapter = cx.adapter().await?;
    let one = || vec![Value::Int32(1)];
    let three = || vec![Value::Int32(1), Value::Int32(2), Value::Int32(3)];
    let insert = "insert into {t:t} values ({1}, {2})";
    let wrong: [(&str, Query); 6] = [
        ("one value for a statement of two", mismatched(&cx, insert, 2, one())),
        ("three values for a statement of two", mismatched(&cx, insert, 2, three())),
        ("no values for a statement of two", mismatched(&cx, insert, 2, vec![])),
        // The number of slots is right here, and the text has another number of placeholders.
        ("one value for a text with two places", cx.raw(insert, one())),
        ("three values for a text with two places", cx.raw(insert, three())),
        ("one value for a text with no place", cx.raw("insert into {t:t} values (7, 8)", one())),
    ];
    for (what, query) in wrong {
        must_fail(adapter.query(query).await, &[ErrorKind::ParameterCount], what)?;
        cx.check_usable(&adapter).await.within(what)?;
    }
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows written by statements that were refused");
    Ok(())
}

async fn used_twice(cx: Context) -> Outcome {
    let sql = "select cast({1} as {text}), cast({2} as {text}), cast({1} as {text})";
    let rows = cx.query(sql, vec![Value::Text("one".into()), Value::Text("two".into())]).await?.rows;
    let cells = [rows.get::<String>(0, 0)?, rows.get::<String>(0, 1)?, rows.get::<String>(0, 2)?];
    ensure_eq!(cells, ["one", "two", "one"], "the cells");
    Ok(())
}

async fn out_of_order(cx: Context) -> Outcome {
    let sql = "select cast({3} as {text}), cast({1} as {text}), cast({2} as {text})";
    let values = ["one", "two", "three"].map(|text| Value::Text(text.into())).to_vec();
    let rows = cx.query(sql, values).await?.rows;
    let cells = [rows.get::<String>(0, 0)?, rows.get::<String>(0, 1)?, rows.get::<String>(0, 2)?];
    ensure_eq!(cells, ["three", "one", "two"], "the cells");
    Ok(())
}

/// The placeholders from the first to the last, in `form`, in which `#` is the placeholder.
fn places(cx: &Context, last: usize, form: &str) -> String {
    let place = |number: usize| form.replace('#', &cx.sql(&format!("{{{number}}}")));
    (1..=last).map(place).collect::<Vec<_>>().join(", ")
}

fn small_numbers(count: usize) -> Vec<Value> {
    (0..count).map(|at| Value::Int32(i32::try_from(at % 1000).unwrap_or_default())).collect()
}

async fn at_the_limit(cx: Context) -> Outcome {
    let limit = cx.capabilities().max_parameters();
    ensure_eq!(limit, Some(65_535), "the declared limit, which is the protocol's");
    let sql =
        format!("select count(*), sum(x) from unnest(array[{}]::int4[]) as x", places(&cx, 65_535, "#"));
    let adapter = cx.adapter().await?;
    let rows = adapter.query(Query::raw(sql, small_numbers(65_535))).await?.rows;
    ensure_eq!(rows.get::<i64>(0, 0)?, 65_535, "values that arrived");
    let sum: i64 = (0..65_535).map(|at| at % 1000).sum();
    ensure_eq!(rows.get::<i64>(0, 1)?, sum, "their sum");
    Ok(())
}

async fn beyond_the_limit(cx: Context) -> Outcome {
    let limit = cx.capabilities().max_parameters();
    let around = cx.bare_with(cx.setup()).await?;
    let checked = cx.adapter().await?;
    find_the_last(&cx, &checked, 5_000).await?;
    for count in [65_536, 65_537, 131_073] {
        // The text takes one value: a count that is cut to 16 bits would make some of these succeed.
        let sql = cx.sql("select cast({1} as {text})").replace("longtext", "char");
        let query = || Query::raw(sql.clone(), vec![Value::Text("x".into()); count]);
        if limit.is_some_and(|limit| limit < count as u64) {
            for (name, adapter) in [("behind the check", &checked), ("around the check", &around)] {
                let what = format!("{count} parameters {name}");
                let error = must_fail(adapter.query(query()).await, &[ErrorKind::TooManyParameters], &what)?;
                let answered = error.sqlstate().is_some() || error.code().is_some();
                ensure!(!answered, "{what}: refused by the server ({error}), not by the client");
                cx.check_usable(adapter).await.within(&what)?;
            }
        } else {
            must_fail(checked.query(query()).await, &[ErrorKind::ParameterCount], count)?;
            find_the_last(&cx, &checked, count).await?;
        }
    }
    Ok(())
}

/// Looks for a number in a list of parameters that has it at its end, and in one that has it nowhere.
async fn find_the_last(cx: &Context, adapter: &SharedAdapter, count: usize) -> Outcome {
    let list = places(cx, count, "#");
    let (first, others) = list.split_once(", ").unwrap_or((&list, "null"));
    let sql = format!("select case when {first} in ({others}) then 1 else 0 end");
    for (last, found) in [(7_777, 1), (0, 0)] {
        let mut values = vec![Value::Int32(0); count];
        values[0] = Value::Int32(7_777);
        values[count - 1] = Value::Int32(last);
        let rows =
            adapter.query(Query::raw(sql.clone(), values)).await.within(format!("{count} parameters"))?.rows;
        ensure_eq!(only::<i64>(&rows)?, found, "whether the last of {count} parameters is found");
    }
    Ok(())
}

async fn limits_of_mysql(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let limit = cx.capabilities().max_parameters();
    for count in [65_535, 65_536] {
        if limit.is_some_and(|limit| limit < count as u64) {
            let query = Query::raw("select ?", vec![Value::Int32(1); count]);
            let refused = adapter.query(query).await;
            must_fail(refused, &[ErrorKind::TooManyParameters], format!("{count} parameters"))?;
            cx.check_usable(&adapter).await?;
        } else {
            find_the_last(&cx, &adapter, count).await?;
        }
    }
    Ok(())
}

async fn limits_of_sqlite(cx: Context) -> Outcome {
    let limit = cx.capabilities().max_parameters().ok_or_else(|| {
        Stop::fail("SQLite limits the parameters of a statement, and the adapter declares no limit")
    })?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let adapter = cx.adapter().await?;
    let values = |count| format!("select count(*), sum(column1) from (values {})", places(&cx, count, "(#)"));
    let rows = adapter.query(Query::raw(values(limit), small_numbers(limit))).await?.rows;
    ensure_eq!(column::<i64>(&rows, 0)?, [i64::try_from(limit).unwrap_or_default()], "values that arrived");
    let sum: i64 = (0..limit).map(|at| i64::try_from(at % 1000).unwrap_or_default()).sum();
    ensure_eq!(rows.get::<i64>(0, 1)?, sum, "their sum");
    let more = adapter.query(Query::raw(values(limit + 1), small_numbers(limit + 1))).await;
    must_fail(more, &[ErrorKind::TooManyParameters], "one parameter more")?;
    cx.check_usable(&adapter).await?;
    // SQLite limits the depth of expressions to 1000 unless it was built otherwise.
    let deep = format!("select 1 where {}", vec!["?1 = 1"; 20_000].join(" or "));
    let deep = adapter.query(Query::raw(deep, vec![Value::Int64(1)])).await;
    must_fail(deep, &[ErrorKind::LimitExceeded, ErrorKind::Syntax], "an expression 20000 deep")?;
    cx.check_usable(&adapter).await
}

async fn wrong_count_in_a_batch(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (a {int4})"]).await?;
    let adapter = cx.adapter().await?;
    let insert = || cx.raw("insert into {t:t} values ({1})", vec![Value::Int32(1)]);
    let two = || vec![Value::Int32(1), Value::Int32(2)];
    let by_slots = || mismatched(&cx, "insert into {t:t} values ({1})", 1, two());
    let by_text = || cx.raw("insert into {t:t} values ({1})", two());
    let atomic = |queries| Batch::atomic(queries, TransactionOptions::new());
    let wrong = [
        ("known beforehand, atomic", atomic(vec![insert(), by_slots(), insert()])),
        ("known beforehand, each by itself", Batch::new(vec![insert(), by_slots(), insert()])),
        ("known to the server, atomic", atomic(vec![insert(), by_text(), insert()])),
    ];
    for (what, batch) in wrong {
        let error = must_fail(adapter.batch(batch).await, &[ErrorKind::ParameterCount], what)?;
        // The answer to a batch over HTTP may not tell.
        let may_be_silent = HTTP.contains(cx.place()) && what.starts_with("known to the server");
        let told = error.batch_index();
        ensure!(
            told == Some(1) || told.is_none() && may_be_silent,
            "{what}: the query that is reported: {told:?}"
        );
        ensure_eq!(cx.oracle_count("t").await?, 0, "{what}: rows written");
        cx.check_usable(&adapter).await.within(what)?;
    }
    Ok(())
}

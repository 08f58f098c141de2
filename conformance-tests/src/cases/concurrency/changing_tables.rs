//! Tables that change while they are read.

use drivetrain_adapter_api::SharedAdapter;
use futures_util::future::{join, join_all};

use crate::case::{ALL, Case, Need, case};
use crate::cases::transactions::support::RAW;
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "CONC-10",
        Concurrency,
        L2,
        ALL,
        [RAW, Need::Oracle],
        ["A-6", "A-22"],
        "after a table has changed, every connection that knew it gives its rows as they are now",
        after_a_change
    ),
    case!(
        "CONC-10.WHILE",
        Concurrency,
        L2,
        ALL,
        [RAW, Need::Oracle],
        ["A-6", "A-22"],
        "while a table is changed, every query gives its rows as they were or as they are, never a mixture",
        while_it_changes
    )
    .within_seconds(20),
];

const READ: &str = "select * from {t:t} order by id";

async fn prepare(cx: &Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {int8})", "insert into {t:t} values (1, 10)"])
        .await
}

/// How many columns a read gives; each must have the value that it was made with.
async fn width(cx: &Context, adapter: &SharedAdapter) -> Outcome<usize> {
    let result = adapter.query(cx.raw(READ, vec![])).await?;
    let columns: Vec<_> = result.rows.columns().iter().map(|column| column.name.to_string()).collect();
    ensure_eq!(result.rows.len(), 1, "rows");
    ensure!(columns.starts_with(&["id".to_owned(), "v".to_owned()]), "the columns are {columns:?}");
    for (at, name) in columns.iter().enumerate().skip(2) {
        let number: Option<i64> = name.strip_prefix('c').and_then(|number| number.parse().ok());
        ensure_eq!(Some(result.rows.get::<i64>(0, at)?), number, "the cell of column {name}");
    }
    Ok(columns.len())
}

async fn at_once(cx: &Context, adapter: &SharedAdapter) -> Outcome<Vec<usize>> {
    join_all((0..8).map(|_| width(cx, adapter))).await.into_iter().collect()
}

async fn after_a_change(cx: Context) -> Outcome {
    prepare(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut expected = 2;
    for number in 1..=3 {
        // Often enough for every connection to have prepared it.
        for _ in 0..3 {
            ensure_eq!(at_once(&cx, &adapter).await?, [expected; 8], "columns before change {number}");
        }
        cx.oracle_rows(&format!("alter table {{t:t}} add column c{number} {{int4}} default {number}"))
            .await?;
        expected += 1;
        ensure_eq!(at_once(&cx, &adapter).await?, [expected; 8], "columns after change {number}");
    }
    cx.check_usable(&adapter).await
}

async fn while_it_changes(cx: Context) -> Outcome {
    prepare(&cx).await?;
    let adapter = cx.adapter().await?;
    let reader = async |_: u8| -> Outcome {
        let mut last = 2;
        for _ in 0..30 {
            let width = width(&cx, &adapter).await.within("a read while the table is changed")?;
            ensure!(width >= last, "the table had {last} columns, and now it has {width}");
            last = width;
        }
        Ok(())
    };
    let changes = async {
        for number in 1..=5 {
            let sql = format!("alter table {{t:t}} add column c{number} {{int4}} default {number}");
            let changed = adapter.query(cx.raw(&sql, vec![])).await;
            changed.within(format_args!("change {number}"))?;
        }
        Ok(())
    };
    let (read, changed): (Vec<Outcome>, Outcome) = join(join_all((0..4).map(reader)), changes).await;
    changed?;
    for outcome in read {
        outcome?;
    }
    let width = width(&cx, &adapter).await?;
    let told = cx.oracle_rows(READ).await?.first().map(Vec::len);
    ensure_eq!(Some(width), told, "columns in the end");
    cx.check_usable(&adapter).await
}

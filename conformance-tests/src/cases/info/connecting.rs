//! A valid configuration gives a connection that answers.

use crate::case::{ALL, Case, Need, case};
use crate::outcome::ensure_eq;
use crate::{Context, Outcome};

pub(super) const CASES: &[Case] = &[
    case!(
        "INFO-01",
        Info,
        L0,
        ALL,
        [],
        ["A-21", "A-22"],
        "a valid configuration answers `select 1`",
        answers
    ),
    case!("INFO-12", Info, L0, ALL, [Need::Oracle], ["A-70"], "a health check changes nothing", health_check),
];

async fn answers(cx: Context) -> Outcome {
    let result = cx.query("select 1", vec![]).await?;
    ensure_eq!((result.rows.len(), result.rows.columns().len()), (1, 1), "rows and columns");
    ensure_eq!(result.rows.get::<i64>(0, 0)?, 1, "the cell");
    Ok(())
}

async fn health_check(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)", "insert into {t:t} values (1)"]).await?;
    let adapter = cx.adapter().await?;
    adapter.health_check().await?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows afterwards");
    cx.check_usable(&adapter).await
}

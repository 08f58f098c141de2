//! Arrays: elements, NULLs, dimensions, bounds.

use drivetrain_adapter_api::value::Array;
use drivetrain_adapter_api::{Capability, DbType, Value};

use crate::case::{Case, Need, PG, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Within as _};

use super::checks::insert;
use super::matrix::{Caller, Mode, boundary};

pub(super) const CASES: &[Case] = &[
    case!(
        "TYPE-111",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "small and large arrays arrive",
        small_and_large
    )
    .within_seconds(30),
    case!(
        "TYPE-112",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "NULL is not the text NULL",
        boundary
    ),
    case!(
        "TYPE-113",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "dimensions are kept",
        boundary
    ),
    case!(
        "TYPE-114",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "lower bounds are kept",
        boundary
    ),
    case!(
        "TYPE-115",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "texts that look like arrays arrive",
        boundary
    ),
    case!(
        "TYPE-116",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "an empty array is not NULL",
        boundary
    ),
    case!(
        "TYPE-117",
        Values,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::Arrays)],
        ["A-9"],
        "arrays of every type arrive",
        boundary
    )
    .within_seconds(30),
];

async fn small_and_large(cx: Context) -> Outcome {
    boundary(cx.clone()).await?;
    cx.prepare(&["create table {t:t} (v integer[])"]).await?;
    let adapter = cx.adapter().await?;
    let items =
        (0..100_000).map(|at| if at % 1000 == 7 { Value::Null(DbType::Int32) } else { Value::Int32(at * 7) });
    let array = Value::Array(Array::new(DbType::Int32, items.collect()));
    let ty = DbType::array(DbType::Int32);
    adapter.query(insert(&cx, "t", &[("v", ty)], vec![array.clone()])).await?;
    cx.query("insert into {t:t} (v) values ({1})", vec![array.clone()]).await?;
    let seen = cx
        .oracle_rows(
            "select cardinality(v), (select count(x) from unnest(v) as x), \
             (select sum(cast(x as bigint) * n) from unnest(v) with ordinality as u (x, n)) from {t:t}",
        )
        .await?;
    let sum: i64 = (0..100_000).filter(|at| at % 1000 != 7).map(|at| at * 7 * (at + 1)).sum();
    let expected = ["100000".to_owned(), "99900".to_owned(), sum.to_string()].map(Some).to_vec();
    ensure_eq!(seen, [expected.clone(), expected], "what the oracle counts");
    let caller = Caller::Adapter(adapter);
    for mode in Mode::all(&cx) {
        for result in
            mode.read(&caller, cx.raw("select v from {t:t}", vec![])).await.within(format!("{mode:?}"))?
        {
            ensure_eq!(result.rows.len(), 2, "rows ({mode:?})");
            for row in 0..2 {
                ensure!(
                    result.rows.get::<Value>(row, 0)? == array,
                    "row {row} ({mode:?}): another array is read"
                );
            }
        }
    }
    Ok(())
}

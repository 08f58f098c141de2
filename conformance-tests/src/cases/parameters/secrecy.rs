//! Values are nobody else's business.

use drivetrain_adapter_api::layer::{Layer as _, Tracing};
use drivetrain_adapter_api::{Error, ErrorKind, Value};

use crate::case::{ALL, Case, case};
use crate::outcome::{ensure, must_fail};
use crate::{Context, Outcome};

pub(super) const CASES: &[Case] = &[case!(
    "PARAM-30",
    Parameters,
    L0,
    ALL,
    [],
    ["A-7"],
    "values of parameters are in no span, event, error or Debug output unless asked for",
    not_shown
)];

const CANARY: &str = "canary-7391-in-a-coal-mine";

async fn not_shown(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (k {key} primary key, n {int4} not null)"]).await?;
    let adapter = Tracing::new().layer(cx.adapter().await?);
    let canary = || Value::Text(CANARY.into());
    let insert = |n| cx.raw("insert into {t:t} values ({1}, {2})", vec![canary(), n]);
    let shown = format!("{:?}", insert(Value::Int32(1)));
    ensure!(!shown.contains(CANARY), "a value is in the Debug output of a query: {shown}");
    let work = async {
        adapter.query(insert(Value::Int32(1))).await?;
        let result = adapter.query(cx.raw("select k from {t:t} where k = {1}", vec![canary()])).await?;
        let twice = adapter.query(insert(Value::Int32(2))).await;
        let null = adapter.query(insert(Value::NULL)).await;
        let syntax = adapter.query(cx.raw("select {1} from from", vec![canary()])).await;
        Ok::<_, Error>((format!("{result:?} {:?}", result.rows), twice, null, syntax))
    };
    let (outcome, seen) = cx.recorded(work).await;
    let (debug, twice, null, syntax) = outcome?;
    ensure!(!debug.contains(CANARY), "a cell is in the Debug output of a result: {debug}");
    ensure!(seen.len() >= 5, "the tracing layer reported {} things for 5 statements", seen.len());
    for one in &seen {
        ensure!(
            !format!("{one:?}").contains(CANARY),
            "a value is in `{}` of {}: {one:?}",
            one.name,
            one.target
        );
    }
    let errors = [
        must_fail(twice, &[ErrorKind::UniqueViolation], "the same key again")?,
        must_fail(null, &[ErrorKind::NotNullViolation], "NULL")?,
        must_fail(syntax, &[ErrorKind::Syntax], "a wrong statement")?,
    ];
    for error in errors {
        let shown = format!("{error} {error:?} {error:#?}");
        ensure!(!shown.contains(CANARY), "a value is in an error: {shown}");
    }
    cx.check_usable(&adapter).await
}

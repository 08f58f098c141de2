//! Two transactions that wait for each other.

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass, Transaction};
use futures_util::future::join;

use crate::case::{Case, M, Need, P, W, case};
use crate::cases::transactions::support::{RAW, begin, run, stored, table};
use crate::outcome::ensure_eq;
use crate::{Context, Outcome, Stop};

pub(super) const CASES: &[Case] = &[case!(
    "CONC-05",
    Concurrency,
    L2,
    P.or(W).or(M),
    [RAW, Need::Oracle, Need::Interactive],
    ["A-5", "A-6"],
    "of two transactions that wait for each other exactly one is the victim, can be tried again, and then works",
    exactly_one_victim
)];

/// The second half of a transaction: the row that the other one holds, and the commit. The victim is dropped.
async fn finish(cx: &Context, mut tx: Box<dyn Transaction>, sql: &str) -> Result<(), Error> {
    run(cx, &mut tx, sql).await?;
    tx.commit().await
}

async fn exactly_one_victim(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let (mut one, mut two) = (begin(&adapter).await?, begin(&adapter).await?);
    run(&cx, &mut one, "update {t:t} set v = v + 1 where id = 1").await?;
    run(&cx, &mut two, "update {t:t} set v = v + 100 where id = 2").await?;
    let first = finish(&cx, one, "update {t:t} set v = v + 1 where id = 2");
    let second = finish(&cx, two, "update {t:t} set v = v + 100 where id = 1");
    let (error, expected, add) = match join(first, second).await {
        (Ok(()), Err(error)) => (error, [(1, 11), (2, 21)], 100),
        (Err(error), Ok(())) => (error, [(1, 110), (2, 120)], 1),
        (first, second) => {
            return Err(Stop::fail(format!(
                "there is not one victim: {:?} and {:?}",
                first.err(),
                second.err()
            )));
        }
    };
    ensure_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::Deadlock, RetryClass::RetryTransaction),
        "the victim's error"
    );
    ensure_eq!(stored(&cx).await?, expected, "rows of the survivor");

    let mut again = begin(&adapter).await?;
    for id in [1, 2] {
        run(&cx, &mut again, &format!("update {{t:t}} set v = v + {add} where id = {id}")).await?;
    }
    again.commit().await?;
    ensure_eq!(stored(&cx).await?, [(1, 111), (2, 121)], "rows after the victim was run again");
    cx.check_usable(&adapter).await
}

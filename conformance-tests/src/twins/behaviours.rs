//! Twins of capabilities that say how an operation behaves: where they are not declared, it behaves the other way.

use std::time::Duration;

use drivetrain_adapter_api::{Batch, Capability, ErrorKind, SharedAdapter, TransactionOptions};

use super::operations;
use super::watched::Watched;
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Outcome, Stop, Within as _, probes};

/// Both ways to the adapter, with their names for messages.
fn both<'s>(subject: &'s Watched<'_>) -> [(&'static str, &'s SharedAdapter); 2] {
    [("through the check", &subject.checked), ("around the check", &subject.bare)]
}

fn less_than_it_does(what: &str) -> Stop {
    Stop::fail(format!("{what}: the adapter claims less than it does"))
}

/// A batch answers each query in order, or is refused; it takes more than one round trip.
pub(super) async fn not_pipelined(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    for (which, adapter) in both(subject) {
        let wanted: Vec<i64> = (0..5).map(|_| cx.nonce()).collect();
        let before = subject.passed().await?;
        let batch = Batch::new(wanted.iter().map(|number| cx.echo(*number)).collect());
        match adapter.batch(batch).await {
            Err(error) => {
                ensure_eq!(error.kind(), ErrorKind::Unsupported, "the refusal of a batch, {which}");
            }
            Ok(results) => {
                let got: Result<Vec<i64>, _> = results.iter().map(|result| result.rows.get(0, 0)).collect();
                ensure_eq!(got?, wanted, "the answers of a batch, {which}");
                if let (Some(before), Some(after)) = (before, subject.passed().await?)
                    && after.turns - before.turns < 2
                {
                    return Err(less_than_it_does(&format!("a batch takes one round trip {which}")));
                }
            }
        }
    }
    Ok(())
}

/// A statement whose future is dropped goes on, on a connection that nobody else gets meanwhile.
pub(super) async fn not_cancelled(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    let seen = cx.capabilities().raw_sql() && cx.harness().has_admin();
    for (which, adapter) in both(subject) {
        if !seen {
            // Nobody can look: what is left is that no answer of it reaches the next call.
            crate::drop_after(1, adapter.query(cx.echo(cx.nonce()))).await;
            cx.check_usable(adapter).await?;
            continue;
        }
        let slow = adapter.query(cx.raw(probes::slow_for_seconds(cx), vec![]));
        let started = cx.eventually(Duration::from_secs(3), "the statement runs", || probes::runs(cx));
        match futures_util::future::select(std::pin::pin!(slow), std::pin::pin!(started)).await {
            futures_util::future::Either::Left((result, _)) => {
                result.within("the slow statement")?;
                return Err(Stop::fail("a statement that takes seconds was done at once"));
            }
            futures_util::future::Either::Right((started, _)) => started?,
        }
        cx.sleep(Duration::from_millis(300)).await;
        if !probes::runs(cx).await? {
            return Err(less_than_it_does(&format!("the statement of a dropped future ends {which}")));
        }
        cx.check_usable(adapter).await?;
    }
    Ok(())
}

/// A query's limit of time is kept by the adapter, and not by the server; or it is refused.
pub(super) async fn no_limit_at_the_server(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    let limit = Some(Duration::from_millis(100));
    for (which, adapter) in both(subject) {
        if !cx.capabilities().raw_sql() {
            // Every abstract statement is fast; the limit must at least not be in its way.
            let long = Some(Duration::from_secs(60));
            let result = adapter.query(cx.echo(5).with_timeout(long)).await.within(which)?;
            ensure_eq!(result.rows.get::<i64>(0, 0)?, 5, "the answer under a limit of time, {which}");
            continue;
        }
        let slow = cx.raw(probes::slow_for_seconds(cx), vec![]).with_timeout(limit);
        let call =
            cx.within(Duration::from_secs(2), "a statement with a limit of 100 ms", adapter.query(slow));
        let kinds = [ErrorKind::Timeout, ErrorKind::Unsupported];
        let error = must_fail(call.await?, &kinds, format!("a statement beyond its limit of time, {which}"))?;
        if error.sqlstate().is_some() || error.code().is_some() {
            return Err(less_than_it_does(&format!(
                "the server itself ended the statement {which} ({error})"
            )));
        }
        cx.check_usable(adapter).await?;
    }
    Ok(())
}

/// A table made in a transaction stays after its rollback, or is refused there.
pub(super) async fn definitions_stay(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    if !cx.capabilities().transactions().is_interactive() {
        return operations::interactive(subject).await;
    }
    if !cx.capabilities().raw_sql() {
        let query = cx.raw("create table {t:made} (id {int4})", vec![]);
        return operations::statement(subject, Capability::RawSql, query).await;
    }
    for ((which, adapter), table) in both(subject).into_iter().zip(["made_a", "made_b"]) {
        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
        let made =
            transaction.query(cx.raw(&format!("create table {{t:{table}}} (id {{int4}})"), vec![])).await;
        // The definition may have ended the transaction: then its rollback is an error.
        let undone = transaction.rollback().await;
        if made.is_err() {
            undone.within("the rollback after a refused definition")?;
            continue;
        }
        let there = adapter.query(cx.raw(&format!("select count(*) from {{t:{table}}}"), vec![])).await;
        if there.is_err() {
            return Err(less_than_it_does(&format!("a rollback undoes DDL {which}")));
        }
    }
    Ok(())
}

/// After a statement that failed, the transaction is aborted.
pub(super) async fn errors_abort(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    if !cx.capabilities().transactions().is_interactive() {
        return operations::interactive(subject).await;
    }
    let before = subject.state().await?;
    for (which, adapter) in both(subject) {
        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
        let failed = transaction.query(probes::insert_row(cx, 1, 5)).await;
        ensure!(failed.is_err(), "the key was inserted a second time, {which}");
        let next = transaction.query(probes::insert_row(cx, 100, 5)).await;
        if next.is_ok() {
            return Err(less_than_it_does(&format!(
                "a failed statement leaves its transaction usable {which}"
            )));
        }
        let kinds =
            [ErrorKind::TransactionAborted, ErrorKind::TransactionEnded, ErrorKind::TransactionRolledBack];
        must_fail(next, &kinds, format!("a statement after one that failed, {which}"))?;
        must_fail(
            transaction.commit().await,
            &kinds,
            format!("COMMIT after a statement that failed, {which}"),
        )?;
        ensure_eq!(subject.state().await?, before, "the tables afterwards, {which}");
    }
    Ok(())
}

/// No id is reported, not even an old one or 0.
pub(super) async fn no_last_insert_id(subject: &Watched<'_>) -> Outcome {
    for (which, adapter) in both(subject) {
        let query =
            if subject.prepared { probes::insert_numbered(subject.cx, 5) } else { subject.cx.echo(5) };
        let result = adapter.query(query).await.within(which)?;
        if let Some(id) = result.last_insert_id {
            return Err(less_than_it_does(&format!("the id {id} is reported {which}")));
        }
    }
    Ok(())
}

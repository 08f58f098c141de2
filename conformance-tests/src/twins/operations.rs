//! Twins of operations: those that are not declared are refused.

use drivetrain_adapter_api::{
    Batch, Capability, Error, ErrorKind, Query, SharedAdapter, StreamOptions, TransactionOptions,
};
use futures_util::StreamExt as _;

use super::watched::Watched;
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Outcome, Within as _, probes};

const UNSUPPORTED: &[ErrorKind] = &[ErrorKind::Unsupported];

/// How the name of a capability stands in a refusal.
fn quoted(capability: Capability) -> String {
    format!("`{}`", capability.name())
}

/// A statement that asks for a feature.
pub(super) async fn statement(subject: &Watched<'_>, capability: Capability, query: Query) -> Outcome {
    let what = format!("a statement with {}", capability.name());
    let op = |adapter: SharedAdapter| {
        let query = query.clone();
        async move { adapter.query(query).await.map(drop) }
    };
    subject.refused(&what, &quoted(capability), UNSUPPORTED, op).await?;
    // A batch is checked query by query.
    let batch = Batch::new(vec![subject.cx.echo(1), query.clone()]);
    let passed = subject.passed().await?;
    let refused = must_fail(subject.checked.batch(batch).await, UNSUPPORTED, format!("{what}, in a batch"))?;
    ensure_eq!(refused.batch_index(), Some(1), "the index of the refused query");
    ensure_eq!(subject.passed().await?, passed, "what has passed the wire after the refused batch");
    Ok(())
}

/// A pinned connection.
pub(super) async fn session(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    let op = |adapter: SharedAdapter| async move {
        let mut session = adapter.session().await?;
        session.query(probes::insert_row(cx, 100, 5)).await?;
        session.close().await
    };
    subject.refused("a session", &quoted(Capability::Sessions), UNSUPPORTED, op).await
}

/// A text of several statements.
pub(super) async fn script(subject: &Watched<'_>) -> Outcome {
    let text = subject
        .cx
        .sql("insert into {t:cap} (id, n) values (100, 5); insert into {t:cap} (id, n) values (101, 6);");
    let op = |adapter: SharedAdapter| {
        let text = text.clone();
        async move { adapter.script(&text).await }
    };
    subject.refused("a script", &quoted(Capability::Scripts), UNSUPPORTED, op).await
}

/// A stream of rows.
pub(super) async fn stream(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    let op = |adapter: SharedAdapter| async move {
        let query = if subject.prepared { probes::select_all(cx) } else { cx.echo(1) };
        let mut stream = adapter.stream(query, StreamOptions::default()).await?;
        while let Some(chunk) = stream.next().await {
            chunk?;
        }
        Ok(())
    };
    subject.refused("a stream", &quoted(Capability::Streaming), UNSUPPORTED, op).await
}

/// A transaction begun statement by statement.
pub(super) async fn interactive(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    let op = |adapter: SharedAdapter| async move {
        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
        transaction.query(probes::insert_row(cx, 100, 5)).await?;
        transaction.commit().await
    };
    subject.refused("a transaction", &quoted(Capability::Transactions), UNSUPPORTED, op).await
}

/// A batch that is to be atomic.
pub(super) async fn atomic_batch(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    let op = |adapter: SharedAdapter| async move {
        let inserts = vec![probes::insert_row(cx, 100, 5), probes::insert_row(cx, 101, 6)];
        adapter.batch(Batch::atomic(inserts, TransactionOptions::new())).await.map(drop)
    };
    subject.refused("an atomic batch", &quoted(Capability::Transactions), UNSUPPORTED, op).await
}

/// A transaction, or a batch where there are no others, with an option that is not declared.
pub(super) async fn transaction(
    subject: &Watched<'_>,
    capability: Capability,
    options: TransactionOptions,
) -> Outcome {
    let cx = subject.cx;
    let support = cx.capabilities().transactions();
    let named = if support.has_atomic_batch() { capability } else { Capability::Transactions };
    let what = match options.isolation {
        Some(level) => format!("a transaction at {level}"),
        None => format!("a transaction with {}", capability.name()),
    };
    let read = || if subject.prepared { probes::select_all(cx) } else { cx.echo(1) };
    if support.is_interactive() {
        let op = |adapter: SharedAdapter| async move {
            let mut transaction = adapter.begin(options).await?;
            transaction.query(read()).await?;
            transaction.commit().await
        };
        subject.refused(&what, &quoted(named), UNSUPPORTED, op).await?;
    }
    let op = |adapter: SharedAdapter| async move {
        adapter.batch(Batch::atomic(vec![read()], options)).await.map(drop)
    };
    subject.refused(&format!("{what}, as a batch"), &quoted(named), UNSUPPORTED, op).await
}

/// A savepoint: refused, and the transaction goes on as if it had not been asked for.
pub(super) async fn savepoint(subject: &Watched<'_>) -> Outcome {
    if !subject.cx.capabilities().transactions().is_interactive() {
        return interactive(subject).await;
    }
    let cx = subject.cx;
    let mut transaction = subject.checked.begin(TransactionOptions::new()).await?;
    transaction.query(probes::insert_row(cx, 100, 5)).await.within("in the transaction")?;
    let passed = subject.passed().await?;
    let error = must_fail(transaction.savepoint().await, UNSUPPORTED, "a savepoint, not declared")?;
    ensure!(
        error.to_string().contains(&quoted(Capability::Savepoints)),
        "the refusal does not say so: {error}"
    );
    ensure_eq!(subject.passed().await?, passed, "what has passed the wire after the refusal");
    transaction.query(probes::insert_row(cx, 101, 6)).await.within("after the refused savepoint")?;
    transaction.commit().await.within("after the refused savepoint")?;

    let before = subject.state().await?;
    let mut transaction = subject.bare.begin(TransactionOptions::new()).await?;
    let done: Result<(), Error> = async {
        let savepoint = transaction.savepoint().await?;
        transaction.rollback_to(savepoint).await
    }
    .await;
    subject.without_effect("a savepoint", done)?;
    transaction.rollback().await.within("after the savepoint around the check")?;
    ensure_eq!(subject.state().await?, before, "the tables afterwards");
    Ok(())
}

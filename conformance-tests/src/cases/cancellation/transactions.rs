//! CAN-02 on transactions: what is dropped within one leaves it in order or ends it, and what drops it rolls it back.

use drivetrain_adapter_api::Capability::{Savepoints, Sessions, Streaming};
use drivetrain_adapter_api::{Batch, ErrorKind, Query, Savepoint, Transaction, TransactionOptions};

use super::calls::{chunks_of, expect_chunk, rows};
use super::stage::{Ended, Stage, sweep};
use super::swept;
use crate::case::{Case, Need, STATEFUL};
use crate::outcome::ensure_eq;
use crate::{Outcome, Stop};

pub(super) const CASES: &[Case] = &[
    swept!(
        "CAN-02.begin",
        STATEFUL,
        [Need::Interactive],
        "a dropped `begin` leaves no transaction open",
        begin
    ),
    swept!(
        "CAN-02.first",
        STATEFUL,
        [Need::Interactive],
        "a transaction whose first statement is dropped and which is dropped then leaves nothing",
        first
    ),
    swept!(
        "CAN-02.within",
        STATEFUL,
        [Need::Interactive],
        "a statement dropped within a transaction: it goes on, or says that it has failed",
        within
    ),
    swept!(
        "CAN-02.within-batch",
        STATEFUL,
        [Need::Interactive],
        "a batch dropped within a transaction: it goes on, or says that it has failed",
        within_batch
    ),
    swept!(
        "CAN-02.within-stream",
        STATEFUL,
        [Need::Interactive, Need::Capability(Streaming)],
        "a chunk dropped within a transaction, and then its stream: the transaction goes on",
        within_stream
    ),
    swept!(
        "CAN-02.commit",
        STATEFUL,
        [Need::Interactive],
        "a commit dropped after k polls happens as a whole or not at all",
        commit
    ),
    swept!(
        "CAN-02.rollback",
        STATEFUL,
        [Need::Interactive],
        "a rollback dropped after k polls happens all the same",
        rollback
    ),
    swept!(
        "CAN-02.drop",
        STATEFUL,
        [Need::Interactive],
        "a future that holds a transaction, dropped at any point of it",
        whole
    ),
    swept!(
        "CAN-02.savepoint",
        STATEFUL,
        [Need::Interactive, Need::Capability(Savepoints)],
        "setting a savepoint, dropped after k polls: the transaction goes on",
        savepoint
    ),
    swept!(
        "CAN-02.release",
        STATEFUL,
        [Need::Interactive, Need::Capability(Savepoints)],
        "releasing a savepoint, dropped after k polls, loses nothing",
        release
    ),
    swept!(
        "CAN-02.rollback-to",
        STATEFUL,
        [Need::Interactive, Need::Capability(Savepoints)],
        "rolling back to a savepoint, dropped after k polls, happens or does not",
        rollback_to
    ),
    swept!(
        "CAN-02.session-begin",
        STATEFUL,
        [Need::Interactive, Need::Capability(Sessions)],
        "a transaction of a session, dropped at any point, leaves the session outside of it",
        of_a_session
    ),
];

async fn open(stage: &Stage) -> Outcome<Box<dyn Transaction>> {
    Ok(stage.adapter.begin(TransactionOptions::new()).await?)
}

/// Goes on with a transaction in which a call was dropped: what is answered must be answered rightly, and the commit says
/// what there is. Gives the numbers of rows that there may be: `rows` if it was committed.
async fn go_on(stage: &Stage, mut transaction: Box<dyn Transaction>, rows: &[u64]) -> Outcome<Vec<u64>> {
    const OVER: [ErrorKind; 4] = [
        ErrorKind::TransactionAborted,
        ErrorKind::TransactionEnded,
        ErrorKind::TransactionRolledBack,
        ErrorKind::ConnectionLost,
    ];
    let over = |what: &str, error: drivetrain_adapter_api::Error| {
        if OVER.contains(&error.kind()) { Ok(()) } else { Err(Stop::from(error).within(what)) }
    };
    let nonce = stage.cx.nonce();
    let failed = match transaction.query(Query::raw(format!("select {nonce}"), vec![])).await {
        Ok(answer) => {
            ensure_eq!(answer.rows.get::<i64>(0, 0)?, nonce, "the transaction's next answer");
            false
        }
        Err(error) => {
            over("the transaction's next query", error)?;
            true
        }
    };
    match transaction.commit().await {
        Ok(()) if failed => Err(Stop::fail("a transaction that had failed was said to be committed")),
        Ok(()) => Ok(rows.to_vec()),
        Err(error) => over("the commit", error).map(|()| vec![0]),
    }
}

async fn begin(stage: Stage) -> Outcome<Ended> {
    let transaction = stage.cut(stage.adapter.begin(TransactionOptions::new())).await.transpose()?;
    Ok(Ended::of(transaction, 0, &[0]))
}

async fn first(stage: Stage) -> Outcome<Ended> {
    let mut transaction = open(&stage).await?;
    let result = stage.cut(transaction.query(stage.write())).await.transpose()?;
    drop(transaction);
    Ok(Ended::of(result, 0, &[0]))
}

pub(super) async fn within(stage: Stage) -> Outcome<Ended> {
    let mut transaction = open(&stage).await?;
    transaction.query(stage.write()).await?;
    let result = stage.cut(transaction.query(stage.write())).await.transpose()?;
    let dropped = result.is_none();
    let rows = go_on(&stage, transaction, if dropped { &[1, 2] } else { &[2] }).await?;
    Ok(Ended { dropped, rows })
}

async fn within_batch(stage: Stage) -> Outcome<Ended> {
    let mut transaction = open(&stage).await?;
    transaction.query(stage.write()).await?;
    let batch = Batch::new(vec![stage.write(), stage.unheard_of(), stage.write()]);
    let result = stage.cut(transaction.batch(batch)).await.transpose()?;
    let dropped = result.is_none();
    let rows = go_on(&stage, transaction, if dropped { &[1, 2, 3] } else { &[3] }).await?;
    Ok(Ended { dropped, rows })
}

async fn within_stream(stage: Stage) -> Outcome<Ended> {
    let mut transaction = open(&stage).await?;
    transaction.query(stage.write()).await?;
    let mut stream = transaction.stream(rows(&stage.cx), chunks_of(50)).await?;
    expect_chunk(&mut stream, 1).await?;
    let more = stage.cut(expect_chunk(&mut stream, 51)).await.transpose()?;
    drop(stream);
    let rows = go_on(&stage, transaction, &[1]).await?;
    Ok(Ended { dropped: more.is_none(), rows })
}

pub(super) async fn commit(stage: Stage) -> Outcome<Ended> {
    let mut transaction = open(&stage).await?;
    transaction.query(stage.write()).await?;
    transaction.query(stage.write()).await?;
    let result = stage.cut(transaction.commit()).await.transpose()?;
    Ok(Ended::of(result, 2, &[0, 2]))
}

async fn rollback(stage: Stage) -> Outcome<Ended> {
    let mut transaction = open(&stage).await?;
    transaction.query(stage.write()).await?;
    let result = stage.cut(transaction.rollback()).await.transpose()?;
    Ok(Ended::of(result, 0, &[0]))
}

async fn whole(stage: Stage) -> Outcome<Ended> {
    let work = async {
        let mut transaction = open(&stage).await?;
        transaction.query(stage.write()).await?;
        transaction.query(stage.unheard_of()).await?;
        transaction.query(stage.write()).await?;
        transaction.commit().await?;
        Ok::<_, Stop>(())
    };
    let result = stage.cut(work).await.transpose()?;
    Ok(Ended::of(result, 2, &[0, 2]))
}

async fn with_savepoint(stage: &Stage) -> Outcome<(Box<dyn Transaction>, Savepoint)> {
    let mut transaction = open(stage).await?;
    transaction.query(stage.write()).await?;
    let savepoint = transaction.savepoint().await?;
    transaction.query(stage.write()).await?;
    Ok((transaction, savepoint))
}

async fn savepoint(stage: Stage) -> Outcome<Ended> {
    let mut transaction = open(&stage).await?;
    transaction.query(stage.write()).await?;
    let result = stage.cut(transaction.savepoint()).await.transpose()?;
    let rows = go_on(&stage, transaction, &[1]).await?;
    Ok(Ended { dropped: result.is_none(), rows })
}

async fn release(stage: Stage) -> Outcome<Ended> {
    let (mut transaction, savepoint) = with_savepoint(&stage).await?;
    let result = stage.cut(transaction.release(savepoint)).await.transpose()?;
    let rows = go_on(&stage, transaction, &[2]).await?;
    Ok(Ended { dropped: result.is_none(), rows })
}

async fn rollback_to(stage: Stage) -> Outcome<Ended> {
    let (mut transaction, savepoint) = with_savepoint(&stage).await?;
    let result = stage.cut(transaction.rollback_to(savepoint)).await.transpose()?;
    let dropped = result.is_none();
    let rows = go_on(&stage, transaction, if dropped { &[1, 2] } else { &[1] }).await?;
    Ok(Ended { dropped, rows })
}

async fn of_a_session(stage: Stage) -> Outcome<Ended> {
    let mut session = stage.adapter.session().await?;
    let work = async {
        let mut transaction = session.begin(TransactionOptions::new()).await?;
        transaction.query(stage.write()).await?;
        transaction.query(stage.write()).await?;
        transaction.commit().await?;
        Ok::<_, Stop>(())
    };
    let result = stage.cut(work).await.transpose()?;
    let nonce = stage.cx.nonce();
    let answer = session.query(Query::raw(format!("select {nonce}"), vec![])).await?;
    ensure_eq!(answer.rows.get::<i64>(0, 0)?, nonce, "the session's next answer");
    session.close().await?;
    Ok(Ended::of(result, 2, &[0, 2]))
}

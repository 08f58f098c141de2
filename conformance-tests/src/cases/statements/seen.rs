//! What Postgres tells of the statements that a session has prepared.

use drivetrain_adapter_api::{Prepare, Query, Session, Version};

use crate::cases::helpers::column;
use crate::{Context, Outcome, Stop};

/// Prepared statements of the session whose text has `mark` in it: text, and how often each has been run, which is
/// told from Postgres 14 on.
pub(super) async fn prepared(
    cx: &Context,
    session: &mut Box<dyn Session>,
    mark: &str,
) -> Outcome<Vec<(String, Option<i64>)>> {
    let version = cx.capabilities().server().map(|server| server.version);
    let counts = version.is_some_and(|version| version >= Version::new(14, 0, 0));
    let runs = if counts { "generic_plans + custom_plans" } else { "-1::bigint" };
    // A view of functions: asked in a way that does not find itself.
    let sql = format!(
        "select statement, {runs} from pg_prepared_statements \
         where statement like '%{mark}%' and statement not like '%pg_prepared%' order by prepare_time"
    );
    let rows = session.query(Query::raw(sql, vec![]).with_prepare(Prepare::Never)).await?.rows;
    let texts = column::<String>(&rows, 0)?;
    let runs = column::<i64>(&rows, 1)?;
    Ok(texts.into_iter().zip(runs.into_iter().map(|runs| counts.then_some(runs))).collect())
}

/// Fails unless as many statements are prepared as expected.
pub(super) async fn expect(
    cx: &Context,
    session: &mut Box<dyn Session>,
    mark: &str,
    expected: usize,
    when: &str,
) -> Outcome {
    let found = prepared(cx, session, mark).await?;
    if found.len() == expected {
        return Ok(());
    }
    Err(Stop::fail(format!("{} statements are prepared {when}, expected {expected}: {found:?}", found.len())))
}

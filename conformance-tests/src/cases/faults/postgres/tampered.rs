//! Asks for something, and has the server's messages changed on their way.

use drivetrain_adapter_api::{Error, ErrorKind, QueryResult};

use super::super::bench::{Bench, PATIENCE};
use super::frames::Tamper;
use crate::outcome::{ensure, must_fail};
use crate::{Outcome, Within as _};

/// Three rows of a number and a text.
pub(super) const ROWS: &str = "select n, repeat('x', 10 * n) from generate_series(1, 3) as n order by n";

/// What becomes of a query while messages are changed. It has no limit of time: whatever comes must come at once.
pub(super) async fn query(
    bench: &Bench,
    what: &str,
    tamper: &Tamper,
    sql: &str,
) -> Outcome<Result<QueryResult, Error>> {
    bench.to_client(tamper.stage());
    let call = bench.adapter.query(bench.cx.raw(sql, vec![]));
    let outcome = bench.cx.within(PATIENCE, "the call", call).await.within(what)?;
    ensure!(tamper.changed() > 0, "{what}: the server sent no message that could be changed");
    bench.heal();
    Ok(outcome)
}

/// Checks that a query is refused by the adapter for breaking the protocol, and that the next one works.
pub(super) async fn is_refused(bench: &Bench, what: &str, tamper: &Tamper, sql: &str) -> Outcome<Error> {
    let outcome = query(bench, what, tamper, sql).await?;
    let error = must_fail(outcome, &[ErrorKind::Protocol], what)?;
    bench.check_usable().await.within(what)?;
    Ok(error)
}

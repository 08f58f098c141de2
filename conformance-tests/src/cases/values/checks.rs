//! Small checks that the hand-written cases of this group share.

use drivetrain_adapter_api::statement::{Expr, Insert, InsertSource, Statement};
use drivetrain_adapter_api::{DbType, Dialect, Error, ErrorKind, Query, Rows, SqlState, Value};

use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

/// The rows of SQL from a template, of which there must be one.
pub(in crate::cases) async fn one_row(cx: &Context, template: &str, params: Vec<Value>) -> Outcome<Rows> {
    let rows = cx.query(template, params).await?.rows;
    ensure_eq!(rows.len(), 1, "rows of `{template}`");
    Ok(rows)
}

/// Runs a query that must be refused in one of those ways, by the server with one of those SQLSTATEs, and checks that
/// the adapter is usable afterwards.
pub(in crate::cases) async fn refused(
    cx: &Context,
    query: Query,
    kinds: &[ErrorKind],
    states: &[&str],
    what: &str,
) -> Outcome<Error> {
    let adapter = cx.adapter().await?;
    let error = must_fail(adapter.query(query).await, kinds, what)?;
    if let Some(state) = error.sqlstate().as_ref().map(SqlState::as_str) {
        ensure!(
            states.is_empty() || states.contains(&state),
            "{what}: SQLSTATE {state}, expected one of {states:?}"
        );
    }
    cx.check_usable(&adapter).await.within(what)?;
    Ok(error)
}

/// As [`refused`], of SQL from a template; on Postgres the server's SQLSTATE must be there.
pub(in crate::cases) async fn server_refuses(
    cx: &Context,
    template: &str,
    params: Vec<Value>,
    kinds: &[ErrorKind],
    states: &[&str],
) -> Outcome<Error> {
    let error = refused(cx, cx.raw(template, params), kinds, states, template).await?;
    ensure!(
        cx.dialect() != Dialect::Postgres || error.sqlstate().is_some(),
        "`{template}`: the error has no SQLSTATE"
    );
    Ok(error)
}

/// An abstract insert of one row.
pub(in crate::cases) fn insert(
    cx: &Context,
    table: &str,
    columns: &[(&str, DbType)],
    values: Vec<Value>,
) -> Query {
    let slots = (0..).zip(columns).map(|(at, (_, ty))| Expr::slot(at, ty.clone())).collect();
    let insert = Insert {
        with: Vec::new(),
        table: cx.table(table),
        columns: columns.iter().map(|(name, _)| (*name).into()).collect(),
        source: InsertSource::Rows(vec![slots]),
        on_conflict: None,
        returning: Vec::new(),
    };
    Query::new(Statement::new(insert), values)
}

/// The version of a Postgres server, as `server_version_num` counts it.
pub(in crate::cases) async fn postgres_version(cx: &Context) -> Outcome<u32> {
    let version = cx.oracle_cell("show server_version_num").await?;
    version
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| crate::Stop::fail("the server's version is no number"))
}

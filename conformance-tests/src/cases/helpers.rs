//! What cases of several groups share: words of the dialects, numbers without a table, and readers of rows.

use drivetrain_adapter_api::{
    Dialect, Error, FromCell, Query, Rows, SharedAdapter, StreamOptions, Value, statement::Statement,
};
use futures_util::StreamExt as _;

use crate::outcome::{Stop, Within as _};
use crate::{Context, Outcome};

/// What is for the adapter's dialect, of `[postgres, mysql, sqlite]`.
pub(super) fn by_dialect<T>(cx: &Context, [postgres, mysql, sqlite]: [T; 3]) -> T {
    match cx.dialect() {
        Dialect::Postgres => postgres,
        Dialect::MySql => mysql,
        _ => sqlite,
    }
}

/// An expression of the bytes of a text, in upper-case hex: what the oracle tells texts apart by.
pub(super) fn hex_of(cx: &Context, column: &str) -> String {
    match cx.dialect() {
        Dialect::Postgres => format!("upper(encode(convert_to({column}, 'UTF8'), 'hex'))"),
        _ => format!("hex({column})"),
    }
}

/// Bytes as [`hex_of`] writes them.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// A text of that many characters `0`, made by the database.
pub(super) fn text_of_length(cx: &Context, length: usize) -> String {
    match cx.dialect() {
        Dialect::Sqlite => format!("substr(hex(zeroblob({})), 1, {length})", length.div_ceil(2)),
        _ => format!("repeat('0', {length})"),
    }
}

/// A source of the numbers from 1 to `last` in a column `n`, in order, each made when it is asked for where the
/// database can: `select n from {numbers} order by n` where the order matters everywhere.
pub(super) fn numbers(cx: &Context, last: u64) -> String {
    match cx.dialect() {
        Dialect::Postgres => format!("generate_series(1, {last}) as numbers(n)"),
        Dialect::Sqlite => format!(
            "(with recursive made(n) as (select 1 union all select n + 1 from made where n < {last}) select n from made)"
        ),
        // Recursion stops at 1000 on MySQL unless it is set otherwise: digits are put together.
        _ => {
            let digit = "(select 0 as d union all select 1 union all select 2 union all select 3 union all select 4 \
                         union all select 5 union all select 6 union all select 7 union all select 8 union all select 9)";
            let digits = last.to_string().len();
            let sum: Vec<_> = (0..digits).map(|at| format!("d{at}.d * {}", 10_u64.pow(at as u32))).collect();
            let from: Vec<_> = (0..digits).map(|at| format!("{digit} d{at}")).collect();
            let (sum, from) = (sum.join(" + "), from.join(" cross join "));
            format!("(select n from (select {sum} + 1 as n from {from}) made where n <= {last}) numbers")
        }
    }
}

/// A statement that takes so long; more than that where the dialect cannot sleep and has to work.
pub(super) fn slow(cx: &Context, milliseconds: u32) -> Query {
    let seconds = f64::from(milliseconds) / 1000.0;
    let sql = match cx.dialect() {
        Dialect::Postgres => format!("select pg_sleep({seconds})"),
        Dialect::MySql => format!("select sleep({seconds})"),
        _ => {
            // A build without optimisation makes some two thousand rows each millisecond.
            let rows = u64::from(milliseconds) * 2_000;
            format!(
                "with recursive c (n) as (select 1 union all select n + 1 from c where n < {rows}) \
                 select count(*) from c"
            )
        }
    };
    Query::raw(sql, vec![])
}

/// A column of all rows.
pub(super) fn column<T: for<'a> FromCell<'a>>(rows: &Rows, column: usize) -> Outcome<Vec<T>> {
    (0..rows.len()).map(|row| rows.get(row, column).within(format!("row {row}, column {column}"))).collect()
}

/// The names of the columns.
pub(super) fn names(rows: &Rows) -> Vec<String> {
    rows.columns().iter().map(|column| column.name.to_string()).collect()
}

/// Bounds of a stream.
pub(super) fn bounds(rows: usize, bytes: usize) -> StreamOptions {
    let mut options = StreamOptions::default();
    options.chunk_rows = rows;
    options.chunk_bytes = bytes;
    options
}

/// All chunks of a stream, up to its end; its error as it came.
pub(super) async fn chunks(
    adapter: &SharedAdapter,
    query: Query,
    options: StreamOptions,
) -> Result<Vec<Rows>, Error> {
    let mut stream = adapter.stream(query, options).await?;
    let mut chunks = Vec::new();
    while let Some(chunk) = stream.next().await {
        chunks.push(chunk?);
    }
    Ok(chunks)
}

/// Raw SQL from a template that takes another number of values than it is given.
pub(super) fn mismatched(cx: &Context, template: &str, takes: usize, params: Vec<Value>) -> Query {
    Query::new(Statement::raw(cx.sql(template), takes), params)
}

/// The only cell of a result.
pub(super) fn only<T: for<'a> FromCell<'a>>(rows: &Rows) -> Outcome<T> {
    if (rows.len(), rows.columns().len()) != (1, 1) {
        let (rows, columns) = (rows.len(), rows.columns().len());
        return Err(Stop::fail(format!("{rows} rows of {columns} columns, where one cell is expected")));
    }
    rows.get(0, 0).map_err(Stop::from)
}

//! Values and texts of many bytes.

use drivetrain_adapter_api::{Dialect, ErrorKind, Query, Value};

use crate::case::{ALL, Case, case};
use crate::cases::helpers::{by_dialect, only};
use crate::outcome::{ensure_eq, must_fail};
use crate::{Context, Outcome, Sweep, Within as _};

const MIB: usize = 1 << 20;

/// A length as the database counts it.
const fn length(bytes: usize) -> u64 {
    bytes as u64
}

pub(super) const CASES: &[Case] = &[
    case!(
        "PARAM-18",
        Parameters,
        L0,
        ALL,
        [],
        ["A-9", "A-3", "A-6"],
        "ten texts of 1 MiB and 64 MiB of bytes (16 in a sampled run) arrive, or are RequestTooLarge where a limit is declared",
        values
    )
    .within_seconds(30),
    case!(
        "PARAM-29",
        Parameters,
        L0,
        ALL,
        [],
        ["A-3", "A-6"],
        "statements of 1 and 16 MiB run, or are RequestTooLarge where a limit is declared",
        statements
    )
    .within_seconds(30),
];

async fn values(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let limit = cx.capabilities().max_request_bytes();
    let text = |letter: u8| String::from(char::from(letter)).repeat(MIB);
    let word = by_dialect(&cx, ["text", "char", "text"]);
    let sum: Vec<_> = (1..=10)
        .map(|at| format!("length(cast({{{at}}} as {word})), substr(cast({{{at}}} as {word}), 1048576, 1)"))
        .collect();
    let texts = (b'a'..=b'j').map(|letter| Value::Text(text(letter))).collect();
    let answer = adapter.query(cx.raw(&format!("select {}", sum.join(", ")), texts)).await;
    if limit.is_some_and(|limit| limit < 10 * MIB as u64) {
        must_fail(answer, &[ErrorKind::RequestTooLarge], "10 MiB of texts")?;
        cx.check_usable(&adapter).await?;
    } else {
        let rows = answer.within("10 MiB of texts")?.rows;
        for (at, letter) in (b'a'..=b'j').enumerate() {
            ensure_eq!(rows.get::<u64>(0, 2 * at)?, length(MIB), "the length of text {at}");
            let last: String = rows.get(0, 2 * at + 1)?;
            ensure_eq!(last.as_bytes(), [letter], "the last character of text {at}");
        }
    }
    let size = if cx.sweep() == Sweep::Full { 64 * MIB } else { 16 * MIB };
    let pattern: Vec<u8> = (0..=250).collect();
    let mut bytes = pattern.repeat(size / pattern.len() + 1);
    bytes.truncate(size);
    let ends = [1, 7 * MIB, size / 2 + 5, size].map(|at| (at, bytes[at - 1]));
    let blob = by_dialect(&cx, ["bytea", "binary", "blob"]);
    let mut sql = format!("select length(cast({{1}} as {blob}))");
    for (at, _) in ends {
        sql.push_str(&format!(", substr(cast({{1}} as {blob}), {at}, 1)"));
    }
    if cx.dialect() == Dialect::MySql {
        // Each place is a parameter of its own there.
        sql = "select length({1})".to_owned();
    }
    let answer = adapter.query(cx.raw(&sql, vec![Value::Bytes(bytes)])).await;
    if limit.is_some_and(|limit| limit < length(size)) {
        must_fail(answer, &[ErrorKind::RequestTooLarge], "many bytes")?;
    } else {
        let rows = answer.within("many bytes")?.rows;
        ensure_eq!(rows.get::<u64>(0, 0)?, length(size), "the length of the bytes");
        for (column, (at, byte)) in (1..rows.columns().len()).zip(ends) {
            ensure_eq!(rows.get::<Vec<u8>>(0, column)?, [byte], "byte {at}");
        }
    }
    cx.check_usable(&adapter).await
}

async fn statements(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let limits = [cx.capabilities().max_statement_bytes(), cx.capabilities().max_request_bytes()];
    let limit = limits.into_iter().flatten().min();
    let literal = |size| ("a long literal", size, format!("select length('{}')", "x".repeat(size)), size);
    let statements = [
        literal(MIB),
        ("a long comment", MIB, format!("/* {} */ select 7", "x".repeat(MIB)), 7),
        ("much space", MIB, format!("select {}7", " ".repeat(MIB)), 7),
        literal(16 * MIB),
    ];
    for (what, size, sql, expected) in statements {
        let what = format!("{what} of {size} bytes");
        let answer = adapter.query(Query::raw(sql, vec![])).await;
        if limit.is_some_and(|limit| limit < length(size)) {
            must_fail(answer, &[ErrorKind::RequestTooLarge], &what)?;
            cx.check_usable(&adapter).await.within(&what)?;
        } else {
            let result = answer.within(&what)?;
            ensure_eq!(only::<u64>(&result.rows)?, length(expected), "{what}");
        }
    }
    cx.check_usable(&adapter).await
}

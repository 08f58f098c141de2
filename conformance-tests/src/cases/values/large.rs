//! Texts as large as the adapter says they may be.

use drivetrain_adapter_api::{Dialect, ErrorKind, Value};

use crate::case::{ALL, Case, Need, PG, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Within as _};

use super::checks::server_refuses;

pub(super) const CASES: &[Case] = &[
    case!(
        "TYPE-046",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9", "A-21"],
        "texts of 1, 16 and 100 MiB arrive, as far as the declared limits go",
        large
    )
    .within_seconds(90),
    case!(
        "TYPE-047",
        Values,
        L0,
        PG,
        [],
        ["A-5", "A-6"],
        "a text of 1 GiB is beyond the server's limit, which is said",
        beyond
    )
    .within_seconds(30),
];

const MIB: usize = 1 << 20;

/// A text of which no part of a power of two bytes looks like its neighbour: 61 is a prime.
fn pattern() -> String {
    (0..61).map(|at| char::from(b'0' + at)).collect()
}

/// A text of that many bytes.
fn patterned(bytes: usize) -> String {
    let mut text = pattern().repeat(bytes / 61 + 1);
    text.truncate(bytes);
    text
}

/// Whether it is that text, without a second copy of it.
fn is_patterned(text: &str, bytes: usize) -> bool {
    let block = pattern().repeat(1024);
    let pieces = text.as_bytes().chunks(block.len());
    text.len() == bytes && pieces.into_iter().all(|piece| *piece == block.as_bytes()[..piece.len()])
}

async fn large(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v {text})"]).await?;
    let capabilities = cx.capabilities();
    let limits = [capabilities.max_request_bytes(), capabilities.max_response_bytes()];
    // The rest of the request, and what quoting may add.
    let fits = |bytes: usize| limits.iter().flatten().all(|limit| bytes as u64 * 5 / 4 + 4096 <= *limit);
    let measured = match cx.dialect() {
        Dialect::Sqlite => "length(cast(v as blob))",
        _ => "octet_length(v)",
    };
    let mut sizes = vec![];
    for bytes in [MIB + 11, 16 * MIB, 100 * MIB].into_iter().filter(|bytes| fits(*bytes)) {
        let text = patterned(bytes);
        cx.query("delete from {t:t}", vec![]).await?;
        cx.query("insert into {t:t} (v) values ({1})", vec![Value::Text(text)]).await?;
        let seen = cx.oracle_cell(&format!("select {measured} from {{t:t}}")).await?;
        ensure_eq!(seen, Some(bytes.to_string()), "the bytes that the oracle sees");
        let rows = cx.query("select v from {t:t}", vec![]).await?.rows;
        let got: &str = rows.get(0, 0).within(format!("{bytes} bytes"))?;
        let length = got.len();
        ensure!(
            is_patterned(got, bytes),
            "a text of {bytes} bytes is read as another one, of {length} bytes"
        );
        sizes.push(bytes);
    }
    ensure!(!sizes.is_empty(), "the declared limits {limits:?} let no text of a megabyte through");
    cx.check_usable(&cx.adapter().await?).await
}

async fn beyond(cx: Context) -> Outcome {
    let template = "select repeat('x', 1073741824)";
    server_refuses(&cx, template, vec![], &[ErrorKind::LimitExceeded], &["54000"]).await?;
    Ok(())
}

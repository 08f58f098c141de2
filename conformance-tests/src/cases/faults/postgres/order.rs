//! Messages that are unknown, left out, repeated, wrong or out of place.

use drivetrain_adapter_api::{ErrorKind, RetryClass};

use super::super::bench::{Bench, PATIENCE};
use super::super::operations;
use super::frames::{Tamper, fields, message};
use super::tampered::{ROWS, is_refused, query};
use crate::case::{Case, Need, P, case};
use crate::faults::Plan;
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(in super::super) const CASES: &[Case] = &[
    case!(
        "FLT-14",
        Faults,
        R,
        P,
        [Need::PlainFaults],
        ["A-6"],
        "a message of an unknown type, or of one that does not belong here, is refused",
        unknown_types
    ),
    case!(
        "FLT-19",
        Faults,
        R,
        P,
        [Need::PlainFaults],
        ["A-5", "A-6"],
        "an error without fields, with unknown ones or with broken text is an error, and no more",
        odd_errors
    ),
    case!(
        "FLT-20",
        Faults,
        R,
        P,
        [Need::PlainFaults, Need::Oracle],
        ["A-21", "A-22"],
        "notices, notifications and parameters may come between any two messages",
        injected
    )
    .within_seconds(30),
    case!(
        "FLT-21",
        Faults,
        R,
        P,
        [Need::PlainFaults, Need::Oracle],
        ["A-5", "A-6"],
        "a transaction status that there is not is refused, and a write not said to be undone",
        wrong_status
    ),
    case!(
        "FLT-22",
        Faults,
        R,
        P,
        [Need::PlainFaults, Need::Oracle],
        ["A-21", "A-6"],
        "a statement whose end is missing is no success",
        no_end
    ),
    case!(
        "FLT-23",
        Faults,
        R,
        P,
        [Need::PlainFaults],
        ["A-6", "A-8"],
        "an end that comes twice does not become the next answer",
        two_ends
    ),
];

async fn unknown_types(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    for tag in [0, b'?', b'a', b'x', b'y', b'~', 0x80, 0xff] {
        let tamper = Tamper::each(b'C', move |frame| [message(tag, b"body"), frame.bytes()].concat());
        is_refused(&bench, &format!("type 0x{tag:02x}"), &tamper, ROWS).await?;
    }
    // Known ones that answer nothing that was asked.
    let stray: [(&str, Vec<u8>); 6] = [
        ("BindComplete", message(b'2', b"")),
        ("NoData", message(b'n', b"")),
        ("AuthenticationOk", message(b'R', &[0; 4])),
        ("AuthenticationCleartextPassword", message(b'R', &[0, 0, 0, 3])),
        ("BackendKeyData", message(b'K', &[0; 8])),
        ("ParameterDescription", message(b't', &[0, 0])),
    ];
    for (what, bytes) in stray {
        let tamper = Tamper::each(b'C', move |frame| [bytes.clone(), frame.bytes()].concat());
        is_refused(&bench, what, &tamper, ROWS).await?;
    }
    Ok(())
}

async fn odd_errors(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    let error = |body: Vec<u8>| Tamper::each(b'E', move |_| message(b'E', &body));
    const FAILING: &str = "select 1 / (n - 1) from generate_series(1, 1) as n";
    let known: [(&str, Vec<u8>); 3] = [
        (
            "unknown fields",
            fields(&[
                (b'S', b"ERROR"),
                (b'V', b"ERROR"),
                (b'C', b"22012"),
                (b'M', b"m"),
                (b'!', b"?"),
                (b'z', b""),
            ]),
        ),
        (
            "text that is no UTF-8",
            fields(&[
                (b'S', b"\xff"),
                (b'V', b"ERROR"),
                (b'C', b"22012"),
                (b'M', b"\xc3(\xa0\xff"),
                (b'D', b"\xfe"),
            ]),
        ),
        (
            "repeated fields",
            fields(&[(b'V', b"ERROR"), (b'C', b"22012"), (b'C', b"22012"), (b'M', b"a"), (b'M', b"b")]),
        ),
    ];
    for (what, body) in known {
        let outcome = query(&bench, what, &error(body), FAILING).await?;
        let error = must_fail(outcome, &[ErrorKind::DivisionByZero], what)?;
        ensure_eq!(
            error.sqlstate().map(|state| state.as_str().to_owned()),
            Some("22012".to_owned()),
            "{what}"
        );
        bench.check_usable().await.within(what)?;
    }
    let unknown: [(&str, Vec<u8>); 5] = [
        ("no fields", fields(&[])),
        ("no code", fields(&[(b'S', b"ERROR"), (b'M', b"m")])),
        ("a code that is none", fields(&[(b'V', b"ERROR"), (b'C', b"no"), (b'M', b"m")])),
        ("a code of broken text", fields(&[(b'V', b"ERROR"), (b'C', b"\xff\xff\xff\xff\xff"), (b'M', b"m")])),
        ("a position that is no number", fields(&[(b'V', b"ERROR"), (b'C', b"XX999"), (b'P', b"-7x")])),
    ];
    for (what, body) in unknown {
        let outcome = query(&bench, what, &error(body), FAILING).await?;
        let error = must_fail(outcome, &[ErrorKind::Database, ErrorKind::Protocol], what)?;
        ensure_eq!(error.position(), None, "{what}: the position");
        ensure!(!error.to_string().is_empty(), "{what}: the error says nothing");
        bench.check_usable().await.within(what)?;
    }
    Ok(())
}

/// What the server may send at any time once somebody is let in.
fn anything() -> Vec<u8> {
    let notice = fields(&[(b'S', b"NOTICE"), (b'V', b"NOTICE"), (b'C', b"00000"), (b'M', b"hear, hear")]);
    [
        message(b'N', &notice),
        message(b'S', b"application_name\0somebody else\0"),
        message(b'A', b"\0\0\0\x07channel\0payload\0"),
        message(b'S', b"of_no_known_name\0\xff\0"),
    ]
    .concat()
}

async fn injected(cx: Context) -> Outcome {
    cx.prepare(&[operations::TABLE]).await?;
    let bench = Bench::new(&cx).await?;
    let around = Tamper::new(|frame| match (frame.tag, frame.body.as_slice()) {
        // Before anybody is let in only a notice may come.
        (b'R', [0, 0, 0, 0]) => Some([frame.bytes(), anything()].concat()),
        (b'R', _) => None,
        _ => Some([anything(), frame.bytes(), anything()].concat()),
    });
    bench.to_client(around.stage());
    operations::run(&cx, &bench.adapter, 100).await?;
    // A new connection, from its beginning.
    bench.settle().await?;
    operations::run(&cx, &bench.adapter, 200).await?;
    ensure!(around.changed() > 100, "only {} messages were injected", around.changed());
    Ok(())
}

const INSERT: &str = "insert into {t:t} (id) values (1)";

/// Checks that an insert whose answer is changed is no success, and what is said of it true.
async fn write_is_refused(bench: &Bench, what: &str, tamper: &Tamper) -> Outcome {
    let cx = &bench.cx;
    let before = cx.oracle_count("t").await?;
    let error = is_refused(bench, what, tamper, INSERT).await?;
    ensure_eq!(cx.oracle_count("t").await?, before + 1, "{what}: rows");
    ensure_eq!(error.retry(), RetryClass::OutcomeUnknown, "{what}: the retry class of a write that happened");
    Ok(())
}

async fn wrong_status(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int8})"]).await?;
    let bench = Bench::new(&cx).await?;
    for status in [0, b'X', b'i', 0xff] {
        let tamper = Tamper::each(b'Z', move |_| message(b'Z', &[status]));
        write_is_refused(&bench, &format!("status 0x{status:02x}"), &tamper).await?;
    }
    for body in [&b""[..], b"II"] {
        let tamper = Tamper::each(b'Z', move |_| message(b'Z', body));
        write_is_refused(&bench, &format!("{} statuses", body.len()), &tamper).await?;
    }
    // A status that is not true: the connection is not handed on as it is.
    for status in [b'T', b'E'] {
        let tamper = Tamper::each(b'Z', move |_| message(b'Z', &[status]));
        bench.to_client(tamper.stage());
        let call = bench.adapter.query(cx.raw(ROWS, vec![]));
        drop(cx.within(PATIENCE, "a call with a status that is not true", call).await?);
        bench.heal();
        bench.check_usable().await?;
    }
    Ok(())
}

async fn no_end(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int8})"]).await?;
    let bench = Bench::new(&cx).await?;
    let left_out = |tag: u8| Tamper::each(tag, |_| Vec::new());
    is_refused(&bench, "rows without CommandComplete", &left_out(b'C'), ROWS).await?;
    is_refused(&bench, "rows without BindComplete", &left_out(b'2'), ROWS).await?;
    write_is_refused(&bench, "a write without CommandComplete", &left_out(b'C')).await
}

async fn two_ends(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    for copies in [2, 3] {
        let tamper = Tamper::each(b'Z', move |frame| frame.bytes().repeat(copies));
        let outcome = query(&bench, "ReadyForQuery twice", &tamper, ROWS).await?;
        if let Ok(result) = &outcome {
            ensure_eq!(result.rows.len(), 3, "rows of a success");
        } else {
            must_fail(outcome, &[ErrorKind::Protocol], "ReadyForQuery twice")?;
        }
        for _ in 0..3 {
            bench.check_usable().await?;
        }
        bench.set(Plan::default());
        let twice = Tamper::each(b'C', |frame| frame.bytes().repeat(2));
        is_refused(&bench, "CommandComplete twice", &twice, ROWS).await?;
    }
    Ok(())
}

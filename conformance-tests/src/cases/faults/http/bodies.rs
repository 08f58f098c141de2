//! HTTP answers of status 200 whose bodies are not what they should be.

use std::sync::atomic::Ordering;

use drivetrain_adapter_api::{Error, ErrorKind, QueryResult};
use serde_json::{Value, json};

use super::super::bench::{Bench, PATIENCE};
use super::messages::{JSON, always, answer, each_object, good, instead, shorten_rows, with_body};
use crate::case::{Case, H, HTTP, Need, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(in super::super) const CASES: &[Case] = &[
    case!(
        "FLT-35",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-21"],
        "a page that a captive portal puts in place of the answer is no answer",
        portal
    ),
    case!(
        "FLT-36",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-21"],
        "JSON that is cut short, followed by something, empty or none is no answer",
        no_json
    ),
    case!(
        "FLT-37",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-21", "A-22"],
        "an answer without its rows or fields, or with rows of another length, is refused",
        other_shape
    ),
    case!(
        "FLT-37.unknown",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-21"],
        "fields that are not known are passed over",
        unknown_fields
    ),
    case!(
        "FLT-38",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-21"],
        "a body that never ends, or says that it is huge, is given up without being kept",
        too_large
    ),
    case!(
        "FLT-39",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-21"],
        "a body shorter or longer than it says is no answer",
        wrong_length
    ),
    case!(
        "FLT-44",
        Faults,
        R,
        H,
        [Need::PlainFaults],
        ["A-5", "A-9"],
        "an error within 200 is an error, and values that do not fit their lengths are refused",
        planetscale
    ),
];

/// What no answer is told as.
const REFUSED: [ErrorKind; 2] = [ErrorKind::Protocol, ErrorKind::Decode];

async fn asked(bench: &Bench, what: &str) -> Outcome<Result<QueryResult, Error>> {
    let call = bench.adapter.query(bench.cx.raw("select 12345 as a, 'text' as b", vec![]));
    bench.cx.within(PATIENCE, "the call", call).await.within(what)
}

/// The outcome of a call whose answer gets another body. (Cells are read: some may be looked at no sooner.)
async fn with_other(
    bench: &Bench,
    what: &str,
    body: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
) -> Outcome<Result<QueryResult, Error>> {
    let (stage, changed) = instead(move |head, old| with_body(head, &body(old)));
    bench.to_client(stage);
    let outcome = asked(bench, what).await?;
    ensure!(changed.load(Ordering::Relaxed) > 0, "{what}: no answer was changed");
    bench.heal();
    Ok(outcome.and_then(|result| {
        for row in 0..result.rows.len() {
            for column in 0..result.rows.columns().len() {
                result.rows.cell(row, column)?;
            }
        }
        Ok(result)
    }))
}

/// The same for a change of the JSON.
fn changed_json(
    change: impl Fn(&mut Value) + Send + Sync + 'static,
) -> impl Fn(&[u8]) -> Vec<u8> + Send + Sync {
    move |body| {
        let mut json = serde_json::from_slice(body).unwrap_or(Value::Null);
        change(&mut json);
        json.to_string().into_bytes()
    }
}

async fn portal(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    let page = b"<!doctype html><html><title>Sign in to the network</title></html>";
    for kind in ["text/html", "application/json"] {
        bench.reset().await?;
        bench.set(always(answer("200 OK", &[("content-type", kind)], page)));
        let outcome = asked(&bench, kind).await?;
        bench.heal();
        must_fail(outcome, &REFUSED, kind)?;
        bench.check_usable().await.within(kind)?;
    }
    Ok(())
}

async fn no_json(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    type Making = fn(&[u8]) -> Vec<u8>;
    let changes: [(&str, Making); 8] = [
        ("empty", |_| Vec::new()),
        ("no JSON", |_| b"certainly not".to_vec()),
        ("null", |_| b"null".to_vec()),
        ("a number", |_| b"17".to_vec()),
        ("half of it", |body| body[..body.len() / 2].to_vec()),
        ("all but its end", |body| body[..body.trim_ascii_end().len() - 1].to_vec()),
        ("something behind it", |body| [body, b"{}"].concat()),
        ("text that is no UTF-8", |body| [b"\xff\xfe", body].concat()),
    ];
    for (what, change) in changes {
        must_fail(with_other(&bench, what, change).await?, &REFUSED, what)?;
        bench.check_usable().await.within(what)?;
    }
    // What may be read or refused, but not misread.
    let marked = with_other(&bench, "a mark of byte order", |body| [b"\xef\xbb\xbf", body].concat()).await?;
    let twice = changed_twice(&bench).await?;
    for outcome in [marked, twice] {
        match outcome {
            Ok(result) => {
                ensure_eq!((result.rows.len(), result.rows.get::<i32>(0, 0)?), (1, 12345), "the row");
            }
            Err(error) => drop(must_fail::<()>(Err(error), &REFUSED, "odd JSON")?),
        }
    }
    bench.check_usable().await
}

/// Every key of the outermost object stands there twice, with the same value.
async fn changed_twice(bench: &Bench) -> Outcome<Result<QueryResult, Error>> {
    with_other(bench, "keys twice", |body| {
        let text = String::from_utf8_lossy(body).trim().to_owned();
        match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(inner) => format!("{{{inner},{inner}}}").into_bytes(),
            None => text.into_bytes(),
        }
    })
    .await
}

async fn other_shape(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    for key in ["rows", "fields"] {
        let removed = changed_json(move |json| each_object(json, &|fields| drop(fields.remove(key))));
        let nulled = changed_json(move |json| {
            each_object(json, &|fields| {
                if let Some(value) = fields.get_mut(key) {
                    *value = Value::Null;
                }
            });
        });
        let other = changed_json(move |json| {
            each_object(json, &|fields| {
                if let Some(value) = fields.get_mut(key) {
                    *value = json!("text");
                }
            });
        });
        let what = |how: &str| format!("`{key}` {how}");
        must_fail(with_other(&bench, &what("missing"), removed).await?, &REFUSED, what("missing"))?;
        must_fail(with_other(&bench, &what("null"), nulled).await?, &REFUSED, what("null"))?;
        must_fail(with_other(&bench, &what("a text"), other).await?, &REFUSED, what("a text"))?;
    }
    let short = with_other(&bench, "rows that are too short", changed_json(shorten_rows)).await?;
    must_fail(short, &REFUSED, "rows that are too short")?;
    bench.check_usable().await
}

async fn unknown_fields(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    let more = changed_json(|json| {
        each_object(json, &|fields| {
            fields.insert("a field of tomorrow".to_owned(), json!({"deep": [1, null, {"er": true}]}));
        });
    });
    let result = with_other(&bench, "unknown fields", more).await??;
    ensure_eq!((result.rows.len(), result.rows.columns().len()), (1, 2), "rows and columns");
    ensure_eq!(result.rows.get::<i32>(0, 0)?, 12345, "the cell");
    bench.check_usable().await
}

async fn too_large(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    let kinds = [ErrorKind::ResponseTooLarge, ErrorKind::Protocol, ErrorKind::ConnectionLost];
    for length in ["1099511627776", "18446744073709551615", "99999999999999999999", "-1", "x"] {
        let body = good(cx.place()).to_string();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
        bench.reset().await?;
        bench.set(always([head.as_bytes(), body.as_bytes()].concat()));
        let outcome = asked(&bench, length).await?;
        bench.heal();
        must_fail(outcome, &kinds, format!("a body of {length} bytes"))?;
        bench.check_usable().await.within(length)?;
    }
    // Chunks without an end, as far as the limit that is declared, and a little further.
    if let Some(limit) = cx.capabilities().max_response_bytes().filter(|limit| *limit < 64 << 20) {
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
        let chunk = [&b"10000\r\n"[..], &[b' '; 0x10000], b"\r\n"].concat();
        let chunks = usize::try_from(limit).unwrap_or(usize::MAX) / 0x10000 + 2;
        bench.reset().await?;
        bench.set(always([&head[..], &chunk.repeat(chunks)].concat()));
        let outcome = asked(&bench, "chunks").await?;
        bench.heal();
        must_fail(outcome, &[ErrorKind::ResponseTooLarge], "a body that is too large")?;
    }
    // Compressed, it says, and is not.
    let (stage, _) = instead(|head, body| with_body(&format!("{head}content-encoding: gzip\r\n"), body));
    bench.to_client(stage);
    let outcome = asked(&bench, "compressed").await?;
    bench.heal();
    if let Ok(result) = &outcome {
        ensure_eq!(result.rows.len(), 1, "rows of an answer that is not compressed");
    } else {
        must_fail(outcome, &kinds, "an answer that is not compressed")?;
    }
    bench.check_usable().await
}

async fn wrong_length(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    let body = good(cx.place()).to_string();
    let kinds = [ErrorKind::Protocol, ErrorKind::ConnectionLost, ErrorKind::Decode];
    for told in [body.len() / 2, body.len() - 1, body.len() + 1, body.len() * 2] {
        let head = format!("HTTP/1.1 200 OK\r\n{}: {}\r\ncontent-length: {told}\r\n\r\n", JSON.0, JSON.1);
        let what = format!("{told} bytes told of {}", body.len());
        bench.reset().await?;
        bench.set(always([head.as_bytes(), body.as_bytes()].concat()));
        let outcome = asked(&bench, &what).await?;
        bench.heal();
        must_fail(outcome, &kinds, &what)?;
        bench.check_usable().await.within(&what)?;
    }
    Ok(())
}

async fn planetscale(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    let failed = changed_json(|json| {
        *json = json!({
            "session": null,
            "error": {
                "message": "target: db.-.primary: vttablet: rpc error: code = AlreadyExists desc = Duplicate entry \
                    'canary7Tq' for key 't.name' (errno 1062) (sqlstate 23000)",
                "code": "ALREADY_EXISTS",
            },
        });
    });
    let error = must_fail(
        with_other(&bench, "an error", failed).await?,
        &[ErrorKind::UniqueViolation],
        "an error within 200",
    )?;
    ensure_eq!(error.code(), Some(1062), "the number");
    ensure!(!format!("{error} {error:?}").contains("canary7Tq"), "the error shows a value: {error}");
    type Making = fn(&mut serde_json::Map<String, Value>);
    let changes: [(&str, Making); 4] = [
        ("lengths larger than the values", |row| lengths(row, "1000")),
        ("lengths below NULL's", |row| lengths(row, "-2")),
        ("lengths that are no numbers", |row| lengths(row, "x")),
        ("values that are no base64", |row| {
            if let Some(values) = row.get_mut("values") {
                *values = json!("?");
            }
        }),
    ];
    for (what, change) in changes {
        let changed = changed_json(move |json| each_object(json, &change));
        must_fail(with_other(&bench, what, changed).await?, &REFUSED, what)?;
        bench.check_usable().await.within(what)?;
    }
    let null = changed_json(|json| {
        each_object(json, &|row| {
            lengths(row, "-1");
            if row.contains_key("lengths") {
                row.insert("values".to_owned(), json!(""));
            }
        });
    });
    let result = with_other(&bench, "NULL", null).await??;
    ensure_eq!(result.rows.get::<Option<i32>>(0, 0)?, None, "a length of -1");
    bench.check_usable().await
}

fn lengths(row: &mut serde_json::Map<String, Value>, length: &str) {
    if let Some(Value::Array(lengths)) = row.get_mut("lengths") {
        lengths.fill(json!(length));
    }
}

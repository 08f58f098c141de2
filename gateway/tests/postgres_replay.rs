//! Every recorded answer of Neon's proxy, asked for again.
//!
//! Status, headers and body have to be equal, but for what depends on the version of Postgres (where in its source an
//! error was raised) and on the order in which tables were made (their oids). What else differs is in one table, with
//! the reason; an entry of it that no longer differs fails.

mod http;

use std::path::Path;

use bytes::Bytes;
use http::{Answer, Bench};
use http_body_util::Full;
use hyper::Request;
use serde::Deserialize;
use serde_json::Value;

/// A line of the recording.
#[derive(Deserialize)]
struct Recorded {
    name: String,
    method: String,
    path: String,
    headers: serde_json::Map<String, Value>,
    body: Option<String>,
    status: u16,
    resp_headers: serde_json::Map<String, Value>,
    resp: String,
}

/// Why an answer differs, and how.
struct Exception {
    line: usize,
    name: &'static str,
    reason: &'static str,
    differs: Differs,
}

enum Differs {
    /// It is equal but for these values, named by JSON pointers, which are of the same JSON type.
    At(&'static [&'static str]),
    /// The proxy answers 500; the gateway answers rows, which are these (or any, where they depend on the catalog).
    Rows(Option<&'static str>),
}

const OWN_TYPE: &str = "the oid of a type that the recording made";
const PROCESS: &str = "the number of a server process";
const EMPTY_ARRAY: &str = "the proxy cannot parse an empty array";
const VECTOR: &str = "the proxy cannot parse int2vector and oidvector";

const EXCEPTIONS: &[Exception] = &[
    Exception {
        line: 12,
        name: "p_arr_empty",
        reason: EMPTY_ARRAY,
        differs: Differs::Rows(Some(r#"[{"v":[]}]"#)),
    },
    Exception {
        line: 43,
        name: "o_arrays",
        reason: EMPTY_ARRAY,
        differs: Differs::Rows(Some(
            r#"[{"a":[1,2,null],"b":[],"c":[["1","2"],["3","4"]],"d":[true,false],"e":["a,b","c\"d","NULL",null,""],"f":[1.5,"NaN"],"g":[{"a":1}],"h":[5,6],"i":["2024-01-01 00:00:00+00"]}]"#,
        )),
    },
    Exception { line: 45, name: "o_vec", reason: VECTOR, differs: Differs::Rows(None) },
    Exception { line: 47, name: "o_oidvec", reason: VECTOR, differs: Differs::Rows(None) },
    Exception {
        line: 67,
        name: "o_enum",
        reason: OWN_TYPE,
        differs: Differs::At(&["/fields/0/dataTypeID", "/fields/1/dataTypeID"]),
    },
    Exception {
        line: 68,
        name: "o_raw_enum",
        reason: OWN_TYPE,
        differs: Differs::At(&["/fields/0/dataTypeID", "/fields/1/dataTypeID"]),
    },
    Exception {
        line: 69,
        name: "o_domain",
        reason: OWN_TYPE,
        differs: Differs::At(&["/fields/1/dataTypeID"]),
    },
    Exception {
        line: 70,
        name: "o_raw_domain",
        reason: OWN_TYPE,
        differs: Differs::At(&["/fields/1/dataTypeID"]),
    },
    Exception { line: 136, name: "pool_after_set", reason: PROCESS, differs: Differs::At(&["/rows/0/1"]) },
    Exception { line: 138, name: "pool_after_begin", reason: PROCESS, differs: Differs::At(&["/rows/0/0"]) },
];

#[tokio::test]
async fn every_recorded_answer_is_given_again() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden/neon-http.jsonl");
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("the recorded answers, {}: {error}", file.display()));
    let bench = Bench::new("replay").await;
    let superuser: String = bench
        .oracle
        .query_one("SELECT rolname::text FROM pg_roles WHERE oid = 10", &[])
        .await
        .unwrap()
        .get(0);
    let mut complaints = Vec::new();
    let mut lines = 0;
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let mut recorded: Recorded = serde_json::from_str(line).unwrap();
        // The recording's user is the test's own here, and the superuser is the server's.
        recorded.resp = recorded
            .resp
            .replace("for user 'app'", &format!("for user '{}'", bench.name))
            .replace("postgres=arwdDxt/postgres", &format!("{superuser}=arwdDxt/{superuser}"));
        let answer = ask(&bench, &recorded).await;
        let exception = EXCEPTIONS.iter().find(|exception| exception.line == line_number);
        if let Err(complaint) = judge(&recorded, &answer, exception) {
            complaints.push(format!("line {line_number}, {}: {complaint}", recorded.name));
        }
        lines += 1;
    }
    assert!(complaints.is_empty(), "{} of {lines} differ\n{}", complaints.len(), complaints.join("\n"));
    assert!(
        EXCEPTIONS.iter().all(|exception| exception.line <= lines),
        "an exception for a line that is not there"
    );
    assert!(lines >= 138, "only {lines} recorded answers");
}

async fn ask(bench: &Bench, recorded: &Recorded) -> Answer {
    let mut request = Request::builder().method(recorded.method.as_str()).uri(&recorded.path);
    for (name, value) in &recorded.headers {
        let value = value.as_str().unwrap();
        request = match value.strip_suffix("@localhost/main").map(|head| head.rsplit_once(':').unwrap().1) {
            Some("apppw") => request.header(name, bench.connection_string()),
            Some(wrong) => request.header(name, format!("postgres://{0}:{wrong}@localhost/{0}", bench.name)),
            None => request.header(name, value),
        };
    }
    let body = Bytes::from(recorded.body.clone().unwrap_or_default());
    http::send(bench.gateway.address(), request.body(Full::new(body)).unwrap()).await
}

/// Whether the answer is the recorded one, or differs as the exception says and in nothing else.
fn judge(recorded: &Recorded, answer: &Answer, exception: Option<&Exception>) -> Result<(), String> {
    let (expected, actual) = (masked(&recorded.resp), masked(&answer.body));
    let equal = answer.status.as_u16() == recorded.status && actual == expected;
    let Some(exception) = exception else {
        if !equal {
            return Err(format!(
                "\n  recorded {} {expected}\n  answered {} {actual}",
                recorded.status,
                answer.status.as_u16()
            ));
        }
        return headers(recorded, answer);
    };
    if exception.name != recorded.name {
        return Err(format!("the exception of this line is for {}", exception.name));
    }
    if equal {
        return Err(format!("the exception is stale: it is equal now ({})", exception.reason));
    }
    match exception.differs {
        Differs::At(pointers) => {
            if answer.status.as_u16() != recorded.status {
                return Err(format!("status {}, and {} was recorded", answer.status, recorded.status));
            }
            let mut expected: Value = serde_json::from_str(&expected).unwrap();
            let mut actual: Value = serde_json::from_str(&actual).unwrap();
            for pointer in pointers {
                let expected =
                    expected.pointer_mut(pointer).ok_or("the exception names what is not recorded")?;
                let actual = actual.pointer_mut(pointer).ok_or_else(|| format!("nothing at {pointer}"))?;
                if expected == actual {
                    return Err(format!(
                        "the exception is stale: {pointer} is equal now ({})",
                        exception.reason
                    ));
                }
                if std::mem::discriminant(expected) != std::mem::discriminant(actual) {
                    return Err(format!("{pointer} is {actual}, and {expected} was recorded"));
                }
                *expected = Value::Null;
                *actual = Value::Null;
            }
            if expected != actual {
                return Err(format!("\n  recorded {expected}\n  answered {actual}"));
            }
            headers(recorded, answer)
        }
        Differs::Rows(rows) => {
            if recorded.status != 500 || answer.status != 200 {
                return Err(format!("status {}: {actual}", answer.status));
            }
            let actual = answer.json()["rows"].clone();
            match rows {
                Some(rows) if actual != serde_json::from_str::<Value>(rows).unwrap() => {
                    Err(format!("\n  expected {rows}\n  answered {actual}"))
                }
                _ if actual.as_array().is_none_or(Vec::is_empty) => Err("no rows".to_owned()),
                _ => Ok(()),
            }
        }
    }
}

/// Whether the headers that clients go by are the recorded ones, and no others.
fn headers(recorded: &Recorded, answer: &Answer) -> Result<(), String> {
    let counts = |name: &str| {
        ["content-type", "allow"].contains(&name)
            || name.starts_with("access-control-")
            || name.starts_with("neon-batch-")
    };
    let mut expected: Vec<_> =
        recorded.resp_headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
    let mut actual: Vec<_> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .filter(|(name, _)| counts(name))
        .collect();
    expected.sort_unstable();
    actual.sort_unstable();
    if expected != actual {
        return Err(format!("headers\n  recorded {expected:?}\n  answered {actual:?}"));
    }
    match answer.header("neon-request-id") {
        Some(id) if id.len() == 36 => Ok(()),
        id => Err(format!("neon-request-id is {id:?}")),
    }
}

/// The body with what is bound to a version or an order put out of sight: places in Postgres's source, oids of tables
/// that are not the system's.
fn masked(body: &str) -> String {
    let mut out = body.to_owned();
    for key in ["\"file\":\"", "\"line\":\"", "\"routine\":\""] {
        out = replace_after(&out, key, |value| value.find('"'), |_| "...".to_owned());
    }
    let end_of_number = |value: &str| value.find(|character: char| !character.is_ascii_digit());
    replace_after(&out, "\"tableID\":", end_of_number, |oid| {
        if oid.parse().is_ok_and(|oid: u32| oid >= 16_384) { "...".to_owned() } else { oid.to_owned() }
    })
}

fn replace_after(
    text: &str,
    key: &str,
    end: impl Fn(&str) -> Option<usize>,
    replacement: impl Fn(&str) -> String,
) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(key) {
        let (before, after) = rest.split_at(at + key.len());
        out.push_str(before);
        let length = end(after).unwrap_or(after.len());
        out.push_str(&replacement(&after[..length]));
        rest = &after[length..];
    }
    out + rest
}

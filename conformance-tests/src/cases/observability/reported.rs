//! What adapters report by themselves, and whether the server sees the statements that are told, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drivetrain_adapter_api::layer::{Layer as _, Tracing};
use drivetrain_adapter_api::{Batch, ErrorKind, SharedAdapter, TransactionOptions, Value};
use futures_util::future::join;

use crate::case::{Case, Need, P, W, case};
use crate::faults::{Plan, Rewriter};
use crate::harness::{Setup, TlsSetup};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Seen, Stop};

pub(super) const CASES: &[Case] = &[
    case!(
        "OBS-05",
        Observability,
        L1,
        P.or(W),
        [Need::Interactive],
        ["A-12"],
        "waiting for a connection is told apart from the statement, also where it was in vain",
        waiting
    ),
    case!(
        "OBS-10",
        Observability,
        L1,
        P.or(W),
        [],
        ["A-7", "A-12"],
        "notices and warnings of the server are told by severity and SQLSTATE, without their text",
        notices
    ),
    case!(
        "OBS-11",
        Observability,
        L1,
        P,
        [Need::Interactive],
        ["A-12"],
        "the connection that is used is told by the server's own number",
        connection
    ),
    case!(
        "OBS-14",
        Observability,
        L1,
        P,
        [Need::PlainFaults, Need::Interactive],
        ["A-10", "A-20"],
        "the server gets as many statements as are told: none is hidden, none is sent twice",
        no_more_than_told
    ),
];

fn acquired(seen: &[Seen]) -> Vec<&Seen> {
    seen.iter()
        .filter(|seen| seen.is_span && seen.name == "db.acquire" && seen.target == "drivetrain")
        .collect()
}

/// An adapter need not report by itself; what it reports must be right.
fn silent(what: &str) -> Stop {
    Stop::NotRun(format!("the adapter does not report {what} (A-12)"))
}

async fn waiting(cx: Context) -> Outcome {
    let setup = Setup { pool_max: Some(1), pool_timeout: Some(Duration::from_millis(200)), ..cx.setup() };
    let adapter = Tracing::new().layer(cx.adapter_with(setup).await?);
    let (result, seen) = cx.recorded(adapter.query(cx.raw("select 1", vec![]))).await;
    result?;
    if acquired(&seen).is_empty() {
        return Err(silent("how long it waits for a connection"));
    }
    ensure_eq!(acquired(&seen).len(), 1, "spans of one call that waits for a connection");
    ensure!(acquired(&seen)[0].closed, "the span of waiting is open though the call is done");

    // In vain: the span of waiting and that of the call both end, and only the latter has an outcome.
    let holder = adapter.begin(TransactionOptions::new()).await?;
    let (result, seen) = cx.recorded(adapter.query(cx.raw("select 1", vec![]))).await;
    must_fail(result, &[ErrorKind::PoolTimeout], "a call while the only connection is in use")?;
    let kind = seen.iter().find_map(|seen| seen.field("error.kind"));
    ensure_eq!(kind, Some("PoolTimeout"), "the kind that is told");
    let all = acquired(&seen);
    ensure!(all.len() == 1 && all[0].closed, "{} spans of waiting in vain", all.len());
    ensure_eq!(all[0].field("db.connection"), None, "the connection of a wait in vain");

    // Statements of a transaction wait for nothing.
    let mut holder = holder;
    let (result, seen) = cx.recorded(holder.query(cx.raw("select 1", vec![]))).await;
    result?;
    ensure_eq!(acquired(&seen).len(), 0, "spans of waiting within a transaction");
    Ok(holder.rollback().await?)
}

async fn notices(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let raise =
        "do $$ begin raise notice 'canary8Qd'; raise warning 'canary8Qd' using errcode = '01004'; end $$";
    let (result, seen) = cx.recorded(adapter.query(cx.raw(raise, vec![]))).await;
    result?;
    let told: Vec<_> = seen
        .iter()
        .filter(|seen| {
            !seen.is_span && seen.target == "drivetrain" && seen.field("message") == Some("notice")
        })
        .map(|seen| (seen.field("severity").unwrap_or_default(), seen.field("sqlstate").unwrap_or_default()))
        .collect();
    if told.is_empty() {
        return Err(silent("notices of the server"));
    }
    ensure_eq!(told, [("NOTICE", "00000"), ("WARNING", "01004")], "severities and SQLSTATEs");
    ensure!(!format!("{seen:?}").contains("canary8Qd"), "the text is told: {seen:?}");
    let (result, seen) = cx.recorded(adapter.query(cx.raw("select 1", vec![]))).await;
    result?;
    ensure!(seen.iter().all(|seen| seen.field("severity").is_none()), "an old notice is told again");
    Ok(())
}

async fn connection(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(Setup { pool_max: Some(2), ..cx.setup() }).await?;
    let ask = async || {
        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
        let rows = transaction.query(cx.raw("select pg_backend_pid()::int8", vec![])).await?.rows;
        let pid = rows.get::<i64>(0, 0)?;
        transaction.rollback().await?;
        Ok::<_, Stop>(pid)
    };
    let ((one, two), seen) = cx.recorded(join(ask(), ask())).await;
    let answered = BTreeSet::from([one?.to_string(), two?.to_string()]);
    let told: BTreeSet<_> =
        acquired(&seen).iter().filter_map(|seen| seen.field("db.connection")).map(str::to_owned).collect();
    if acquired(&seen).is_empty() {
        return Err(silent("which connection it uses"));
    }
    ensure_eq!(told, answered, "the numbers of the connections");
    Ok(())
}

/// The texts of the statements that an adapter asks the server to run, in order: of Query messages, and of what Execute
/// messages refer to.
#[derive(Default)]
struct Asked {
    started: bool,
    kept: Vec<u8>,
    prepared: BTreeMap<Vec<u8>, String>,
    bound: Vec<u8>,
    texts: Arc<Mutex<Vec<String>>>,
}

/// The bytes up to the next zero, and what is behind it.
fn text_of(body: &[u8]) -> (&[u8], &[u8]) {
    let end = body.iter().position(|byte| *byte == 0).unwrap_or(body.len());
    (&body[..end], body.get(end + 1..).unwrap_or_default())
}

impl Asked {
    fn take(&mut self, sort: u8, body: &[u8]) {
        let (first, rest) = text_of(body);
        let (second, _) = text_of(rest);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let asked = match sort {
            b'P' => {
                self.prepared.insert(first.to_vec(), text(second));
                return;
            }
            b'B' => {
                self.bound = second.to_vec();
                return;
            }
            b'E' => self.prepared.get(&self.bound).cloned().unwrap_or_default(),
            b'Q' => text(first),
            _ => return,
        };
        if let Ok(mut texts) = self.texts.lock() {
            texts.push(asked);
        }
    }
}

impl Rewriter for Asked {
    fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>) {
        out.extend(arrived);
        self.kept.extend(arrived);
        loop {
            // The first message has no sort.
            let head = usize::from(self.started);
            let Some(length) = self.kept.get(head..head + 4) else { return };
            let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]);
            let Ok(length) = usize::try_from(length) else { return };
            if self.kept.len() < head + length {
                return;
            }
            let rest = self.kept.split_off(head + length);
            let message = std::mem::replace(&mut self.kept, rest);
            if self.started {
                self.take(message[0], &message[5..]);
            }
            self.started = true;
        }
    }
}

/// Whether it begins, ends or parts a transaction: adapters send such of their own around what they are asked for.
fn is_control(text: &str) -> bool {
    let words = ["BEGIN", "START", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"];
    words.iter().any(|word| text.to_uppercase().starts_with(word))
}

async fn no_more_than_told(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let proxy = cx.proxy().await?;
    let texts = Arc::new(Mutex::new(Vec::new()));
    let mut plan = Plan::default();
    let shared = Arc::clone(&texts);
    plan.to_server.rewrite =
        Some(Arc::new(move || Box::new(Asked { texts: Arc::clone(&shared), ..Asked::default() })));
    proxy.set(plan);
    let setup =
        Setup { through: Some(proxy.address()), tls: Some(TlsSetup::Off), pool_max: Some(1), ..cx.setup() };
    let adapter = Tracing::new().layer(cx.adapter_with(setup).await?);
    let asked = || -> Outcome<Vec<String>> {
        let texts = texts.lock().map_err(|_| Stop::fail("the proxy panicked"))?;
        Ok(texts.iter().filter(|text| !is_control(text)).cloned().collect())
    };
    ensure_eq!(asked()?, Vec::<String>::new(), "statements before anything was asked for");
    let (result, seen) = cx.recorded(work(&cx, &adapter)).await;
    result?;
    // A batch is one span of several statements.
    let told: usize = seen
        .iter()
        .filter(|seen| seen.is_span && seen.name == "db" && !seen.within.contains(&"db"))
        .filter_map(|span| match span.field("db.operation")? {
            "query" | "health_check" => Some(1),
            "batch" => span.field("queries")?.parse().ok(),
            _ => None,
        })
        .sum();
    let asked = asked()?;
    ensure_eq!(asked.len(), told, "statements that the server got ({asked:?}), of those that were told");
    let inserts = asked.iter().filter(|text| text.starts_with("insert")).count();
    ensure_eq!(inserts, 6, "inserts that the server got");
    Ok(())
}

/// Calls of every sort, each told once.
async fn work(cx: &Context, adapter: &SharedAdapter) -> Outcome {
    for id in 0..5 {
        adapter.query(cx.raw("insert into {t:t} values ({1})", vec![Value::Int32(id)])).await?;
    }
    for _ in 0..3 {
        adapter.query(cx.raw("select id from {t:t}", vec![])).await?;
    }
    drop(must_fail(
        adapter.query(cx.raw("insert into {t:t} values (1)", vec![])).await,
        &[ErrorKind::UniqueViolation],
        "the same again",
    )?);
    let batch =
        Batch::new(vec![cx.raw("select 1", vec![]), cx.raw("select 2", vec![]), cx.raw("select 3", vec![])]);
    adapter.batch(batch).await?;
    let mut transaction = adapter.begin(TransactionOptions::new()).await?;
    transaction.query(cx.raw("select 1", vec![])).await?;
    let savepoint = transaction.savepoint().await?;
    transaction.query(cx.raw("delete from {t:t} where id = 1", vec![])).await?;
    transaction.rollback_to(savepoint).await?;
    transaction.commit().await?;
    adapter.health_check().await?;
    Ok(())
}

//! Servers that vanish, go down, are slow to hang up or never speak, or are none.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use drivetrain_adapter_api::{Capability, Error, ErrorKind, TransactionOptions, Value};

use super::bench::{Bench, PATIENCE, must_not_connect, nothing_happened, setup};
use super::exchange::{Exchange, TABLE, left};
use crate::case::{Case, HTTP, NET, Need, P, T, W, case};
use crate::faults::{Accept, Cut, Plan, Rewriter, Stage};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

/// How long may be waited for a server that says nothing.
const LIMIT: Duration = Duration::from_millis(200);

pub(super) const CASES: &[Case] = &[
    case!(
        "FLT-03.transaction",
        Faults,
        R,
        P.or(W),
        [Need::Oracle, Need::Faults, Need::Interactive, Need::Capability(Capability::Savepoints)],
        ["T-3", "A-6"],
        "savepoints and the end of a transaction whose server falls silent end by the transaction's limit",
        silent_transaction
    ),
    case!(
        "FLT-08",
        Faults,
        R,
        P.or(W),
        [Need::Oracle, Need::Faults],
        ["A-6"],
        "a server that has vanished costs a call its time limit, and the next call nothing",
        vanished
    ),
    case!(
        "FLT-09",
        Faults,
        R,
        P.or(W).or(T),
        [Need::Oracle, Need::Faults],
        ["A-6", "A-10"],
        "an idle connection that was reset is replaced, and what is asked of it done once",
        idle_reset
    ),
    case!(
        "FLT-09.down",
        Faults,
        R,
        P.or(W).or(T),
        [Need::Oracle, Need::Faults],
        ["A-6"],
        "a server that is down is an error that can be tried again, until it is up again",
        down_and_up
    ),
    case!(
        "FLT-10",
        Faults,
        R,
        P.or(W).or(T),
        [Need::Faults],
        ["A-71"],
        "closing does not wait for a server that does not hang up",
        slow_close
    ),
    case!(
        "FLT-11",
        Faults,
        R,
        NET,
        [Need::Faults],
        ["A-5"],
        "a server that accepts and never speaks is given up within the time limit",
        silent
    ),
    case!(
        "FLT-12",
        Faults,
        R,
        P.or(W).or(T),
        [Need::PlainFaults],
        ["A-5"],
        "whatever else answers at the port is recognised as no server",
        garbage
    ),
];

async fn silent_transaction(cx: Context) -> Outcome {
    cx.prepare(&[TABLE]).await?;
    let bench = Bench::new(&cx).await?;
    for (id, what) in
        [(1, "a savepoint"), (2, "a release"), (3, "a rollback to a savepoint"), (4, "a rollback")]
    {
        let mut transaction = bench.adapter.begin(TransactionOptions::new().timeout(LIMIT)).await?;
        let insert = cx.raw("insert into {t:t} (id) values ({1})", vec![Value::Int64(id)]);
        transaction.query(insert).await.within(what)?;
        let savepoint = if id == 2 || id == 3 { Some(transaction.savepoint().await?) } else { None };
        bench.to_client(Stage { cut: Some((0, Cut::Stall)), ..Stage::default() });
        let call = async {
            match (id, savepoint) {
                (2, Some(savepoint)) => transaction.release(savepoint).await,
                (3, Some(savepoint)) => transaction.rollback_to(savepoint).await,
                (4, _) => transaction.rollback().await,
                _ => transaction.savepoint().await.map(drop),
            }
        };
        let said = cx.within(PATIENCE, "the call", call).await.within(what)?;
        must_fail(said, &[ErrorKind::TransactionEnded], what)?;
        bench.heal();
        bench.check_usable().await.within(what)?;
        bench.settle().await?;
        ensure_eq!(left(&cx, id).await?, 0, "{what}: rows");
    }
    Ok(())
}

/// Swallows what the first connection says, and passes on what others do.
struct Vanished(bool);

impl Rewriter for Vanished {
    fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>) {
        if !self.0 {
            out.extend_from_slice(arrived);
        }
    }
}

async fn vanished(cx: Context) -> Outcome {
    cx.prepare(&[TABLE]).await?;
    let bench = Bench::with(&cx, |setup| setup.pool_max = Some(2)).await?;
    bench.check_usable().await?;
    let made = Arc::new(AtomicUsize::new(0));
    let rewrite = {
        let made = Arc::clone(&made);
        move || -> Box<dyn Rewriter> { Box::new(Vanished(made.fetch_add(1, Ordering::Relaxed) == 0)) }
    };
    let to_server = Stage { rewrite: Some(Arc::new(rewrite)), ..Stage::default() };
    let plan = Plan { to_server, ..Plan::default() };
    let said = Exchange::Write.run_in_time(&bench, 1, plan, Some(LIMIT)).await?;
    // The connection stays as it is, and others can be made.
    bench.check_usable().await?;
    ensure!(made.load(Ordering::Relaxed) > 1, "no other connection was made");
    Exchange::Write.judge(&said, left(&cx, 1).await?)?;
    must_fail(said, &[ErrorKind::Timeout, ErrorKind::ConnectionLost], "a call to nobody")?;
    bench.settle().await?;
    ensure_eq!(left(&cx, 1).await?, 0, "rows in the end");
    Ok(())
}

async fn idle_reset(cx: Context) -> Outcome {
    cx.prepare(&[TABLE]).await?;
    let bench = Bench::new(&cx).await?;
    for id in 1..=5 {
        bench.check_usable().await?;
        bench.reset().await?;
        let said = Exchange::Write.run_in_time(&bench, id, Plan::default(), None).await?;
        let place = format!("write {id} on a connection that was reset");
        Exchange::Write.judge(&said, left(&cx, id).await?).within(&place)?;
        if let Err(error) = said {
            // Whoever cannot see it without asking may fail, but knows that nothing happened.
            nothing_happened(&error, &place)?;
        }
    }
    bench.check_usable().await
}

async fn down_and_up(cx: Context) -> Outcome {
    cx.prepare(&[TABLE]).await?;
    let down = Plan { accept: Accept::Refuse, ..Plan::default() };
    let bench = Bench::with(&cx, |setup| setup.pool_timeout = Some(LIMIT)).await?;
    for id in 1..=2 {
        bench.check_usable().await?;
        bench.proxy.set(down.clone());
        bench.reset().await?;
        for _ in 0..2 {
            let said = Exchange::Write.run_in_time(&bench, id, down.clone(), None).await?;
            let kinds = [ErrorKind::Connect, ErrorKind::PoolTimeout, ErrorKind::ConnectionLost];
            let error = must_fail(said, &kinds, "a write while the server is down")?;
            nothing_happened(&error, "a write while the server is down")?;
        }
        ensure_eq!(left(&cx, id).await?, 0, "rows");
        bench.heal();
        // Whoever waits between two attempts to connect may do so a little longer.
        cx.eventually(PATIENCE, "the adapter comes back", || async {
            Ok(bench.check_usable().await.is_ok())
        })
        .await?;
        Exchange::Write.run_in_time(&bench, id, Plan::default(), None).await??;
        ensure_eq!(left(&cx, id).await?, 1, "rows");
    }
    // Nobody can connect for the first time, either.
    bench.proxy.set(down);
    let error =
        must_not_connect(&cx, setup(&cx, &bench.proxy), "connecting while the server is down").await?;
    nothing_happened(&error, "connecting while the server is down")?;
    must_fail::<()>(Err(error), &[ErrorKind::Connect], "connecting while the server is down")?;
    Ok(())
}

async fn slow_close(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    bench.check_usable().await?;
    let stall = Stage { cut: Some((0, Cut::Stall)), ..Stage::default() };
    bench.set(Plan { to_server: stall.clone(), to_client: stall, ..Plan::default() });
    cx.within(PATIENCE, "closing", bench.adapter.close()).await??;
    must_fail(bench.query("select 1").await?, &[ErrorKind::Closed], "a call after closing")?;
    Ok(())
}

async fn silent(cx: Context) -> Outcome {
    let silent = Plan { accept: Accept::Silent, ..Plan::default() };
    if !HTTP.contains(cx.place()) {
        let proxy = cx.proxy().await?;
        proxy.set(silent.clone());
        let mut asked = setup(&cx, &proxy);
        asked.connect_timeout = Some(LIMIT);
        let error = must_not_connect(&cx, asked, "connecting to a server that never speaks").await?;
        is_no_connection(error)?;
        ensure!(proxy.traffic().connections > 0, "nobody has connected");
    }

    // One that falls silent later.
    let bench = Bench::with(&cx, |setup| setup.connect_timeout = Some(LIMIT)).await?;
    bench.check_usable().await?;
    bench.set(silent);
    bench.reset().await?;
    let call = bench.adapter.query(cx.raw("select 1", vec![]).with_timeout(Some(Duration::from_secs(2))));
    let error = cx.within(PATIENCE, "a call", call).await?;
    is_no_connection(must_fail(
        error,
        &[ErrorKind::Connect, ErrorKind::PoolTimeout, ErrorKind::Timeout],
        "a call to a server that never speaks",
    )?)?;
    bench.heal();
    cx.eventually(PATIENCE, "the adapter comes back", || async { Ok(bench.check_usable().await.is_ok()) })
        .await
}

fn is_no_connection(error: Error) -> Outcome {
    if error.kind() != ErrorKind::Timeout {
        nothing_happened(&error, "no connection")?;
    }
    let kinds = [ErrorKind::Connect, ErrorKind::PoolTimeout, ErrorKind::Timeout];
    must_fail::<()>(Err(error), &kinds, "no connection").map(drop)
}

/// What other servers say, to the first word or of themselves.
const GREETINGS: [(&str, bool, &[u8]); 7] = [
    (
        "a web server",
        true,
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>",
    ),
    ("a secure shell", false, b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"),
    ("a mail server", false, b"220 mail.example.org ESMTP\r\n"),
    ("a key-value store", true, b"-ERR unknown command\r\n"),
    ("a TLS alert", true, b"\x15\x03\x03\x00\x02\x02\x46"),
    ("zeros", true, &[0; 64]),
    ("nothing", true, b""),
];

async fn garbage(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let mut random = cx.random();
    let noise: Vec<Vec<u8>> = (0..20)
        .map(|_| (0..random.below(200) + 1).map(|_| random.bits().to_be_bytes()[0]).collect())
        .collect();
    let greetings = GREETINGS.iter().map(|(name, after, bytes)| (*name, *after, bytes.to_vec()));
    let noise = noise.into_iter().map(|bytes| ("noise", true, bytes));
    for (name, after_request, answer) in greetings.chain(noise) {
        proxy.set(Plan { accept: Accept::Canned { after_request, answer }, ..Plan::default() });
        let error = must_not_connect(&cx, setup(&cx, &proxy), name).await?;
        let kinds = [
            ErrorKind::Protocol,
            ErrorKind::Connect,
            ErrorKind::AuthenticationUnsupported,
            ErrorKind::UnsupportedServer,
        ];
        must_fail::<()>(Err(error), &kinds, name)?;
    }
    proxy.set(Plan::default());
    cx.check_usable(&cx.adapter_with(setup(&cx, &proxy)).await?).await
}

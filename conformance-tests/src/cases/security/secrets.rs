//! Secrets and values show nowhere: not in errors, not in Debug, not in spans and events.

use drivetrain_adapter_api::layer::{Layer as _, Tracing};
use drivetrain_adapter_api::{
    Batch, Dialect, Error, ErrorKind, Query, SharedAdapter, StreamOptions, TransactionOptions, Value,
};
use futures_util::StreamExt as _;

use super::canary::{CANARY, Collected};
use crate::case::{ALL, Case, NET, Need, P, case};
use crate::cases::logins::Login;
use crate::cases::replies;
use crate::faults::{Accept, Plan};
use crate::harness::{Setup, TlsSetup};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Seen, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "SEC-01",
        Security,
        L0,
        NET,
        [Need::Oracle],
        ["A-7"],
        "the password of a session shows in nothing that the adapter says or shows while it works and fails",
        password_at_work
    ),
    case!(
        "SEC-01.URL",
        Security,
        L0,
        ALL,
        [Need::Url],
        ["A-7"],
        "what is secret in a URL that is refused is not repeated, in any form",
        url_refused
    ),
    case!(
        "SEC-02",
        Security,
        L0,
        NET,
        [Need::Oracle],
        ["A-7"],
        "nor does the password of a log-in that fails",
        password_refused
    ),
    case!(
        "SEC-02.WIRE",
        Security,
        L0,
        P,
        [Need::Faults],
        ["A-7"],
        "nor where the wire or the server is at fault, even if it repeats the password itself",
        password_on_a_bad_wire
    ),
    case!("SEC-02.TLS", Security, L0, P, [Need::Tls], ["A-7"], "nor where TLS fails", password_without_trust),
    case!(
        "SEC-03",
        Security,
        L0,
        ALL,
        [Need::Oracle],
        ["A-7"],
        "values of parameters show neither in errors nor in spans nor in Debug",
        parameters
    ),
    case!(
        "SEC-04",
        Security,
        L0,
        ALL,
        [],
        ["A-7"],
        "the text of a statement is logged only if asked for, and only its beginning",
        statement_text
    ),
    case!(
        "SEC-05",
        Security,
        L0,
        ALL,
        [Need::Oracle],
        ["A-5", "A-7"],
        "values of rows that the server puts beside its message are kept for who asks, and not shown",
        server_detail
    ),
    case!(
        "SEC-06",
        Security,
        L0,
        ALL,
        [Need::Oracle],
        ["A-5", "A-7"],
        "values that the server puts into its message itself are kept for who asks, and not shown",
        server_message
    ),
    case!(
        "SEC-24",
        Security,
        L0,
        NET,
        [Need::Oracle],
        ["A-7"],
        "Debug of everything that lives with a password in it does not show it",
        alive
    ),
];

/// The adapter with all that reports around it, the text of statements included.
fn observed(adapter: SharedAdapter) -> SharedAdapter {
    Tracing::new().with_statements(10_000).layer(adapter)
}

async fn password_at_work(cx: Context) -> Outcome {
    let login = Login::new(&cx, CANARY).await?;
    let work = async {
        let mut collected = Collected::default();
        let adapter = observed(cx.bare_with(login.setup(&cx)).await?);
        collected.debug("the adapter", &adapter);
        for sql in ["select 1", "selec 1", "select * from no_such_table"] {
            match adapter.query(Query::raw(sql, vec![])).await {
                Ok(result) => collected.debug("a result", &result),
                Err(error) => collected.error(sql, &error),
            }
        }
        if cx.capabilities().transactions().is_interactive() {
            let mut transaction = adapter.begin(TransactionOptions::new()).await?;
            transaction.query(Query::raw("select 1", vec![])).await?;
            collected.debug("a transaction", &transaction);
            transaction.rollback().await?;
        }
        adapter.close().await?;
        if let Err(error) = adapter.query(Query::raw("select 1", vec![])).await {
            collected.error("a query on a closed adapter", &error);
        }
        collected.debug("the closed adapter", &adapter);
        Ok::<_, Stop>(collected)
    };
    let (outcome, seen) = cx.recorded(work).await;
    let outcome = outcome.and_then(|mut collected| {
        ensure!(seen.iter().any(|seen| seen.name == "db"), "no span was recorded");
        collected.seen(&seen);
        collected.check(CANARY)
    });
    login.remove(&cx, outcome).await
}

async fn url_refused(cx: Context) -> Outcome {
    let own = cx.url()?;
    let separator = if own.contains('?') { '&' } else { '?' };
    let scheme = own.split_once(':').map_or("", |(scheme, _)| scheme);
    let encoded = "canary%2F7Tq%2B9%40Zx";
    let mut collected = Collected::default();
    for url in [
        format!("nothing://user:{encoded}@host/db"),
        format!("{own}{separator}no_such_key={encoded}"),
        format!("{own}{separator}{encoded}=1"),
        format!("{own}{separator}readers={encoded}&pool_max={encoded}"),
        format!("{scheme}://user:{encoded}%@host/db"),
        format!("{encoded}:{own}"),
        CANARY.to_owned(),
    ] {
        let setup = Setup { url: Some(url), ..Setup::default() };
        let error = must_fail(cx.try_adapter(setup).await?, &[ErrorKind::Config], "a wrong URL")?;
        // A value that is no secret may be repeated where a key takes no such value; a name of a key as well.
        if !["`readers`", "unknown key"].iter().any(|known| error.message().contains(known)) {
            collected.error("a wrong URL", &error);
        }
    }
    collected.check(CANARY)
}

/// Fails to connect, and keeps what is said of it.
async fn failed(
    cx: &Context,
    setup: Setup,
    kinds: &[ErrorKind],
    what: &str,
    collected: &mut Collected,
) -> Outcome {
    let (made, seen) = cx.recorded(cx.try_reaching(setup)).await;
    collected.seen(&seen);
    collected.error(what, &must_fail(made?, kinds, what)?);
    Ok(())
}

async fn password_refused(cx: Context) -> Outcome {
    let login = Login::new(&cx, "another").await?;
    let outcome = async {
        let mut collected = Collected::default();
        let wrong = Setup { password: Some(CANARY.to_owned()), ..login.setup(&cx) };
        let nobody = Setup { user: Some(format!("{}_nobody", cx.marker())), ..wrong.clone() };
        let refused = [ErrorKind::AuthenticationFailed];
        failed(&cx, wrong, &refused, "a wrong password", &mut collected).await?;
        failed(&cx, nobody, &refused, "an unknown user", &mut collected).await?;
        collected.check(CANARY)
    };
    let outcome = outcome.await;
    let outcome = login.remove(&cx, outcome).await;
    outcome?;
    let login = Login::new(&cx, CANARY).await?;
    let outcome = async {
        let mut collected = Collected::default();
        let nowhere = Setup { database: Some("no_such_database".to_owned()), ..login.setup(&cx) };
        failed(&cx, nowhere, &[ErrorKind::DatabaseNotFound], "an unknown database", &mut collected).await?;
        collected.check(CANARY)
    };
    let outcome = outcome.await;
    login.remove(&cx, outcome).await
}

async fn password_on_a_bad_wire(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let setup = || Setup {
        through: Some(proxy.address()),
        password: Some(CANARY.to_owned()),
        tls: Some(TlsSetup::Off),
        ..cx.setup()
    };
    let echo = format!("password authentication failed: {CANARY} is wrong");
    let canned = |answer: Vec<u8>| Accept::Canned { after_request: true, answer };
    let http = format!("HTTP/1.1 400 Bad Request\r\nx: {CANARY}\r\n\r\n{CANARY}");
    let mut collected = Collected::default();
    for (accept, kinds, what) in [
        (Accept::Refuse, &[ErrorKind::Connect][..], "a reset"),
        (canned(b"H".to_vec()), &[ErrorKind::Connect, ErrorKind::Protocol], "an answer that is cut short"),
        (canned(http.into_bytes()), &[ErrorKind::Protocol, ErrorKind::Connect], "a server of HTTP"),
        (
            canned(replies::fatal("28P01", &echo)),
            &[ErrorKind::AuthenticationFailed],
            "a server that repeats it",
        ),
        (canned(replies::authentication(3, &[])), &[ErrorKind::AuthenticationUnsupported], "clear text"),
    ] {
        proxy.set(Plan { accept, ..Plan::default() });
        failed(&cx, setup(), kinds, what, &mut collected).await?;
    }
    let nobody = Setup { through: Some(("127.0.0.1".to_owned(), 1)), ..setup() };
    failed(&cx, nobody, &[ErrorKind::Connect], "a port where nobody listens", &mut collected).await?;
    collected.check(CANARY)
}

async fn password_without_trust(cx: Context) -> Outcome {
    let mut collected = Collected::default();
    let other = TlsSetup::Verify { authority: cx.tls()?.other_authority, host: None };
    let missing = TlsSetup::Verify { authority: "/no/such/authority.pem".to_owned(), host: None };
    for (tls, kind) in [(other, ErrorKind::Tls), (missing, ErrorKind::Config)] {
        let setup = Setup { password: Some(CANARY.to_owned()), tls: Some(tls), ..cx.setup() };
        failed(&cx, setup, &[kind], "TLS that fails", &mut collected).await?;
    }
    collected.check(CANARY)
}

/// Runs every query, and keeps all that is shown of queries, results and errors.
async fn shown(
    cx: &Context,
    adapter: &SharedAdapter,
    queries: Vec<Query>,
) -> Outcome<(Collected, Vec<Error>)> {
    let work = async {
        let mut collected = Collected::default();
        let mut errors = Vec::new();
        for query in queries {
            collected.debug("a query", &query);
            if let Ok(lowered) = adapter.lower(&query) {
                collected.debug("a lowered query", &lowered);
            }
            collected.debug("a batch", &Batch::new(vec![query.clone()]));
            match adapter.query(query).await {
                Ok(result) => collected.debug("a result", &result),
                Err(error) => {
                    collected.error("an error", &error);
                    errors.push(error);
                }
            }
        }
        (collected, errors)
    };
    let ((mut collected, errors), seen) = cx.recorded(work).await;
    ensure!(seen.iter().any(|seen| seen.name == "db"), "no span was recorded");
    collected.seen(&seen);
    Ok((collected, errors))
}

async fn parameters(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, u {key} unique, b {bytes})"]).await?;
    let adapter = observed(cx.adapter().await?);
    let text = || Value::Text(CANARY.to_owned());
    let bytes = || Value::Bytes(CANARY.as_bytes().to_vec());
    let insert =
        |id: i32| cx.raw("insert into {t:t} values ({1}, {2}, {3})", vec![Value::Int32(id), text(), bytes()]);
    let mut queries = vec![
        insert(1),
        insert(1),
        insert(2),
        cx.raw("select u, b from {t:t} where u = {1}", vec![text()]),
        cx.raw("select nope from {t:t} where u = {1}", vec![text()]),
        cx.raw("select * from {t:nope} where x = {1}", vec![text()]),
        cx.raw("selec {1}", vec![text()]),
        cx.raw("select {1}", vec![text(), text()]),
        cx.raw("insert into {t:t} (id) values ({1})", vec![text()]),
    ];
    if cx.dialect() == Dialect::Postgres {
        queries.extend([
            cx.raw("select ({1}::text)::int", vec![text()]),
            cx.raw("select ({1}::text)::uuid", vec![text()]),
            cx.raw("select ({1}::text)::jsonb", vec![text()]),
            cx.raw("select ({1}::text)::date", vec![text()]),
            cx.raw("select ({1}::text)::varchar::bit(3)", vec![text()]),
        ]);
    } else {
        queries.push(cx.raw("select json_extract({1}, '$')", vec![text()]));
    }
    let (collected, errors) = shown(&cx, &adapter, queries).await?;
    ensure!(errors.len() >= 6, "only {} of the queries failed", errors.len());
    collected.check(CANARY)?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows");
    if cx.capabilities().streaming() {
        let mut collected = Collected::default();
        let query = cx.raw("select u from {t:t} where u = {1}", vec![text()]);
        let mut stream = adapter.stream(query, StreamOptions::default()).await?;
        collected.debug("a stream", &stream);
        while let Some(chunk) = stream.next().await {
            collected.debug("a chunk", &chunk?);
        }
        collected.check(CANARY)?;
    }
    Ok(())
}

/// Whether it is no span of another layer of this sort, which may be asked for the text by who made the adapter.
fn is_ours(seen: &Seen) -> bool {
    seen.name != "db" || !seen.within.contains(&"db")
}

async fn statement_text(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let query = || Query::raw(format!("select 1 /* {CANARY} é */"), vec![]);
    let silent = Tracing::new().layer(adapter.clone());
    let (result, seen) = cx.recorded(silent.query(query())).await;
    result?;
    let mut collected = Collected::default();
    let own: Vec<_> = seen.into_iter().filter(is_ours).collect();
    collected.seen(&own);
    ensure!(own.iter().any(|seen| seen.name == "db"), "no span was recorded");
    collected.check(CANARY).within("without being asked for the text")?;
    for limit in [0, 8, 26, 27, 28, 10_000] {
        let telling = Tracing::new().with_statements(limit).layer(adapter.clone());
        let (result, seen) = cx.recorded(telling.query(query())).await;
        result?;
        let told = seen.iter().find(|seen| is_ours(seen)).and_then(|seen| seen.field("db.statement"));
        let told = told.unwrap_or_default();
        let whole = format!("select 1 /* {CANARY} é */");
        ensure!(told.len() <= limit && whole.starts_with(told), "{told:?} with a limit of {limit} bytes");
        ensure!(told.len() + 4 > limit.min(whole.len()), "{told:?} is less than {limit} bytes allow");
    }
    Ok(())
}

async fn server_detail(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:parent} (u {key} not null primary key)",
        "create table {t:t} (id {int4} primary key, u {key} unique, n {int4} not null, c {int4} check (c > 0), \
         p {key} references {t:parent} (u))",
    ])
    .await?;
    let canary = cx.literal(CANARY);
    cx.prepare(&[
        &format!("insert into {{t:parent}} values ({canary})"),
        &format!("insert into {{t:t}} values (1, {canary}, 1, 1, {canary})"),
    ])
    .await?;
    let adapter = observed(cx.adapter().await?);
    let text = || Value::Text(CANARY.to_owned());
    let queries = vec![
        cx.raw("insert into {t:t} (id, u, n) values (2, {1}, 1)", vec![text()]),
        cx.raw("insert into {t:t} (id, u, n) values (2, {1}, null)", vec![text()]),
        cx.raw("insert into {t:t} (id, u, n, c) values (2, 'x', 1, -1)", vec![]),
        cx.raw("update {t:t} set c = -1", vec![]),
        cx.raw("update {t:t} set n = null", vec![]),
        cx.raw("update {t:t} set p = 'nobody'", vec![]),
        cx.raw("delete from {t:parent}", vec![]),
    ];
    let count = queries.len();
    let (collected, errors) = shown(&cx, &adapter, queries).await?;
    collected.check(CANARY)?;
    // Where MySQL's tables take no inline references there are fewer.
    let least = if cx.dialect() == Dialect::MySql { count - 2 } else { count };
    ensure!(errors.len() >= least, "only {} of {count} statements failed", errors.len());
    if cx.dialect() == Dialect::Postgres {
        let kept =
            errors.iter().filter(|error| error.server_detail().is_some_and(|text| text.contains(CANARY)));
        ensure!(kept.count() >= 4, "the server's detail is not kept for who asks");
    }
    Ok(())
}

async fn server_message(cx: Context) -> Outcome {
    let canary = cx.literal(CANARY);
    cx.prepare(&["create table {t:t} (id {int4} primary key, u {key} unique)"]).await?;
    cx.prepare(&[&format!("insert into {{t:t}} values (1, {canary})")]).await?;
    let adapter = observed(cx.adapter().await?);
    // No literals here: the text of a statement is the caller's own.
    let text = || vec![Value::Text(CANARY.to_owned())];
    let (queries, repeats) = match cx.dialect() {
        Dialect::Postgres => (
            ["int", "uuid", "bool", "date", "inet", "jsonb", "interval", "numeric"]
                .map(|ty| cx.raw(&format!("select ({{1}}::text)::{ty}"), text()))
                .to_vec(),
            true,
        ),
        Dialect::MySql => (
            vec![
                cx.raw("insert into {t:t} values (2, {1})", text()),
                cx.raw("insert into {t:t} values ({1}, 'x')", text()),
                cx.raw("select cast({1} as json)", text()),
            ],
            true,
        ),
        _ => (
            vec![
                cx.raw("insert into {t:t} values (2, {1})", text()),
                cx.raw("insert into {t:t} values ({1}, 'x')", text()),
                cx.raw("select json({1})", text()),
                cx.raw("select json_extract('{{}}', {1})", text()),
            ],
            // SQLite repeats the path into JSON.
            true,
        ),
    };
    let count = queries.len();
    let (collected, errors) = shown(&cx, &adapter, queries).await?;
    collected.check(CANARY)?;
    let least = if cx.dialect() == Dialect::Sqlite { count - 1 } else { count };
    ensure!(errors.len() >= least, "only {} of {count} statements failed", errors.len());
    let kept = errors.iter().any(|error| error.server_message().is_some_and(|text| text.contains(CANARY)));
    ensure!(kept || !repeats, "the server's message is not kept for who asks");
    Ok(())
}

async fn alive(cx: Context) -> Outcome {
    let login = Login::new(&cx, CANARY).await?;
    let outcome = async {
        let adapter = cx.adapter_with(login.setup(&cx)).await?;
        let mut collected = Collected::default();
        collected.debug("the adapter", &adapter);
        collected.debug("another handle on it", &adapter.clone());
        collected.debug("what observes it", &observed(adapter.clone()));
        if cx.capabilities().sessions() {
            let mut session = adapter.session().await?;
            session.query(Query::raw("select 1", vec![])).await?;
            collected.debug("a session", &session);
            session.close().await?;
        }
        if cx.capabilities().transactions().is_interactive() {
            let mut transaction = adapter.begin(TransactionOptions::new()).await?;
            collected.debug("a transaction", &transaction);
            transaction.query(Query::raw("select 1", vec![])).await?;
            collected.debug("a transaction at work", &transaction);
            transaction.rollback().await?;
        }
        if cx.capabilities().streaming() {
            let stream = adapter.stream(Query::raw("select 1", vec![]), StreamOptions::default()).await?;
            collected.debug("a stream", &stream);
        }
        collected.check(CANARY)?;
        Ok(adapter.close().await?)
    };
    let outcome = outcome.await;
    login.remove(&cx, outcome).await
}

//! Who is let in, and what is sent to whom: TLS, ways of authentication, and what a hostile server gets to hear.

use std::sync::{Arc, Mutex};

use drivetrain_adapter_api::{ErrorKind, Query, SharedAdapter};

use super::canary::{CANARY, Collected};
use crate::case::{ALL, Case, NET, Need, P, T, case};
use crate::cases::logins::Login;
use crate::cases::replies;
use crate::faults::{Accept, Plan, Rewriter};
use crate::harness::{Setup, TlsSetup};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "SEC-12",
        Security,
        L0,
        P.or(T),
        [Need::Tls],
        ["A-7"],
        "where the server has TLS a connection is encrypted without being asked for",
        by_default
    ),
    case!(
        "SEC-14",
        Security,
        L0,
        P,
        [Need::Tls, Need::Faults],
        ["A-3"],
        "a certificate made out to another host is refused",
        wrong_host
    ),
    case!(
        "SEC-16",
        Security,
        L0,
        P.or(T),
        [Need::Tls],
        ["A-3"],
        "a certificate is accepted from the authority that is named, and from no other",
        authority
    ),
    case!(
        "SEC-18",
        Security,
        L0,
        P,
        [Need::Tls, Need::Faults],
        ["A-3"],
        "a server that speaks TLS 1.1 is refused",
        old_tls
    ),
    case!(
        "SEC-19",
        Security,
        L0,
        P,
        [Need::Tls, Need::Faults, Need::Url],
        ["A-3"],
        "whoever asks for TLS never gets a connection without it; only `sslmode=prefer` and `disable` do",
        no_downgrade
    ),
    case!(
        "SEC-20",
        Security,
        L0,
        P,
        [Need::Tls, Need::Faults],
        ["A-3"],
        "the name that is connected to is sent with the TLS handshake",
        server_name
    ),
    case!(
        "SEC-21",
        Security,
        L0,
        P,
        [Need::Tls, Need::Url, Need::Faults],
        ["A-3"],
        "authentication that must be bound to TLS is, or there is no connection",
        channel_binding
    ),
    case!(
        "SEC-22",
        Security,
        L0,
        P,
        [Need::Faults],
        ["A-7"],
        "a password is not sent in clear text or MD5 where there is no TLS, and a server's word is not taken for it",
        weak_methods
    ),
    case!(
        "SEC-23",
        Security,
        L0,
        NET,
        [Need::Oracle],
        ["A-7"],
        "a refusal does not tell whether there is such a user",
        no_enumeration
    ),
    case!(
        "SEC-26",
        Security,
        L0,
        ALL,
        [],
        ["A-9", "R-2"],
        "values that are nested deeply or grow out of little are read without harm",
        hostile_answers
    ),
];

async fn is_encrypted(adapter: &SharedAdapter) -> Outcome<bool> {
    let sql = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    Ok(adapter.query(Query::raw(sql, vec![])).await?.rows.get(0, 0)?)
}

fn verified(authority: &str) -> Option<TlsSetup> {
    Some(TlsSetup::Verify { authority: authority.to_owned(), host: None })
}

async fn by_default(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    if T.contains(cx.place()) {
        let rows = adapter.query(Query::raw("show status like 'Ssl_cipher'", vec![])).await?.rows;
        ensure!(!rows.get::<String>(0, 1)?.is_empty(), "the connection is not encrypted");
        return Ok(());
    }
    ensure!(is_encrypted(&adapter).await?, "the connection is not encrypted");
    let off = cx.adapter_with(Setup { tls: Some(TlsSetup::Off), ..cx.setup() }).await?;
    ensure!(
        !is_encrypted(&off).await?,
        "the connection is encrypted though it was to be plain: the check is blind"
    );
    Ok(())
}

async fn wrong_host(cx: Context) -> Outcome {
    let upstream = cx.harness().upstream().ok_or_else(|| Stop::fail("there is no wire"))?;
    let files = cx.tls()?;
    // The same address in another form, which the certificate does not name.
    let address = match upstream.host.parse() {
        Ok(std::net::IpAddr::V4(v4)) => v4.to_ipv6_mapped().to_string(),
        _ => return Err(Stop::NotRun("the server's address is no IPv4 address".to_owned())),
    };
    let through = Some((address, upstream.port));
    let setup = Setup { through, tls: verified(&files.authority), ..cx.setup() };
    let error = must_fail(cx.try_adapter(setup.clone()).await?, &[ErrorKind::Tls], "another name")?;
    ensure!(error.hint().is_some(), "no mend is said: {error}");
    let plain = cx.adapter_with(Setup { tls: None, ..setup }).await.within("the address itself is right")?;
    cx.check_usable(&plain).await
}

async fn authority(cx: Context) -> Outcome {
    let files = cx.tls()?;
    let right = cx.adapter_with(Setup { tls: verified(&files.authority), ..cx.setup() }).await?;
    cx.check_usable(&right).await?;
    if P.contains(cx.place()) {
        ensure!(is_encrypted(&right).await?, "the connection is not encrypted");
    }
    let other = Setup { tls: verified(&files.other_authority), ..cx.setup() };
    let error = must_fail(cx.try_adapter(other).await?, &[ErrorKind::Tls], "another authority")?;
    ensure!(error.sqlstate().is_none(), "the server was spoken to: {error}");
    let missing = Setup { tls: verified("/no/such/authority.pem"), ..cx.setup() };
    let error = must_fail(cx.try_adapter(missing).await?, &[ErrorKind::Config], "a file that is not there")?;
    ensure!(error.to_string().contains("/no/such/authority.pem"), "the file is not named: {error}");
    Ok(())
}

/// Passes the consent to TLS on, and answers the handshake with a ServerHello of TLS 1.1 (RFC 4346, section 7.4.1.3).
#[derive(Default)]
struct OldHello {
    consented: bool,
    greeted: bool,
}

impl Rewriter for OldHello {
    fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>) {
        let mut arrived = arrived;
        if !self.consented && !arrived.is_empty() {
            self.consented = true;
            out.push(arrived[0]);
            arrived = &arrived[1..];
        }
        if !arrived.is_empty() && !self.greeted {
            self.greeted = true;
            let mut hello = vec![3, 2];
            hello.extend([7; 32]);
            // No session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
            hello.extend([0, 0, 0x2f, 0]);
            let length = u8::try_from(hello.len()).expect("a short message");
            // A handshake record of version 1.1, with one message of type 2.
            out.extend([22, 3, 2, 0, length + 4, 2, 0, 0, length]);
            out.extend(hello);
        }
    }
}

async fn old_tls(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let mut plan = Plan::default();
    plan.to_client.rewrite = Some(Arc::new(|| Box::new(OldHello::default())));
    proxy.set(plan);
    let files = cx.tls()?;
    let setup = Setup { through: Some(proxy.address()), tls: verified(&files.authority), ..cx.setup() };
    must_fail(cx.try_adapter(setup.clone()).await?, &[ErrorKind::Tls], "TLS 1.1")?;
    proxy.set(Plan::default());
    let adapter = cx.adapter_with(setup).await.within("the server's own TLS")?;
    cx.check_usable(&adapter).await
}

async fn no_downgrade(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let files = cx.tls()?;
    let canned = |answer: &[u8]| Accept::Canned { after_request: true, answer: answer.to_vec() };
    // A refusal, a refusal with a session behind it, an old server's error, and a session in clear text behind the
    // consent (CVE-2021-23222).
    let welcome = [&replies::authentication(0, &[])[..], &replies::message(b'Z', b"I")].concat();
    let behind = |first: &[u8]| [first, &welcome[..]].concat();
    for answer in [b"N".to_vec(), behind(b"N"), b"E".to_vec(), behind(b"S")] {
        proxy.set(Plan { accept: canned(&answer), ..Plan::default() });
        let before = proxy.traffic().to_server;
        let setup = Setup { through: Some(proxy.address()), tls: verified(&files.authority), ..cx.setup() };
        let what = format!("the answer {:?}", String::from_utf8_lossy(&answer[..1]));
        must_fail(cx.try_adapter(setup).await?, &[ErrorKind::Tls, ErrorKind::Protocol], &what)?;
        let sent = proxy.traffic().to_server - before;
        // A handshake may have begun after the consent; nothing else may follow the eight bytes that ask for TLS.
        ensure!(sent == 8 || answer[0] == b'S', "{what}: {sent} bytes were sent, and not 8");
    }
    // By URL each mode says what it takes.
    let own = cx.url()?;
    let separator = if own.contains('?') { '&' } else { '?' };
    for (mode, taken) in [("disable", true), ("prefer", true), ("require", false), ("verify-full", false)] {
        let mut plan = Plan::default();
        plan.to_client.rewrite = Some(Arc::new(|| Box::new(Unwilling::default())));
        proxy.set(plan);
        let url = format!("{own}{separator}sslmode={mode}&sslrootcert={}", files.authority);
        let setup = Setup { url: Some(url), through: Some(proxy.address()), ..Setup::default() };
        let before = proxy.traffic().to_server;
        let made = cx.try_adapter(setup).await?;
        let sent = proxy.traffic().to_server - before;
        ensure_eq!(sent > 8, taken, "whether {mode} goes on in clear text ({sent} bytes, {:?})", made.err());
    }
    Ok(())
}

/// Refuses TLS in the server's place.
#[derive(Default)]
struct Unwilling {
    begun: bool,
}

impl Rewriter for Unwilling {
    fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>) {
        let begun = std::mem::replace(&mut self.begun, true);
        if !begun && arrived == b"S" { out.push(b'N') } else { out.extend(arrived) }
    }
}

/// Listens to what the adapter says.
struct Listening(Arc<Mutex<Vec<u8>>>);

impl Rewriter for Listening {
    fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>) {
        if let Ok(mut heard) = self.0.lock() {
            heard.extend(arrived);
        }
        out.extend(arrived);
    }
}

async fn server_name(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let heard = Arc::new(Mutex::new(Vec::new()));
    let mut plan = Plan::default();
    let shared = Arc::clone(&heard);
    plan.to_server.rewrite = Some(Arc::new(move || Box::new(Listening(Arc::clone(&shared)))));
    proxy.set(plan);
    let files = cx.tls()?;
    let (_, port) = proxy.address();
    let setup = Setup {
        through: Some(("localhost".to_owned(), port)),
        tls: verified(&files.authority),
        ..cx.setup()
    };
    let adapter = cx.adapter_with(setup).await?;
    cx.check_usable(&adapter).await?;
    // RFC 6066, section 3: the type of the name, its length, the name.
    let entry = [&[0, 0, 9][..], b"localhost"].concat();
    let heard = heard.lock().map_err(|_| Stop::fail("the proxy panicked"))?;
    ensure!(
        heard.windows(entry.len()).any(|window| window == entry),
        "`localhost` is not among the {} bytes that were sent",
        heard.len()
    );
    Ok(())
}

async fn channel_binding(cx: Context) -> Outcome {
    let own = cx.url()?;
    let separator = if own.contains('?') { '&' } else { '?' };
    let with = |keys: &str| Setup { url: Some(format!("{own}{separator}{keys}")), ..Setup::default() };
    let bound = cx.adapter_with(with("sslmode=require&channel_binding=require")).await?;
    ensure!(is_encrypted(&bound).await?, "the connection is not encrypted");
    let error = must_fail(
        cx.try_adapter(with("sslmode=disable&channel_binding=require")).await?,
        &[ErrorKind::Config],
        "a binding to TLS without TLS",
    )?;
    ensure!(error.message().contains("channel_binding"), "the key is not named: {error}");
    // A server without TLS has nothing to bind to.
    let proxy = cx.proxy().await?;
    proxy.set(Plan {
        accept: Accept::Canned { after_request: true, answer: b"N".to_vec() },
        ..Plan::default()
    });
    let setup = Setup { through: Some(proxy.address()), ..with("sslmode=prefer&channel_binding=require") };
    must_fail(
        cx.try_adapter(setup).await?,
        &[ErrorKind::AuthenticationUnsupported, ErrorKind::Tls],
        "a binding where the server has no TLS",
    )?;
    ensure_eq!(proxy.traffic().to_server, 8, "bytes that were sent");
    Ok(())
}

async fn weak_methods(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    for (answer, kind, what) in [
        (replies::authentication(3, &[]), ErrorKind::AuthenticationUnsupported, "clear text"),
        (replies::authentication(5, b"salt"), ErrorKind::AuthenticationUnsupported, "MD5"),
    ] {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let mut plan = Plan::default();
        let shared = Arc::clone(&heard);
        plan.to_server.rewrite = Some(Arc::new(move || Box::new(Listening(Arc::clone(&shared)))));
        plan.accept = Accept::Canned { after_request: true, answer };
        proxy.set(plan);
        let before = proxy.traffic();
        let setup = Setup {
            through: Some(proxy.address()),
            password: Some(CANARY.to_owned()),
            tls: Some(TlsSetup::Off),
            ..cx.setup()
        };
        let error = must_fail(cx.try_adapter(setup).await?, &[kind], what)?;
        let mut collected = Collected::default();
        collected.error(what, &error);
        collected.check(CANARY)?;
        let after = proxy.traffic();
        ensure_eq!(after.turns - before.turns, 1, "{what}: how often the adapter spoke");
    }
    Ok(())
}

async fn no_enumeration(cx: Context) -> Outcome {
    let login = Login::new(&cx, "right").await?;
    let outcome = async {
        let mut said = Vec::new();
        for user in [login.user.clone(), format!("{}_nobody", cx.marker())] {
            let setup = Setup { user: Some(user.clone()), password: Some("wrong".to_owned()), ..cx.setup() };
            let made = cx.try_reaching(setup).await?;
            let error = must_fail(made, &[ErrorKind::AuthenticationFailed], &user)?;
            let shown = format!("{error} {:?}", error.hint()).replace(&user, "the user");
            said.push((error.kind(), error.retry(), error.sqlstate(), error.code(), shown));
        }
        ensure_eq!(said[0], said[1], "what is said of a wrong password, and of a user who is not there");
        Ok(())
    };
    let outcome = outcome.await;
    login.remove(&cx, outcome).await
}

async fn hostile_answers(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let depth = 1000;
    let nested = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let json = match cx.dialect() {
        drivetrain_adapter_api::Dialect::Postgres => format!("select '{nested}'::jsonb"),
        drivetrain_adapter_api::Dialect::MySql => {
            // MySQL's own limit is 100.
            format!("select cast('{}1{}' as json)", "[".repeat(99), "]".repeat(99))
        }
        _ => format!("select json('{nested}')"),
    };
    let rows = adapter.query(Query::raw(json, vec![])).await?.rows;
    let value = rows.get::<drivetrain_adapter_api::Value>(0, 0)?;
    ensure!(format!("{value:?}").len() > 190, "the nested value is cut");
    if cx.dialect() == drivetrain_adapter_api::Dialect::Postgres {
        let rows = adapter.query(Query::raw("select repeat('9', 100000)::numeric", vec![])).await?.rows;
        let decimal = rows.get::<drivetrain_adapter_api::Value>(0, 0)?;
        ensure!(format!("{decimal:?}").len() >= 100_000, "the number is cut");
        let deep = "select array[[[[[[1]]]]]]::int[]";
        drop(adapter.query(Query::raw(deep, vec![])).await?.rows.get::<drivetrain_adapter_api::Value>(0, 0)?);
    }
    cx.check_usable(&adapter).await
}

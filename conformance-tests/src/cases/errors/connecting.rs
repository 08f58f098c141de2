//! Errors at the door: no connection, no server, no right to come in.

use std::time::Duration;

use drivetrain_adapter_api::{Dialect, ErrorKind, RetryClass, SqlState, Transport};

use crate::case::{Case, L, N, NET, Need, P, W, case};
use crate::cases::logins::Login;
use crate::cases::replies;
use crate::faults::{Accept, Plan};
use crate::harness::{Setup, TlsSetup};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

use super::trigger::{CANARY, discreet};

pub(super) const CASES: &[Case] = &[
    case!(
        "ERR-43",
        Errors,
        L0,
        P.or(W),
        [Need::Oracle],
        ["A-5"],
        "a server without a connection left says so, and can be tried again",
        too_many_connections
    ),
    case!(
        "ERR-44",
        Errors,
        L0,
        NET,
        [Need::Oracle],
        ["A-5", "A-7"],
        "a wrong password and a user who is not there",
        authentication
    ),
    case!(
        "ERR-45",
        Errors,
        L0,
        P,
        [Need::Faults],
        ["A-5"],
        "a way of authentication that the adapter does not know is named",
        unknown_method
    ),
    case!("ERR-46", Errors, L0, NET.or(L), [], ["A-5"], "a database that is not there", unknown_database),
    case!(
        "ERR-47",
        Errors,
        L0,
        NET,
        [Need::Faults],
        ["A-5"],
        "a connection that is refused: nothing happened, and it can be tried again",
        refused
    ),
    case!(
        "ERR-48",
        Errors,
        L0,
        P,
        [Need::Faults, Need::Tls],
        ["A-3", "A-5"],
        "TLS that is asked for and that the server has not",
        no_tls
    ),
];

async fn too_many_connections(cx: Context) -> Outcome {
    let name = format!("{}_one", cx.marker());
    let login = Login::create(&cx, &name, CANARY, "connection limit 1").await?;
    let outcome = async {
        let first = cx.bare_with(login.setup(&cx)).await?;
        cx.check_usable(&first).await?;
        let second = cx.try_reaching(login.setup(&cx)).await?;
        let error = must_fail(second, &[ErrorKind::TooManyConnections], "the second connection of one")?;
        let state = error.sqlstate();
        let told = state == SqlState::new("53300") || may_flatten(&cx, state);
        ensure!(told, "the SQLSTATE is {state:?}");
        ensure_eq!(error.retry(), RetryClass::SafeNow, "the retry class");
        discreet(&error)?;
        cx.check_usable(&first).await?;
        first.close().await?;
        // The server may take a moment to see that it is.
        let again = || async {
            let Ok(again) = cx.try_reaching(login.setup(&cx)).await? else { return Ok(false) };
            again.close().await?;
            Ok(true)
        };
        cx.eventually(Duration::from_secs(2), "there is a place once the first is closed", again).await
    };
    let outcome = outcome.await;
    login.remove(&cx, outcome).await
}

async fn authentication(cx: Context) -> Outcome {
    let login = Login::new(&cx, "right").await?;
    let outcome = async {
        let wrong = Setup { password: Some(CANARY.to_owned()), ..login.setup(&cx) };
        let nobody = Setup { user: Some(format!("{}_nobody", cx.marker())), ..wrong.clone() };
        for (setup, what) in [(wrong, "a wrong password"), (nobody, "an unknown user")] {
            let error = must_fail(cx.try_reaching(setup).await?, &[ErrorKind::AuthenticationFailed], what)?;
            match cx.dialect() {
                Dialect::Postgres => {
                    let state = error.sqlstate();
                    let told = state.is_some_and(|state| state.class() == "28");
                    ensure!(told || may_flatten(&cx, state), "{what}: the SQLSTATE is {state:?}");
                }
                _ => ensure_eq!(error.code(), Some(1045), "{what}: the code"),
            }
            ensure_eq!(error.retry(), RetryClass::Never, "{what}: the retry class");
            discreet(&error).within(what)?;
        }
        let adapter = cx.bare_with(login.setup(&cx)).await.within("the right password")?;
        cx.check_usable(&adapter).await
    };
    let outcome = outcome.await;
    login.remove(&cx, outcome).await
}

/// Whether a proxy may have put that SQLSTATE, or none, in place of the server's. Neon's does so while it connects: with
/// none over HTTP, and with XX000, which says nothing, over WebSocket.
fn may_flatten(cx: &Context, state: Option<SqlState>) -> bool {
    N.or(W).contains(cx.place()) && state.is_none_or(|state| state.as_str() == "XX000")
}

async fn unknown_method(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    // Kerberos V5, GSSAPI, SSPI, and one that there is not.
    for method in [2, 7, 9, 99] {
        let answer = replies::authentication(method, &[]);
        proxy.set(Plan { accept: Accept::Canned { after_request: true, answer }, ..Plan::default() });
        let setup = Setup { through: Some(proxy.address()), tls: Some(TlsSetup::Off), ..cx.setup() };
        let what = format!("the method {method}");
        let error = must_fail(cx.try_reaching(setup).await?, &[ErrorKind::AuthenticationUnsupported], &what)?;
        ensure_eq!(error.retry(), RetryClass::Never, "{what}: the retry class");
        ensure!(error.message().len() > 20, "{what}: the message says too little: {}", error.message());
    }
    Ok(())
}

async fn unknown_database(cx: Context) -> Outcome {
    let name = if cx.dialect() == Dialect::Sqlite { "no/such/folder.db" } else { "no_such_database" };
    let setup = Setup { database: Some(name.to_owned()), ..cx.setup() };
    let error =
        must_fail(cx.try_reaching(setup).await?, &[ErrorKind::DatabaseNotFound], "a database by that name")?;
    let (wanted_state, wanted_code) = match cx.dialect() {
        Dialect::Postgres if may_flatten(&cx, error.sqlstate()) => (error.sqlstate(), None),
        Dialect::Postgres => (SqlState::new("3D000"), None),
        Dialect::MySql => (SqlState::new("42000"), Some(1049)),
        // A server in front of SQLite knows by itself which databases it has.
        _ => (None, (cx.capabilities().transport() == Transport::Embedded).then_some(14)),
    };
    ensure_eq!((error.sqlstate(), error.code()), (wanted_state, wanted_code), "SQLSTATE and code");
    ensure_eq!(error.retry(), RetryClass::Never, "the retry class");
    ensure!(error.to_string().contains("no"), "the database is not named: {error}");
    discreet(&error)
}

async fn refused(cx: Context) -> Outcome {
    // Nothing listens on the first port of this machine.
    let setup = Setup { through: Some(("127.0.0.1".to_owned(), 1)), ..cx.setup() };
    let error =
        must_fail(cx.try_reaching(setup).await?, &[ErrorKind::Connect], "a port where nobody listens")?;
    ensure_eq!(error.retry(), RetryClass::SafeNow, "the retry class");
    ensure!(error.sqlstate().is_none(), "nobody gave a SQLSTATE, and the error has {:?}", error.sqlstate());
    ensure!(error.to_string().contains("127.0.0.1:1"), "the place is not named: {error}");
    ensure!(std::error::Error::source(&error).is_some(), "the system's own error is not kept as the source");
    discreet(&error)
}

async fn no_tls(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let files = cx.tls()?;
    let answer = b"N".to_vec();
    proxy.set(Plan { accept: Accept::Canned { after_request: true, answer }, ..Plan::default() });
    let tls = TlsSetup::Verify { authority: files.authority, host: None };
    let setup = Setup { through: Some(proxy.address()), tls: Some(tls), ..cx.setup() };
    let error = must_fail(cx.try_reaching(setup).await?, &[ErrorKind::Tls], "a server without TLS")?;
    ensure_eq!(error.retry(), RetryClass::Never, "the retry class");
    // Eight bytes ask for TLS; nothing may follow them in the clear.
    ensure_eq!(proxy.traffic().to_server, 8, "bytes that were sent");
    discreet(&error)
}

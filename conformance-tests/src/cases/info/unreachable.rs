//! Servers that cannot be reached: within the limit of time, and with an error that says why.

use std::time::Duration;

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};

use crate::case::{Case, HTTP, NET, Need, P, case};
use crate::faults::{Accept, Cut, Plan};
use crate::harness::{Setup, TlsSetup};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome};

pub(super) const CASES: &[Case] = &[
    case!(
        "INFO-14",
        Info,
        L0,
        NET,
        [Need::Faults],
        ["A-3"],
        "connecting to a server that says nothing ends with its limit of time",
        silent
    ),
    case!(
        "INFO-14.TLS",
        Info,
        L0,
        P,
        [Need::Faults, Need::Tls],
        ["A-3"],
        "the limit holds also where the server falls silent during the TLS handshake",
        silent_in_handshake
    ),
    case!(
        "INFO-15",
        Info,
        L0,
        NET,
        [Need::Faults],
        ["A-5"],
        "a host name that nobody knows is named",
        unknown_host
    ),
    case!(
        "INFO-16",
        Info,
        L0,
        NET,
        [Need::Faults],
        ["A-5"],
        "a connection that is refused can be tried again, and works once the server is there",
        refused
    ),
];

const LIMIT: Duration = Duration::from_millis(300);

/// The error of a server that cannot be reached.
async fn unreachable(cx: &Context, setup: Setup, what: &str) -> Outcome<Error> {
    let made = cx.within(Duration::from_secs(5), what, cx.try_reaching(setup)).await??;
    // Where connecting and asking are one step, a reset may come after the question was on its way.
    let kinds = [ErrorKind::Connect, ErrorKind::ConnectionLost];
    let kinds = &kinds[..if HTTP.contains(cx.place()) { 2 } else { 1 }];
    let error = must_fail(made, kinds, what)?;
    ensure_eq!(error.retry(), RetryClass::SafeNow, "{what}: the retry class");
    Ok(error)
}

async fn silent(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    proxy.set(Plan { accept: Accept::Silent, ..Plan::default() });
    if HTTP.contains(cx.place()) {
        // Each request may be the first on its connection: the limit is that of the call.
        let adapter = cx.adapter_with(Setup { through: Some(proxy.address()), ..cx.setup() }).await?;
        let query = adapter.query(cx.raw("select 1", vec![]).with_timeout(Some(LIMIT)));
        let outcome = cx.within(Duration::from_secs(5), "a server that says nothing", query).await?;
        must_fail(outcome, &[ErrorKind::Connect, ErrorKind::Timeout], "a server that says nothing")?;
        return Ok(());
    }
    let setup = Setup { through: Some(proxy.address()), connect_timeout: Some(LIMIT), ..cx.setup() };
    let error = unreachable(&cx, setup, "a server that says nothing").await?;
    ensure!(error.to_string().contains(&proxy.address().1.to_string()), "the place is not named: {error}");
    Ok(())
}

async fn silent_in_handshake(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let mut plan = Plan::default();
    // The server's consent to TLS is one byte.
    plan.to_client.cut = Some((1, Cut::Stall));
    proxy.set(plan);
    let tls = TlsSetup::Verify { authority: cx.tls()?.authority, host: None };
    let setup =
        Setup { through: Some(proxy.address()), connect_timeout: Some(LIMIT), tls: Some(tls), ..cx.setup() };
    unreachable(&cx, setup, "a server that falls silent in the handshake").await?;
    ensure_eq!(proxy.traffic().to_client, 1, "bytes that reached the adapter");
    Ok(())
}

async fn unknown_host(cx: Context) -> Outcome {
    let host = "no-such-host.invalid";
    let setup = Setup { through: Some((host.to_owned(), 5432)), ..cx.setup() };
    let error = unreachable(&cx, setup, "a host that nobody knows").await?;
    ensure!(error.to_string().contains(host), "the host is not named: {error}");
    Ok(())
}

async fn refused(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let setup = || Setup { through: Some(proxy.address()), ..cx.setup() };
    let nobody = Setup { through: Some(("127.0.0.1".to_owned(), 1)), ..cx.setup() };
    let error = unreachable(&cx, nobody, "a port where nobody listens").await?;
    ensure!(error.hint().is_some(), "no mend is said: {error}");
    proxy.set(Plan { accept: Accept::Refuse, ..Plan::default() });
    unreachable(&cx, setup(), "a server that resets connections").await?;
    proxy.set(Plan::default());
    let adapter = cx.adapter_with(setup()).await?;
    cx.check_usable(&adapter).await
}

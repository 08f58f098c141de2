//! Certificates that are wrong in one way each, shown by a TLS server of the suite's own.

use std::sync::Arc;

use drivetrain_adapter_api::{ErrorKind, RetryClass};

use crate::case::{Case, Need, P, case};
use crate::harness::{Setup, TlsSetup};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::tls::{Certificate, TlsServer};
use crate::{Context, Outcome, Within as _};

macro_rules! refused {
    ($id:literal, $title:literal, $run:path) => {
        case!($id, Security, L0, P, [Need::TlsServer, Need::Faults], ["A-3", "A-7"], $title, $run)
    };
}

pub(super) const CASES: &[Case] = &[
    refused!("SEC-13", "a certificate that is signed by itself is refused", self_signed),
    refused!("SEC-14.NAME", "a certificate made out to another name is refused", other_host),
    refused!("SEC-15", "a certificate that has expired is refused", expired),
    refused!("SEC-15.EARLY", "a certificate that is not valid yet is refused", not_yet_valid),
    case!(
        "SEC-17",
        Security,
        L0,
        P,
        [Need::TlsServer, Need::Faults, Need::Url],
        ["A-3"],
        "a server that asks for the client's certificate is shown the one that was given, and none otherwise",
        client
    ),
];

fn verified(cx: &Context, server: &Arc<dyn TlsServer>) -> Setup {
    let tls = TlsSetup::Verify { authority: server.authority(), host: None };
    Setup { through: Some(server.address()), tls: Some(tls), ..cx.setup() }
}

/// Checks that the certificate is refused before anything of the session is said, and that the same with nothing wrong
/// is accepted.
async fn refused(cx: &Context, certificate: Certificate) -> Outcome {
    let right = cx.tls_server(Certificate::Right, false).await?;
    let adapter = cx.adapter_with(verified(cx, &right)).await.within("a certificate with nothing wrong")?;
    cx.check_usable(&adapter).await?;
    let wrong = cx.tls_server(certificate, false).await?;
    let error = must_fail(cx.try_adapter(verified(cx, &wrong)).await?, &[ErrorKind::Tls], "the certificate")?;
    ensure_eq!(error.retry(), RetryClass::Never, "the retry class");
    ensure!(error.hint().is_some(), "no mend is said: {error}");
    ensure_eq!(wrong.sessions(), 0, "sessions that were begun all the same");
    Ok(())
}

async fn self_signed(cx: Context) -> Outcome {
    refused(&cx, Certificate::SelfSigned).await
}

async fn other_host(cx: Context) -> Outcome {
    refused(&cx, Certificate::OtherHost).await
}

async fn expired(cx: Context) -> Outcome {
    refused(&cx, Certificate::Expired).await
}

async fn not_yet_valid(cx: Context) -> Outcome {
    refused(&cx, Certificate::NotYetValid).await
}

async fn client(cx: Context) -> Outcome {
    let server = cx.tls_server(Certificate::Right, true).await?;
    let own = cx.url()?;
    let separator = if own.contains('?') { '&' } else { '?' };
    let with = |keys: &str| Setup {
        url: Some(format!("{own}{separator}sslmode=verify-full&sslrootcert={}{keys}", server.authority())),
        through: Some(server.address()),
        ..Setup::default()
    };
    let (certificate, key) = server.client();
    let adapter = cx.adapter_with(with(&format!("&sslcert={certificate}&sslkey={key}"))).await?;
    cx.check_usable(&adapter).await?;
    let before = server.sessions();
    // With TLS 1.3 the server's refusal comes after the client's side of the handshake is done.
    let error = must_fail(cx.try_adapter(with("")).await?, &[ErrorKind::Tls], "no certificate")?;
    ensure!(error.hint().is_some(), "no mend is said: {error}");
    ensure_eq!(server.sessions(), before, "sessions that were begun without a certificate");
    let half = must_fail(
        cx.try_adapter(with(&format!("&sslcert={certificate}"))).await?,
        &[ErrorKind::Config],
        "no key",
    )?;
    ensure!(half.message().contains("sslkey"), "what is missing is not named: {half}");
    Ok(())
}

//! Servers that do not authenticate as they should: whoever cannot prove that they know the password is not the server.
//!
//! Only over sockets: within a WebSocket it is a proxy that asks for the password, in clear text within TLS, and the
//! certificate is what proves who it is.

use std::sync::{Arc, Mutex};

use drivetrain_adapter_api::{Error, ErrorKind};

use super::super::bench::{must_not_connect, setup};
use super::frames::{Frame, Tamper, message};
use crate::case::{Case, Need, P, case};
use crate::faults::{FaultProxy, Plan, Rewriter, Stage};
use crate::outcome::{ensure, must_fail};
use crate::{Context, Outcome, Stop};

pub(in super::super) const CASES: &[Case] = &[
    case!(
        "FLT-24",
        Faults,
        R,
        P,
        [Need::PlainFaults],
        ["A-5"],
        "a server that does not prove that it knows the password is refused",
        unproved
    ),
    case!(
        "FLT-24.iterations",
        Faults,
        R,
        P,
        [Need::PlainFaults],
        ["A-5"],
        "a password is hashed neither no times nor for hours because a server says so",
        iterations
    ),
    case!(
        "FLT-24.steps",
        Faults,
        R,
        P,
        [Need::PlainFaults],
        ["A-5", "A-7"],
        "steps of an authentication that are unknown or out of order are refused, and tell no password",
        steps
    ),
];

/// The steps of SCRAM, by the number at the beginning of an Authentication message.
const SASL: i32 = 10;
const CONTINUE: i32 = 11;
const FINAL: i32 = 12;

/// The number of an Authentication message, and what follows it.
fn step(frame: &Frame) -> Option<(i32, &[u8])> {
    let (number, rest) = frame.body.split_first_chunk::<4>()?;
    (frame.tag == b'R').then_some((i32::from_be_bytes(*number), rest))
}

fn authentication(number: i32, data: &[u8]) -> Vec<u8> {
    message(b'R', &[&number.to_be_bytes(), data].concat())
}

/// Changes the data of one step.
fn at_step(number: i32, change: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Tamper {
    Tamper::new(move |frame| match step(frame) {
        Some((found, data)) if found == number => Some(change(&String::from_utf8_lossy(data))),
        _ => None,
    })
}

/// Changes one attribute of a step's data, such as the `i` of `r=...,s=...,i=4096`.
fn attribute(number: i32, name: &'static str, value: &'static str) -> Tamper {
    at_step(number, move |data| {
        let parts = data.split(',').map(|part| match part.split_once('=') {
            Some((found, _)) if found == name => format!("{name}={value}"),
            _ => part.to_owned(),
        });
        authentication(number, parts.collect::<Vec<_>>().join(",").as_bytes())
    })
}

/// Keeps what the adapter says.
#[derive(Debug, Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    fn stage(&self) -> Stage {
        let this = self.clone();
        let rewrite = move || -> Box<dyn Rewriter> { Box::new(this.clone()) };
        Stage { rewrite: Some(Arc::new(rewrite)), ..Stage::default() }
    }

    fn contains(&self, text: &[u8]) -> bool {
        let heard = self.0.lock().expect("nothing panics while it is held");
        !text.is_empty() && heard.windows(text.len()).any(|part| part == text)
    }
}

impl Rewriter for Heard {
    fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>) {
        self.0.lock().expect("nothing panics while it is held").extend(arrived);
        out.extend(arrived);
    }
}

/// Checks that a server whose messages are changed so is not accepted. Gives what the adapter said to it.
async fn is_refused(
    cx: &Context,
    proxy: &Arc<dyn FaultProxy>,
    what: &str,
    tamper: &Tamper,
) -> Outcome<Heard> {
    let heard = Heard::default();
    proxy.set(Plan { to_client: tamper.stage(), to_server: heard.stage(), ..Plan::default() });
    let error: Error = must_not_connect(cx, setup(cx, proxy), what).await?;
    if tamper.changed() == 0 {
        return Err(Stop::NotRun("the server does not ask for a password by SCRAM".to_owned()));
    }
    let kinds = [ErrorKind::AuthenticationFailed, ErrorKind::AuthenticationUnsupported, ErrorKind::Protocol];
    must_fail::<()>(Err(error), &kinds, what)?;
    for secret in cx.harness().secrets() {
        ensure!(!heard.contains(secret.as_bytes()), "{what}: the password was sent as it is");
    }
    Ok(heard)
}

async fn unproved(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let changes: [(&str, Tamper); 9] = [
        ("another signature", attribute(FINAL, "v", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
        ("an empty signature", attribute(FINAL, "v", "")),
        ("a signature that is no base64", attribute(FINAL, "v", "?")),
        ("no signature", at_step(FINAL, |_| authentication(FINAL, b""))),
        ("an error in place of a signature", at_step(FINAL, |_| authentication(FINAL, b"e=other-error"))),
        ("nobody to prove it", at_step(FINAL, |_| Vec::new())),
        ("another nonce", attribute(CONTINUE, "r", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        ("an empty nonce", attribute(CONTINUE, "r", "")),
        ("being let in without a proof", at_step(CONTINUE, |_| authentication(0, b""))),
    ];
    for (what, tamper) in changes {
        is_refused(&cx, &proxy, what, &tamper).await?;
    }
    proxy.set(Plan::default());
    cx.check_usable(&cx.adapter_with(setup(&cx, &proxy)).await?).await
}

async fn iterations(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    // The first two tell whether there is a limit: those after them would take minutes where there is none.
    for count in ["0", "100000000", "2147483647", "2147483648", "4294967295", "4294967296", "-1", "x", ""] {
        let what = format!("`{count}` iterations");
        let heard = is_refused(&cx, &proxy, &what, &attribute(CONTINUE, "i", count)).await?;
        ensure!(!heard.contains(b",p="), "{what}: the adapter did as it was told");
    }
    Ok(())
}

async fn steps(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let instead = |number: i32, data: &'static [u8]| at_step(SASL, move |_| authentication(number, data));
    let changes: [(&str, Tamper); 12] = [
        ("the last step first", instead(FINAL, b"v=AAAA")),
        ("the second step first", instead(CONTINUE, b"r=AAAA,s=AAAA,i=4096")),
        ("the last step second", at_step(CONTINUE, |_| authentication(FINAL, b"v=AAAA"))),
        ("no mechanism", instead(SASL, b"\0")),
        ("mechanisms without an end", instead(SASL, b"SCRAM-SHA-256\0")),
        ("unknown mechanisms", instead(SASL, b"PLAIN\0OAUTHBEARER\0\0")),
        ("the password in clear text", instead(3, b"")),
        ("Kerberos", instead(2, b"")),
        ("GSSAPI", instead(7, b"")),
        ("SSPI", instead(9, b"")),
        ("a number that is not known", instead(99, b"")),
        ("a message that is too short", at_step(SASL, |_| message(b'R', &[0, 0]))),
    ];
    for (what, tamper) in changes {
        is_refused(&cx, &proxy, what, &tamper).await?;
    }
    Ok(())
}

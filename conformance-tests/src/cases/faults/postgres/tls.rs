//! Servers that are asked for TLS, and give something else.

use std::time::Duration;

use drivetrain_adapter_api::ErrorKind;

use super::super::bench::{must_not_connect, setup};
use super::frames::{fields, message};
use crate::case::{Case, Need, P, case};
use crate::faults::{Accept, Cut, Plan, Stage};
use crate::harness::{Setup, TlsSetup};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop};

pub(in super::super) const CASES: &[Case] = &[
    case!(
        "FLT-25",
        Faults,
        R,
        P,
        [Need::Tls, Need::Faults],
        ["A-3", "A-7"],
        "nothing goes in clear text to a server that refuses TLS, or says something before TLS has begun",
        no_tls
    ),
    case!(
        "FLT-26",
        Faults,
        R,
        P,
        [Need::Tls, Need::Faults],
        ["A-5"],
        "a handshake that ends after k bytes is no connection, and no hang",
        broken_handshake
    )
    .within_seconds(30),
];

/// The length of the request for TLS: all that may be sent in clear text.
const REQUEST: u64 = 8;

fn verifying(cx: &Context, mut setup: Setup) -> Outcome<Setup> {
    let files = cx.harness().tls().ok_or_else(|| Stop::NotRun("there are no certificates".to_owned()))?;
    setup.tls = Some(TlsSetup::Verify { authority: files.authority, host: Some("localhost".to_owned()) });
    Ok(setup)
}

async fn no_tls(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let asked = verifying(&cx, setup(&cx, &proxy))?;
    let welcome = [message(b'R', &[0; 4]), message(b'K', &[0; 8]), message(b'Z', b"I")].concat();
    let refusal = fields(&[(b'S', b"FATAL"), (b'V', b"FATAL"), (b'C', b"28P01"), (b'M', b"wrong password")]);
    let answers = [
        ("no TLS", b"N".to_vec()),
        ("no TLS, and a welcome", [b"N", &welcome[..]].concat()),
        ("TLS, and a welcome in clear text", [b"S", &welcome[..]].concat()),
        ("an error", message(b'E', &refusal)),
        ("a welcome", welcome),
        ("nothing", Vec::new()),
        ("another letter", b"X".to_vec()),
    ];
    for (what, answer) in answers {
        let before = proxy.traffic();
        let begins_tls = answer.first() == Some(&b'S');
        proxy.set(Plan { accept: Accept::Canned { after_request: true, answer }, ..Plan::default() });
        let error = must_not_connect(&cx, asked.clone(), what).await?;
        let kinds = [ErrorKind::Tls, ErrorKind::Connect, ErrorKind::Protocol];
        must_fail::<()>(Err(error), &kinds, what)?;
        let after = proxy.traffic();
        let (sent, connections) =
            (after.to_server - before.to_server, after.connections - before.connections);
        ensure!(connections > 0, "{what}: nobody has connected");
        if !begins_tls {
            ensure_eq!(sent, REQUEST * connections, "{what}: bytes in clear text");
        }
    }
    Ok(())
}

async fn broken_handshake(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let mut asked = verifying(&cx, setup(&cx, &proxy))?;
    cx.check_usable(&cx.adapter_with(asked.clone()).await?).await?;
    asked.connect_timeout = Some(Duration::from_millis(100));
    for cut in [Cut::Close, Cut::Reset, Cut::Stall] {
        for at in [0, 1, 2, 6, 50, 120, 500] {
            let what = format!("{cut:?} after byte {at} of the handshake");
            let to_client = Stage { cut: Some((at, cut)), ..Stage::default() };
            proxy.set(Plan { to_client, ..Plan::default() });
            let error = must_not_connect(&cx, asked.clone(), &what).await?;
            must_fail::<()>(Err(error), &[ErrorKind::Tls, ErrorKind::Connect], &what)?;
        }
    }
    Ok(())
}

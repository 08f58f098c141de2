//! WebSockets that are not opened, or break off, fragment or mix up their frames.
//!
//! Source: RFC 6455, section 5.2.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use drivetrain_adapter_api::ErrorKind;

use super::bench::{Bench, PATIENCE, must_not_connect, setup};
use crate::case::{Case, Need, W, case};
use crate::faults::{Accept, Plan, Rewriter, Stage};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "FLT-28",
        Faults,
        R,
        W,
        [Need::PlainFaults],
        ["A-6", "A-21"],
        "a WebSocket that closes, whatever its code, or breaks the protocol in a query is an error of that query",
        broken
    ),
    case!(
        "FLT-28.whole",
        Faults,
        R,
        W,
        [Need::PlainFaults],
        ["A-21"],
        "pings and fragments make no difference",
        whole
    ),
    case!(
        "FLT-28.upgrade",
        Faults,
        R,
        W,
        [Need::PlainFaults],
        ["A-5"],
        "an upgrade that is refused, or never happens, is no connection",
        no_upgrade
    ),
];

const BINARY: u8 = 2;

/// A frame of the server's: never masked.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..126 => bytes.push(short as u8),
        medium @ 126..=0xffff => {
            bytes.push(126);
            bytes.extend((medium as u16).to_be_bytes());
        }
        long => {
            bytes.push(127);
            bytes.extend((long as u64).to_be_bytes());
        }
    }
    bytes.extend(payload);
    bytes
}

/// What is made of a frame: its first byte and its payload.
type Change = dyn Fn(u8, &[u8]) -> Vec<u8> + Send + Sync;

/// Cuts what follows the opening handshake into frames, and changes those of data.
struct Frames {
    buffer: Vec<u8>,
    opened: bool,
    change: Arc<Change>,
    changed: Arc<AtomicUsize>,
}

impl Rewriter for Frames {
    fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>) {
        self.buffer.extend(arrived);
        if !self.opened {
            let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { return };
            out.extend(self.buffer.drain(..end + 4));
            self.opened = true;
        }
        while let Some((first, header, length)) = head(&self.buffer) {
            if self.buffer.len() < header + length {
                return;
            }
            let whole: Vec<u8> = self.buffer.drain(..header + length).collect();
            if matches!(first & 0x0f, 0..=2) {
                self.changed.fetch_add(1, Ordering::Relaxed);
                out.extend((self.change)(first, &whole[header..]));
            } else {
                out.extend(whole);
            }
        }
    }
}

/// First byte, length of the header and of the payload.
fn head(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    match second & 0x7f {
        126 => {
            let length = u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?);
            Some((first, 4, length.into()))
        }
        127 => {
            let length = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
            Some((first, 10, usize::try_from(length).ok()?))
        }
        short => Some((first, 2, short.into())),
    }
}

/// A stage that changes frames of data of connections that are open or new, and how often it has.
fn frames(
    open: bool,
    change: impl Fn(u8, &[u8]) -> Vec<u8> + Send + Sync + 'static,
) -> (Stage, Arc<AtomicUsize>) {
    let (change, changed): (Arc<Change>, _) = (Arc::new(change), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&changed);
    let rewrite = move || -> Box<dyn Rewriter> {
        let (change, changed) = (Arc::clone(&change), Arc::clone(&counter));
        Box::new(Frames { buffer: Vec::new(), opened: open, change, changed })
    };
    (Stage { rewrite: Some(Arc::new(rewrite)), ..Stage::default() }, changed)
}

fn closed(code: u16) -> Vec<u8> {
    frame(0x88, &code.to_be_bytes())
}

async fn broken(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    type Making = fn(&[u8]) -> Vec<u8>;
    let changes: [(&str, Making); 9] = [
        ("closed with 1000", |_| closed(1000)),
        ("closed with 1001", |_| closed(1001)),
        ("closed with 1011", |_| closed(1011)),
        ("closed without a code", |_| frame(0x88, b"")),
        ("closed after half of it", |payload| {
            [frame(BINARY, &payload[..payload.len() / 2]), closed(1001)].concat()
        }),
        ("text in place of bytes", |_| frame(0x81, b"hello")),
        ("an unknown sort of frame", |payload| frame(0x83, payload)),
        ("reserved bits", |payload| frame(0xf2, payload)),
        ("a frame of 4 EiB", |_| [&[0x82, 127, 0x40, 0, 0, 0, 0, 0, 0, 0][..], b"begin"].concat()),
    ];
    for (what, change) in changes {
        bench.check_usable().await.within(what)?;
        let (stage, changed) = frames(true, move |_, payload| change(payload));
        bench.to_client(stage);
        let call = bench.adapter.query(cx.raw("select n from generate_series(1, 3) as n", vec![]));
        let outcome = cx.within(PATIENCE, "the call", call).await.within(what)?;
        bench.heal();
        ensure!(changed.load(Ordering::Relaxed) > 0, "{what}: no frame was changed");
        must_fail(outcome, &[ErrorKind::ConnectionLost, ErrorKind::Protocol], what)?;
        bench.check_usable().await.within(what)?;
    }
    Ok(())
}

async fn whole(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    // What is cut into frames is a WebSocket that is open.
    bench.check_usable().await?;
    type Making = fn(u8, &[u8]) -> Vec<u8>;
    let changes: [(&str, Making); 3] = [
        ("pings around", |first, payload| {
            [frame(0x89, b"ping"), frame(first, payload), frame(0x8a, b"unasked")].concat()
        }),
        ("a fragment for each byte, with pings between", |first, payload| {
            let last = payload.len().saturating_sub(1);
            let piece = |at: usize, byte: &u8| {
                let kind = if at == 0 { first & 0x0f } else { 0 };
                let end = if at == last { first & 0x80 } else { 0 };
                [frame(end | kind, &[*byte]), if end == 0 { frame(0x89, b"") } else { Vec::new() }].concat()
            };
            payload.iter().enumerate().flat_map(|(at, byte)| piece(at, byte)).collect()
        }),
        ("empty frames around", |first, payload| {
            [frame(0x82, b""), frame(first, payload), frame(0x82, b"")].concat()
        }),
    ];
    for (what, change) in changes {
        let (stage, changed) = frames(true, change);
        bench.to_client(stage);
        let result = bench.query("select n from generate_series(1, 3) as n").await?.within(what)?;
        ensure_eq!(result.rows.len(), 3, "{what}: rows");
        ensure!(changed.load(Ordering::Relaxed) > 0, "{what}: no frame was changed");
        bench.heal();
        bench.check_usable().await.within(what)?;
    }
    Ok(())
}

async fn no_upgrade(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    for status in [
        "403 Forbidden",
        "429 Too Many Requests",
        "503 Service Unavailable",
        "200 OK",
        "301 Moved",
        "101 Odd",
    ] {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").into_bytes();
        proxy.set(Plan { accept: Accept::Canned { after_request: true, answer }, ..Plan::default() });
        let error = must_not_connect(&cx, setup(&cx, &proxy), status).await?;
        let kinds = [
            ErrorKind::Connect,
            ErrorKind::Protocol,
            ErrorKind::AuthenticationFailed,
            ErrorKind::RateLimited,
            ErrorKind::ServerUnavailable,
        ];
        must_fail::<()>(Err(error), &kinds, status)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_cut_behind_the_handshake_and_changed_however_they_arrive() {
        let head = b"HTTP/1.1 101 Switching Protocols\r\nx: y\r\n\r\n";
        let long = vec![b'x'; 300];
        let stream = [&head[..], &frame(0x82, b"abc"), &frame(0x89, b"p"), &frame(0x82, &long)].concat();
        let wanted = [&head[..], &closed(1000), &frame(0x89, b"p"), &closed(1000)].concat();
        for slice in [1, 5, 1000] {
            let (stage, changed) = frames(false, |_, _| closed(1000));
            let mut rewriter = stage.rewrite.unwrap()();
            let mut out = Vec::new();
            for piece in stream.chunks(slice) {
                rewriter.rewrite(piece, &mut out);
            }
            assert_eq!((out, changed.load(Ordering::Relaxed)), (wanted.clone(), 2));
        }
    }
}

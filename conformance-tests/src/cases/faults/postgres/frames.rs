//! Messages of Postgres's protocol, cut out of a stream, changed and put back. Written without any adapter's code.
//!
//! Source: "Message Formats" in the chapter "Frontend/Backend Protocol" of the PostgreSQL documentation.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::faults::{Rewriter, Stage};

/// A message of the server: its type, and what follows the length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) tag: u8,
    pub(super) body: Vec<u8>,
}

impl Frame {
    /// Its bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        message(self.tag, &self.body)
    }
}

/// The bytes of a message.
pub(super) fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = i32::try_from(body.len() + 4).expect("messages of cases are small");
    announced(tag, length, body)
}

/// The bytes of a message that says it is `length` bytes long.
pub(super) fn announced(tag: u8, length: i32, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    bytes.extend(length.to_be_bytes());
    bytes.extend(body);
    bytes
}

/// The body of an ErrorResponse or a NoticeResponse.
pub(super) fn fields(fields: &[(u8, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, text) in fields {
        body.push(*field);
        body.extend(*text);
        body.push(0);
    }
    body.push(0);
    body
}

/// Cuts a stream that begins with a whole message into messages.
#[derive(Debug, Default)]
struct Cutter(Vec<u8>);

impl Cutter {
    fn push(&mut self, arrived: &[u8]) -> Vec<Frame> {
        self.0.extend(arrived);
        let mut frames = Vec::new();
        while let Some(length) =
            self.0.get(1..5).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes)
        {
            let end = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(1);
            if length < 4 || self.0.len() < end {
                break;
            }
            let rest = self.0.split_off(end);
            let whole = std::mem::replace(&mut self.0, rest);
            frames.push(Frame { tag: whole[0], body: whole[5..].to_vec() });
        }
        frames
    }
}

/// What a change makes of a message: other bytes, or `None` if it is passed on as it is.
type Change = dyn Fn(&Frame) -> Option<Vec<u8>> + Send + Sync;

/// A stage that changes messages of the server, and how often it has.
#[derive(Clone)]
pub(super) struct Tamper {
    change: Arc<Change>,
    changed: Arc<AtomicUsize>,
}

impl Tamper {
    pub(super) fn new(change: impl Fn(&Frame) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self { change: Arc::new(change), changed: Arc::default() }
    }

    /// Changes messages of that type.
    pub(super) fn each(tag: u8, change: impl Fn(&Frame) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::new(move |frame| (frame.tag == tag).then(|| change(frame)))
    }

    pub(super) fn stage(&self) -> Stage {
        let this = self.clone();
        let rewrite = move || -> Box<dyn Rewriter> {
            Box::new(Tampering { tamper: this.clone(), cutter: Cutter::default() })
        };
        Stage { rewrite: Some(Arc::new(rewrite)), ..Stage::default() }
    }

    pub(super) fn changed(&self) -> usize {
        self.changed.load(Ordering::Relaxed)
    }
}

struct Tampering {
    tamper: Tamper,
    cutter: Cutter,
}

impl Rewriter for Tampering {
    fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>) {
        for frame in self.cutter.push(arrived) {
            match (self.tamper.change)(&frame) {
                Some(bytes) => {
                    self.tamper.changed.fetch_add(1, Ordering::Relaxed);
                    out.extend(bytes);
                }
                None => out.extend(frame.bytes()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_cut_changed_and_counted_however_they_arrive() {
        let tamper = Tamper::each(b'C', |frame| message(b'E', &frame.body));
        let stream = [message(b'1', b""), message(b'C', b"x\0"), message(b'Z', b"I")].concat();
        let wanted = [message(b'1', b""), message(b'E', b"x\0"), message(b'Z', b"I")].concat();
        for slice in [1, 2, 7, 100] {
            let mut rewriter = tamper.stage().rewrite.unwrap()();
            let mut out = Vec::new();
            for piece in stream.chunks(slice) {
                rewriter.rewrite(piece, &mut out);
            }
            assert_eq!(out, wanted);
        }
        assert_eq!(tamper.changed(), 4);
    }

    #[test]
    fn fields_are_ended_one_by_one_and_as_a_whole() {
        assert_eq!(fields(&[(b'S', b"ERROR"), (b'C', b"22012")]), b"SERROR\0C22012\0\0");
    }
}

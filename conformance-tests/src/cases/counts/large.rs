//! Counts that do not fit into 32 bits, as a server would report them.

use std::sync::Arc;

use drivetrain_adapter_api::{Batch, Capability};

use crate::case::{Case, Need, P, case};
use crate::faults::{Plan, Rewriter};
use crate::harness::TlsSetup;
use crate::outcome::ensure_eq;
use crate::{Context, Outcome};

pub(super) const CASES: &[Case] = &[case!(
    "COUNT-17",
    Counts,
    L0,
    P,
    [Need::PlainFaults],
    ["A-23", "A-9"],
    "counts beyond 2^32 and 2^53 arrive exactly",
    large
)];

async fn large(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4})", "insert into {t:t} values (1), (2)"]).await?;
    let proxy = cx.proxy().await?;
    let mut setup = cx.setup();
    setup.through = Some(proxy.address());
    setup.tls = Some(TlsSetup::Off);
    for count in [4_294_967_295, 4_294_967_296, 4_294_967_298, 9_007_199_254_740_993, u64::MAX] {
        let mut plan = Plan::default();
        plan.to_client.rewrite = Some(Arc::new(move || Box::new(Counts::new(count))));
        proxy.set(plan);
        let adapter = cx.adapter_with(setup.clone()).await?;
        let update = cx.raw("update {t:t} set id = id", vec![]);
        ensure_eq!(adapter.query(update).await?.affected, Some(count), "the count");
        let insert = cx.raw("insert into {t:t} values (3)", vec![]);
        ensure_eq!(adapter.query(insert).await?.affected, Some(count), "the count of an insert");
        if cx.capabilities().declares(Capability::Pipelining) {
            let update = cx.raw("update {t:t} set id = id", vec![]);
            let results = adapter.batch(Batch::new(vec![update])).await?;
            ensure_eq!(
                results.first().and_then(|result| result.affected),
                Some(count),
                "the count in a batch"
            );
        }
        adapter.close().await?;
    }
    Ok(())
}

/// Puts another number of rows into the server's CommandComplete messages.
/// <https://www.postgresql.org/docs/current/protocol-message-formats.html>
struct Counts {
    count: u64,
    kept: Vec<u8>,
    /// Whether anything has come: what comes first may be the one byte that answers the wish for TLS.
    begun: bool,
}

impl Counts {
    const fn new(count: u64) -> Self {
        Self { count, kept: Vec::new(), begun: false }
    }

    fn rewritten(&self, message: &[u8]) -> Option<Vec<u8>> {
        let tag = message.strip_prefix(b"C").and_then(|rest| rest.get(4..))?.strip_suffix(b"\0")?;
        let tag = std::str::from_utf8(tag).ok()?;
        let command =
            tag.strip_suffix(|last: char| last.is_ascii_digit())?.trim_end_matches(|c: char| c != ' ');
        let text = match command {
            "UPDATE " | "INSERT 0 " => format!("{command}{}\0", self.count),
            _ => return None,
        };
        let length = u32::try_from(text.len() + 4).ok()?;
        Some([&b"C"[..], &length.to_be_bytes(), text.as_bytes()].concat())
    }
}

impl Rewriter for Counts {
    fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>) {
        self.kept.extend_from_slice(arrived);
        if !self.begun && matches!(self.kept.first(), Some(b'N' | b'S')) {
            out.push(self.kept.remove(0));
        }
        self.begun = true;
        while let Some(length) = self.kept.get(1..5).and_then(|bytes| bytes.try_into().ok()) {
            let whole = u32::from_be_bytes(length) as usize + 1;
            if self.kept.len() < whole {
                break;
            }
            let message: Vec<_> = self.kept.drain(..whole).collect();
            out.extend(self.rewritten(&message).unwrap_or(message));
        }
    }
}

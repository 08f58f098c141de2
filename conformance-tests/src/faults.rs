//! What a fault proxy can be told to do to the traffic between an adapter and its server.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::async_trait;

use crate::harness::Upstream;

/// Makes proxies: the part of the suite that needs sockets, handed in by the shell.
#[async_trait]
pub trait Proxies: fmt::Debug + Send + Sync + 'static {
    /// A proxy in front of `upstream`, on a port of its own, that passes everything on until told otherwise.
    ///
    /// # Errors
    /// Why it cannot listen.
    async fn open(&self, upstream: &Upstream) -> Result<Arc<dyn FaultProxy>, String>;
}

/// A proxy between an adapter and its server. It ends when it is dropped.
#[async_trait]
pub trait FaultProxy: fmt::Debug + Send + Sync + 'static {
    /// Where it listens: host and port.
    fn address(&self) -> (String, u16);

    /// From now on, connections old and new are treated like this (except for [`Plan::accept`], which is for new ones).
    /// Bytes are counted anew on each connection; what had stalled moves again, unless the new plan stalls it.
    fn set(&self, plan: Plan);

    /// What has passed since it was opened.
    fn traffic(&self) -> Traffic;

    /// Breaks every connection that is open, at once, with a reset.
    fn reset_all(&self);
}

/// What can be done to the file of an embedded database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// Its first bytes are others: it is no database any more.
    Header,
    /// Its second half is cut off.
    Truncate,
    /// A page in its middle is overwritten.
    Page,
    /// It is removed.
    Remove,
    /// Another file, which is no database, is put in its place.
    Replace,
}

/// What has passed a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Connections accepted.
    pub connections: u64,
    /// Connections that are open.
    pub open: u64,
    /// Bytes from the adapter to the server.
    pub to_server: u64,
    /// Bytes from the server to the adapter.
    pub to_client: u64,
    /// Round trips: how often the adapter began to speak, first on a connection or after the server had.
    pub turns: u64,
}

/// How connections are treated.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// What becomes of a new connection.
    pub accept: Accept,
    /// What becomes of the adapter's bytes.
    pub to_server: Stage,
    /// What becomes of the server's bytes, and of canned ones.
    pub to_client: Stage,
}

/// What becomes of a new connection.
#[derive(Debug, Clone, Default)]
pub enum Accept {
    /// It is connected to the server.
    #[default]
    Forward,
    /// It is reset: as if the server were down.
    Refuse,
    /// It is accepted, and nothing is ever said.
    Silent,
    /// It is answered with these bytes, without the server, once the adapter has spoken (`after_request`) or at once;
    /// then it is closed in order.
    Canned {
        /// Whether the adapter speaks first.
        after_request: bool,
        /// The answer.
        answer: Vec<u8>,
    },
}

/// What becomes of the bytes of one direction. Everything that is set applies.
#[derive(Clone, Default)]
pub struct Stage {
    /// Each read is held back that long before it is passed on.
    pub latency: Duration,
    /// Bytes are passed on in slices of this size, each written and flushed by itself.
    pub slice: Option<usize>,
    /// After so many bytes slices end, and what follows is passed on as it comes.
    pub slice_until: Option<u64>,
    /// With this seed, latencies and sizes of slices are random, and at most those above.
    pub jitter: Option<u64>,
    /// Bytes a second, at most.
    pub bandwidth: Option<u64>,
    /// The byte with this number, counted from 0, is combined with the mask by XOR.
    pub flip: Option<(u64, u8)>,
    /// After that many bytes have been passed on, the connection ends; with 0, when the first would be.
    pub cut: Option<(u64, Cut)>,
    /// Rewrites messages: makes the rewriter of a connection. (Before `flip` and `cut`.)
    pub rewrite: Option<Rewrite>,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage")
            .field("latency", &self.latency)
            .field("slice", &self.slice)
            .field("slice_until", &self.slice_until)
            .field("jitter", &self.jitter)
            .field("bandwidth", &self.bandwidth)
            .field("flip", &self.flip)
            .field("cut", &self.cut)
            .field("rewrite", &self.rewrite.is_some())
            .finish()
    }
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Both sides are closed in order.
    Close,
    /// Both sides are reset.
    Reset,
    /// Nothing more is passed on in this direction, and both sides stay open.
    Stall,
}

/// Makes the rewriter of a connection.
pub type Rewrite = Arc<dyn Fn() -> Box<dyn Rewriter> + Send + Sync>;

/// Rewrites the bytes of one direction of one connection.
pub trait Rewriter: Send {
    /// Takes what arrived and puts what is to be passed on into `out`. It may keep bytes back until a message is
    /// whole.
    fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>);
}

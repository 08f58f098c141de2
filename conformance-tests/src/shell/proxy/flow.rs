//! One direction of one connection: what the plan says is done to its bytes here.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::watch;

use super::shared::Open;
use crate::Random;
use crate::faults::{Cut, Plan, Rewriter, Stage};

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    ToServer,
    ToClient,
}

/// What became of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passed {
    /// They were passed on.
    All,
    /// The plan ends the connection.
    Cut(Cut),
    /// Whom they were for has gone.
    Gone,
}

/// One direction of one connection.
pub(super) struct Flow<'a> {
    way: Way,
    open: &'a Open,
    plan: watch::Receiver<Arc<Plan>>,
    /// Whether the other side has hung up: nothing waits any more then.
    hung_up: watch::Receiver<bool>,
    stage: Stage,
    rewriter: Option<Box<dyn Rewriter>>,
    random: Random,
    /// Bytes passed on since the plan was set.
    position: u64,
}

impl<'a> Flow<'a> {
    pub(super) fn new(
        way: Way,
        open: &'a Open,
        plan: watch::Receiver<Arc<Plan>>,
        hung_up: watch::Receiver<bool>,
    ) -> Self {
        let mut flow = Self {
            way,
            open,
            plan,
            hung_up,
            stage: Stage::default(),
            rewriter: None,
            random: Random::new(0),
            position: 0,
        };
        flow.begin();
        flow
    }

    /// Takes up the plan of the moment, from its beginning.
    fn begin(&mut self) {
        let plan = Arc::clone(&self.plan.borrow_and_update());
        self.stage = match self.way {
            Way::ToServer => plan.to_server.clone(),
            Way::ToClient => plan.to_client.clone(),
        };
        self.rewriter = self.stage.rewrite.as_ref().map(|make| make());
        self.random = Random::new(self.stage.jitter.unwrap_or_default());
        self.position = 0;
    }

    fn refresh(&mut self) {
        // An error means that the proxy is gone, and with it soon this task.
        if self.plan.has_changed().unwrap_or(false) {
            self.begin();
        }
    }

    /// Does to `arrived` what the plan says and passes it on to `sink`.
    pub(super) async fn pass(&mut self, arrived: &[u8], sink: &mut (impl AsyncWrite + Unpin)) -> Passed {
        self.refresh();
        if self.way == Way::ToServer {
            self.open.said(arrived.len());
        }
        let mut rewritten = Vec::new();
        let mut rest = match &mut self.rewriter {
            Some(rewriter) => {
                rewriter.rewrite(arrived, &mut rewritten);
                &rewritten[..]
            }
            None => arrived,
        };
        self.hold_back().await;
        while !rest.is_empty() {
            self.refresh();
            match self.stage.cut {
                Some((at, Cut::Stall)) if at <= self.position => {
                    if !self.stalled().await {
                        return Passed::Cut(Cut::Close);
                    }
                    continue;
                }
                Some((at, cut)) if at <= self.position => return Passed::Cut(cut),
                _ => {}
            }
            let (piece, more) = rest.split_at(self.piece().min(rest.len()));
            rest = more;
            if !self.send(piece.to_vec(), sink).await {
                return Passed::Gone;
            }
            if let Some((at, cut @ (Cut::Close | Cut::Reset))) = self.stage.cut
                && at == self.position
            {
                return Passed::Cut(cut);
            }
        }
        Passed::All
    }

    /// Waits as long as the plan holds bytes back.
    async fn hold_back(&mut self) {
        let mut latency = self.stage.latency;
        if self.stage.jitter.is_some() {
            let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX - 1);
            latency = Duration::from_micros(self.random.below(micros + 1));
        }
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
    }

    /// Waits until the plan is another one (true) or the other side hangs up (false).
    async fn stalled(&mut self) -> bool {
        let changed = tokio::select! {
            changed = self.plan.changed() => changed.is_ok(),
            _ = self.hung_up.wait_for(|gone| *gone) => false,
        };
        if changed {
            self.begin();
        }
        changed
    }

    /// How many bytes are passed on next.
    fn piece(&mut self) -> usize {
        let sliced = self.stage.slice_until.is_none_or(|end| self.position < end);
        let slice = self.stage.slice.filter(|_| sliced);
        let mut piece = slice.unwrap_or(usize::MAX).max(1);
        if self.stage.jitter.is_some() && slice.is_some() {
            let below = self.random.below(piece as u64);
            piece = usize::try_from(below).map_or(piece, |below| below + 1);
        }
        if let Some(rate) = self.stage.bandwidth {
            // A hundredth of a second's worth.
            piece = piece.min(usize::try_from(rate / 100).unwrap_or(usize::MAX).max(1));
        }
        match self.stage.cut {
            Some((at, _)) => {
                piece.min(usize::try_from(at.saturating_sub(self.position)).unwrap_or(usize::MAX))
            }
            None => piece,
        }
    }

    /// Sends one piece. False if nobody takes it.
    async fn send(&mut self, mut piece: Vec<u8>, sink: &mut (impl AsyncWrite + Unpin)) -> bool {
        if let Some((at, mask)) = self.stage.flip
            && let Some(at) = at.checked_sub(self.position).and_then(|at| usize::try_from(at).ok())
            && let Some(byte) = piece.get_mut(at)
        {
            *byte ^= mask;
        }
        if sink.write_all(&piece).await.is_err() || sink.flush().await.is_err() {
            return false;
        }
        self.position += piece.len() as u64;
        if self.way == Way::ToClient {
            self.open.told(piece.len());
        }
        if let Some(rate) = self.stage.bandwidth {
            tokio::time::sleep(Duration::from_secs_f64(piece.len() as f64 / rate.max(1) as f64)).await;
        } else if self.stage.slice.is_some() {
            // Lets the other side read it, before more follows.
            tokio::task::yield_now().await;
        }
        true
    }
}

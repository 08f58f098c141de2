//! Dropping a future after it has been polled so many times: cancellation, made deterministic.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What became of a future that was polled a limited number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Polled<T> {
    /// It was done before the limit was reached.
    Done(T),
    /// It was dropped, pending.
    Dropped,
}

/// Polls `future` at most `polls` times, as often as it is woken, and drops it if it is not done then. With 0 it is
/// dropped before the first poll.
pub async fn drop_after<F: Future>(polls: usize, future: F) -> Polled<F::Output> {
    DropAfter { future: Some(Box::pin(future)), left: polls }.await
}

/// Runs `future` to its end, and counts how often it is polled.
pub async fn count_polls<F: Future>(future: F) -> (F::Output, usize) {
    let mut future = Box::pin(future);
    let mut polls = 0;
    std::future::poll_fn(|context| {
        polls += 1;
        future.as_mut().poll(context).map(|output| (output, polls))
    })
    .await
}

struct DropAfter<F> {
    future: Option<Pin<Box<F>>>,
    left: usize,
}

impl<F: Future> Future for DropAfter<F> {
    type Output = Polled<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let Some(future) = &mut this.future else { return Poll::Ready(Polled::Dropped) };
        if this.left > 0 {
            this.left -= 1;
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Polled::Done(output));
            }
            if this.left > 0 {
                return Poll::Pending;
            }
        }
        this.future = None;
        Poll::Ready(Polled::Dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn twice() -> u8 {
        futures_util::future::poll_fn({
            let mut polled = 0;
            move |context| {
                polled += 1;
                context.waker().wake_by_ref();
                if polled > 2 { Poll::Ready(7) } else { Poll::Pending }
            }
        })
        .await
    }

    #[test]
    fn it_is_dropped_when_the_polls_are_used_up() {
        let run = |polls| futures_util::FutureExt::now_or_never(drop_after(polls, std::future::ready(1)));
        assert_eq!(run(0), Some(Polled::Dropped));
        assert_eq!(run(1), Some(Polled::Done(1)));
        let pending = futures_util::FutureExt::now_or_never(drop_after(1, twice()));
        assert_eq!(pending, Some(Polled::Dropped));
        assert_eq!(futures_util::FutureExt::now_or_never(count_polls(std::future::ready(1))), Some((1, 1)));
    }
}

//! Sleep by a thread, for the one case that tokio cannot serve: a timer polled outside of any runtime, where tokio
//! would panic.

use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

enum State {
    Sleeping(Option<Waker>),
    Over,
}

/// Completes after `duration`; where no thread can be had, at once.
pub(super) fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
    let state = Arc::new(Mutex::new(State::Sleeping(None)));
    let shared = Arc::clone(&state);
    let sleeper = move || {
        thread::sleep(duration);
        let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *state, State::Over);
        drop(state);
        if let State::Sleeping(Some(waker)) = before {
            waker.wake();
        }
    };
    let started = thread::Builder::new().name("drivetrain-sleep".to_owned()).spawn(sleeper).is_ok();
    poll_fn(move |context| {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *state {
            State::Sleeping(waker) if started => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
            State::Sleeping(_) | State::Over => Poll::Ready(()),
        }
    })
}

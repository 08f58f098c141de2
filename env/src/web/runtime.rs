//! Tasks, sleep and clocks of a JavaScript host.

use std::cell::Cell;
use std::time::Duration;

use drivetrain_adapter_api::BoxFuture;
use drivetrain_adapter_api::runtime::Runtime;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Date, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Runs an adapter's tasks and timers on the host's event loop.
///
/// Some hosts let the clocks stand still while code runs, and end what is still running when the request that
/// started it has been answered: there, hand long work to the host (`waitUntil`) yourself.
#[derive(Debug, Clone, Copy, Default)]
pub struct WebRuntime {
    _made_by_new: (),
}

impl WebRuntime {
    /// The runtime of this isolate.
    pub fn new() -> Self {
        Self::default()
    }
}

/// `setTimeout` counts in 31 bits of milliseconds (HTML Standard, "timers").
const LONGEST_TIMEOUT: Duration = Duration::from_millis(i32::MAX as u64);

impl Runtime for WebRuntime {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        wasm_bindgen_futures::spawn_local(task);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(sleep(duration))
    }

    /// `performance.now()`, or `Date.now()` made not to go backwards.
    fn monotonic(&self) -> Duration {
        milliseconds(performance_now().unwrap_or_else(date_now_forwards))
    }

    fn unix_time(&self) -> Duration {
        milliseconds(Date::now())
    }
}

pub(crate) async fn sleep(duration: Duration) {
    let mut left = duration;
    loop {
        let now = left.min(LONGEST_TIMEOUT);
        // Rounded up: waking early would make a deadline seem missed that is not over.
        let millis = now.as_nanos().div_ceil(1_000_000);
        TimeoutFuture::new(u32::try_from(millis).unwrap_or(u32::MAX)).await;
        left = left.saturating_sub(now);
        if left.is_zero() {
            return;
        }
    }
}

fn performance_now() -> Option<f64> {
    let performance = Reflect::get(&js_sys::global(), &JsValue::from_str("performance")).ok()?;
    let now = Reflect::get(&performance, &JsValue::from_str("now")).ok()?.dyn_into::<Function>().ok()?;
    now.call0(&performance).ok()?.as_f64()
}

fn date_now_forwards() -> f64 {
    thread_local!(static LATEST: Cell<f64> = const { Cell::new(0.0) });
    LATEST.with(|latest| {
        latest.set(latest.get().max(Date::now()));
        latest.get()
    })
}

fn milliseconds(count: f64) -> Duration {
    Duration::try_from_secs_f64(count / 1000.0).unwrap_or_default()
}

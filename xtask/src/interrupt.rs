//! Ctrl-C and its like: remembered in a flag, so that servers are stopped before the process ends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Starts listening; from here on these signals no longer end the process by themselves.
pub(crate) fn listen() -> Result<(), String> {
    let flag = FLAG.get_or_init(Default::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(flag))
            .map_err(|error| format!("cannot listen for signal {signal}: {error}"))?;
    }
    Ok(())
}

/// Whether the user (or the system) has asked the process to end.
pub(crate) fn requested() -> bool {
    FLAG.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}

//! Our own layers, stacked around the SQLite adapter, pass the whole suite, as the adapter alone does. Among them is the
//! layer of the sabotages, with nothing broken: what a sabotage is caught by is the sabotage.

#[allow(dead_code, unused_imports, reason = "nothing is broken here")]
#[path = "sabotage/broken/mod.rs"]
mod broken;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::SharedAdapter;
use drivetrain_adapter_api::layer::{CapabilityCheck, Layer as _, Retry, RetryPolicy, Timeout, Tracing};
use drivetrain_conformance_tests::builtin::SqliteHarness;
use drivetrain_conformance_tests::{Layered, shell};

/// In the order that the layers' own documentation asks for.
fn stacked(adapter: SharedAdapter) -> SharedAdapter {
    let runtime = drivetrain_env::default_runtime;
    let straight = broken::Breaking(Arc::new(broken::Straight)).layer(adapter);
    let checked = CapabilityCheck.layer(straight);
    let limited = Timeout::new(runtime()).with_default(Duration::from_secs(30)).layer(checked);
    let retried = Retry::new(runtime(), RetryPolicy::default()).layer(limited);
    Tracing::new().with_statements(200).layer(retried)
}

fn main() -> ExitCode {
    let harness = Layered::new("sqlite with layers", SqliteHarness::new(), Arc::new(stacked));
    shell::main(harness, drivetrain_env::default_runtime)
}

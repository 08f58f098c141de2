//! The suite on the adapter for Neon, at a gateway of this process in front of the server of `TEST_POSTGRES_URL`.

use std::process::ExitCode;

use drivetrain_conformance_tests::builtin::{NeonHarness, NeonTransport};
use drivetrain_conformance_tests::shell;
use drivetrain_gateway::neon::{NeonConfig, NeonGateway};

/// The largest request and answer, as on hosted Neon and as the adapter takes for granted.
const LIMIT: usize = 64 << 20;

/// The `main` of a test of one transport.
pub(crate) fn main(transport: NeonTransport) -> ExitCode {
    run(transport).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn run(transport: NeonTransport) -> Result<ExitCode, String> {
    let url = std::env::var("TEST_POSTGRES_URL")
        .map_err(|_| "TEST_POSTGRES_URL is not set: run the tests by `cargo xtask test`")?;
    // The gateway has a runtime to itself: those of the cases end with them.
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let config = NeonConfig::new(&url).map_err(|error| error.to_string())?;
    let config = config.max_request_bytes(LIMIT).max_response_bytes(LIMIT);
    let gateway = runtime.block_on(NeonGateway::start(config)).map_err(|error| error.to_string())?;
    let endpoint = format!("{}/sql", gateway.url());
    let harness =
        NeonHarness::new(&url, Some(&endpoint), transport, Some(&url)).map_err(|error| error.to_string())?;
    Ok(shell::main(harness, drivetrain_env::default_runtime))
}

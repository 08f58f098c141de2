//! The suite on the adapter for Neon, by one transport.

mod neon;

use std::process::ExitCode;

use drivetrain_conformance_tests::builtin::NeonTransport;

fn main() -> ExitCode {
    neon::main(NeonTransport::WebSocket)
}

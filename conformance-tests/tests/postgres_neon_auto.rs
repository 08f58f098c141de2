//! The suite on the adapter for Neon, by both transports, each for what it is for.

mod neon;

use std::process::ExitCode;

use drivetrain_conformance_tests::builtin::NeonTransport;

fn main() -> ExitCode {
    neon::main(NeonTransport::Auto)
}

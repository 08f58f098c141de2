//! The command: runs the suite on an adapter that is built into Drivetrain, against any live database.

fn main() -> std::process::ExitCode {
    drivetrain_conformance_tests::shell::command::main()
}

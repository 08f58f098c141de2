//! The project's own tasks, run as `cargo xtask COMMAND`.
//!
//! - `test`: finds or installs the database servers, starts private ones, runs every test, stops them.
//! - `serve`: starts the same servers and keeps them until Ctrl-C, for running one test again and again.
//! - `ci`: everything continuous integration checks, in one place.
//!
//! Needs a Unix (Linux, macOS, or WSL on Windows): servers are run as another user and stopped by signal.

#[cfg(unix)]
mod args;
#[cfg(unix)]
mod ci;
#[cfg(unix)]
mod counts;
#[cfg(unix)]
mod gateway;
mod interrupt;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod report;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod servers;
#[cfg(unix)]
mod test;
#[cfg(unix)]
mod workspace;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    run::main()
}

#[cfg(not(unix))]
fn main() -> std::process::ExitCode {
    eprintln!("cargo xtask needs a Unix to run database servers on; on Windows, run it in WSL");
    std::process::ExitCode::FAILURE
}

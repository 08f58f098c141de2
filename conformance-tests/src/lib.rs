//! The conformance suite: proves that an adapter of Drivetrain does what it declares, and nothing else.
//!
//! An author of an adapter takes this package as a dev-dependency without its default features, writes one file, and
//! runs `cargo test --test conformance`. See `docs/writing-an-adapter.md`.

pub mod case;
mod cases;
mod context;
pub mod dataset;
pub mod faults;
pub mod harness;
mod layered;
mod outcome;
mod poll;
mod probes;
mod recorder;
pub mod report;
mod status;
mod suite;
pub mod tls;
mod twins;
mod waiver;
mod words;

#[cfg(feature = "command")]
pub mod builtin;
#[cfg(not(target_arch = "wasm32"))]
pub mod oracles;
#[cfg(not(target_arch = "wasm32"))]
pub mod shell;

pub use case::{Case, Group, Level, Need};
pub use context::{Context, Random};
pub use harness::{Harness, Namespace, Oracle, Setup};
pub use layered::{Layered, SharedLayer};
pub use outcome::{Outcome, Stop, Within};
pub use poll::{Polled, count_polls, drop_after};
pub use recorder::Seen;
pub use status::{CaseReport, Status};
pub use suite::{Elsewhere, Environment, Subject, Suite, Sweep};
pub use waiver::Waiver;

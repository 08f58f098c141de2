//! The layers, around an adapter that answers as it is told and remembers what it was asked.

mod capability_check;
mod contract;
mod recorder;
mod retry;
mod runtime;
mod scripted;
mod stacked;
mod timeout;
mod tracing_spans;

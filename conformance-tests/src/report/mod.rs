//! What a run found, as data and as pages.

mod data;
#[cfg(not(target_arch = "wasm32"))]
mod json;

pub use data::{Certification, Report};

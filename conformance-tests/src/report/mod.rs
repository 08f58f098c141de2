//! What a run found, as data and as pages.

mod data;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod files;
mod html;
mod junit;
mod markdown;

pub use data::{Certification, Report};
pub use html::html;
pub use markdown::page;

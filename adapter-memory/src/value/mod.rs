//! What is done with values: comparing, computing, converting. Nothing here knows of tables or statements.

mod arith;
mod cast;
mod json;
mod key;
mod number;
mod order;
mod parse;
mod text;
mod types;

pub(crate) use arith::{absolute, compute};
pub(crate) use cast::{assign, cast};
pub(crate) use json::quote;
pub(crate) use key::Key;
pub(crate) use number::{Number, in_range};
pub(crate) use order::{equal, exact, float, order, whole};
pub(crate) use text::text_of;
pub(crate) use types::{arithmetic, common, comparable, concrete, is_integer, is_number, is_text, one_key};

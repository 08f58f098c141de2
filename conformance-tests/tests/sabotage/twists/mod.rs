//! The sabotages, by what they are about.

mod claims;
mod errors;
mod parts;
mod results;
mod transactions;
mod values;
mod wire;

pub(crate) use self::claims::*;
pub(crate) use self::errors::*;
pub(crate) use self::parts::*;
pub(crate) use self::results::*;
pub(crate) use self::transactions::*;
pub(crate) use self::values::*;
pub(crate) use self::wire::*;

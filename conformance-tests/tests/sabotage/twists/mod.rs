//! The sabotages, by what they are about.

mod claims;
mod errors;
mod parts;
mod results;
mod transactions;
mod values;
mod wire;

pub use self::claims::*;
pub use self::errors::*;
pub use self::parts::*;
pub use self::results::*;
pub use self::transactions::*;
pub use self::values::*;
pub use self::wire::*;

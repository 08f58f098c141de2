//! Errors that several parts give.

use drivetrain_adapter_api::{DbType, Error, ErrorKind};

/// The adapter's name.
pub(crate) const ADAPTER: &str = "memory";

/// A part of the statement language that was added to the contract and is not known here.
pub(crate) fn unknown(what: &str) -> Error {
    Error::unsupported(format!("the adapter does not know this {what}: it is older than the statement"))
}

pub(crate) fn undefined_function(what: &str, types: &[&DbType]) -> Error {
    let types: Vec<String> = types.iter().map(|ty| format!("`{ty}`")).collect();
    Error::new(ErrorKind::UndefinedFunction, format!("there is no {what} for {}", types.join(" and ")))
        .with_hint("cast one of them")
}

pub(crate) fn out_of_range(ty: &DbType) -> Error {
    Error::new(ErrorKind::OutOfRange, format!("the result is outside of what the type {ty} holds"))
        .with_data_type(ty.to_string())
}

pub(crate) fn division_by_zero() -> Error {
    Error::new(ErrorKind::DivisionByZero, "division by zero")
}

pub(crate) fn type_mismatch(what: &str, from: &DbType, to: &DbType) -> Error {
    Error::new(ErrorKind::TypeMismatch, format!("{what}: the type {from} is not {to}"))
        .with_data_type(from.to_string())
}

pub(crate) fn read_only() -> Error {
    Error::new(ErrorKind::ReadOnly, "the statement writes, and only reading is allowed here")
}

/// Something that cannot be, unless this crate has a mistake.
pub(crate) fn broken(what: &str) -> Error {
    Error::new(ErrorKind::Protocol, format!("the adapter contradicts itself: {what}"))
}

//! Cells in text form, as output functions write them.
//!
//! Dates and times are read in ISO style only: under another `DateStyle` they are an error, since the others cannot
//! be told apart. Intervals are read in all four styles, bytes in both forms.

mod array;
mod interval;
mod range;
mod scalar;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use drivetrain_adapter_api::ValueRef;

use super::decoded::{Decode, Decoded, Fault, utf8};
use crate::types::{Codec, Resolved, Scalar};

pub(super) use scalar::char_value;

/// Decodes a cell that is not NULL.
pub(super) fn decode<'a>(ty: &'a Resolved, bytes: &'a [u8]) -> Decode<Decoded<'a>> {
    // Up to Postgres 15, a `"char"` beyond ASCII is written as that byte alone.
    if let (Codec::Scalar(Scalar::Char), [byte @ 0x80..=0xff]) = (&ty.codec, bytes) {
        return char_value(*byte, bytes);
    }
    decode_text(ty, utf8(bytes)?)
}

fn decode_text<'a>(ty: &'a Resolved, text: &'a str) -> Decode<Decoded<'a>> {
    let value = match &ty.codec {
        Codec::Scalar(scalar) => return scalar::decode(*scalar, ty, text),
        Codec::Enum => ValueRef::Enum(text),
        Codec::Array(array) => {
            ValueRef::Array(Cow::Owned(array::decode(&array.element, array.delimiter, text)?))
        }
        Codec::Vector(element) => ValueRef::Array(Cow::Owned(array::vector(element, text)?)),
        Codec::Range(subtype) => {
            range::check(subtype, text)?;
            ValueRef::OtherText { type_name: &ty.name, text }
        }
        Codec::Other => ValueRef::OtherText { type_name: &ty.name, text },
    };
    Ok(Decoded::Value(value))
}

/// Splits off what stands before `end`, which is passed over.
fn split_at_byte(text: &str, end: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == end)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn malformed(what: &str) -> Fault {
    Fault::new(format!("the text is not {what}"))
}

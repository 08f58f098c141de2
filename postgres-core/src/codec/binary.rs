//! Cells in binary form.

mod array;
mod network;
mod numeric;
mod scalar;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use drivetrain_adapter_api::ValueRef;

use super::decoded::{Decode, Decoded, Fault, utf8};
use crate::types::{Codec, Resolved};

/// Decodes a cell that is not NULL.
pub(super) fn decode<'a>(ty: &'a Resolved, bytes: &'a [u8]) -> Decode<Decoded<'a>> {
    let value = match &ty.codec {
        Codec::Scalar(scalar) => return scalar::decode(*scalar, ty, bytes),
        Codec::Enum => ValueRef::Enum(utf8(bytes)?),
        Codec::Array(array) => ValueRef::Array(Cow::Owned(array::decode(&array.element, bytes)?)),
        Codec::Vector(element) => ValueRef::Array(Cow::Owned(array::decode(element, bytes)?)),
        Codec::Range(_) | Codec::Other => ValueRef::OtherBytes { type_name: &ty.name, bytes },
    };
    Ok(Decoded::Value(value))
}

/// Bytes that are taken from the front, each step within bounds.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Decode<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or_else(cut_short)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u8(&mut self) -> Decode<u8> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    fn u16(&mut self) -> Decode<u16> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    fn i16(&mut self) -> Decode<i16> {
        Ok(i16::from_be_bytes(self.array()?))
    }

    fn i32(&mut self) -> Decode<i32> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    fn u32(&mut self) -> Decode<u32> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    fn i64(&mut self) -> Decode<i64> {
        Ok(i64::from_be_bytes(self.array()?))
    }

    fn take(&mut self, length: usize) -> Decode<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(cut_short)?;
        self.0 = rest;
        Ok(taken)
    }

    /// Nothing may be left.
    fn end(self) -> Decode<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Fault::new("there are more bytes than the type has")) }
    }
}

fn cut_short() -> Fault {
    Fault::new("there are fewer bytes than the type has")
}

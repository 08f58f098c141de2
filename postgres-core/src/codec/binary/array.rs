//! Arrays in binary form.

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::value::{Array, Dimension};

use super::super::decoded::{Decode, Fault};
use super::{Reader, decode as decode_cell};
use crate::types::{Codec, Resolved, TypeRegistry};

/// As many as Postgres has.
const MAX_DIMENSIONS: i32 = 6;

/// Number of dimensions, whether there are NULLs, type of the elements, then length and lower bound of each
/// dimension, then the elements as cells.
pub(super) fn decode(element: &Resolved, bytes: &[u8]) -> Decode<Array> {
    let mut reader = Reader(bytes);
    let count = reader.i32()?;
    if !(0..=MAX_DIMENSIONS).contains(&count) {
        return Err(Fault::new("the array has more dimensions than Postgres holds"));
    }
    if !(0..=1).contains(&reader.i32()?) {
        return Err(Fault::new("the flags of the array are not known"));
    }
    let oid = reader.u32()?;
    if !is_of(oid, element) {
        return Err(Fault::new(format!("the array's elements are of another type (oid {oid}) than its own")));
    }
    let mut dimensions = Vec::new();
    for _ in 0..count {
        let length =
            usize::try_from(reader.i32()?).map_err(|_| Fault::new("a dimension's length is negative"))?;
        dimensions.push(Dimension { length, lower_bound: reader.i32()? });
    }
    let total = if dimensions.is_empty() {
        Some(0)
    } else {
        dimensions.iter().try_fold(1_usize, |total, dimension| total.checked_mul(dimension.length))
    };
    // Each element takes at least the four bytes of its length: what cannot be there is not allocated for.
    let total = total.filter(|total| *total <= reader.0.len() / 4).ok_or_else(super::cut_short)?;
    let mut values = Vec::with_capacity(total);
    for _ in 0..total {
        values.push(match reader.i32()? {
            -1 => Value::Null(element.db_type()),
            length => {
                let length =
                    usize::try_from(length).map_err(|_| Fault::new("an element's length is negative"))?;
                decode_cell(element, reader.take(length)?)?.into_value(element)?
            }
        });
    }
    reader.end()?;
    if values.is_empty() {
        // As in text form, where no dimension of an empty array is written.
        dimensions.clear();
    }
    Ok(Array::with_dimensions(element.db_type(), dimensions, values)?)
}

/// Whether elements of the type `oid` are decoded as those of `element`. Casts between types of one form, such as
/// `varchar[]` to `text[]`, may leave the former name inside of the value.
fn is_of(oid: u32, element: &Resolved) -> bool {
    oid == element.oid
        || oid == element.base
        || match (&TypeRegistry::new().resolve(oid).codec, &element.codec) {
            (Codec::Scalar(found), Codec::Scalar(expected)) => found == expected,
            _ => false,
        }
}

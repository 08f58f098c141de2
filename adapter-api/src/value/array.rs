//! Arrays, with the dimensions and lower bounds that Postgres keeps.

use super::{DbType, Value};
use crate::{Error, ErrorKind};

/// One dimension of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dimension {
    /// How many elements it has.
    pub length: usize,
    /// The index of the first one; 1 unless stated otherwise.
    pub lower_bound: i32,
}

/// An array: elements in row-major order, all of one type, any of which may be NULL.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    element: DbType,
    dimensions: Vec<Dimension>,
    values: Vec<Value>,
}

impl Array {
    /// An array of one dimension; of none where there are no values.
    pub fn new(element: DbType, values: Vec<Value>) -> Self {
        let dimensions = if values.is_empty() {
            Vec::new()
        } else {
            vec![Dimension { length: values.len(), lower_bound: 1 }]
        };
        Self { element, dimensions, values }
    }

    /// An array of several dimensions.
    ///
    /// # Errors
    /// [`InvalidValue`](ErrorKind::InvalidValue) if the number of values is not the product of the lengths.
    pub fn with_dimensions(
        element: DbType,
        dimensions: Vec<Dimension>,
        values: Vec<Value>,
    ) -> Result<Self, Error> {
        let expected = if dimensions.is_empty() {
            Some(0)
        } else {
            dimensions.iter().try_fold(1_usize, |product, dimension| product.checked_mul(dimension.length))
        };
        if expected != Some(values.len()) {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                format!("an array of {} values does not fill its dimensions", values.len()),
            ));
        }
        Ok(Self { element, dimensions, values })
    }

    /// The type of the elements.
    pub fn element(&self) -> &DbType {
        &self.element
    }

    /// The dimensions, outermost first. Empty for an empty array.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The values in row-major order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The values, owned.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// How many values there are in all.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

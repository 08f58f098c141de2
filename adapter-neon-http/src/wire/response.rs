//! The bodies of responses with status 200.

use std::borrow::Cow;
use std::sync::Arc;

use drivetrain_adapter_api::{Error, ErrorKind, QueryResult, Result, Rows};
use drivetrain_postgres_core::codec::{Format, PgColumn};
use drivetrain_postgres_core::types::TypeRegistry;
use serde::{Deserialize, Deserializer};

use super::body;
use super::rows::RowData;

/// What one statement gave.
#[derive(Debug, Deserialize)]
pub struct Response<'a> {
    /// The columns; none for a statement that returns no rows.
    #[serde(borrow)]
    pub fields: Vec<Field<'a>>,
    /// The rows.
    pub rows: RowData,
    /// The first word of what the server says it did: `INSERT`, `CREATE`; empty for an empty statement.
    #[serde(borrow)]
    pub command: Cow<'a, str>,
    /// How many rows that concerned; `None` where the server counts none.
    #[serde(rename = "rowCount", deserialize_with = "present")]
    pub row_count: Option<u64>,
}

/// A column.
#[derive(Debug, Deserialize)]
pub struct Field<'a> {
    /// The name. Names may repeat or be empty.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// The object id of its type.
    #[serde(rename = "dataTypeID")]
    pub type_oid: u32,
}

/// What may be null and may not be left out.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Option::deserialize(deserializer)
}

/// Reads the response to a single statement.
///
/// # Errors
/// [`Protocol`](ErrorKind::Protocol), without repeating what stands in the body.
pub fn single(body: &[u8]) -> Result<Response<'_>> {
    body::read::<Response<'_>>(body)?.checked()
}

/// Reads the response to a batch of that many statements.
///
/// # Errors
/// As [`single`].
pub fn batch(body: &[u8], statements: usize) -> Result<Vec<Response<'_>>> {
    #[derive(Deserialize)]
    struct Results<'a> {
        #[serde(borrow)]
        results: Vec<Response<'a>>,
    }
    let results = body::read::<Results<'_>>(body)?.results;
    if results.len() != statements {
        return Err(Error::new(
            ErrorKind::Protocol,
            format!("the endpoint answered {statements} statements with {} results", results.len()),
        ));
    }
    results.into_iter().map(Response::checked).collect()
}

impl Response<'_> {
    fn checked(self) -> Result<Self> {
        if self.rows.width().is_some_and(|width| width != self.fields.len()) {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the endpoint's answer has rows of another number of cells than there are columns",
            ));
        }
        if self.changes_rows() && self.row_count.is_none() {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the endpoint's answer does not say how many rows the statement changed",
            ));
        }
        Ok(self)
    }

    fn changes_rows(&self) -> bool {
        matches!(&*self.command, "INSERT" | "UPDATE" | "DELETE" | "MERGE")
    }

    /// How many rows the statement changed; `None` where it changes none by its nature.
    pub fn affected(&self) -> Option<u64> {
        self.row_count.filter(|_| self.changes_rows())
    }

    /// The same in the words of every adapter. Types that `types` does not know are handed over as text.
    ///
    /// # Errors
    /// [`Protocol`](ErrorKind::Protocol) for rows that are too long to be addressed.
    pub fn into_result(self, types: &TypeRegistry) -> Result<QueryResult> {
        let columns: Arc<[PgColumn]> = self
            .fields
            .iter()
            .map(|field| PgColumn::new(&*field.name, field.type_oid, Format::Text, types))
            .collect();
        let shown = columns.iter().map(PgColumn::column).collect();
        let rows = Rows::new(shown, self.rows.decoded(columns)?);
        Ok(QueryResult::new(rows).with_affected(self.affected()))
    }
}

#[cfg(test)]
mod tests;

//! Errors in the words of the schema: which model, which fields.

use drivetrain_adapter_api::{Error, ErrorKind};

use crate::filter::Column;
use crate::model::{Model, ModelMeta};

/// Questions to an error of the database, in the words of the schema.
pub trait DatabaseError {
    /// Whether a unique or primary key constraint was violated that this field is part of.
    fn is_unique_violation<M: Model, T, N, K>(&self, field: Column<M, T, N, K>) -> bool;

    /// The fields of the schema that the error is about.
    fn fields(&self) -> &[String];
}

impl DatabaseError for Error {
    fn is_unique_violation<M: Model, T, N, K>(&self, field: Column<M, T, N, K>) -> bool {
        self.kind() == ErrorKind::UniqueViolation
            && self.table() == Some(M::META.name)
            && self.columns().iter().any(|known| known == M::META.columns[field.index()].field)
    }

    fn fields(&self) -> &[String] {
        self.columns()
    }
}

/// Puts an error of the database into the words of the schema: the model for the table, fields for columns. The fields
/// of a constraint come from the schema where the database names only the constraint.
pub(crate) fn in_words_of(error: Error, models: &[&'static ModelMeta]) -> Error {
    // Postgres has one namespace of constraints for each schema only.
    let is_of = |model: &ModelMeta| error.table().is_none_or(|table| table == model.table.name);
    let by_constraint = error.constraint().and_then(|constraint| {
        models.iter().filter(|model| is_of(model)).find_map(|model| {
            let key = model.keys.iter().find(|key| key.constraint == constraint)?;
            Some((*model, key.columns.to_vec()))
        })
    });
    let by_columns = || {
        let table = error.table()?;
        let model = models.iter().find(|model| model.table.name == table)?;
        let position = |name: &String| model.columns.iter().position(|column| column.column == name);
        Some((*model, error.columns().iter().filter_map(position).collect()))
    };
    let Some((model, columns)) = by_constraint.or_else(by_columns) else { return error };
    let fields: Vec<&str> = columns.iter().map(|column: &usize| model.columns[*column].field).collect();
    let error = match (error.kind(), fields.as_slice()) {
        (ErrorKind::UniqueViolation, [_, ..]) => error.with_message(format!(
            "a {} with the same {} exists already",
            model.name,
            fields.join(" and ")
        )),
        (ErrorKind::NotNullViolation, [field]) => {
            error.with_message(format!("the field `{field}` of {} cannot be NULL", model.name))
        }
        _ => error,
    };
    error.with_table(model.name).with_columns(fields)
}

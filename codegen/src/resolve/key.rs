//! Keys.

use drivetrain_schema::model::{Key as SchemaKey, Provider};
use proc_macro2::Ident;

use super::Draft;
use crate::names::{self, Scope};

/// A primary or unique key.
pub(crate) struct Key {
    pub(crate) constraint: String,
    /// Positions in the model's columns.
    pub(crate) columns: Vec<usize>,
    pub(crate) primary: bool,
}

/// The function that makes a condition on a key of several columns.
pub(crate) struct Compound {
    pub(crate) function: Ident,
    /// The parameters' names and the columns they are for.
    pub(crate) parts: Vec<(Ident, usize)>,
}

/// Positions of a key's columns, all of which are known.
fn columns(draft: &Draft<'_>, key: &SchemaKey) -> Vec<usize> {
    key.fields.iter().filter_map(|id| draft.positions[id.0]).collect()
}

pub(super) fn resolve(draft: &Draft<'_>, key: &SchemaKey, main: Option<Provider>, primary: bool) -> Key {
    let constraint = key.db_name.for_provider(main.unwrap_or(Provider::Postgresql)).into_owned();
    Key { constraint, columns: columns(draft, key), primary }
}

/// A parameter cannot have the name of a constant, because it would be a pattern that means the constant.
pub(super) fn compound(draft: &Draft<'_>, key: &SchemaKey, functions: &mut Scope) -> Compound {
    let function = functions.take(names::snake(&key.name));
    let mut parameters = draft.scope.clone();
    let parts = key.fields.iter().zip(columns(draft, key)).map(|(id, column)| {
        (parameters.take(format!("{}_value", names::snake(&draft.model[*id].name))), column)
    });
    Compound { function, parts: parts.collect() }
}

//! Rust names for the names of a schema.

mod reserved;

use std::collections::HashSet;

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use proc_macro2::{Ident, Span};

pub(crate) use reserved::{ACCESSORS, FIELDS, MODULES, NEW_PARAMETERS, RELATIONS, ROW_PARAMETERS, TYPES};

/// `createdAt` becomes `created_at`.
pub(crate) fn snake(name: &str) -> String {
    name.to_snake_case()
}

/// `role_type` becomes `RoleType`.
pub(crate) fn pascal(name: &str) -> String {
    name.to_upper_camel_case()
}

/// The identifier of that name: raw where the name is a keyword.
pub(crate) fn ident(name: &str) -> Ident {
    if reserved::KEYWORDS.contains(&name) {
        Ident::new_raw(name, Span::call_site())
    } else {
        Ident::new(name, Span::call_site())
    }
}

/// Names that must differ from each other. A name that is taken gets underscores at its end, in the order of asking.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    taken: HashSet<String>,
}

impl Scope {
    /// A scope in which these names are taken already, and those that can be no identifier at all.
    pub(crate) fn without<'a>(reserved: impl IntoIterator<Item = &'a str>) -> Self {
        let never = ["self", "Self", "super", "crate", "_"];
        Self { taken: never.into_iter().chain(reserved).map(str::to_owned).collect() }
    }

    /// Takes one more name as it is.
    pub(crate) fn reserve(&mut self, name: String) {
        self.taken.insert(name);
    }

    /// The name, or the name with as many underscores as make it free. It is taken from now on.
    pub(crate) fn take(&mut self, mut wanted: String) -> Ident {
        while !self.taken.insert(wanted.clone()) {
            wanted.push('_');
        }
        ident(&wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(scope: &mut Scope, names: &[&str]) -> Vec<String> {
        names.iter().map(|name| scope.take(snake(name)).to_string()).collect()
    }

    #[test]
    fn names_that_collide_are_told_apart_in_order() {
        let mut scope = Scope::without(["new"]);
        assert_eq!(taken(&mut scope, &["userId", "user_id", "UserID"]), ["user_id", "user_id_", "user_id__"]);
        assert_eq!(taken(&mut scope, &["new", "a1", "A1"]), ["new_", "a1", "a1_"]);
    }

    #[test]
    fn keywords_are_raw_and_those_that_cannot_be_get_an_underscore() {
        let mut scope = Scope::without([]);
        assert_eq!(
            taken(&mut scope, &["type", "gen", "self", "crate"]),
            ["r#type", "r#gen", "self_", "crate_"]
        );
        assert_eq!(scope.take(pascal("self")).to_string(), "Self_");
        assert_eq!(taken(&mut scope, &["type_"]), ["type_"]);
    }
}

//! What can be chosen about the generated code.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use proc_macro2::TokenStream;

use crate::{Error, rust_type};

/// The sorts of fields whose Rust type can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TypeKey {
    /// `DateTime`; the type of the client is `drivetrain::DateTime`.
    DateTime,
    /// `DateTime @db.Date`; the type of the client is `drivetrain::Date`.
    Date,
    /// `DateTime @db.Time`; the type of the client is `drivetrain::Time`.
    Time,
    /// `DateTime @db.Timetz`; the type of the client is `drivetrain::TimeTz`.
    TimeTz,
    /// `Decimal`; the type of the client is `drivetrain::Decimal`.
    Decimal,
    /// `Json`; the type of the client is `drivetrain::Json`.
    Json,
    /// `String @db.Uuid`; the type of the client is `drivetrain::Uuid`.
    Uuid,
}

impl TypeKey {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::DateTime, Self::Date, Self::Time, Self::TimeTz, Self::Decimal, Self::Json, Self::Uuid];

    /// The name in `drivetrain.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::DateTime => "DateTime",
            Self::Date => "Date",
            Self::Time => "Time",
            Self::TimeTz => "TimeTz",
            Self::Decimal => "Decimal",
            Self::Json => "Json",
            Self::Uuid => "Uuid",
        }
    }
}

impl fmt::Display for TypeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TypeKey {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|key| key.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name);
            Error::problem(format!(
                "there is no choice of a type `{name}`; {}",
                crate::suggest::help(name, &known)
            ))
        })
    }
}

/// What can be chosen about the generated code. The default is the types of the client, and macros that look up their names
/// where they are used.
#[derive(Clone, Default)]
pub struct Options {
    types: BTreeMap<TypeKey, TokenStream>,
    module_path: Option<TokenStream>,
}

impl Options {
    /// The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives fields of that sort another Rust type: a path with its crate, such as `jiff::Timestamp` or `crate::Money`.
    ///
    /// The type must implement `FromCell` and `ToValue` of the client (which has features for some crates),
    /// `ArrayElement` where it is in lists, and `Debug`, `Clone`, `PartialEq`, `Send` and serde's `Serialize`, because records
    /// do.
    ///
    /// # Errors
    /// If it is not the path of a type, or does not say which crate it is of.
    pub fn with_type(mut self, key: TypeKey, path: &str) -> Result<Self, Error> {
        let tokens = rust_type::parse(path)
            .map_err(|problem| Error::problem(format!("the type for `{key}`: {problem}")))?;
        self.types.insert(key, tokens);
        Ok(self)
    }

    /// Where the generated module is, for example `crate::db`. The macros that name types of records with relations
    /// then work where the module's items are not in scope.
    ///
    /// # Errors
    /// If it is not a path that begins with `crate`.
    pub fn with_module_path(mut self, path: &str) -> Result<Self, Error> {
        let parsed = syn::parse_str::<syn::Path>(path).ok();
        let path = parsed
            .filter(|path| path.segments.first().is_some_and(|first| first.ident == "crate"))
            .ok_or_else(|| {
                Error::problem(format!("`{path}` is not the path of a module: write for example `crate::db`"))
            })?;
        self.module_path = Some(quote::quote!(#path));
        Ok(self)
    }

    pub(crate) fn chosen(&self, key: TypeKey) -> Option<&TokenStream> {
        self.types.get(&key)
    }

    pub(crate) fn module_path(&self) -> Option<&TokenStream> {
        self.module_path.as_ref()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let types: BTreeMap<_, _> = self.types.iter().map(|(key, path)| (key, path.to_string())).collect();
        let module_path = self.module_path.as_ref().map(ToString::to_string);
        f.debug_struct("Options").field("types", &types).field("module_path", &module_path).finish()
    }
}

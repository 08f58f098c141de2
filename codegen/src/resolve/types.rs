//! The Rust type and the database type of a column.

use drivetrain_schema::Schema;
use drivetrain_schema::model::{Field, Provider, ScalarField, ScalarType};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Enum;
use crate::{Options, TypeKey, rust_type};

/// The Rust type of a value.
#[derive(Debug, Clone)]
pub(crate) enum RustType {
    /// A path that means the same in every module.
    Path(TokenStream),
    /// An enum of the schema, which is at the top of the generated code.
    Enum(Ident),
}

impl RustType {
    /// As it is written at the top of the generated code.
    pub(crate) fn at_top(&self) -> TokenStream {
        match self {
            Self::Path(path) => path.clone(),
            Self::Enum(ident) => quote!(#ident),
        }
    }

    /// As it is written in the module of a model.
    pub(crate) fn in_module(&self) -> TokenStream {
        match self {
            Self::Path(path) => path.clone(),
            Self::Enum(ident) => quote!(super::#ident),
        }
    }
}

/// The type of a column's values: of its elements, if it is a list.
pub(super) struct ColumnType {
    rust: RustType,
    /// As a `TypeMeta`.
    meta: TokenStream,
}

/// What types are looked up in.
pub(super) struct Types<'s> {
    pub(super) schema: &'s Schema,
    pub(super) options: &'s Options,
    pub(super) enums: &'s [Enum],
}

fn meta(name: &str) -> TokenStream {
    let ident = crate::names::ident(name);
    quote!(::drivetrain::model::TypeMeta::#ident)
}

fn plain(rust: TokenStream, name: &str) -> ColumnType {
    ColumnType { rust: RustType::Path(rust), meta: meta(name) }
}

fn postgres(rust: TokenStream, name: &str, carrier: &str) -> ColumnType {
    let carrier = meta(carrier);
    let meta = quote!(::drivetrain::model::TypeMeta::Native {
        dialect: ::drivetrain::Dialect::Postgres,
        name: #name,
        carrier: &#carrier,
    });
    ColumnType { rust: RustType::Path(rust), meta }
}

impl Types<'_> {
    /// The type of a column; `None` where no client can have it.
    pub(super) fn column_type(&self, scalar: &ScalarField) -> Option<ColumnType> {
        if let (Some(native), Some(main)) = (&scalar.native, self.schema.providers.first())
            && let Some(ty) = self.native(*main, &native.name, &scalar.ty)
        {
            return Some(ty);
        }
        Some(match &scalar.ty {
            ScalarType::String => plain(quote!(::std::string::String), "Text"),
            ScalarType::Boolean => plain(quote!(bool), "Bool"),
            ScalarType::Int => plain(quote!(i32), "Int32"),
            ScalarType::BigInt => plain(quote!(i64), "Int64"),
            ScalarType::Float => plain(quote!(f64), "Float64"),
            ScalarType::Decimal => self.choice(TypeKey::Decimal, "Decimal"),
            ScalarType::DateTime => self.choice(TypeKey::DateTime, "Timestamp"),
            ScalarType::Json => self.choice(TypeKey::Json, "Json"),
            ScalarType::Bytes => plain(quote!(::std::vec::Vec<u8>), "Bytes"),
            ScalarType::Enum(id) => self.enum_type(&self.enums[id.0]),
            ScalarType::Unsupported(_) => return None,
        })
    }

    /// The type that a native type alone decides; `None` where that of the language does.
    fn native(&self, provider: Provider, name: &str, ty: &ScalarType) -> Option<ColumnType> {
        let string = || quote!(::std::string::String);
        Some(match (provider, name) {
            (Provider::Postgresql | Provider::Mysql, "Date") => self.choice(TypeKey::Date, "Date"),
            (Provider::Postgresql | Provider::Mysql, "Time") => self.choice(TypeKey::Time, "Time"),
            (Provider::Postgresql, "SmallInt") => plain(quote!(i32), "Int16"),
            (Provider::Postgresql, "Oid") => postgres(quote!(u32), "oid", "Int64"),
            (Provider::Postgresql, "Real") => plain(quote!(f32), "Float32"),
            (Provider::Postgresql, "Money") => {
                ColumnType { rust: self.path(TypeKey::Decimal), ..postgres(quote!(), "money", "Decimal") }
            }
            (Provider::Postgresql, "Timetz") => self.choice(TypeKey::TimeTz, "TimeTz"),
            (Provider::Postgresql, "Timestamptz") => self.choice(TypeKey::DateTime, "TimestampTz"),
            (Provider::Postgresql, "Uuid") => self.choice(TypeKey::Uuid, "Uuid"),
            (Provider::Postgresql, "VarChar") => postgres(string(), "varchar", "Text"),
            (Provider::Postgresql, "Char") => postgres(string(), "bpchar", "Text"),
            (Provider::Postgresql, "Citext") => postgres(string(), "citext", "Text"),
            (Provider::Postgresql, "Inet") => postgres(string(), "inet", "Text"),
            (Provider::Postgresql, "Xml") => postgres(string(), "xml", "Text"),
            (Provider::Postgresql, "Bit") => postgres(string(), "bit", "Text"),
            (Provider::Postgresql, "VarBit") => postgres(string(), "varbit", "Text"),
            (Provider::Postgresql, "Json") => {
                ColumnType { rust: self.path(TypeKey::Json), ..postgres(quote!(), "json", "Json") }
            }
            (Provider::Mysql, "UnsignedInt") => plain(quote!(u32), "Int64"),
            (Provider::Mysql, "UnsignedBigInt") => plain(quote!(u64), "UInt64"),
            (Provider::Mysql, "Float") => plain(quote!(f32), "Float32"),
            (Provider::Mysql, "SmallInt" | "TinyInt") if *ty == ScalarType::Int => {
                plain(quote!(i32), "Int16")
            }
            _ => return None,
        })
    }

    fn choice(&self, key: TypeKey, name: &str) -> ColumnType {
        ColumnType { rust: self.path(key), meta: meta(name) }
    }

    fn path(&self, key: TypeKey) -> RustType {
        let default = crate::names::ident(key.name());
        let chosen = self.options.chosen(key).cloned();
        RustType::Path(chosen.unwrap_or_else(|| quote!(::drivetrain::#default)))
    }

    fn enum_type(&self, one: &Enum) -> ColumnType {
        let (schema, name) = (super::optional(one.db_schema.as_deref()), &one.db_name);
        let meta = quote!(::drivetrain::model::TypeMeta::Enum(
            &::drivetrain::model::EnumMeta { schema: #schema, name: #name }
        ));
        ColumnType { rust: RustType::Enum(one.ident.clone()), meta }
    }

    /// The Rust type and the `TypeMeta` of the field, with its own choice of a type and as a list where it is one.
    pub(super) fn of_field(&self, field: &Field, ty: ColumnType) -> Result<(RustType, TokenStream), String> {
        let ColumnType { mut rust, meta } = ty;
        if let Some(path) = &field.rust_type {
            rust = RustType::Path(
                rust_type::parse(path).map_err(|problem| format!("in `@rust(..)`, {problem}"))?,
            );
        }
        let meta = if field.is_list() { quote!(::drivetrain::model::TypeMeta::List(&#meta)) } else { meta };
        Ok((rust, meta))
    }
}

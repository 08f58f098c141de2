//! Columns.

use drivetrain_schema::model::{CuidVersion, DefaultValue, Field, ScalarField, UuidVersion};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::types::{ColumnType, RustType, Types};
use crate::names::{self, Scope};

/// A column.
#[derive(Clone)]
pub(crate) struct Column {
    /// The field's name in the schema.
    pub(crate) field: String,
    pub(crate) db_name: String,
    pub(crate) ident: Ident,
    pub(crate) docs: Option<String>,
    /// The type of its values: of its elements, if it is a list.
    pub(crate) rust: RustType,
    /// As a `TypeMeta`.
    pub(crate) meta: TokenStream,
    pub(crate) nullable: bool,
    pub(crate) list: bool,
    /// As a `DefaultMeta`.
    pub(crate) default: TokenStream,
    pub(crate) updated_at: bool,
    /// Whether it is a key by itself.
    pub(crate) unique: bool,
    /// If it must be given for a new record: the type parameter that says whether it is.
    pub(crate) parameter: Option<Ident>,
}

impl Column {
    /// The type of its values in the module of the model: a `Vec` if it is a list, not an `Option`.
    pub(crate) fn value_type(&self) -> TokenStream {
        let element = self.rust.in_module();
        if self.list { quote!(::std::vec::Vec<#element>) } else { element }
    }

    /// The type of the field in a record.
    pub(crate) fn field_type(&self) -> TokenStream {
        let element = self.rust.at_top();
        if self.list {
            quote!(::std::vec::Vec<#element>)
        } else if self.nullable {
            quote!(::core::option::Option<#element>)
        } else {
            element
        }
    }
}

pub(super) fn resolve(
    types: &Types<'_>,
    field: &Field,
    scalar: &ScalarField,
    ty: ColumnType,
    ident: Ident,
    unique: bool,
    parameters: &mut Scope,
) -> Result<Column, String> {
    let (rust, meta) = types.of_field(field, ty)?;
    Ok(Column {
        field: field.name.clone(),
        db_name: field.db_name.clone(),
        ident,
        docs: field.documentation.clone(),
        rust,
        meta,
        nullable: field.is_optional(),
        list: field.is_list(),
        default: default(scalar.default.as_ref()),
        updated_at: scalar.updated_at,
        unique,
        parameter: field.must_be_given().then(|| parameters.take(names::pascal(&field.name))),
    })
}

fn default(default: Option<&DefaultValue>) -> TokenStream {
    let name = match default {
        None => "None",
        Some(DefaultValue::Autoincrement) => "Autoincrement",
        Some(DefaultValue::Now) => "Now",
        Some(DefaultValue::Uuid(UuidVersion::V4)) => "UuidV4",
        Some(DefaultValue::Uuid(UuidVersion::V7)) => "UuidV7",
        Some(DefaultValue::Cuid(CuidVersion::V1)) => "Cuid",
        Some(DefaultValue::Cuid(CuidVersion::V2)) => "Cuid2",
        Some(DefaultValue::Ulid) => "Ulid",
        Some(DefaultValue::Nanoid(length)) => {
            let length = Literal::u8_unsuffixed(length.unwrap_or(21));
            return quote!(::drivetrain::model::DefaultMeta::Nanoid(#length));
        }
        Some(
            DefaultValue::Literal(_)
            | DefaultValue::EnumValue(_)
            | DefaultValue::List(_)
            | DefaultValue::DbGenerated(_)
            | DefaultValue::Sequence
            | DefaultValue::Auto,
        ) => "Database",
    };
    let ident = names::ident(name);
    quote!(::drivetrain::model::DefaultMeta::#ident)
}

//! Columns as constants, and conditions on keys of several columns.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, position};
use crate::resolve::{Column, Compound, Model};

pub(super) fn emit(index: usize, column: &Column) -> TokenStream {
    let docs = docs::or_name(column.docs.as_deref(), &column.field);
    let (ident, ty, index) = (&column.ident, column.value_type(), position(index));
    let nullable = if column.nullable {
        quote!(::drivetrain::column::Nullable)
    } else {
        quote!(::drivetrain::column::Required)
    };
    let arguments = match (column.nullable, column.unique) {
        (false, false) => quote!(Model, #ty),
        (true, false) => quote!(Model, #ty, #nullable),
        (_, true) => quote!(Model, #ty, #nullable, ::drivetrain::column::Key),
    };
    quote! {
        #docs
        pub const #ident: ::drivetrain::Column<#arguments> = ::drivetrain::Column::new(#index);
    }
}

pub(super) fn compound(model: &Model, key: &Compound) -> TokenStream {
    let function = &key.function;
    let fields: Vec<_> =
        key.parts.iter().map(|(_, column)| format!("`{}`", model.columns[*column].field)).collect();
    let docs = docs::lines([&*format!("The record with this {}.", fields.join(", "))]);
    let parameters = key.parts.iter().map(|(parameter, column)| {
        let ty = model.columns[*column].value_type();
        quote!(#parameter: impl ::drivetrain::IntoValue<#ty>)
    });
    let parts = key.parts.iter().map(|(parameter, column)| {
        let column = &model.columns[*column].ident;
        quote!(#column.part(#parameter))
    });
    quote! {
        #docs
        #[allow(clippy::too_many_arguments)]
        pub fn #function(#(#parameters),*) -> ::drivetrain::Unique<Model> {
            ::drivetrain::Unique::compound([#(#parts),*])
        }
    }
}

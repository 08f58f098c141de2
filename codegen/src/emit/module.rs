//! The module of a model: its marker types, its columns as constants, its relations, its new records.

use proc_macro2::TokenStream;
use quote::quote;

use super::{column, create, docs, lints, meta, relation};
use crate::resolve::Model;

pub(super) fn emit(model: &Model) -> TokenStream {
    let Model { ident, module, .. } = model;
    let fields = model.columns.iter().map(|column| column.docs.as_deref());
    let markup =
        fields.chain(model.relations.iter().map(|relation| relation.docs.as_deref())).any(docs::has_markup);
    let lints =
        lints(markup, &quote!(non_camel_case_types, non_upper_case_globals, clippy::module_inception));
    let contents = if model.creatable { "Fields, relations and new records" } else { "Fields and relations" };
    let docs = docs::lines([&*format!("{contents} of `{}`.", model.name)]);
    let meta = meta::emit(model);
    let columns = model.columns.iter().enumerate().map(|(index, one)| column::emit(index, one));
    let compounds = model.compounds.iter().map(|key| column::compound(model, key));
    let relations = model.relations.iter().enumerate().map(|(index, one)| relation::emit(index, one));
    let writable =
        if model.writable { quote!(impl ::drivetrain::model::Writable for Model {}) } else { quote!() };
    let create = if model.creatable { create::emit(model) } else { quote!() };
    quote! {
        #docs
        #lints
        pub mod #module {
            /// The model.
            #[derive(Debug, Clone, Copy)]
            pub enum Model {}

            impl ::drivetrain::model::Model for Model {
                type Row = super::#ident;
                const META: &'static ::drivetrain::model::ModelMeta = &META;
            }

            #writable

            #meta
            #(#columns)*
            #(#compounds)*
            #(#relations)*
            #create
        }
    }
}

//! The struct of a model's records, and how it is read and serialized.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{docs, lints, position};
use crate::resolve::{Model, Relation};

pub(super) fn emit(model: &Model) -> TokenStream {
    let items = [declaration(model), row(model), loaded(model), slots(model), serialize(model)];
    quote!(#(#items)*)
}

/// The type of the records in which every relation's slot is of its type parameter's type.
pub(super) fn generic(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let parameters = model.relations.iter().map(|relation| &relation.parameter);
    if model.relations.is_empty() { quote!(#ident) } else { quote!(#ident<#(#parameters),*>) }
}

/// The type parameters, each with these bounds.
fn bounded(model: &Model, bounds: &TokenStream) -> TokenStream {
    let parameters = model.relations.iter().map(|relation| &relation.parameter);
    if model.relations.is_empty() { quote!() } else { quote!(<#(#parameters: #bounds),*>) }
}

fn not_loaded(module: &Ident, relation: &Relation) -> TokenStream {
    let relation = &relation.ident;
    quote!(::drivetrain::NotLoaded<#module::#relation>)
}

fn declaration(model: &Model) -> TokenStream {
    let Model { ident, module, columns, relations, .. } = model;
    let field_docs =
        columns.iter().map(|column| &column.docs).chain(relations.iter().map(|relation| &relation.docs));
    let markup = std::iter::once(&model.docs).chain(field_docs).any(|docs| docs::has_markup(docs.as_deref()));
    let lints = lints(markup, &quote!());
    let docs = docs::or(model.docs.as_deref(), &format!("A record of `{}`.", model.name));
    let parameters = relations.iter().map(|relation| {
        let (parameter, default) = (&relation.parameter, not_loaded(module, relation));
        quote!(#parameter = #default)
    });
    let parameters = if relations.is_empty() { quote!() } else { quote!(<#(#parameters),*>) };
    let fields = columns.iter().map(|column| {
        let docs = docs::or_name(column.docs.as_deref(), &column.field);
        let (ident, ty) = (&column.ident, column.field_type());
        quote!(#docs pub #ident: #ty)
    });
    let slots = relations.iter().map(|relation| {
        let docs = docs::or(relation.docs.as_deref(), &format!("The relation `{}`.", relation.field));
        let Relation { ident, parameter, .. } = relation;
        quote!(#docs pub #ident: #parameter)
    });
    quote! {
        #docs
        #lints
        #[derive(Debug, Clone, PartialEq)]
        pub struct #ident #parameters {
            #(#fields,)*
            #(#slots,)*
        }
    }
}

fn row(model: &Model) -> TokenStream {
    let Model { module, columns, relations, .. } = model;
    let (generic, bounded) = (generic(model), bounded(model, &quote!(::drivetrain::Loaded + Send + 'static)));
    let fields = columns.iter().enumerate().map(|(index, column)| {
        let (ident, index) = (&column.ident, position(index));
        let get = if column.list { quote!(get_list) } else { quote!(get) };
        quote!(#ident: record.#get(&#module::META, #index)?)
    });
    let slots = relations.iter().enumerate().map(|(index, relation)| {
        let Relation { ident, parameter, field, .. } = relation;
        let index = position(index);
        quote!(#ident: #parameter::load(record, #index, #field)?)
    });
    quote! {
        impl #bounded ::drivetrain::model::Row for #generic {
            type Model = #module::Model;

            fn read(record: &mut ::drivetrain::model::Record) -> ::drivetrain::Result<Self> {
                Ok(Self {
                    #(#fields,)*
                    #(#slots,)*
                })
            }
        }
    }
}

fn loaded(model: &Model) -> TokenStream {
    let (generic, bounded) = (generic(model), bounded(model, &quote!(::drivetrain::Loaded + Send + 'static)));
    quote! {
        impl #bounded ::drivetrain::Loaded for #generic {
            fn load(
                record: &mut ::drivetrain::model::Record,
                relation: usize,
                field: &'static str,
            ) -> ::drivetrain::Result<Self> {
                ::drivetrain::load_one(record, relation, field)
            }
        }
    }
}

/// For each relation: what the type becomes when it is loaded.
fn slots(model: &Model) -> TokenStream {
    let Model { ident, module, relations, loaded, .. } = model;
    let slots = relations.iter().enumerate().map(|(index, relation)| {
        let others: Vec<_> = relations
            .iter()
            .enumerate()
            .filter_map(|(other, relation)| (other != index).then_some(&relation.parameter))
            .collect();
        let with = |one: &TokenStream| {
            let arguments = relations.iter().enumerate().map(|(other, relation)| {
                let parameter = &relation.parameter;
                if other == index { one.clone() } else { quote!(#parameter) }
            });
            quote!(#ident<#(#arguments),*>)
        };
        let (before, after) = (with(&not_loaded(module, relation)), with(&quote!(#loaded)));
        let generics = if others.is_empty() { quote!() } else { quote!(<#(#others),*>) };
        let marker = &relation.ident;
        quote! {
            impl #generics ::drivetrain::model::Slot<#module::#marker> for #before {
                type With<#loaded> = #after;
            }
        }
    });
    quote!(#(#slots)*)
}

fn serialize(model: &Model) -> TokenStream {
    let Model { name, columns, relations, .. } = model;
    let bounds = quote!(::drivetrain::Loaded + ::drivetrain::serde::Serialize);
    let (generic, bounded) = (generic(model), bounded(model, &bounds));
    let count = position(columns.len());
    let loaded = relations.iter().map(|relation| {
        let ident = &relation.ident;
        quote!(+ usize::from(self.#ident.is_loaded()))
    });
    let fields = columns.iter().map(|column| {
        let (field, ident) = (&column.field, &column.ident);
        quote!(out.serialize_field(#field, &self.#ident)?;)
    });
    let slots = relations.iter().map(|relation| {
        let (field, ident) = (&relation.field, &relation.ident);
        quote! {
            if self.#ident.is_loaded() {
                out.serialize_field(#field, &self.#ident)?;
            }
        }
    });
    quote! {
        impl #bounded ::drivetrain::serde::Serialize for #generic {
            fn serialize<S: ::drivetrain::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                use ::drivetrain::serde::ser::SerializeStruct as _;
                let length = #count #(#loaded)*;
                let mut out = serializer.serialize_struct(#name, length)?;
                #(#fields)*
                #(#slots)*
                out.end()
            }
        }
    }
}

//! New records: a builder whose type says which required fields are given.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{docs, position};
use crate::resolve::{Cardinality, Child, Column, Model, Relation};

/// A column that must be given: its position, itself, its type parameter.
struct Required<'m> {
    index: usize,
    column: &'m Column,
    parameter: &'m Ident,
}

pub(super) fn emit(model: &Model) -> TokenStream {
    let required: Vec<Required<'_>> = model
        .columns
        .iter()
        .enumerate()
        .filter_map(|(index, column)| Some(Required { index, column, parameter: column.parameter.as_ref()? }))
        .collect();
    let markers = markers(&required);
    let declaration = declaration(&required);
    let methods = methods(model, &required);
    let complete = complete(&required);
    let children = model.children.iter().map(|child| complete_for(child, &required));
    quote!(#markers #declaration #methods #complete #(#children)*)
}

fn markers(required: &[Required<'_>]) -> TokenStream {
    if required.is_empty() {
        return quote!();
    }
    let markers = required.iter().map(|Required { column, .. }| {
        let (docs, ident) = (docs::lines([&*format!("The field `{}`.", column.field)]), &column.ident);
        quote! {
            #docs
            #[derive(Debug)]
            pub enum #ident {}
        }
    });
    quote! {
        /// The required fields, as names in compiler messages.
        pub mod required {
            #(#markers)*
        }
    }
}

/// `<A, B>` of these arguments; nothing of none.
fn angled(arguments: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    let arguments: Vec<_> = arguments.into_iter().collect();
    if arguments.is_empty() { quote!() } else { quote!(<#(#arguments),*>) }
}

fn parameters(required: &[Required<'_>]) -> TokenStream {
    angled(required.iter().map(|Required { parameter, .. }| quote!(#parameter)))
}

fn missing(column: &Column) -> TokenStream {
    let ident = &column.ident;
    quote!(::drivetrain::create::Missing<required::#ident>)
}

fn declaration(required: &[Required<'_>]) -> TokenStream {
    let defaults = angled(required.iter().map(|Required { column, parameter, .. }| {
        let missing = missing(column);
        quote!(#parameter = #missing)
    }));
    let parameters = required.iter().map(|Required { parameter, .. }| parameter);
    let (field, value) = if required.is_empty() {
        (quote!(), quote!())
    } else {
        (
            quote!(marker: ::core::marker::PhantomData<fn() -> (#(#parameters,)*)>,),
            quote!(marker: ::core::marker::PhantomData,),
        )
    };
    let docs = if required.is_empty() {
        docs::lines(["A record to be created."])
    } else {
        docs::lines(["A record to be created. The parameters say which required fields are given."])
    };
    quote! {
        /// A new record, which can be created when its required fields are given.
        pub fn new() -> New {
            New { data: ::drivetrain::create::CreateData::new(&META), #value }
        }

        #docs
        #[allow(clippy::type_complexity)]
        #[derive(Debug)]
        #[must_use]
        pub struct New #defaults {
            data: ::drivetrain::create::CreateData,
            #field
        }
    }
}

fn methods(model: &Model, required: &[Required<'_>]) -> TokenStream {
    let parameters = parameters(required);
    let value = model.parameter("value");
    let setters =
        model.columns.iter().enumerate().map(|(index, column)| setter(index, column, required, &value));
    let relations = model.relations.iter().filter(|relation| relation.creates);
    let children = relations.map(|relation| children(model, relation, !required.is_empty()));
    quote! {
        #[allow(clippy::should_implement_trait, clippy::type_complexity, clippy::wrong_self_convention)]
        impl #parameters New #parameters {
            #(#setters)*
            #(#children)*
        }
    }
}

fn same_marker(has_marker: bool) -> TokenStream {
    if has_marker { quote!(marker: self.marker,) } else { quote!() }
}

fn setter(index: usize, column: &Column, required: &[Required<'_>], value: &Ident) -> TokenStream {
    let docs = docs::or_name(column.docs.as_deref(), &column.field);
    let (ident, ty) = (&column.ident, column.value_type());
    let (into, method) = if column.nullable {
        (quote!(IntoNullable), quote!(into_nullable))
    } else {
        (quote!(IntoValue), quote!(into_value))
    };
    let at = position(index);
    let data = quote!(data: self.data.value(#at, #value.#method()));
    let marker = same_marker(!required.is_empty());
    let (returned, made) = if column.parameter.is_some() {
        let arguments = angled(required.iter().map(|one| {
            let parameter = one.parameter;
            if one.index == index { quote!(::drivetrain::create::Given) } else { quote!(#parameter) }
        }));
        (quote!(New #arguments), quote!(New { #data, marker: ::core::marker::PhantomData }))
    } else {
        (quote!(Self), quote!(Self { #data, #marker }))
    };
    quote! {
        #docs
        pub fn #ident(self, #value: impl ::drivetrain::#into<#ty>) -> #returned {
            #made
        }
    }
}

fn children(model: &Model, relation: &Relation, has_marker: bool) -> TokenStream {
    let ident = &relation.ident;
    let marker = same_marker(has_marker);
    let what =
        |what| docs::lines([&*format!("Creates {what} with it, through the relation `{}`.", relation.field)]);
    if relation.cardinality == Cardinality::Many {
        let (docs, records) = (what("these records"), model.parameter("records"));
        return quote! {
            #docs
            pub fn #ident(
                self,
                #records: impl IntoIterator<Item = impl ::drivetrain::create::CompleteFor<#ident>>,
            ) -> Self {
                Self { data: self.data.children::<#ident>(#records), #marker }
            }
        };
    }
    let (docs, record) = (what("this record"), model.parameter("record"));
    quote! {
        #docs
        pub fn #ident(self, #record: impl ::drivetrain::create::CompleteFor<#ident>) -> Self {
            Self { data: self.data.children::<#ident>([#record]), #marker }
        }
    }
}

fn complete(required: &[Required<'_>]) -> TokenStream {
    let bounded = angled(
        required.iter().map(|Required { parameter, .. }| quote!(#parameter: ::drivetrain::create::IsGiven)),
    );
    let parameters = parameters(required);
    quote! {
        impl #bounded ::drivetrain::create::Complete<Model> for New #parameters {
            fn into_data(self) -> ::drivetrain::create::CreateData {
                self.data
            }
        }
    }
}

/// The record lacks what the relation fills in, and nothing else.
fn complete_for(child: &Child, required: &[Required<'_>]) -> TokenStream {
    let relation = &child.relation;
    let relation = match &child.module {
        Some(module) => quote!(super::#module::#relation),
        None => quote!(#relation),
    };
    let (filled, given): (Vec<_>, Vec<_>) =
        required.iter().partition(|one| child.filled.contains(&one.index));
    let bounded = angled(
        given.iter().map(|Required { parameter, .. }| quote!(#parameter: ::drivetrain::create::IsGiven)),
    );
    let arguments = angled(required.iter().map(|one| {
        let parameter = one.parameter;
        if filled.iter().any(|filled| filled.index == one.index) {
            missing(one.column)
        } else {
            quote!(#parameter)
        }
    }));
    quote! {
        impl #bounded ::drivetrain::create::CompleteFor<#relation> for New #arguments {
            fn into_data(self) -> ::drivetrain::create::CreateData {
                self.data
            }
        }
    }
}

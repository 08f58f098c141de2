//! Relations as marker types.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, position};
use crate::resolve::{Cardinality, Relation};

pub(super) fn emit(index: usize, relation: &Relation) -> TokenStream {
    let docs = docs::or(relation.docs.as_deref(), &format!("The relation `{}`.", relation.field));
    let (ident, index) = (&relation.ident, position(index));
    let child = match &relation.module {
        Some(module) => quote!(super::#module::Model),
        None => quote!(Model),
    };
    let cardinality = match relation.cardinality {
        Cardinality::Many => quote!(Many),
        Cardinality::MaybeOne => quote!(MaybeOne),
        Cardinality::One => quote!(One),
    };
    quote! {
        #docs
        #[derive(Debug, Clone, Copy, Default)]
        pub struct #ident;

        impl ::drivetrain::model::Relation for #ident {
            type Parent = Model;
            type Child = #child;
            type Cardinality = ::drivetrain::model::#cardinality;
            const INDEX: usize = #index;
        }
    }
}

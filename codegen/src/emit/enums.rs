//! Enums.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, lints};
use crate::resolve::Enum;

pub(super) fn emit(one: &Enum) -> TokenStream {
    let Enum { name, ident, values, .. } = one;
    let markup = docs::has_markup(one.docs.as_deref())
        || values.iter().any(|value| docs::has_markup(value.docs.as_deref()));
    let lints = lints(markup, &quote!(clippy::enum_variant_names));
    let docs = docs::or(one.docs.as_deref(), &format!("The enum `{name}`."));
    let variants = values.iter().map(|value| {
        let docs = docs::or_name(value.docs.as_deref(), &value.name);
        let ident = &value.ident;
        quote!(#docs #ident)
    });
    let idents = values.iter().map(|value| &value.ident);
    let labels = values.iter().map(|value| {
        let (ident, label) = (&value.ident, &value.label);
        quote!(Self::#ident => #label)
    });
    quote! {
        #docs
        #lints
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum #ident {
            #(#variants),*
        }

        #lints
        impl #ident {
            /// All values, in the order of the schema.
            pub const ALL: &'static [Self] = &[#(Self::#idents),*];

            /// The label in the database.
            pub const fn label(self) -> &'static str {
                match self {
                    #(#labels),*
                }
            }
        }

        ::drivetrain::generated_enum!(#ident, #name);
    }
}

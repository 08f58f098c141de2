//! The items of the schema as a whole: its dialects, the client, the models a client leads to.

use drivetrain_schema::model::Provider;
use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, lints};
use crate::resolve::{Model, Resolved};

pub(super) fn emit(resolved: &Resolved) -> TokenStream {
    let lints = lints(false, &quote!());
    let dialects = resolved.providers.iter().map(|provider| dialect(*provider));
    let accessors = resolved.models.iter().map(accessor);
    quote! {
        /// The schema: which databases it was checked for.
        #lints
        #[derive(Debug, Clone, Copy)]
        pub enum Schema {}

        impl ::drivetrain::model::SchemaMeta for Schema {
            const DIALECTS: &'static [::drivetrain::Dialect] = &[#(#dialects),*];
        }

        /// A client of this schema.
        #lints
        pub type Client = ::drivetrain::Client<Schema>;

        /// A transaction of this schema.
        #lints
        pub type Tx = ::drivetrain::Tx<Schema>;

        #[allow(unused_imports, unreachable_pub)]
        pub use ::drivetrain::prelude::*;

        /// The models of this schema, through a client or a transaction.
        #lints
        pub trait Models: ::drivetrain::Executor<Schema = Schema> {
            #(#accessors)*
        }

        impl<E: ::drivetrain::Executor<Schema = Schema>> Models for E {}
    }
}

fn dialect(provider: Provider) -> TokenStream {
    match provider {
        Provider::Postgresql => quote!(::drivetrain::Dialect::Postgres),
        Provider::Mysql => quote!(::drivetrain::Dialect::MySql),
        Provider::Sqlite => quote!(::drivetrain::Dialect::Sqlite),
    }
}

fn accessor(model: &Model) -> TokenStream {
    let Model { accessor, module, .. } = model;
    let docs = docs::lines([&*format!("Records of `{}`.", model.name)]);
    quote! {
        #docs
        fn #accessor(&self) -> ::drivetrain::Records<'_, #module::Model> {
            ::drivetrain::Records::new(self.engine())
        }
    }
}

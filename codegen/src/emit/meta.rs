//! What the engine knows of a model, as static data.

use proc_macro2::TokenStream;
use quote::quote;

use super::positions;
use crate::resolve::{Cardinality, Column, Join, Key, Model, Relation, Table, optional};

pub(super) fn emit(model: &Model) -> TokenStream {
    let (name, table) = (&model.name, table(&model.table));
    let columns = model.columns.iter().map(column);
    let relations = model.relations.iter().map(relation);
    let keys = model.keys.iter().map(key);
    quote! {
        /// What the engine knows of the model.
        pub static META: ::drivetrain::model::ModelMeta = ::drivetrain::model::ModelMeta {
            name: #name,
            table: #table,
            columns: &[#(#columns),*],
            relations: &[#(#relations),*],
            keys: &[#(#keys),*],
        };
    }
}

fn table(table: &Table) -> TokenStream {
    let (schema, name) = (optional(table.schema.as_deref()), &table.name);
    quote!(::drivetrain::model::TableMeta { schema: #schema, name: #name })
}

fn column(column: &Column) -> TokenStream {
    let Column { field, db_name, meta, nullable, default, updated_at, .. } = column;
    quote! {
        ::drivetrain::model::ColumnMeta {
            field: #field,
            column: #db_name,
            ty: #meta,
            nullable: #nullable,
            default: #default,
            updated_at: #updated_at,
        }
    }
}

fn relation(relation: &Relation) -> TokenStream {
    let Relation { field, owning, .. } = relation;
    let (local, foreign) = (positions(&relation.local), positions(&relation.foreign));
    let target = match &relation.module {
        Some(module) => quote!(super::#module::META),
        None => quote!(META),
    };
    let list = relation.cardinality == Cardinality::Many;
    let join = match &relation.join {
        Some(join) => join_table(join),
        None => quote!(::core::option::Option::None),
    };
    quote! {
        ::drivetrain::model::RelationMeta {
            field: #field,
            target: || &#target,
            list: #list,
            local: #local,
            foreign: #foreign,
            owning: #owning,
            join_table: #join,
        }
    }
}

fn join_table(join: &Join) -> TokenStream {
    let Join { local, foreign, .. } = join;
    let table = table(&join.table);
    quote! {
        ::core::option::Option::Some(::drivetrain::model::JoinTableMeta {
            table: #table,
            local: #local,
            foreign: #foreign,
        })
    }
}

fn key(key: &Key) -> TokenStream {
    let Key { constraint, primary, .. } = key;
    let columns = positions(&key.columns);
    quote! {
        ::drivetrain::model::KeyMeta { constraint: #constraint, columns: #columns, primary: #primary }
    }
}

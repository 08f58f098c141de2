//! From operations to queries: what one operation becomes, chosen from the adapter's capabilities.

mod builder;
mod columns;
mod condition;
mod create;
mod create_many;
mod delete;
mod find;
mod generate;
mod insert;
mod joined;
mod levels;
mod selection;
mod update;
mod upsert;

pub(crate) use create::{create, create_query, only};
pub(crate) use create_many::{create_many, create_many_query};
pub(crate) use delete::{delete, delete_many, delete_query};
pub(crate) use find::{count, count_of, count_query, find, find_joined_query, find_with_total};
pub(crate) use joined::read as read_joined;
pub use selection::LoadStrategy;
pub(crate) use selection::Selection;
pub(crate) use update::{update, update_many, update_query};
pub(crate) use upsert::{upsert, upsert_alone_query};

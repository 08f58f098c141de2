//! What the pages say of files, of each other and of the adapters holds.

mod files;
mod keys;
mod links;
mod messages;
mod support;

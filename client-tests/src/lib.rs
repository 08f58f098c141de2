//! What the tests of the typed client share: generated clients, and databases of their own.

pub mod database;
pub mod proxy;

/// The client of `schemas/blog.prisma`.
pub mod blog {
    include!(concat!(env!("OUT_DIR"), "/blog.rs"));
}

/// The client of `schemas/kinds.prisma`.
pub mod kinds {
    include!(concat!(env!("OUT_DIR"), "/kinds.rs"));
}

/// The text of `schemas/blog.prisma`.
pub const BLOG: &str = include_str!("../schemas/blog.prisma");

/// The text of `schemas/kinds.prisma`.
pub const KINDS: &str = include_str!("../schemas/kinds.prisma");

pub mod scenarios;

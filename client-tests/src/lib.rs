//! What the tests of the typed client share: generated clients, and databases of their own.

pub mod choice_types;
pub mod database;
pub mod lesser;
pub mod proxy;

/// The client of `schemas/blog.prisma`.
pub mod blog {
    include!(concat!(env!("OUT_DIR"), "/blog.rs"));
}

/// The client of `schemas/kinds.prisma`.
pub mod kinds {
    include!(concat!(env!("OUT_DIR"), "/kinds.rs"));
}

/// The client of `schemas/names.prisma`.
pub mod names {
    include!(concat!(env!("OUT_DIR"), "/names.rs"));
}

/// The client of `schemas/choices.prisma`.
pub mod choices {
    include!(concat!(env!("OUT_DIR"), "/choices.rs"));
}

/// The client of `schemas/postgres_only.prisma`.
pub mod postgres_only {
    include!(concat!(env!("OUT_DIR"), "/postgres_only.rs"));
}

/// The text of `schemas/blog.prisma`.
pub const BLOG: &str = include_str!("../schemas/blog.prisma");

/// The text of `schemas/kinds.prisma`.
pub const KINDS: &str = include_str!("../schemas/kinds.prisma");

/// The text of `schemas/names.prisma`.
pub const NAMES: &str = include_str!("../schemas/names.prisma");

/// The text of `schemas/choices.prisma`.
pub const CHOICES: &str = include_str!("../schemas/choices.prisma");

/// The text of `schemas/postgres_only.prisma`.
pub const POSTGRES_ONLY: &str = include_str!("../schemas/postgres_only.prisma");

pub mod scenarios;

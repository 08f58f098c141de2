//! The guide in `src/`, and what its snippets stand on. Every Rust snippet is a doc test: it is compiled, and run on a
//! database in memory.

mod fixture;

pub use fixture::{Outcome, block_on, memory, run};

/// The client of `schemas/guide.prisma`.
#[allow(missing_docs, reason = "the documentation is that of the schema")]
pub mod db {
    include!(concat!(env!("OUT_DIR"), "/guide.rs"));
}

/// Makes the snippets of the pages doc tests.
macro_rules! pages {
    ($($name:ident: $file:literal;)+) => {$(
        #[cfg(doctest)]
        #[doc = include_str!(concat!("src/", $file))]
        mod $name {}
    )+};
}

pages! {
    introduction: "introduction.md";
    quickstart: "quickstart.md";
    schema: "schema.md";
    queries: "queries.md";
    relations: "relations.md";
    transactions: "transactions.md";
    raw_sql: "raw-sql.md";
    errors: "errors.md";
    configuration: "configuration.md";
    testing: "testing.md";
    types: "types.md";
    adapters: "adapters.md";
    neon: "neon.md";
    round_trips: "round-trips.md";
    wasm: "wasm.md";
}

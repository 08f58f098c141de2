//! Schemas the tests share with the schema crate.

use std::path::Path;

use drivetrain_migrate::{Ddl, create_ddl};
use drivetrain_schema::{Provider, Schema, SourceFile};

/// A schema of the schema crate's fixtures, checked for `provider` besides its own.
pub(crate) fn fixture(name: &str, provider: Provider) -> Schema {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/tests/fixtures").join(format!("{name}.prisma"));
    let text = std::fs::read_to_string(path).unwrap();
    Schema::parse_for(&[SourceFile::new(name, text)], &[provider]).unwrap()
}

/// The statements that create a fixture's tables.
pub(crate) fn ddl(name: &str, provider: Provider) -> Ddl {
    create_ddl(&fixture(name, provider), provider).unwrap()
}

//! Checks schema files and prints what is wrong with them.
//!
//! `cargo run -p drivetrain-schema --example check -- schema/tests/fixtures/ten_mistakes.prisma`

use std::io::Write as _;
use std::process::ExitCode;

use drivetrain_schema::{Schema, SourceFile};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut sources = Vec::new();
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        sources.push(SourceFile::new(path, text));
    }
    if sources.is_empty() {
        return Err("name the schema's files".into());
    }
    match Schema::parse_with_warnings(&sources, &[]) {
        Ok((schema, warnings)) => {
            write!(std::io::stderr(), "{warnings}")?;
            println!("{} models and {} enums, nothing wrong", schema.models.len(), schema.enums.len());
            Ok(ExitCode::SUCCESS)
        }
        Err(diagnostics) => {
            write!(std::io::stderr(), "{diagnostics}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}

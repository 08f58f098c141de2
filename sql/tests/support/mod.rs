//! What the test binaries share: short ways to build statements, the adapters they are lowered for, and the fixture.

#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test binary uses a part of it")]

pub mod build;
pub mod case;
pub mod fixture;
pub mod found;
pub mod text;

use proptest::test_runner::Config;

use drivetrain_adapter_api::{Capabilities, Dialect, Flavor, ServerInfo, Version};

/// The capabilities of an adapter for that dialect, as far as the lowering looks at them.
pub fn capabilities(dialect: Dialect) -> Capabilities {
    match dialect {
        Dialect::Postgres => server(dialect, Flavor::PostgreSql, Version::new(15, 0, 0), 65_535),
        Dialect::MySql => server(dialect, Flavor::MySql, Version::new(8, 4, 0), 65_535),
        _ => server(dialect, Flavor::Sqlite, Version::new(3, 50, 0), 32_766),
    }
}

pub fn server(dialect: Dialect, flavor: Flavor, version: Version, parameters: u64) -> Capabilities {
    Capabilities::none(dialect)
        .with_server(ServerInfo { flavor, version })
        .with_max_parameters(Some(parameters))
}

/// Rows as the corpus states them: cells with `|` between them.
pub fn shown(rows: Vec<Vec<Option<String>>>) -> Vec<String> {
    rows.into_iter()
        .map(|row| {
            row.into_iter().map(|cell| cell.unwrap_or("NULL".to_owned())).collect::<Vec<_>>().join("|")
        })
        .collect()
}

/// How property tests run: what fails is to be made a test by hand.
pub fn proptests() -> Config {
    Config { failure_persistence: None, ..Config::default() }
}

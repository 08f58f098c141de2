//! The cases of the conformance suite about statements of no dialect, on the adapter in memory: it gives the answers that
//! the suite knows, whichever dialect it stands for. Cases on the Chinook data need its folder: `CONFORMANCE_CHINOOK`, or
//! `../shared/data/chinook` beside the repository.

use std::path::PathBuf;
use std::sync::Arc;

use drivetrain_adapter_api::{Dialect, Error, SharedAdapter, async_trait};
use drivetrain_adapter_memory::{ColumnDef, ForeignKeyDef, MemoryAdapter, MemoryConfig, TableDef};
use drivetrain_conformance_tests::dataset::{Chinook, Kind, Shape};
use drivetrain_conformance_tests::harness::{Harness, Namespace, Naming, Setup, Unmade};
use drivetrain_conformance_tests::{Environment, Group, Need, Status, Suite};

#[derive(Debug)]
struct MemoryHarness {
    dialect: Dialect,
}

#[async_trait]
impl Harness for MemoryHarness {
    fn name(&self) -> &str {
        "memory"
    }

    async fn namespace(&self, _: &str) -> Result<Box<dyn Namespace>, Error> {
        let config = MemoryConfig::new().dialect(self.dialect).runtime(drivetrain_env::default_runtime());
        Ok(Box::new(MemoryNamespace { tables: MemoryAdapter::new(config) }))
    }
}

/// Tables of their own for each case.
#[derive(Debug)]
struct MemoryNamespace {
    tables: MemoryAdapter,
}

#[async_trait]
impl Namespace for MemoryNamespace {
    fn naming(&self) -> Naming {
        Naming::default()
    }

    async fn adapter(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        // There are no sessions to be marked.
        let mut plain = Setup::default();
        plain.marker.clone_from(&setup.marker);
        if *setup != plain {
            return Err(Unmade::NotProvided("the adapter has no connections to set up".to_owned()));
        }
        Ok(Arc::new(self.tables.share()))
    }

    async fn define(&self, tables: &[Shape]) -> Result<(), Unmade> {
        Ok(self.tables.define(tables.iter().map(|shape| table(shape, tables)))?)
    }

    async fn remove(&self) -> Result<(), Error> {
        Ok(())
    }
}

fn table(shape: &Shape, all: &[Shape]) -> TableDef {
    let mut table = TableDef::new(shape.name);
    for column in shape.columns {
        let mut definition = ColumnDef::new(column.name, column.ty.db_type());
        if column.ty == Kind::Serial {
            definition = definition.autoincrement();
        }
        if column.nullable {
            definition = definition.nullable();
        }
        table = table.column(definition);
    }
    if !shape.key.is_empty() {
        table = table.primary_key(shape.key.iter().copied());
    }
    for (at, columns) in shape.unique.iter().enumerate() {
        table = table.unique(format!("{}_unique_{at}", shape.name), columns.iter().copied());
    }
    for (column, target, key) in shape.references {
        if all.iter().any(|other| other.name == *target) {
            let name = format!("{}_{column}_fkey", shape.name);
            table = table.foreign_key(ForeignKeyDef::new(name, [*column], *target, [*key]));
        }
    }
    table
}

fn chinook() -> Option<Arc<Chinook>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/chinook");
    let folder = std::env::var_os("CONFORMANCE_CHINOOK").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let script = std::fs::read_to_string(folder.join("Chinook_Sqlite.sql")).ok()?;
    Some(Arc::new(Chinook::parse(&script).expect("the script is that of Chinook")))
}

async fn abstract_statements(dialect: Dialect) {
    let mut environment = Environment::new(drivetrain_env::default_runtime());
    environment.chinook = chinook();
    let has_chinook = environment.chinook.is_some();
    let suite = Suite::prepare(Arc::new(MemoryHarness { dialect }), environment).await.expect("it starts");
    let mut passed = 0;
    for case in Suite::cases().filter(|case| case.group == Group::Abstract) {
        let report = suite.run(case).await;
        if !has_chinook && case.needs.contains(&Need::Chinook) {
            assert_eq!(report.status, Status::NotRun, "{}", case.id);
            continue;
        }
        assert_eq!(report.status, Status::Pass, "{}: {}: {:?}", case.id, case.title, report.reason);
        passed += 1;
    }
    assert!(passed >= if has_chinook { 26 } else { 13 }, "{passed} cases passed");
}

#[tokio::test]
async fn as_postgres() {
    abstract_statements(Dialect::Postgres).await;
}

#[tokio::test]
async fn as_sqlite() {
    abstract_statements(Dialect::Sqlite).await;
}

#[tokio::test]
async fn as_mysql() {
    abstract_statements(Dialect::MySql).await;
}

//! The tables of the quickstart, made from its schema.

use drivetrain::{Dialect, Error};
use drivetrain_adapters::Settings;
use drivetrain_migrate::create_ddl;
use drivetrain_schema::{Provider, Schema};

use crate::db::Client;

/// The namespace on Postgres: nothing outside of it is touched.
const NAMESPACE: &str = "drivetrain_quickstart";

/// Where the database is: `DATABASE_URL`, or the default.
pub(crate) fn settings(default_url: &str) -> Result<Settings, Error> {
    Ok(Settings::load_or(default_url)?.with_namespace(NAMESPACE))
}

/// Creates the tables anew.
pub(crate) async fn create(db: &Client) -> Result<(), Box<dyn std::error::Error>> {
    let (provider, remove) = match db.adapter().capabilities().dialect() {
        Dialect::Postgres => (
            Provider::Postgresql,
            format!("DROP SCHEMA IF EXISTS \"{NAMESPACE}\" CASCADE; CREATE SCHEMA \"{NAMESPACE}\";"),
        ),
        _ => (
            Provider::Sqlite,
            String::from("DROP TABLE IF EXISTS quickstart_todos; DROP TABLE IF EXISTS quickstart_users;"),
        ),
    };
    let schema = Schema::parse_for(
        &[drivetrain_schema::SourceFile::new("schema.prisma", include_str!("schema.prisma"))],
        &[Provider::Sqlite, Provider::Postgresql],
    )?;
    db.script(&remove).await?;
    db.script(&create_ddl(&schema, provider)?.to_script()).await?;
    println!("Created the tables of examples/quickstart/schema.prisma.");
    Ok(())
}

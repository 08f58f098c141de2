//! The second path to Postgres: `tokio-postgres`, with every parameter sent as text of an unstated type.

use std::error::Error as StdError;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::BytesMut;
use drivetrain_sql::Lowering;
use tokio::runtime::Runtime;
use tokio_postgres::types::{Format, FromSql, IsNull, ToSql, Type};
use tokio_postgres::{Client, NoTls};

use crate::support::text;

/// A connection within a transaction that is never committed, in a schema of its own.
pub struct Postgres {
    runtime: Runtime,
    client: Client,
}

impl Postgres {
    /// Connects to the server of the tests and runs `script`.
    pub fn with(script: &str) -> Self {
        static SCHEMAS: AtomicU32 = AtomicU32::new(0);
        let url = std::env::var("TEST_POSTGRES_URL")
            .expect("TEST_POSTGRES_URL must be set: `cargo xtask test` starts a server and sets it");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (client, connection) = runtime.block_on(tokio_postgres::connect(&url, NoTls)).unwrap();
        runtime.spawn(connection);
        let postgres = Self { runtime, client };
        let schema = format!("sql_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        postgres.run(&format!("BEGIN; CREATE SCHEMA {schema}; SET LOCAL search_path TO {schema};"));
        postgres.run(script);
        postgres
    }

    /// Runs a script.
    pub fn run(&self, script: &str) {
        self.runtime.block_on(self.client.batch_execute(script)).unwrap();
    }

    /// The rows of a statement, each cell as text.
    pub fn try_rows(&self, lowering: &Lowering) -> Result<Vec<Vec<Option<String>>>, tokio_postgres::Error> {
        let params: Vec<Param> =
            lowering.params.iter().map(|bound| Param(text::postgres(&bound.value))).collect();
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as _).collect();
        let rows = self.runtime.block_on(self.client.query(&*lowering.text, &params))?;
        Ok(rows
            .iter()
            .map(|row| (0..row.len()).map(|at| row.get::<_, Option<Cell>>(at).map(|cell| cell.0)).collect())
            .collect())
    }

    pub fn rows(&self, lowering: &Lowering) -> Vec<Vec<Option<String>>> {
        self.try_rows(lowering).unwrap_or_else(|error| {
            let source = error.source().map(ToString::to_string).unwrap_or_default();
            panic!("{error}: {source}\n{}", lowering.text)
        })
    }

    /// Runs something and takes it back.
    pub fn taken_back<T>(&self, run: impl FnOnce() -> T) -> T {
        self.run("SAVEPOINT before");
        let given = run();
        self.run("ROLLBACK TO SAVEPOINT before");
        given
    }
}

#[derive(Debug)]
struct Param(Option<String>);

impl ToSql for Param {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        Ok(match &self.0 {
            None => IsNull::Yes,
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                IsNull::No
            }
        })
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    tokio_postgres::types::to_sql_checked!();
}

/// A cell as text; booleans as SQLite has them, and what is not known in hexadecimal digits.
struct Cell(String);

impl<'a> FromSql<'a> for Cell {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(match *ty {
            Type::BOOL => i32::from(bool::from_sql(ty, raw)?).to_string(),
            Type::INT2 => i16::from_sql(ty, raw)?.to_string(),
            Type::INT4 => i32::from_sql(ty, raw)?.to_string(),
            Type::INT8 => i64::from_sql(ty, raw)?.to_string(),
            Type::FLOAT8 => format!("{:?}", f64::from_sql(ty, raw)?),
            Type::JSONB => String::from_utf8(raw[1..].to_vec())?,
            Type::TEXT | Type::VARCHAR | Type::JSON | Type::NAME => String::from_utf8(raw.to_vec())?,
            _ if ty.name() == "Role" => String::from_utf8(raw.to_vec())?,
            Type::TEXT_ARRAY => format!("{:?}", Vec::<Option<String>>::from_sql(ty, raw)?),
            _ => text::hex(raw),
        }))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

//! A second path to the server: `tokio-postgres`, of whose own decoding nothing is used.

use std::error::Error;

use bytes::Bytes;
use drivetrain_adapter_api::{Result, RowSet, Value};
use drivetrain_postgres_core::codec::{Format, PgColumn, PgRows, PgRowsBuilder};
use drivetrain_postgres_core::types::{TypeRegistry, catalog_query, parse_catalog_row};
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

/// A cell as it came: object id and bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Raw {
    pub(crate) oid: u32,
    pub(crate) bytes: Vec<u8>,
}

impl<'a> FromSql<'a> for Raw {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self { oid: ty.oid(), bytes: raw.to_vec() })
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(crate) fn config() -> Config {
    let url = std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL must name a Postgres server to test against (cargo xtask test sets it)");
    url.parse().expect("TEST_POSTGRES_URL must be a Postgres URL")
}

pub(crate) async fn connect(config: &Config) -> Client {
    let (client, connection) =
        config.connect(NoTls).await.expect("the server of TEST_POSTGRES_URL must be there");
    tokio::spawn(connection);
    client
}

/// The only cell of the answer, in binary form.
pub(crate) async fn binary(
    client: &Client,
    sql: &str,
    parameter: Option<&str>,
) -> Result<Option<Raw>, String> {
    let row = match &parameter {
        Some(text) => client.query_one(sql, &[text]).await,
        None => client.query_one(sql, &[]).await,
    };
    row.and_then(|row| row.try_get(0)).map_err(|error| format!("{sql}: {error:?}"))
}

/// The only cell of the answer, in text form.
pub(crate) async fn text(client: &Client, sql: &str) -> Result<Option<String>, String> {
    let messages = client.simple_query(sql).await.map_err(|error| format!("{sql}: {error:?}"))?;
    messages
        .iter()
        .find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).map(str::to_owned)),
            _ => None,
        })
        .ok_or_else(|| format!("{sql}: no row"))
}

/// The object id of a type.
pub(crate) async fn oid(client: &Client, ty: &str) -> u32 {
    // A length in the name is not a part of it.
    let sql = format!("select '{ty}'::regtype::oid");
    text(client, &sql).await.unwrap().unwrap().parse().unwrap()
}

/// Asks the catalog for what the registry lacks.
pub(crate) async fn learn(client: &Client, registry: &TypeRegistry, oids: &[u32]) {
    let unknown = registry.unknown(oids.iter().copied());
    if unknown.is_empty() {
        return;
    }
    let messages = client.simple_query(&catalog_query(&unknown)).await.unwrap();
    registry.learn(messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            let cells: Vec<Option<&str>> = (0..row.len()).map(|at| row.get(at)).collect();
            Some(parse_catalog_row(&cells).unwrap())
        }
        _ => None,
    }));
    assert_eq!(registry.unknown(oids.iter().copied()), [0; 0], "the catalog leaves nothing to ask");
}

/// One row of one cell, as it comes in a DataRow message.
pub(crate) fn rows(registry: &TypeRegistry, oid: u32, format: Format, bytes: &[u8]) -> PgRows {
    let column = PgColumn::new("c", oid, format, registry);
    let mut builder = PgRowsBuilder::new([column].into());
    let mut body = vec![0, 1];
    body.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
    body.extend(bytes);
    builder.push(Bytes::from(body)).unwrap();
    builder.finish()
}

/// The cell, decoded.
pub(crate) fn decode(registry: &TypeRegistry, oid: u32, format: Format, bytes: &[u8]) -> Result<Value> {
    rows(registry, oid, format, bytes).cell(0, 0)?.to_value()
}

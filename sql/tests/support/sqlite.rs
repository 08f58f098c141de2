//! The second path to SQLite: `rusqlite`, with values in the storage classes that the adapter uses.

use drivetrain_adapter_api::Value;
use drivetrain_sql::Lowering;
use rusqlite::Connection;
use rusqlite::types::{Value as Stored, ValueRef};

use crate::support::text;

pub struct Sqlite(Connection);

impl Sqlite {
    pub fn with(script: &str) -> Self {
        let connection = Connection::open_in_memory().unwrap();
        // A name that is not there is an error then, and not a text.
        for option in [
            rusqlite::config::DbConfig::SQLITE_DBCONFIG_DQS_DML,
            rusqlite::config::DbConfig::SQLITE_DBCONFIG_DQS_DDL,
        ] {
            connection.set_db_config(option, false).unwrap();
        }
        connection.execute_batch(script).unwrap();
        Self(connection)
    }

    pub fn run(&self, script: &str) {
        self.0.execute_batch(script).unwrap();
    }

    pub fn try_rows(&self, lowering: &Lowering) -> Result<Vec<Vec<Option<String>>>, rusqlite::Error> {
        let params = lowering.params.iter().map(|bound| stored(&bound.value));
        let mut statement = self.0.prepare(&lowering.text)?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..columns).map(|at| Ok(cell(row.get_ref(at)?)));
            all.push(cells.collect::<Result<_, rusqlite::Error>>()?);
        }
        Ok(all)
    }

    pub fn rows(&self, lowering: &Lowering) -> Vec<Vec<Option<String>>> {
        self.try_rows(lowering).unwrap_or_else(|error| panic!("{error}\n{}", lowering.text))
    }

    /// The names of the columns that a statement gives.
    pub fn columns(&self, sql: &str) -> Vec<String> {
        self.0.prepare(sql).unwrap().column_names().map(str::to_owned).collect()
    }

    /// How SQLite would run a statement.
    pub fn plan(&self, lowering: &Lowering) -> String {
        let params = lowering.params.iter().map(|bound| stored(&bound.value));
        let mut statement = self.0.prepare(&format!("EXPLAIN QUERY PLAN {}", lowering.text)).unwrap();
        let steps =
            statement.query_map(rusqlite::params_from_iter(params), |row| row.get::<_, String>(3)).unwrap();
        steps.collect::<Result<Vec<_>, _>>().unwrap().join("; ")
    }

    /// Runs something and takes it back.
    pub fn taken_back<T>(&self, run: impl FnOnce() -> T) -> T {
        self.run("SAVEPOINT before");
        let given = run();
        self.run("ROLLBACK TO before; RELEASE before");
        given
    }
}

fn cell(value: ValueRef<'_>) -> Option<String> {
    Some(match value {
        ValueRef::Null => return None,
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number:?}"),
        ValueRef::Text(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        ValueRef::Blob(bytes) => text::hex(bytes),
    })
}

fn stored(value: &Value) -> Stored {
    match value {
        Value::Null(_) => Stored::Null,
        Value::Bool(value) => Stored::Integer((*value).into()),
        Value::Int16(value) => Stored::Integer((*value).into()),
        Value::Int32(value) => Stored::Integer((*value).into()),
        Value::Int64(value) => Stored::Integer(*value),
        Value::Float64(value) => Stored::Real(*value),
        Value::Text(value) | Value::Enum(value) | Value::OtherText { text: value, .. } => {
            Stored::Text(value.clone())
        }
        Value::Bytes(value) => Stored::Blob(value.clone()),
        Value::Uuid(value) => Stored::Text(value.to_string()),
        Value::Json(value) => Stored::Text(value.to_string()),
        Value::Decimal(value) => Stored::Text(value.to_string()),
        Value::Date(value) => Stored::Text(value.to_string()),
        Value::Timestamp(value) => Stored::Text(value.to_string()),
        Value::TimestampTz(value) => Stored::Text(value.to_string()),
        other => panic!("no storage for {other:?}"),
    }
}

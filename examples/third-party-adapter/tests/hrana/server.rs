//! A server that speaks Hrana in front of SQLite, as far as the specification describes what the adapter uses. It is
//! handed to the adapter as its HTTP transport, and has one database, at `https://db.example.com`.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use drivetrain_adapter_api::http::{HttpRequest, HttpResponse, HttpTransport};
use drivetrain_adapter_api::{Error, ErrorKind, RetryClass, async_trait};
use rusqlite::config::DbConfig;
use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{Connection, ffi};
use serde_json::{Value, json};

/// The server. It counts requests, and can be told to answer otherwise.
#[derive(Debug)]
pub(crate) struct Server {
    connection: Mutex<Connection>,
    requests: Mutex<Vec<HttpRequest>>,
    instead: Mutex<Option<(u16, &'static str)>>,
}

impl Server {
    pub(crate) fn start(connection: Connection) -> Arc<Self> {
        connection.execute_batch("pragma foreign_keys = on").unwrap();
        // Else a column in double quotes that does not exist is a text.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false).unwrap();
        Arc::new(Self {
            connection: Mutex::new(connection),
            requests: Mutex::new(Vec::new()),
            instead: Mutex::new(None),
        })
    }

    /// How long a statement waits for another writer.
    pub(crate) fn wait_for_locks(&self, limit: Duration) {
        self.connection.lock().unwrap().busy_timeout(limit).unwrap();
    }

    /// The next answer is this one, and nothing is run.
    pub(crate) fn answer_instead(&self, status: u16, body: &'static str) {
        *self.instead.lock().unwrap() = Some((status, body));
    }

    /// What was sent since the last look.
    pub(crate) fn take_requests(&self) -> Vec<HttpRequest> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }

    /// The only value of a query, on a path of its own.
    pub(crate) fn look(&self, sql: &str) -> i64 {
        self.connection.lock().unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

#[async_trait]
impl HttpTransport for Server {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let instead = self.instead.lock().unwrap().take();
        let (status, body) = match instead {
            Some((status, body)) => (status, body.to_owned()),
            None if request.url.starts_with("https://db.example.com/") => {
                let mut connection = self.connection.lock().unwrap();
                // As a client of HTTP gives up, and the server sees that it has gone.
                let end = request.timeout.map(|limit| Instant::now() + limit);
                let late = move || end.is_some_and(|end| Instant::now() > end);
                connection.progress_handler(1000, Some(late)).unwrap();
                let answer = answer(&connection, &request.body);
                connection.progress_handler(0, None::<fn() -> bool>).unwrap();
                assert!(connection.is_autocommit(), "a transaction was left open");
                if late() {
                    return Err(Error::new(ErrorKind::Timeout, "the request took longer than its limit")
                        .with_retry(RetryClass::OutcomeUnknown));
                }
                (200, answer.to_string())
            }
            None => (404, String::new()),
        };
        self.requests.lock().unwrap().push(request);
        // In two pieces, as bodies come: a character may be split too.
        let (head, tail) = body.as_bytes().split_at(body.len() / 2);
        let chunks = [head, tail].map(|piece| Ok(piece.to_vec().into()));
        Ok(HttpResponse {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: Box::pin(futures_util::stream::iter(chunks)),
        })
    }
}

fn answer(connection: &Connection, body: &[u8]) -> Value {
    let asked: Value = serde_json::from_slice(body).unwrap();
    let requests = asked["requests"].as_array().unwrap();
    let results: Vec<_> = requests.iter().map(|one| outcome(connection, one)).collect();
    json!({ "baton": null, "base_url": null, "results": results })
}

type Answer = Result<Value, (String, &'static str)>;

fn outcome(connection: &Connection, request: &Value) -> Value {
    let response = match request["type"].as_str().unwrap() {
        "execute" => {
            execute(connection, &request["stmt"]).map(|result| json!({ "type": "execute", "result": result }))
        }
        "batch" => Ok(json!({ "type": "batch", "result": batch(connection, &request["batch"]) })),
        "sequence" => connection
            .execute_batch(request["sql"].as_str().unwrap())
            .map(|()| json!({ "type": "sequence" }))
            .map_err(|error| failure(&error)),
        "close" => Ok(json!({ "type": "close" })),
        other => panic!("the adapter sent a request of the type {other}"),
    };
    match response {
        Ok(response) => json!({ "type": "ok", "response": response }),
        Err((message, code)) => json!({ "type": "error", "error": { "message": message, "code": code } }),
    }
}

fn batch(connection: &Connection, batch: &Value) -> Value {
    let mut results: Vec<Option<Value>> = Vec::new();
    let mut errors: Vec<Option<Value>> = Vec::new();
    for step in batch["steps"].as_array().unwrap() {
        let run = step.get("condition").is_none_or(|condition| holds(condition, &results));
        let answer = run.then(|| execute(connection, &step["stmt"]));
        let (result, error) = match answer {
            None => (None, None),
            Some(Ok(result)) => (Some(result), None),
            Some(Err((message, code))) => (None, Some(json!({ "message": message, "code": code }))),
        };
        results.push(result);
        errors.push(error);
    }
    json!({ "step_results": results, "step_errors": errors })
}

fn holds(condition: &Value, results: &[Option<Value>]) -> bool {
    match condition["type"].as_str().unwrap() {
        "ok" => results[condition["step"].as_u64().unwrap() as usize].is_some(),
        "not" => !holds(&condition["cond"], results),
        "and" => condition["conds"].as_array().unwrap().iter().all(|condition| holds(condition, results)),
        other => panic!("the adapter sent a condition of the type {other}"),
    }
}

fn execute(connection: &Connection, stmt: &Value) -> Answer {
    let mut statement = connection.prepare(stmt["sql"].as_str().unwrap()).map_err(|error| failure(&error))?;
    let args = stmt["args"].as_array().unwrap().iter().map(argument);
    let before = connection.total_changes();
    let mut rows = statement.query(rusqlite::params_from_iter(args)).map_err(|error| failure(&error))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(|error| failure(&error))? {
        let width = row.as_ref().column_count();
        found.push((0..width).map(|at| cell(row.get_ref(at).unwrap())).collect::<Vec<_>>());
    }
    drop(rows);
    // Not before: where the schema has changed, SQLite prepares the statement anew at its first step.
    let columns = statement.columns();
    let cols: Vec<_> =
        columns.map(|col| json!({ "name": col.name(), "decltype": col.decl_type() })).collect();
    Ok(json!({
        "cols": cols,
        "rows": found,
        "affected_row_count": connection.total_changes() - before,
        "last_insert_rowid": connection.last_insert_rowid().to_string(),
    }))
}

fn argument(value: &Value) -> Sql {
    let text = |key: &str| value[key].as_str().unwrap().to_owned();
    match value["type"].as_str().unwrap() {
        "null" => Sql::Null,
        "integer" => Sql::Integer(text("value").parse().unwrap()),
        "float" => Sql::Real(value["value"].as_f64().unwrap()),
        "text" => Sql::Text(text("value")),
        "blob" => Sql::Blob(STANDARD_NO_PAD.decode(text("base64").trim_end_matches('=')).unwrap()),
        other => panic!("the adapter sent a value of the type {other}"),
    }
}

fn cell(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => json!({ "type": "null" }),
        ValueRef::Integer(number) => json!({ "type": "integer", "value": number.to_string() }),
        ValueRef::Real(number) => json!({ "type": "float", "value": number }),
        ValueRef::Text(text) => json!({ "type": "text", "value": std::str::from_utf8(text).unwrap() }),
        ValueRef::Blob(bytes) => json!({ "type": "blob", "base64": STANDARD_NO_PAD.encode(bytes) }),
    }
}

/// Codes and messages as `sqld` has them.
fn failure(error: &rusqlite::Error) -> (String, &'static str) {
    match error {
        rusqlite::Error::MultipleStatement => {
            ("SQL string contains more than one statement".into(), "SQL_MANY_STATEMENTS")
        }
        rusqlite::Error::InvalidParameterCount(..) => ("wrong number of arguments".into(), "ARGS_INVALID"),
        rusqlite::Error::SqlInputError { msg, offset, .. } => {
            (format!("SQLite input error: {msg} (at offset {offset})"), "SQL_INPUT_ERROR")
        }
        rusqlite::Error::SqliteFailure(code, message) => {
            let text = message.clone().unwrap_or_else(|| code.to_string());
            (format!("SQLite error: {text}"), name(code.extended_code))
        }
        other => (other.to_string(), "SQL_PARSE_ERROR"),
    }
}

/// The name of an extended code, or of its primary one.
fn name(code: i32) -> &'static str {
    macro_rules! names {
        ($($name:ident)*) => { [$((ffi::$name, stringify!($name))),*] };
    }
    let names = names![
        SQLITE_CONSTRAINT_CHECK SQLITE_CONSTRAINT_FOREIGNKEY SQLITE_CONSTRAINT_NOTNULL
        SQLITE_CONSTRAINT_PRIMARYKEY SQLITE_CONSTRAINT_TRIGGER SQLITE_CONSTRAINT_UNIQUE SQLITE_CONSTRAINT_ROWID
        SQLITE_CONSTRAINT_DATATYPE SQLITE_BUSY SQLITE_LOCKED SQLITE_READONLY SQLITE_INTERRUPT SQLITE_CORRUPT
        SQLITE_FULL SQLITE_CANTOPEN SQLITE_TOOBIG SQLITE_CONSTRAINT SQLITE_MISMATCH SQLITE_AUTH SQLITE_NOTADB
    ];
    let find = |code: i32| names.iter().find(|(number, _)| *number == code).map(|(_, name)| *name);
    find(code).or_else(|| find(code & 0xff)).unwrap_or("SQLITE_ERROR")
}

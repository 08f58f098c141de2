//! From requests to queries.

/// The client that `build.rs` made of `schema.prisma`.
mod db {
    include!(concat!(env!("OUT_DIR"), "/client.rs"));
}

use std::sync::Arc;

use db::*;
use drivetrain::Error;
use drivetrain_adapter_api::value::{Decimal, TimestampTz};
use drivetrain_adapter_api::{ErrorKind, Query};
use drivetrain_adapter_neon_http::{NeonAdapter, NeonConfig};
use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

/// What a request is answered with.
#[wasm_bindgen(getter_with_clone)]
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// JSON.
    pub body: String,
}

#[derive(Deserialize)]
struct NewUser {
    email: String,
    todos: Vec<String>,
}

#[derive(Deserialize)]
struct Who {
    email: String,
}

/// Answers one request.
#[wasm_bindgen]
pub async fn handle(
    url: String,
    endpoint: Option<String>,
    method: String,
    path: String,
    body: String,
) -> Answer {
    let answered = match client(&url, endpoint) {
        Ok(db) => answer(&db, &method, &path, &body).await,
        Err(error) => Err(error),
    };
    let (status, body) = answered.unwrap_or_else(|error| (status(&error), refusal(&error)));
    Answer { status, body: body.to_string() }
}

fn client(url: &str, endpoint: Option<String>) -> Result<Client, Error> {
    let mut config = NeonConfig::from_url(url)?;
    if let Some(endpoint) = endpoint {
        config = config.endpoint(endpoint);
    }
    let adapter = NeonAdapter::new(
        config,
        drivetrain_env::default_http()?,
        drivetrain_env::default_websocket()?,
        drivetrain_env::default_runtime(),
    )?;
    Client::new(Arc::new(adapter))
}

async fn answer(db: &Client, method: &str, path: &str, body: &str) -> Result<(u16, Value), Error> {
    match (method, path) {
        ("GET", "/users") => {
            let users = db.user().find_many().order_by(user::id.asc()).include(user::todos).await?;
            Ok((200, json!(users)))
        }
        ("POST", "/users") => {
            let NewUser { email, todos } = read(body)?;
            let todos = todos.into_iter().map(|title| todo::new().title(title));
            let user = db.user().create(user::new().email(email).todos(todos)).include(user::todos).await?;
            Ok((201, json!(user)))
        }
        ("POST", "/done") => {
            let Who { email } = read(body)?;
            let done = db
                .transaction(async |tx: &mut Tx| {
                    let user = tx.user().find_unique(user::email.equals(email)).include(user::todos).await?;
                    let todos = user.map(|user| user.todos).unwrap_or_default();
                    for todo in &todos {
                        tx.todo().update(todo::id.equals(todo.id), [todo::done.set(true)]).await?;
                    }
                    Ok::<_, Error>(todos.len())
                })
                .await?;
            Ok((200, json!({ "done": done })))
        }
        ("GET", "/exact") => {
            let sql = "SELECT 9007199254740993::int8, 0.1::numeric(30, 20), 'NaN'::float8, '\\x00ff'::bytea, \
                       '2024-02-29 23:59:59.999999+00'::timestamptz";
            let found = db.adapter().query(Query::raw(sql, vec![])).await?;
            let rows = &found.rows;
            let cells = [
                rows.get::<i64>(0, 0)?.to_string(),
                rows.get::<Decimal>(0, 1)?.to_string(),
                rows.get::<f64>(0, 2)?.to_string(),
                format!("{:?}", rows.get::<Vec<u8>>(0, 3)?),
                rows.get::<TimestampTz>(0, 4)?.to_string(),
            ];
            Ok((200, json!(cells)))
        }
        _ => Ok((404, json!({ "error": "there is no such page" }))),
    }
}

fn read<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, Error> {
    serde_json::from_str(body).map_err(|error| Error::misuse(format!("the request cannot be read: {error}")))
}

fn status(error: &Error) -> u16 {
    match error.kind() {
        ErrorKind::UniqueViolation => 409,
        ErrorKind::Misuse => 400,
        _ => 500,
    }
}

fn refusal(error: &Error) -> Value {
    json!({ "error": error.to_string(), "kind": format!("{:?}", error.kind()), "constraint": error.constraint() })
}

//! The worker, in Cloudflare's own runtime, against a gateway in front of a real server.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use serde_json::{Value, json};
use support::{Database, Worker};

#[tokio::test]
async fn queries_by_fetch_and_a_transaction_by_websocket() {
    let database = Database::new().await;
    let worker = Worker::start(&database).await;

    let (status, ada) =
        worker.post("/users", &json!({ "email": "ada@example.com", "todos": ["write", "explain"] })).await;
    assert_eq!(status, 201, "{ada}");
    assert_eq!(ada["todos"][1]["title"], "explain");
    assert_eq!(worker.requests(), 1, "a nested create is one request");

    let (status, grace) =
        worker.post("/users", &json!({ "email": "grace@example.com", "todos": ["debug"] })).await;
    assert_eq!(status, 201, "{grace}");
    let (status, users) = worker.get("/users").await;
    assert_eq!((status, titles(&users)), (200, vec!["write", "explain", "debug"]), "{users}");
    assert_eq!(worker.requests(), 3, "a find with a relation is one request");
    assert_eq!(worker.websockets(), 0);

    let (status, done) = worker.post("/done", &json!({ "email": "ada@example.com" })).await;
    assert_eq!((status, &done), (200, &json!({ "done": 2 })));
    assert_eq!((worker.requests(), worker.websockets()), (3, 1), "the transaction went over a WebSocket");
    let done = database.texts("SELECT title FROM worker_todos WHERE done ORDER BY title").await;
    assert_eq!(done, ["explain", "write"]);

    let (status, refused) =
        worker.post("/users", &json!({ "email": "ada@example.com", "todos": ["twice"] })).await;
    assert_eq!((status, &refused["constraint"]), (409, &json!("worker_users_email_key")), "{refused}");
    assert!(database.texts("SELECT title FROM worker_todos WHERE title = 'twice'").await.is_empty());
}

#[tokio::test]
async fn values_are_exact() {
    let database = Database::new().await;
    let worker = Worker::start(&database).await;
    let (status, cells) = worker.get("/exact").await;
    assert_eq!(status, 200, "{cells}");
    let expected =
        ["9007199254740993", "0.10000000000000000000", "NaN", "[0, 255]", "2024-02-29 23:59:59.999999+00"];
    assert_eq!(cells, json!(expected));
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown() {
    let database = Database::new().await;
    let worker = Worker::start_as(&database, &database.url_with_password("canary-of-a-password")).await;
    for path in ["/users", "/exact"] {
        let (status, refused) = worker.get(path).await;
        assert_eq!((status, &refused["kind"]), (500, &json!("AuthenticationFailed")), "{refused}");
        assert!(!refused.to_string().contains("canary"), "{refused}");
    }
    let (status, refused) = worker.post("/done", &json!({ "email": "ada@example.com" })).await;
    assert_eq!((status, &refused["kind"]), (500, &json!("AuthenticationFailed")), "{refused}");
    assert!(!refused.to_string().contains("canary"), "{refused}");
}

fn titles(users: &Value) -> Vec<&str> {
    let users = users.as_array().expect("users are a list");
    users
        .iter()
        .filter_map(|user| user["todos"].as_array())
        .flatten()
        .filter_map(|todo| todo["title"].as_str())
        .collect()
}

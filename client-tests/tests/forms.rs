//! Both forms of a transaction compile, and work, where users put them: in tasks, in handlers, around borrowed locals.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use drivetrain::{Error, TransactionOptions};
use drivetrain_client_tests::blog::*;
use drivetrain_client_tests::{BLOG, database};

/// An error type of an application.
struct AppError(Error);

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl axum::response::IntoResponse for AppError {
    fn into_response(self) -> axum::response::Response {
        (StatusCode::CONFLICT, self.0.message().to_owned()).into_response()
    }
}

async fn handler(State(db): State<Client>, body: String) -> Result<String, AppError> {
    let name = body.trim().to_owned();
    let borrowed = name.as_str();
    let first = db
        .transaction(async |tx: &mut Tx| -> Result<i32, AppError> {
            let tag = tx.tag().create(tag::new().name(borrowed)).await?;
            let again =
                tx.transaction(async |tx: &mut Tx| tx.tag().create(tag::new().name(borrowed)).await).await;
            assert!(again.is_err(), "the name is taken, and the transaction goes on");
            Ok(tag.id)
        })
        .await?;
    let second = db
        .transaction_retrying(TransactionOptions::new(), |tx| {
            let name = format!("{name} again");
            async move { Ok::<_, Error>(tx.tag().create(tag::new().name(name)).await?.id) }
        })
        .await?;
    Ok(format!("{first} {second}"))
}

#[tokio::test]
async fn in_an_axum_handler() {
    let database = database::sqlite(BLOG).await;
    let db = Client::new(database.adapter.clone()).unwrap();
    let app = axum::Router::new().route("/", post(handler)).with_state(db.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let answer = request(address, "red").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("1 2"), "{answer}");
    let conflict = request(address, "red").await;
    assert!(conflict.starts_with("HTTP/1.1 409"), "{conflict}");
    assert!(conflict.ends_with("a Tag with the same name exists already"), "{conflict}");
    server.abort();
    assert_eq!(db.tag().count().await.unwrap(), 2);
}

async fn request(address: std::net::SocketAddr, body: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request =
        format!("POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn in_spawned_tasks() {
    let database = database::sqlite(BLOG).await;
    let db = Client::new(database.adapter.clone()).unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let db = db.clone();
            tokio::spawn(async move {
                let names: Vec<String> = (0..3).map(|part| format!("{number} {part}")).collect();
                db.transaction(async |tx: &mut Tx| {
                    for name in &names {
                        tx.tag().create(tag::new().name(name)).await?;
                    }
                    Ok::<_, Error>(())
                })
                .await?;
                db.transaction_retrying(TransactionOptions::new(), |tx| {
                    let name = names[0].clone();
                    async move { tx.tag().delete(tag::name.equals(name)).await }
                })
                .await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(db.tag().count().await.unwrap(), 16);
}

//! A client that speaks single messages of the Postgres protocol over a WebSocket, and is free to break the rules.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use drivetrain_gateway::neon::{NeonConfig, NeonGateway};
use futures_util::{SinkExt, StreamExt};
use postgres_protocol::message::frontend;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_postgres::NoTls;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

/// How long anything may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// The server, as a superuser.
pub(crate) fn url() -> String {
    std::env::var("TEST_POSTGRES_URL").expect(
        "TEST_POSTGRES_URL is not set: run the tests with `cargo xtask test`, or set it to point at a Postgres server",
    )
}

pub(crate) async fn gateway(configure: impl FnOnce(NeonConfig) -> NeonConfig) -> NeonGateway {
    NeonGateway::start(configure(NeonConfig::new(&url()).unwrap())).await.unwrap()
}

/// The second path: another driver on the server itself.
pub(crate) async fn oracle() -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(&url(), NoTls).await.unwrap();
    // It ends with the client.
    tokio::spawn(connection);
    client
}

/// User, password and database of the server's URL.
pub(crate) fn login() -> (String, String, String) {
    let config: tokio_postgres::Config = url().parse().unwrap();
    let password = config.get_password().unwrap_or_default().to_vec();
    let user = config.get_user().unwrap().to_owned();
    let database = config.get_dbname().unwrap_or(&user).to_owned();
    (user, String::from_utf8(password).unwrap(), database)
}

/// A message of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) tag: char,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The fields of an ErrorResponse, each with its letter in front.
    pub(crate) fn fields(&self) -> Vec<String> {
        assert_eq!(self.tag, 'E', "{self:?}");
        let fields = self.body.split(|byte| *byte == 0).filter(|field| !field.is_empty());
        fields.map(|field| String::from_utf8(field.to_vec()).unwrap()).collect()
    }

    /// The first column of a DataRow.
    pub(crate) fn first(&self) -> String {
        assert_eq!(self.tag, 'D', "{self:?}");
        let length = (&self.body[2..]).get_u32() as usize;
        String::from_utf8(self.body[6..6 + length].to_vec()).unwrap()
    }
}

pub(crate) fn tags(answers: &[Answer]) -> String {
    answers.iter().map(|answer| answer.tag).collect()
}

/// How the server ended a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Closed(CloseCode),
    /// Without a close frame: what scripts see as code 1006.
    Dropped,
}

pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<TcpStream>,
    buffer: BytesMut,
}

impl Client {
    pub(crate) async fn open(gateway: &NeonGateway, path: &str) -> Self {
        let stream = TcpStream::connect(gateway.address()).await.unwrap();
        let url = format!("ws://{}{path}", gateway.address());
        let (socket, response) = tokio_tungstenite::client_async(url, stream).await.unwrap();
        for unwanted in ["sec-websocket-protocol", "sec-websocket-extensions"] {
            assert!(!response.headers().contains_key(unwanted), "{response:?}");
        }
        Self { socket, buffer: BytesMut::new() }
    }

    /// Logged in as the superuser.
    pub(crate) async fn logged_in(gateway: &NeonGateway) -> (Self, Vec<Answer>) {
        let (user, password, database) = login();
        let mut client = Self::open(gateway, "/v2").await;
        client.send(&startup(&[("user", &user), ("database", &database)])).await;
        client.send(&self::password(&password)).await;
        let answers = client.until('Z').await;
        (client, answers)
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.socket.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    /// The key to cancel by, of the answers to a log-in.
    pub(crate) fn key(answers: &[Answer]) -> (i32, i32) {
        let mut body = answers.iter().find(|answer| answer.tag == 'K').unwrap().body.clone();
        (body.get_i32(), body.get_i32())
    }

    /// The next message of the server; none at the end of the connection.
    pub(crate) async fn next(&mut self) -> Result<Answer, End> {
        loop {
            if self.buffer.len() >= 5 {
                let length = (&self.buffer[1..5]).get_u32() as usize;
                if self.buffer.len() > length {
                    let mut body = self.buffer.split_to(1 + length).freeze();
                    let tag = char::from(body[0]);
                    body.advance(5);
                    return Ok(Answer { tag, body });
                }
            }
            let bytes = self.message().await?;
            self.buffer.extend_from_slice(&bytes);
        }
    }

    /// The bytes of the next binary message.
    pub(crate) async fn message(&mut self) -> Result<Bytes, End> {
        let next = timeout(DEADLINE, self.socket.next()).await.expect("the gateway says nothing");
        match next {
            Some(Ok(Message::Binary(bytes))) => Ok(bytes),
            Some(Ok(Message::Close(frame))) => Err(End::Closed(frame.expect("a code").code)),
            None | Some(Err(Error::ConnectionClosed | Error::Protocol(_) | Error::Io(_))) => {
                Err(End::Dropped)
            }
            Some(other) => panic!("{other:?}"),
        }
    }

    /// All messages up to the first of this tag.
    pub(crate) async fn until(&mut self, tag: char) -> Vec<Answer> {
        let mut answers = Vec::new();
        loop {
            let answer =
                self.next().await.unwrap_or_else(|end| panic!("{end:?} instead of {tag} after {answers:?}"));
            answers.push(answer);
            if answers.last().is_some_and(|answer| answer.tag == tag) {
                return answers;
            }
        }
    }

    /// All messages up to the end of the connection.
    pub(crate) async fn rest(&mut self) -> (Vec<Answer>, End) {
        let mut answers = Vec::new();
        loop {
            match self.next().await {
                Ok(answer) => answers.push(answer),
                Err(end) => return (answers, end),
            }
        }
    }

    /// Runs a simple query that has one row, and returns its first column.
    pub(crate) async fn value(&mut self, sql: &str) -> String {
        self.send(&query(sql)).await;
        let answers = self.until('Z').await;
        answers.iter().find(|answer| answer.tag == 'D').unwrap_or_else(|| panic!("{answers:?}")).first()
    }
}

pub(crate) fn startup(parameters: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    frontend::startup_message(parameters.iter().copied(), &mut bytes).unwrap();
    bytes.to_vec()
}

pub(crate) fn password(password: &str) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    frontend::password_message(password.as_bytes(), &mut bytes).unwrap();
    bytes.to_vec()
}

pub(crate) fn query(sql: &str) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    frontend::query(sql, &mut bytes).unwrap();
    bytes.to_vec()
}

pub(crate) fn terminate() -> Vec<u8> {
    b"X\0\0\0\x04".to_vec()
}

/// Waits until the query of the second path, of one row with a bool, is true.
pub(crate) async fn eventually(oracle: &tokio_postgres::Client, condition: &str) {
    let poll = async {
        while !oracle.query_one(condition, &[]).await.unwrap().get::<_, bool>(0) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(DEADLINE, poll).await.unwrap_or_else(|_| panic!("never true: {condition}"));
}

//! The beginning of a session: start-up message, authentication, and what the server reports before it is ready.

use std::fmt;
use std::io;

use bytes::{Buf, BytesMut};
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend;
use postgres_protocol::message::frontend;
use tokio::time::timeout;

use super::cancel::CancelKey;
use super::connection::{Connection, Message};
use super::error::{ConnectError, ErrorFields};
use super::upstream::{CONNECT_TIMEOUT, Upstream};

/// Who logs in, where, and with which settings.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: Option<String>,
    pub(crate) database: String,
    /// Parameters of the start-up message besides user, database and `client_encoding`, which is always UTF8.
    pub(crate) parameters: Vec<(String, String)>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

/// Logs in, and waits until the server is ready for queries.
///
/// # Errors
/// [`ConnectError::Refused`] where the server says no; the others where it does not get that far.
pub(crate) async fn connect(upstream: &Upstream, login: &Login) -> Result<Connection, ConnectError> {
    timeout(CONNECT_TIMEOUT, log_in(upstream, login)).await.unwrap_or_else(|_| Err(upstream.silent()))
}

async fn log_in(upstream: &Upstream, login: &Login) -> Result<Connection, ConnectError> {
    let mut start = Start {
        connection: Connection::new(upstream.dial().await?, upstream.clone()),
        login,
        output: BytesMut::new(),
    };
    start.run().await?;
    Ok(start.connection)
}

struct Start<'a> {
    connection: Connection,
    login: &'a Login,
    output: BytesMut,
}

impl<'a> Start<'a> {
    async fn run(&mut self) -> Result<(), ConnectError> {
        let login = self.login;
        let own = [("user", &*login.user), ("database", &*login.database), ("client_encoding", "UTF8")];
        let parameters = login.parameters.iter().map(|(name, value)| (&**name, &**value));
        frontend::startup_message(own.into_iter().chain(parameters), &mut self.output).map_err(unusable)?;
        self.send().await?;
        loop {
            let message = self.receive().await?;
            match message.tag {
                backend::AUTHENTICATION_TAG => self.authenticate(message).await?,
                backend::PARAMETER_STATUS_TAG => {
                    let parameter = parameter(&message).ok_or_else(garbled)?;
                    self.connection.parameters.push(parameter);
                }
                backend::BACKEND_KEY_DATA_TAG => {
                    let mut body = message.body;
                    let process = body.try_get_i32().map_err(|_| garbled())?;
                    let secret = body.try_get_i32().map_err(|_| garbled())?;
                    self.connection.key = Some(CancelKey { process, secret });
                }
                backend::NOTICE_RESPONSE_TAG => self.connection.notices.push(message),
                backend::READY_FOR_QUERY_TAG => return Ok(()),
                // NegotiateProtocolVersion: version 3.0 was asked for, so only options can be unknown.
                b'v' => {}
                _ => return Err(garbled()),
            }
        }
    }

    async fn authenticate(&mut self, message: Message) -> Result<(), ConnectError> {
        let mut body = message.body;
        match body.try_get_i32().map_err(|_| garbled())? {
            0 => Ok(()),
            3 => {
                let password = self.password()?.as_bytes();
                self.send_password(password).await
            }
            5 => {
                let salt = body.get(..4).and_then(|salt| salt.try_into().ok()).ok_or_else(garbled)?;
                let hash = md5_hash(self.login.user.as_bytes(), self.password()?.as_bytes(), salt);
                self.send_password(hash.as_bytes()).await
            }
            10 => self.scram(&body).await,
            other => Err(ConnectError::Unsupported(format!(
                "the database asks for authentication of type {other}, and the gateway speaks trust, password, md5 \
                 and scram-sha-256"
            ))),
        }
    }

    async fn send_password(&mut self, password: &[u8]) -> Result<(), ConnectError> {
        frontend::password_message(password, &mut self.output).map_err(unusable)?;
        self.send().await
    }

    /// SCRAM-SHA-256 without channel binding (RFC 7677); the final message of the server is verified.
    async fn scram(&mut self, mechanisms: &[u8]) -> Result<(), ConnectError> {
        if !mechanisms.split(|byte| *byte == 0).any(|name| name == SCRAM_SHA_256.as_bytes()) {
            return Err(ConnectError::Unsupported(
                "the database offers SASL, and not the mechanism SCRAM-SHA-256".to_owned(),
            ));
        }
        let mut scram = ScramSha256::new(self.password()?.as_bytes(), ChannelBinding::unsupported());
        frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), &mut self.output)
            .map_err(unusable)?;
        self.send().await?;
        let first = self.sasl(11).await?;
        scram.update(&first).map_err(|error| broken(&error))?;
        frontend::sasl_response(scram.message(), &mut self.output).map_err(unusable)?;
        self.send().await?;
        let last = self.sasl(12).await?;
        scram.finish(&last).map_err(|error| broken(&error))
    }

    /// The data of the SASL message that has to come now.
    async fn sasl(&mut self, kind: i32) -> Result<bytes::Bytes, ConnectError> {
        let message = self.receive().await?;
        let mut body = message.body;
        if message.tag != backend::AUTHENTICATION_TAG || body.try_get_i32() != Ok(kind) {
            return Err(garbled());
        }
        Ok(body)
    }

    fn password(&self) -> Result<&'a str, ConnectError> {
        self.login.password.as_deref().ok_or(ConnectError::PasswordMissing)
    }

    async fn send(&mut self) -> Result<(), ConnectError> {
        let bytes = self.output.split();
        self.connection.send(&bytes).await.map_err(|error| broken(&error))
    }

    /// The next message; an ErrorResponse is the end.
    async fn receive(&mut self) -> Result<Message, ConnectError> {
        let message = self.connection.receive().await.map_err(|error| broken(&error))?;
        if message.tag == backend::ERROR_RESPONSE_TAG {
            return Err(ConnectError::Refused(ErrorFields::parse(&message.body)));
        }
        Ok(message)
    }
}

/// Name and value of a ParameterStatus.
fn parameter(message: &Message) -> Option<(String, String)> {
    let mut texts =
        message.body.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned());
    Some((texts.next()?, texts.next()?))
}

fn broken(error: &io::Error) -> ConnectError {
    ConnectError::Unreachable(format!("the connection broke while logging in to the database: {error}"))
}

fn garbled() -> ConnectError {
    ConnectError::Unreachable(
        "the database answered the log-in with a message that is out of place".to_owned(),
    )
}

/// What cannot be put in a message: text with a zero byte.
fn unusable(_: io::Error) -> ConnectError {
    ConnectError::Unsupported(
        "the user, database, password and settings of a log-in have no zero byte".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// What a client sends after its start-up message to a server that answers by `answers`, and how it fares.
    async fn against(
        answers: &[&'static [u8]],
        password: Option<&str>,
    ) -> (Vec<u8>, Result<(), ConnectError>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("postgres://{}?sslmode=disable", listener.local_addr().unwrap());
        let upstream = Upstream::from_url(&url).unwrap();
        let answers = answers.to_vec();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let length = stream.read_u32().await.unwrap() as usize;
            stream.read_exact(&mut vec![0; length - 4]).await.unwrap();
            let mut sent = Vec::new();
            for (at, answer) in answers.iter().enumerate() {
                if at > 0 && stream.read_buf(&mut sent).await.unwrap() == 0 {
                    break;
                }
                stream.write_all(answer).await.unwrap();
            }
            stream.shutdown().await.unwrap();
            stream.read_to_end(&mut sent).await.unwrap();
            sent
        });
        let login = Login {
            user: "ann".into(),
            password: password.map(Into::into),
            database: "d".into(),
            parameters: vec![],
        };
        let result = connect(&upstream, &login).await.map(drop);
        (server.await.unwrap(), result)
    }

    const READY: &[u8] = b"R\0\0\0\x08\0\0\0\0S\0\0\0\x08a\0b\0K\0\0\0\x0c\0\0\0\x01\0\0\0\x02Z\0\0\0\x05I";
    const ASK_MD5: &[u8] = b"R\0\0\0\x0c\0\0\0\x05salt";

    #[tokio::test]
    async fn passwords_are_sent_as_asked_for() {
        let (sent, result) = against(&[READY], None).await;
        assert!(sent.is_empty() && result.is_ok(), "{result:?}");

        let (sent, result) = against(&[b"R\0\0\0\x08\0\0\0\x03", READY], Some("sesame")).await;
        assert_eq!(sent, b"p\0\0\0\x0bsesame\0");
        assert!(result.is_ok(), "{result:?}");

        // md5(md5("sesame" + "ann") + "salt"), by md5sum.
        let (sent, result) = against(&[ASK_MD5, READY], Some("sesame")).await;
        assert_eq!(sent, b"p\0\0\0\x28md5841bca642211a74d4f89e08bffd99edc\0");
        assert!(result.is_ok(), "{result:?}");
    }

    #[tokio::test]
    async fn what_goes_wrong_is_told_apart() {
        let (sent, result) = against(&[ASK_MD5], None).await;
        assert!(sent.is_empty() && matches!(result, Err(ConnectError::PasswordMissing)), "{result:?}");
        let (_, result) = against(&[b"R\0\0\0\x08\0\0\0\x07"], Some("p")).await;
        assert!(matches!(result, Err(ConnectError::Unsupported(_))), "{result:?}");
        let (_, result) = against(&[b"E\0\0\0\x0cC3D000\0\0"], Some("p")).await;
        assert!(
            matches!(&result, Err(ConnectError::Refused(fields)) if fields.code() == "3D000"),
            "{result:?}"
        );
        for broken in
            [&b"T\0\0\0\x04"[..], b"R\0\0\0\x04", b"K\0\0\0\x06xx", b"HTTP/1.1 400 Bad Request", b""]
        {
            let (_, result) = against(&[broken], Some("p")).await;
            assert!(matches!(result, Err(ConnectError::Unreachable(_))), "{result:?}");
        }
    }
}

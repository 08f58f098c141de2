//! One session: start-up, password, log-in to the database, and then bytes both ways.

use std::time::Duration;

use bytes::BytesMut;
use tokio::time::timeout;

use super::packet::{Packet, PacketError, Startup};
use super::relay::{Backend, relay};
use super::socket::Socket;
use super::{Mode, Sessions, options, packet, password, reply};
use crate::backend::{ConnectError, Connection, Login, connect};

/// How long a client may take to send its start-up packet and password, as in Neon's proxy.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(15);

/// Serves a client until it or the database closes.
pub(super) async fn run(mut socket: Socket, sessions: &Sessions) {
    let opened = match sessions.mode {
        Mode::Proxy => log_in(&mut socket, sessions).await.map(|connection| {
            // The key counts until the session ends.
            let registration = sessions.keys.register(connection.canceller());
            let greeting = reply::greeting(&connection, registration.key);
            (Backend::logged_in(connection), greeting, Some(registration))
        }),
        Mode::Raw => {
            let dialled = sessions.upstream.dial_unchanged().await;
            dialled.map(|stream| (Backend::raw(stream), BytesMut::new(), None)).map_err(End::accepted)
        }
    };
    match opened {
        Ok((backend, greeting, _registration)) => relay(socket, backend, greeting.freeze(), sessions).await,
        Err(End { message }) => {
            // The client may be gone, and then there is nobody to tell.
            if message.is_empty() || socket.send(message.freeze()).await.is_ok() {
                socket.hang_up().await;
            }
        }
    }
}

/// The end of a session that never got to queries, with the last message.
struct End {
    message: BytesMut,
}

impl End {
    fn silent() -> Self {
        Self { message: BytesMut::new() }
    }

    /// An error before the client is let in.
    fn refused(text: &str) -> Self {
        let mut message = BytesMut::new();
        reply::error(text, &mut message);
        Self { message }
    }

    /// What fails after the password was found right. Neon's proxy says so, and then what is wrong.
    fn accepted(error: impl std::fmt::Display) -> Self {
        let mut message = BytesMut::new();
        reply::accept(&mut message);
        reply::error(&error.to_string(), &mut message);
        Self { message }
    }
}

impl From<PacketError> for End {
    fn from(error: PacketError) -> Self {
        match error {
            PacketError::Lost => Self::silent(),
            PacketError::Malformed(why) => Self::refused(&why),
        }
    }
}

/// Takes the client through start-up and password, and logs in to the database by what it said.
async fn log_in(socket: &mut Socket, sessions: &Sessions) -> Result<Connection, End> {
    let login = tokio::select! {
        login = timeout(HANDSHAKE_TIMEOUT, who(socket, sessions)) => login.unwrap_or_else(|_| Err(End::silent()))?,
        () = sessions.closing.cancelled() => return Err(End::silent()),
    };
    connect(&sessions.upstream, &login).await.map_err(|error| refusal(&error, &login.user))
}

fn refusal(error: &ConnectError, user: &str) -> End {
    if error.is_wrong_password() {
        End::refused(&format!("password authentication failed for user '{user}'"))
    } else {
        End::accepted(error)
    }
}

/// Who wants in, with which password.
async fn who(socket: &mut Socket, sessions: &Sessions) -> Result<Login, End> {
    let startup = startup(socket, sessions).await?;
    let Some(user) = startup.get("user").filter(|user| !user.is_empty()) else {
        return Err(End::refused("Parameter 'user' is missing in startup packet."));
    };
    let mut asked = BytesMut::new();
    if startup.minor > 0 {
        let names = startup.parameters.iter().map(|(name, _)| name.as_str());
        let unknown: Vec<&str> = names.filter(|name| options::is_protocol_option(name)).collect();
        reply::negotiate(&unknown, &mut asked);
    }
    reply::ask_password(&mut asked);
    socket.send(asked.freeze()).await.map_err(PacketError::from)?;
    let sent = packet::password(socket).await?;
    let password = if options::names_endpoint(&startup) { &sent } else { password::without_endpoint(&sent) };
    Ok(Login {
        user: user.to_owned(),
        password: Some(password.to_owned()),
        database: startup.get("database").filter(|name| !name.is_empty()).unwrap_or(user).to_owned(),
        parameters: options::forwarded(&startup),
    })
}

/// Reads up to the start-up packet. There is no encryption inside of a WebSocket; a request to cancel is carried out.
async fn startup(socket: &mut Socket, sessions: &Sessions) -> Result<Startup, End> {
    loop {
        match packet::read(socket).await? {
            Packet::Startup(startup) => return Ok(startup),
            Packet::Encryption => {
                socket.send(b"N"[..].into()).await.map_err(PacketError::from)?;
            }
            Packet::Cancel(key) => {
                if let Some(canceller) = sessions.keys.find(key) {
                    // As with Postgres, a request to cancel is not answered, whether it succeeds or not.
                    drop(canceller.cancel().await);
                }
                return Err(End::silent());
            }
        }
    }
}

//! One connection of a proxy, from its being accepted to its end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;

use super::flow::{Flow, Passed, Way};
use super::shared::Open;
use crate::faults::{Accept, Cut};

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// In order.
    Closed,
    /// Broken.
    Reset,
}

/// Serves one client to the end.
pub(super) async fn serve(mut client: TcpStream, open: Open) {
    let shared = Arc::clone(&open.shared);
    let mut resets = open.resets.clone();
    let accept = shared.plan().borrow().accept.clone();
    let mut server = None;
    let served = async {
        client.set_nodelay(true)?;
        match accept {
            Accept::Refuse => Ok(End::Reset),
            Accept::Silent => {
                swallow(&mut client, &open).await?;
                Ok(End::Closed)
            }
            Accept::Canned { after_request, answer } => {
                canned(&mut client, &open, after_request, &answer).await
            }
            Accept::Forward => {
                let upstream = (shared.upstream.host.as_str(), shared.upstream.port);
                let server = server.insert(TcpStream::connect(upstream).await?);
                server.set_nodelay(true)?;
                Ok(forward(&mut client, server, &open).await)
            }
        }
    };
    let end = tokio::select! {
        end = served => end.unwrap_or(End::Reset),
        _ = resets.changed() => End::Reset,
    };
    drop(open);
    let sockets = [Some(client), server];
    match end {
        End::Reset => sockets.iter().flatten().for_each(reset_when_dropped),
        End::Closed => {
            futures_util::future::join_all(sockets.into_iter().flatten().map(close)).await;
        }
    }
}

/// Passes bytes on both ways until both sides have hung up, or the plan ends it.
async fn forward(client: &mut TcpStream, server: &mut TcpStream, open: &Open) -> End {
    let (client_read, client_write) = client.split();
    let (server_read, server_write) = server.split();
    let hung_up = watch::Sender::new(false);
    let flow = |way| Flow::new(way, open, open.shared.plan(), hung_up.subscribe());
    let up = pump(flow(Way::ToServer), client_read, server_write, &hung_up);
    let down = pump(flow(Way::ToClient), server_read, client_write, &hung_up);
    // The first that does not simply end ends both.
    match tokio::try_join!(up, down) {
        Ok(((), ())) => End::Closed,
        Err(end) => end,
    }
}

/// Passes bytes on until the sender hangs up, which is passed on too.
async fn pump(
    mut flow: Flow<'_>,
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    hung_up: &watch::Sender<bool>,
) -> Result<(), End> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match from.read(&mut buffer).await {
            Ok(0) => {
                hung_up.send_replace(true);
                return to.shutdown().await.map_err(|_| End::Reset);
            }
            Ok(read) => match flow.pass(&buffer[..read], &mut to).await {
                Passed::All => {}
                Passed::Cut(Cut::Reset) | Passed::Gone => return Err(End::Reset),
                Passed::Cut(_) => return Err(End::Closed),
            },
            Err(_) => return Err(End::Reset),
        }
    }
}

/// Answers without a server.
async fn canned(client: &mut TcpStream, open: &Open, after_request: bool, answer: &[u8]) -> io::Result<End> {
    if after_request {
        let mut buffer = [0; 16 * 1024];
        match client.read(&mut buffer).await? {
            0 => return Ok(End::Closed),
            read => open.said(read),
        }
    }
    let (mut read, mut write) = client.split();
    let hung_up = watch::Sender::new(false);
    let mut flow = Flow::new(Way::ToClient, open, open.shared.plan(), hung_up.subscribe());
    let answered = async {
        let passed = flow.pass(answer, &mut write).await;
        match passed {
            Passed::Cut(Cut::Reset) | Passed::Gone => End::Reset,
            Passed::All | Passed::Cut(_) => End::Closed,
        }
    };
    let listening = async {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(read @ 1..) = read.read(&mut buffer).await {
            open.said(read);
        }
        // What is left of the answer has nobody to go to.
        hung_up.send_replace(true);
        std::future::pending::<End>().await
    };
    Ok(tokio::select! {
        end = answered => end,
        end = listening => end,
    })
}

/// Reads until the other side hangs up.
async fn swallow(socket: &mut TcpStream, open: &Open) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match socket.read(&mut buffer).await? {
            0 => return Ok(()),
            read => open.said(read),
        }
    }
}

/// Closes in order: what was written arrives. (A socket that is dropped with bytes unread resets its connection, so what
/// still comes is read.)
async fn close(mut socket: TcpStream) {
    if socket.shutdown().await.is_ok() {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(1..) = socket.read(&mut buffer).await {}
    }
}

/// Breaks the connection with the socket's end: the other side meets a reset.
fn reset_when_dropped(socket: &TcpStream) {
    // Where it fails the other side has gone, and there is nobody to reset.
    drop(SockRef::from(socket).set_linger(Some(Duration::ZERO)));
}

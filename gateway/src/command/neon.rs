//! `drivetrain-gateway neon`.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;

use lexopt::prelude::*;

use crate::Error;
use crate::neon::{NeonConfig, NeonGateway};

/// Where it listens if nothing is said: the port that other local proxies for Neon use.
const DEFAULT_LISTEN: &str = "127.0.0.1:4444";

/// What `neon --help` prints.
pub(super) const USAGE: &str = "\
Neon's SQL over HTTP (POST /sql) and WebSockets, in front of any Postgres.

Usage: drivetrain-gateway neon --postgres URL [OPTIONS]
       drivetrain gateway neon --postgres URL [OPTIONS]

Options:
  --postgres URL           The server: postgres://HOST:PORT/?sslmode=MODE. Clients bring user, password and database
                           themselves; those in this URL count for nothing
  --listen ADDRESS         Where to listen: IP:PORT or localhost:PORT; port 0 takes a free one [127.0.0.1:4444]
  --allow-remote           Allow an address that other machines can reach
  --tls-cert FILE          Speak TLS with this certificate (PEM)...
  --tls-key FILE           ...and its private key (PEM)
  --websocket-raw          Copy the bytes of WebSockets unchanged, as wsproxy does: the server asks for the password
  --max-request-bytes N    Answer a longer request by 413 [10485760]
  --max-response-bytes N   Answer by 507 when rows are longer [10485760]
  --log                    A line on standard error for every request; it never holds a password
  -h, --help               Print this

When it is ready, it prints a line on standard output: listening on http://127.0.0.1:4444
";

/// What the command was asked for.
#[derive(Debug)]
pub(super) struct Options {
    config: NeonConfig,
    remote: bool,
}

/// Parses what follows `neon`; `None` where help is asked for.
pub(super) fn parse(parser: &mut lexopt::Parser) -> Result<Option<Options>, String> {
    read(parser).map_err(|error| error.to_string())
}

fn read(parser: &mut lexopt::Parser) -> Result<Option<Options>, lexopt::Error> {
    let mut postgres = None;
    let mut listen = DEFAULT_LISTEN.to_owned();
    let (mut certificate, mut key) = (None, None);
    let (mut max_request, mut max_response) = (None, None);
    let (mut remote, mut log, mut raw) = (false, false, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Long("postgres") => postgres = Some(parser.value()?.string()?),
            Long("listen") => listen = parser.value()?.string()?,
            Long("allow-remote") => remote = true,
            Long("tls-cert") => certificate = Some(parser.value()?),
            Long("tls-key") => key = Some(parser.value()?),
            Long("max-request-bytes") => max_request = Some(parser.value()?.parse::<usize>()?),
            Long("max-response-bytes") => max_response = Some(parser.value()?.parse::<usize>()?),
            Long("websocket-raw") => raw = true,
            Long("log") => log = true,
            other => return Err(other.unexpected()),
        }
    }
    let postgres =
        postgres.ok_or("--postgres URL is missing: the server that the gateway stands in front of")?;
    let address = address(&listen)?;
    if !remote && !address.ip().is_loopback() {
        return Err(format!(
            "--listen {listen} can be reached from other machines: use 127.0.0.1 or ::1, or say --allow-remote"
        )
        .into());
    }
    let mut config = NeonConfig::new(&postgres)
        .map_err(own)?
        .listen(address)
        .allow_remote(remote)
        .log(log)
        .raw_websockets(raw);
    config = match (certificate, key) {
        (None, None) => config,
        (Some(certificate), Some(key)) => config.tls(certificate, key).map_err(own)?,
        (Some(_), None) => return Err("--tls-cert needs --tls-key too".into()),
        (None, Some(_)) => return Err("--tls-key needs --tls-cert too".into()),
    };
    if let Some(max) = max_request {
        config = config.max_request_bytes(max);
    }
    if let Some(max) = max_response {
        config = config.max_response_bytes(max);
    }
    Ok(Some(Options { config, remote }))
}

fn own(error: Error) -> lexopt::Error {
    lexopt::Error::Custom(Box::new(error))
}

fn address(listen: &str) -> Result<SocketAddr, String> {
    let numeric = match listen.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => listen.to_owned(),
    };
    numeric.parse().map_err(|_| format!("--listen {listen} is neither IP:PORT nor localhost:PORT"))
}

/// Runs the gateway until the process is asked to end.
pub(super) fn run(options: &Options) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the gateway cannot start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(serve(options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: &Options) -> Result<(), Error> {
    let gateway = NeonGateway::start(options.config.clone()).await?;
    if options.remote {
        eprintln!("warning: other machines may be able to reach the gateway, and to try passwords");
    }
    let unheard = |error| Error::new(format!("signals cannot be waited for: {error}"));
    // Whoever reads that it listens may ask it to end at once.
    let asked = asked_to_end().map_err(unheard)?;
    announce(&gateway)
        .map_err(|error| Error::new(format!("standard output cannot be written to: {error}")))?;
    asked.await.map_err(unheard)?;
    gateway.shutdown().await;
    Ok(())
}

/// The line that scripts wait for, and what people need to know.
fn announce(gateway: &NeonGateway) -> std::io::Result<()> {
    let (url, address) = (gateway.url(), gateway.address());
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on {url}")?;
    writeln!(
        out,
        "Drivetrain:  adapter neon-http, endpoint {url}/sql, and the connection string of the database\n\
         JavaScript:  neonConfig.fetchEndpoint = '{url}/sql'; neonConfig.wsProxy = '{address}/v2'; \
         neonConfig.useSecureWebSocket = {}\n\
         Ctrl-C stops it.",
        url.starts_with("https")
    )?;
    out.flush()
}

/// Listens for the signals that ask it to end, from now on.
#[cfg(unix)]
fn asked_to_end() -> std::io::Result<impl Future<Output = std::io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    })
}

#[cfg(not(unix))]
fn asked_to_end() -> std::io::Result<impl Future<Output = std::io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}

//! Hosts: names, addresses and Unix sockets, and how they stand in a URL.

use std::fmt;
use std::path::PathBuf;

use drivetrain_adapter_api::{Error, Result};

pub(super) const DEFAULT_PORT: u16 = 5432;

/// A server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Where it is.
    pub address: Address,
    /// Its port; on a Unix socket a part of the file's name.
    pub port: u16,
}

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A name or an IP address.
    Name(String),
    /// The folder of a Unix socket.
    Folder(PathBuf),
}

impl Host {
    pub(super) fn of(text: &str, port: u16) -> Self {
        // "@" begins an abstract socket in libpq; those are not spoken here, and no name has it.
        let address =
            if text.starts_with('/') { Address::Folder(text.into()) } else { Address::Name(text.to_owned()) };
        Self { address, port }
    }

    /// The file of a Unix socket.
    pub(crate) fn socket_file(folder: &std::path::Path, port: u16) -> PathBuf {
        folder.join(format!(".s.PGSQL.{port}"))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Address::Name(name) if name.contains(':') => write!(f, "[{name}]:{}", self.port),
            Address::Name(name) => write!(f, "{name}:{}", self.port),
            Address::Folder(folder) => Self::socket_file(folder, self.port).display().fmt(f),
        }
    }
}

/// One host of a URL: `name`, `name:port`, `[v6]:port`, still percent-encoded, with `None` for what is not there.
pub(super) fn parse(
    text: &str,
    decode: impl Fn(&str, &str) -> Result<String>,
) -> Result<(Option<String>, Option<u16>)> {
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']').ok_or_else(|| {
                Error::config(
                    "the host of the URL begins with `[` and has no `]`: an IPv6 address stands in both",
                )
            })?;
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return Err(Error::config("the host of the URL in brackets is no IPv6 address"));
            }
            match after.strip_prefix(':') {
                Some(port) => (address, Some(port)),
                None if after.is_empty() => (address, None),
                None => return Err(Error::config("the URL has something between `]` and the port")),
            }
        }
        None => match text.rsplit_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        },
    };
    let port = port.filter(|port| !port.is_empty()).map(self::port).transpose()?;
    let name = decode(name, "host")?;
    Ok(((!name.is_empty()).then_some(name), port))
}

pub(super) fn port(text: &str) -> Result<u16> {
    // The text is not repeated: it may be the end of a password.
    text.parse().ok().filter(|port| *port != 0).ok_or_else(|| {
        Error::config("the port of the URL is no number from 1 to 65535")
            .with_hint("percent-encode what user name and password have of `/`, `?`, `#`, `@`, `:` and `%`")
    })
}

//! Hosts: names, addresses and Unix sockets, and how they stand in a URL.

use std::fmt;
use std::path::PathBuf;

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

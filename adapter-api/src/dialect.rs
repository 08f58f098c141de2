//! Which SQL a database speaks, which server it is, and how it is reached.

use std::fmt;
use std::str::FromStr;

/// The SQL dialect of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Dialect {
    /// PostgreSQL and what speaks its SQL.
    Postgres,
    /// MySQL, MariaDB and Vitess.
    MySql,
    /// SQLite.
    Sqlite,
}

impl Dialect {
    /// The name as a `datasource` block spells it: `postgresql`, `mysql`, `sqlite`.
    pub fn provider(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::MySql => "mysql",
            Self::Sqlite => "sqlite",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "Postgres",
            Self::MySql => "MySQL",
            Self::Sqlite => "SQLite",
        })
    }
}

/// The product behind a dialect, where products differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flavor {
    /// PostgreSQL itself.
    PostgreSql,
    /// MySQL itself.
    MySql,
    /// MariaDB.
    MariaDb,
    /// Vitess, as PlanetScale runs it.
    Vitess,
    /// SQLite itself.
    Sqlite,
}

/// A server's version, as far as it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version {
    /// The first number.
    pub major: u16,
    /// The second number.
    pub minor: u16,
    /// The third number.
    pub patch: u16,
}

impl Version {
    /// The version `major.minor.patch`.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = String;

    /// Reads the leading numbers of a version text: `15.18 (Debian ...)`, `8.0.36-log`, `18beta1`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut numbers = [0_u16; 3];
        let mut rest = text.trim_start();
        for (index, number) in numbers.iter_mut().enumerate() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            if end == 0 {
                if index == 0 {
                    return Err(format!("`{text}` does not start with a version number"));
                }
                break;
            }
            *number = rest[..end]
                .parse()
                .map_err(|_| format!("`{text}` is not a version: a number is too large"))?;
            match rest[end..].strip_prefix('.') {
                Some(more) => rest = more,
                None => break,
            }
        }
        Ok(Self::new(numbers[0], numbers[1], numbers[2]))
    }
}

/// What is known of the server without asking it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ServerInfo {
    /// The product.
    pub flavor: Flavor,
    /// Its version: as the server reported it, or as it was configured for a stateless transport.
    pub version: Version,
}

/// How an adapter reaches its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// In this process.
    Embedded,
    /// TCP or a Unix socket.
    Socket,
    /// A WebSocket.
    WebSocket,
    /// HTTP requests.
    Http,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_servers_say() {
        let read = |text: &str| text.parse::<Version>();
        assert_eq!(read("15.18 (Debian 15.18-0+deb12u1)"), Ok(Version::new(15, 18, 0)));
        assert_eq!(read("8.0.36-log"), Ok(Version::new(8, 0, 36)));
        assert_eq!(read("18beta1"), Ok(Version::new(18, 0, 0)));
        assert_eq!(read("3.50.2"), Ok(Version::new(3, 50, 2)));
        assert!(read("PostgreSQL").is_err());
        assert!(read("99999999.1").is_err());
    }
}

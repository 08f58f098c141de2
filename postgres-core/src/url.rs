//! Reads `postgres://` URLs: what all adapters for Postgres take alike. The parts are those of libpq's connection URIs;
//! what could be secret is never repeated in an error.

mod host;
pub mod keys;

use std::fmt;

use drivetrain_adapter_api::{Error, Result};
use percent_encoding::percent_decode_str;

const FORM: &str = "postgres://USER:PASSWORD@HOST:PORT/DATABASE";

/// The port where none is given.
pub const DEFAULT_PORT: u16 = 5432;

/// What a URL says of user, password, database and hosts, in its own places for them or in keys of its query.
#[derive(Clone, Default)]
pub struct Target {
    /// The user.
    pub user: Option<String>,
    /// The password.
    pub password: Option<String>,
    /// The database.
    pub database: Option<String>,
    hosts: Vec<Option<String>>,
    ports: Vec<Option<u16>>,
}

/// Reads a URL; `apply` takes each key of its query, percent-decoded, but for those of the [`Target`] itself (`host`,
/// `port`, `user`, `password`, `dbname`).
///
/// # Errors
/// [`Config`](drivetrain_adapter_api::ErrorKind::Config), and what `apply` gives.
pub fn parse(url: &str, mut apply: impl FnMut(&str, &str) -> Result<()>) -> Result<Target> {
    let rest = ["postgres://", "postgresql://"]
        .into_iter()
        .find_map(|scheme| {
            let head = url.get(..scheme.len())?;
            head.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])
        })
        .ok_or_else(|| {
            Error::config("the URL of a Postgres database begins with postgres:// or postgresql://")
                .with_hint(format!("it has the form {FORM}"))
        })?;
    if rest.contains('#') {
        return Err(Error::config("the URL has a `#`").with_hint("write it as %23"));
    }
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = place.split_once('/').unwrap_or((place, ""));
    let mut target = Target::default();
    target.read_authority(authority)?;
    if !database.is_empty() {
        target.database = Some(decode(database, "database")?);
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = decode(key, "key of the query")?;
        let value = decode(value, &key)?;
        if !target.set(&key, &value)? {
            apply(&key, &value)?;
        }
    }
    Ok(target)
}

impl Target {
    fn read_authority(&mut self, authority: &str) -> Result<()> {
        let (identity, places) = match authority.rsplit_once('@') {
            Some((identity, places)) => (Some(identity), places),
            None => (None, authority),
        };
        if let Some(identity) = identity {
            let (user, password) = match identity.split_once(':') {
                Some((user, password)) => (user, Some(password)),
                None => (identity, None),
            };
            self.user = Some(decode(user, "user")?);
            self.password = password.map(|password| decode(password, "password")).transpose()?;
        }
        if !places.is_empty() {
            for place in places.split(',') {
                let (host, port) = host::parse(place, decode)?;
                self.hosts.push(host);
                self.ports.push(port);
            }
        }
        Ok(())
    }

    /// Takes a key, if it is one of the target's.
    fn set(&mut self, key: &str, value: &str) -> Result<bool> {
        match key {
            "host" => {
                self.hosts =
                    value.split(',').map(|host| (!host.is_empty()).then(|| host.to_owned())).collect();
            }
            "port" => {
                let ports =
                    value.split(',').map(|port| (!port.is_empty()).then(|| host::port(port)).transpose());
                self.ports = ports.collect::<Result<_>>()?;
            }
            "user" => self.user = Some(value.to_owned()),
            "password" => self.password = Some(value.to_owned()),
            "dbname" => self.database = Some(value.to_owned()),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The user, which must be there, and the database, which is called as the user is unless it is named.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) without a user.
    pub fn identity(&self) -> Result<(String, String)> {
        let user = self.user.clone().filter(|user| !user.is_empty()).ok_or_else(|| {
            Error::config("the URL names no user").with_hint(format!("it has the form {FORM}"))
        })?;
        let database = self.database.clone().unwrap_or_else(|| user.clone());
        Ok((user, database))
    }

    /// The hosts, `localhost` if none is named, each with its port.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) if there are several ports and not one for each host.
    pub fn hosts(&self) -> Result<Vec<(String, u16)>> {
        let (names, ports) = (&self.hosts, &self.ports);
        let count = names.len().max(1);
        if ports.len() > 1 && ports.len() != count {
            return Err(Error::config(format!("the URL has {count} hosts and {} ports", ports.len()))
                .with_hint("give one port for all hosts, or one for each"));
        }
        let hosts = (0..count).map(|at| {
            let name = names.get(at).and_then(Option::as_deref).unwrap_or("localhost");
            let port =
                ports.get(at).or_else(|| ports.first().filter(|_| ports.len() == 1)).copied().flatten();
            (name.to_owned(), port.unwrap_or(DEFAULT_PORT))
        });
        Ok(hosts.collect())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("user", &self.user)
            .field("database", &self.database)
            .field("hosts", &self.hosts)
            .field("ports", &self.ports)
            .finish_non_exhaustive()
    }
}

fn decode(text: &str, part: &str) -> Result<String> {
    let digits = |bytes: &[u8]| bytes.len() == 2 && bytes.iter().all(u8::is_ascii_hexdigit);
    if text.split('%').skip(1).any(|after| !digits(&after.as_bytes()[..after.len().min(2)])) {
        return Err(Error::config(format!(
            "the {part} in the URL has a `%` that no two hexadecimal digits follow"
        ))
        .with_hint("write it as %25"));
    }
    let text = percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| Error::config(format!("the {part} in the URL is not UTF-8 when percent-decoded")))?;
    if text.contains('\0') {
        return Err(Error::config(format!("the {part} in the URL has the character NUL")));
    }
    Ok(text.into_owned())
}

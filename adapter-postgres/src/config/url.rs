//! Reads a `postgres://` URL. Its parts are those of libpq's connection URIs; what could be secret is never repeated.

use drivetrain_adapter_api::{Error, Result};
use percent_encoding::percent_decode_str;

use super::hosts::{self, DEFAULT_PORT, Host};
use super::keys;
use super::{Password, PostgresConfig};

const FORM: &str = "postgres://USER:PASSWORD@HOST:PORT/DATABASE";

/// What a URL says of user, password, database and hosts, in either of the places for it.
#[derive(Default)]
pub(super) struct Target {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) database: Option<String>,
    pub(super) hosts: Vec<Option<String>>,
    pub(super) ports: Vec<Option<u16>>,
}

pub(super) fn parse(url: &str) -> Result<PostgresConfig> {
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
    let rest = match rest.split_once('#') {
        None => rest,
        Some(_) => {
            return Err(Error::config("the URL has a `#`").with_hint("write it as %23"));
        }
    };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = place.split_once('/').unwrap_or((place, ""));
    let mut target = Target::default();
    read_authority(authority, &mut target)?;
    if !database.is_empty() {
        target.database = Some(decode(database, "database")?);
    }

    let mut config = PostgresConfig::new("localhost", "", "");
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = decode(key, "key of the query")?;
        let value = decode(value, &key)?;
        keys::apply(&mut config, &mut target, &key, &value)?;
    }
    keys::check(&config)?;

    config.user = target
        .user
        .filter(|user| !user.is_empty())
        .ok_or_else(|| Error::config("the URL names no user").with_hint(format!("it has the form {FORM}")))?;
    config.database = target.database.unwrap_or_else(|| config.user.clone());
    config.password = target.password.map_or(Password::None, Password::Fixed);
    config.hosts = hosts_of(target.hosts, &target.ports)?;
    Ok(config)
}

fn read_authority(authority: &str, target: &mut Target) -> Result<()> {
    let (identity, places) = match authority.rsplit_once('@') {
        Some((identity, places)) => (Some(identity), places),
        None => (None, authority),
    };
    if let Some(identity) = identity {
        let (user, password) = match identity.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (identity, None),
        };
        target.user = Some(decode(user, "user")?);
        target.password = password.map(|password| decode(password, "password")).transpose()?;
    }
    if !places.is_empty() {
        for place in places.split(',') {
            let (host, port) = hosts::parse(place, decode)?;
            target.hosts.push(host);
            target.ports.push(port);
        }
    }
    Ok(())
}

fn hosts_of(mut names: Vec<Option<String>>, ports: &[Option<u16>]) -> Result<Vec<Host>> {
    if names.is_empty() {
        names.push(None);
    }
    if ports.len() > 1 && ports.len() != names.len() {
        return Err(Error::config(format!("the URL has {} hosts and {} ports", names.len(), ports.len()))
            .with_hint("give one port for all hosts, or one for each"));
    }
    let hosts = names.iter().enumerate().map(|(at, name)| {
        let port = ports.get(at).or_else(|| ports.first().filter(|_| ports.len() == 1)).copied().flatten();
        Host::of(name.as_deref().unwrap_or("localhost"), port.unwrap_or(DEFAULT_PORT))
    });
    Ok(hosts.collect())
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

#[cfg(test)]
mod tests;

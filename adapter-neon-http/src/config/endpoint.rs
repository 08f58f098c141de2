//! Where requests and WebSockets go.

use std::borrow::Cow;
use std::net::IpAddr;

use drivetrain_adapter_api::{Error, Result};

use super::{NeonConfig, Tls};

impl NeonConfig {
    /// Where requests go. See [the rules](Self#where-requests-go).
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) for an endpoint that is no URL with a path, has credentials,
    /// or has no TLS and is not on this machine.
    pub fn endpoint_url(&self) -> Result<String> {
        if let Some(url) = &self.endpoint {
            self.checked("endpoint", url, ["https", "http"])?;
            return Ok(url.clone());
        }
        check_host(&self.host)?;
        if let Tls::Never(key) = self.tls {
            return Err(no_tls_here(key));
        }
        let host = match neon_region(&self.host) {
            Some(region) if self.token.is_none() => format!("api.{region}"),
            Some(region) => format!("apiauth.{region}"),
            None => bracketed(&self.host).into_owned(),
        };
        Ok(format!("https://{host}/sql"))
    }

    /// Where WebSockets go. See [the rules](Self#where-requests-go).
    ///
    /// # Errors
    /// As [`endpoint_url`](Self::endpoint_url).
    pub fn websocket_url(&self) -> Result<String> {
        if let Some(url) = &self.websocket_endpoint {
            self.checked("websocket_endpoint", url, ["wss", "ws"])?;
            return Ok(url.clone());
        }
        check_host(&self.host)?;
        let host = bracketed(&self.host);
        // Proxies that serve more than one database want to know which one. Neon's knows by the host.
        let address = format!("?address={host}:{}", self.port);
        if let Some(url) = &self.endpoint {
            let parts = self.checked("endpoint", url, ["https", "http"])?;
            if neon_region(parts.host).is_none() {
                let scheme = if parts.tls { "wss" } else { "ws" };
                return Ok(format!("{scheme}://{}/v2{address}", parts.authority));
            }
        }
        let address = if self.is_neon() { "" } else { &address };
        Ok(format!("wss://{host}/v2{address}"))
    }

    /// Whether the host is one of Neon's own.
    pub(crate) fn is_neon(&self) -> bool {
        neon_region(&self.host).is_some()
    }

    /// An endpoint that was given, if it may be used.
    fn checked<'a>(&self, key: &str, url: &'a str, schemes: [&str; 2]) -> Result<Parts<'a>> {
        let parts = Parts::of(key, url, schemes)?;
        match self.tls {
            Tls::Always(what) if !parts.tls => {
                return Err(Error::config(format!("{what} needs TLS, and the `{key}` has none"))
                    .with_hint(format!("remove {what} from the URL, or use {}://", schemes[0])));
            }
            Tls::Never(what) if parts.tls => return Err(no_tls_here(what)),
            _ => {}
        }
        if !parts.tls && !is_loopback(parts.host) && !self.allow_insecure_endpoint {
            return Err(Error::config(format!(
                "the `{key}` is on another machine and has no TLS: credentials would travel readable for everybody"
            ))
            .with_hint(format!("use {}://, or allow_insecure_endpoint=true within a trusted network", schemes[0])));
        }
        Ok(parts)
    }
}

fn no_tls_here(what: &str) -> Error {
    Error::config(format!("{what} says that there is no TLS, and the endpoint has it"))
        .with_hint(format!("remove {what} from the URL"))
}

struct Parts<'a> {
    tls: bool,
    /// Host and port.
    authority: &'a str,
    host: &'a str,
}

impl<'a> Parts<'a> {
    fn of(key: &str, url: &'a str, schemes: [&str; 2]) -> Result<Self> {
        // The URL itself is not repeated: it may hold credentials by mistake.
        let wrong = |what: &str| {
            Error::config(format!("the `{key}` {what}")).with_hint(format!(
                "it is a URL such as {}://HOST{}",
                schemes[0],
                if schemes[0] == "https" { "/sql" } else { "/v2" }
            ))
        };
        let [secure, plain] = schemes;
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("is no URL"))?;
        let tls = scheme.eq_ignore_ascii_case(secure);
        if !tls && !scheme.eq_ignore_ascii_case(plain) {
            return Err(wrong(&format!("begins with neither {secure}:// nor {plain}://")));
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if !path.starts_with('/') || path.len() == 1 {
            return Err(wrong("has no path"));
        }
        if authority.contains('@') {
            return Err(wrong("has credentials, which belong in the URL of the database"));
        }
        if path.contains('#') || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(wrong("has characters that no URL has there"));
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(bracketed) => {
                let (host, port) = bracketed.split_once(']').ok_or_else(|| wrong("has `[` without `]`"))?;
                (host, port.strip_prefix(':').or(port.is_empty().then_some("")))
            }
            None => {
                let (host, port) =
                    authority.split_once(':').map_or((authority, ""), |(host, port)| (host, port));
                (host, Some(port))
            }
        };
        let port = port.ok_or_else(|| wrong("has something between `]` and the port"))?;
        if !port.is_empty() && port.parse::<u16>().is_err() {
            return Err(wrong("has a port that is no number from 1 to 65535"));
        }
        check_host(host)?;
        Ok(Self { tls, authority, host })
    }
}

fn check_host(host: &str) -> Result<()> {
    let is_v6 = host.parse::<std::net::Ipv6Addr>().is_ok();
    let is_name = !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if is_v6 || is_name {
        return Ok(());
    }
    Err(Error::config("the host is no name of a machine: it has characters that none has").with_hint(
        "sockets in the file system are for the adapter `postgres`; names in other scripts are written in Punycode",
    ))
}

/// The host as it stands in a URL.
pub(super) fn bracketed(host: &str) -> Cow<'_, str> {
    if host.contains(':') { format!("[{host}]").into() } else { host.into() }
}

/// What follows the first label of a host of Neon's own.
pub(crate) fn neon_region(host: &str) -> Option<&str> {
    let bare = host.strip_suffix('.').unwrap_or(host);
    let (_, region) = bare.split_once('.')?;
    let lower = region.to_ascii_lowercase();
    ["neon.tech", "neon.build"]
        .iter()
        .any(|own| lower.strip_suffix(own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
        .then_some(region)
}

/// Whether that is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let lower = host.to_ascii_lowercase();
    lower == "localhost"
        || lower.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

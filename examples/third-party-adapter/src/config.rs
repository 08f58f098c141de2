//! Where the server is, and the token it asks for.

use std::fmt;

use drivetrain_adapter_api::{Error, Version};

/// Where the server is, and the token it asks for. Its `Debug` does not show the token.
#[derive(Clone)]
pub struct HranaConfig {
    origin: String,
    token: Option<String>,
    version: Version,
}

impl HranaConfig {
    /// Reads `libsql://host[:port]`, `https://host[:port]`, or `http://host[:port]` for a server on this machine.
    /// `?authToken=...` behind it is taken as the token.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) for anything else. No message shows the URL.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let (scheme, rest) = url.split_once("://").ok_or_else(|| {
            Error::config("the URL of a Hrana server has no scheme").with_hint("write it as libsql://host")
        })?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let host = place.trim_end_matches('/');
        let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
        if host.is_empty() || !host.chars().all(is_host) {
            return Err(Error::config("the URL of a Hrana server must name a host, and a port at most")
                .with_hint("write it as libsql://host, and give the token with `with_token`"));
        }
        let local = host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]");
        let origin = match scheme {
            "libsql" | "https" => format!("https://{host}"),
            "http" if local => format!("http://{host}"),
            "http" => {
                return Err(Error::config("a Hrana server on another machine must be reached over https")
                    .with_hint("the token would be readable on its way; write libsql:// or https://"));
            }
            _ => {
                return Err(Error::config(
                    "the URL of a Hrana server begins with libsql://, https:// or http://",
                ));
            }
        };
        let mut config = Self { origin, token: None, version: OLDEST };
        for option in query.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("authToken", token)) if is_token(token) => config.token = Some(token.to_owned()),
                Some(("authToken", _)) => {
                    return Err(Error::config("the token in the URL of a Hrana server is not readable"));
                }
                _ => return Err(unknown_key(option.split('=').next().unwrap_or(option))),
            }
        }
        Ok(config)
    }

    /// With that token.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The version of SQLite that the server runs, as it is declared in the capabilities. An adapter that keeps no
    /// connection has no handshake to learn it from, so it is told; else it is taken for 3.35.0, the first that has
    /// all that this adapter declares.
    #[must_use]
    pub const fn with_version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    pub(crate) const fn version(&self) -> Version {
        self.version
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The URL that requests are sent to.
    pub(crate) fn endpoint(&self) -> String {
        format!("{}/v3/pipeline", self.origin)
    }

    /// The headers of a request.
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(self.token.iter().map(|token| ("authorization", format!("Bearer {token}"))));
        headers
    }
}

/// The first version with RETURNING.
const OLDEST: Version = Version::new(3, 35, 0);

/// What tokens are written with, as RFC 6750 says.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~+/=".contains(c))
}

/// Names the key if it is a plain word: anything else may be a secret that lost its place.
fn unknown_key(key: &str) -> Error {
    let plain = key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let which = if plain { format!("an unknown key `{key}`") } else { "an unknown key".to_owned() };
    Error::config(format!("the URL of a Hrana server has {which}; the only one is `authToken`"))
}

impl fmt::Debug for HranaConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HranaConfig")
            .field("origin", &self.origin)
            .field("token", &self.token.as_ref().map(|_| "…"))
            .field("version", &self.version)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for (url, endpoint) in [
            ("libsql://db.example.com", "https://db.example.com/v3/pipeline"),
            ("https://db.example.com:8443/", "https://db.example.com:8443/v3/pipeline"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v3/pipeline"),
            ("libsql://h?authToken=canary", "https://h/v3/pipeline"),
        ] {
            let config = HranaConfig::from_url(url).unwrap();
            assert_eq!(config.endpoint(), endpoint);
            assert!(!format!("{config:?}").contains("canary"));
        }
        let config = HranaConfig::from_url("libsql://h?authToken=canary").unwrap();
        assert_eq!(config.headers()[1], ("authorization", "Bearer canary".to_owned()));
    }

    #[test]
    fn what_is_wrong_is_refused_and_not_shown() {
        for url in [
            "canary",
            "canary://h",
            "libsql://",
            "libsql://user:canary@h",
            "libsql://h/canary",
            "libsql://h?no_such_key=canary",
            "libsql://h?canary%2F=1",
            "libsql://h?authToken=canary#",
            "http://db.example.com?authToken=canary",
        ] {
            let error = HranaConfig::from_url(url).unwrap_err();
            assert_eq!(error.kind(), drivetrain_adapter_api::ErrorKind::Config);
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        }
    }
}

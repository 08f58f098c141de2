//! What of a database URL may be shown: its scheme and its host. Everything else may hold a password.

use std::fmt;

/// A database URL. It shows its scheme and its host, and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Url(String);

impl Url {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The whole of it, secrets and all.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }

    /// The scheme in lower case. `None` if there is none; what is before the first colon is then no scheme, and may
    /// be a name or a password.
    pub(crate) fn scheme(&self) -> Option<String> {
        let (scheme, rest) = self.0.split_once(':')?;
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        // Schemes of files need no slashes. Anything else without them is more likely `user:password@host`.
        let is_file = ["sqlite", "file"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
        (is_scheme && (is_file || rest.starts_with("//"))).then(|| scheme.to_ascii_lowercase())
    }

    /// The host without its port, where it is certain which part that is.
    fn host(&self) -> Option<&str> {
        let (_, rest) = self.0.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, after) = rest.split_at(end);
        // An `@` further on comes from a password that was not encoded: no part of it is shown then.
        if after.contains('@') {
            return None;
        }
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let host = match host.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            Some(_) if !host.starts_with('[') => return None,
            _ => host,
        };
        (!host.is_empty()).then_some(host)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.scheme(), self.host()) {
            (Some(scheme), Some(host)) => write!(f, "{scheme}://{host}"),
            (Some(scheme), None) => write!(f, "{scheme}:"),
            (None, _) => f.write_str("(no scheme)"),
        }
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes() {
        let scheme = |text: &str| Url::new(text).scheme();
        assert_eq!(scheme("postgres://u:p@h/db").as_deref(), Some("postgres"));
        assert_eq!(scheme("PostgreSQL://h/db").as_deref(), Some("postgresql"));
        assert_eq!(scheme("sqlite::memory:").as_deref(), Some("sqlite"));
        assert_eq!(scheme("file:./dev.db").as_deref(), Some("file"));
        for text in ["", "dev.db", "user:password@host/db", "://h", "1a://h", "hunter 2://h", "C:\\dev.db"] {
            assert_eq!(scheme(text), None, "{text}");
        }
    }

    #[test]
    fn only_scheme_and_host_are_shown() {
        for (text, shown) in [
            ("postgres://user:canary@db.example.com:5432/canary?x=canary", "postgres://db.example.com"),
            ("postgres://db.example.com", "postgres://db.example.com"),
            ("postgres://u:canary@[::1]:5432/db", "postgres://[::1]"),
            ("postgres://u:canary@[::1]/db", "postgres://[::1]"),
            ("postgres:///db?host=/canary", "postgres:"),
            ("postgres://u:canary", "postgres:"),
            ("postgres://u:can/ary@host/db", "postgres:"),
            ("postgres://u:can?ary@host/db", "postgres:"),
            ("postgres://u:can#ary@host/db", "postgres:"),
            ("postgres://u:can@ary@host/db", "postgres://host"),
            ("sqlite:./canary.db?key=canary", "sqlite:"),
            ("canary:canary@host/db", "(no scheme)"),
            ("canary", "(no scheme)"),
        ] {
            let url = Url::new(text);
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("can"), "{url:?}");
        }
    }
}

//! The endpoint in front of a password, for clients that cannot name it elsewhere.

use super::options::is_endpoint;

/// The password in `endpoint=<id>;<password>`, `project=<id>;<password>`, or either with `$` for `;`; else all of it.
///
/// Neon's proxy reads it so where neither the host name nor `options` names the endpoint.
pub(super) fn without_endpoint(password: &str) -> &str {
    for separator in [';', '$'] {
        if let Some((endpoint, password)) = password.split_once(separator)
            && is_endpoint(endpoint)
        {
            return password;
        }
    }
    password
}

#[cfg(test)]
mod tests {
    use super::without_endpoint;

    #[test]
    fn the_endpoint_is_taken_off() {
        for (sent, password) in [
            ("endpoint=ep-1;se;sa$me", "se;sa$me"),
            ("project=ep-1;sesame", "sesame"),
            ("endpoint=ep-1$sesame", "sesame"),
            ("se;sa$me", "se;sa$me"),
            ("endpoint=ep-1", "endpoint=ep-1"),
            ("", ""),
        ] {
            assert_eq!(without_endpoint(sent), password);
        }
    }
}

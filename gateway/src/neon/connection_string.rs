//! Who asks, and for which database: the `Neon-Connection-String` header.

use hyper::header::{AUTHORIZATION, HeaderMap};
use percent_encoding::percent_decode_str;
use url::Url;

use super::failure::Failure;
use crate::backend::Login;

/// The header's name.
pub(crate) const CONNECTION_STRING: &str = "neon-connection-string";

/// Reads user, password and database; host, port and parameters count for nothing, as on Neon without endpoint options.
///
/// # Errors
/// The proxy's own words for what is missing, checked in its order.
pub(crate) fn login(headers: &HeaderMap) -> Result<Login, Failure> {
    let text = headers
        .get(CONNECTION_STRING)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| Failure::request(format!("invalid header: {CONNECTION_STRING}")))?;
    let url =
        Url::parse(text).map_err(|error| Failure::request(format!("invalid connection string: {error}")))?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(Failure::request("incorrect scheme"));
    }
    let database = url
        .path_segments()
        .and_then(|mut segments| segments.next())
        .ok_or_else(|| Failure::request("missing database name"))?;
    let database = decoded("database name", database)?;
    let user = decoded("username", url.username())?;
    if user.is_empty() {
        return Err(Failure::request("missing username"));
    }
    // A token is for Neon's authorization broker; a proxy that takes passwords refuses it.
    let password = url
        .password()
        .filter(|_| !headers.contains_key(AUTHORIZATION))
        .ok_or_else(|| Failure::request("missing authentication credentials: required password"))?;
    let password = decoded("password", password)?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(Failure::request("missing hostname"));
    }
    Ok(Login { user, password: Some(password), database, parameters: Vec::new() })
}

fn decoded(what: &str, text: &str) -> Result<String, Failure> {
    percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|error| Failure::request(format!("invalid {what}: {error}")))
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn of(text: &'static str) -> Result<Login, String> {
        let mut headers = HeaderMap::new();
        headers.insert(CONNECTION_STRING, HeaderValue::from_static(text));
        login(&headers).map_err(|failure| failure.message().to_owned())
    }

    #[test]
    fn names_are_decoded_and_parameters_ignored() {
        let login =
            of("postgres://a%40b:p%2Fw@ep-x-pooler.us-east-2.aws.neon.tech:1/d%20b/rest?search_path=x")
                .unwrap();
        assert_eq!((login.user.as_str(), login.password.as_deref()), ("a@b", Some("p/w")));
        assert_eq!(login.database, "d b");
        assert!(login.parameters.is_empty());
        assert_eq!(of("postgresql://u:p@10.0.0.1/").unwrap().database, "");
    }

    #[test]
    fn what_is_missing_is_said_in_the_words_of_the_proxy() {
        for (text, message) in [
            ("not a url", "invalid connection string: relative URL without a base"),
            ("mysql://u:p@h/d", "incorrect scheme"),
            ("postgres://u:p@h", "missing database name"),
            ("postgres://:p@h/d", "missing username"),
            ("postgres://h/d", "missing username"),
            ("postgres://u@h/d", "missing authentication credentials: required password"),
        ] {
            assert_eq!(of(text).unwrap_err(), message, "{text}");
        }
        assert_eq!(login(&HeaderMap::new()).unwrap_err().message(), "invalid header: neon-connection-string");
    }

    #[test]
    fn a_token_is_no_password() {
        let mut headers = HeaderMap::new();
        headers.insert(CONNECTION_STRING, HeaderValue::from_static("postgres://u:p@h/d"));
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer x.y.z"));
        let failure = login(&headers).unwrap_err();
        assert_eq!(failure.message(), "missing authentication credentials: required password");
    }
}

//! The connection string that each request has in a header.

use std::fmt::Write as _;

use drivetrain_adapter_api::Result;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{NeonConfig, endpoint};

/// Everything but the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl NeonConfig {
    /// The connection string with the password of now: the parts, encoded anew, so that it is visible ASCII whatever they
    /// hold. Of the URL's keys it has those words of `options` that are for the proxy.
    pub(crate) async fn connection_string(&self) -> Result<String> {
        let password = self.password.get().await?;
        let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
        let mut text = format!("postgresql://{}", encoded(&self.user));
        if let Some(password) = password {
            let _ = write!(text, ":{}", encoded(&password));
        }
        let _ = write!(text, "@{}", endpoint::bracketed(&self.host));
        if self.port != drivetrain_postgres_core::url::DEFAULT_PORT {
            let _ = write!(text, ":{}", self.port);
        }
        let _ = write!(text, "/{}", encoded(&self.database));
        if !self.session.options.words.is_empty() {
            let _ = write!(text, "?options={}", encoded(&self.session.options.words.join(" ")));
        }
        Ok(text)
    }
}

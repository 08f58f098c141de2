//! Settings that every session has.

use drivetrain_adapter_api::{Error, Result};

use super::options::Options;

/// Settings that every session has: over HTTP, every request.
#[derive(Debug, Clone, Default)]
pub(crate) struct SessionConfig {
    pub(crate) application_name: Option<String>,
    pub(crate) search_path: Option<String>,
    pub(crate) options: Options,
    pub(crate) statement_timeout: Option<String>,
    pub(crate) lock_timeout: Option<String>,
    pub(crate) idle_in_transaction_timeout: Option<String>,
}

impl SessionConfig {
    /// The settings by name, in the order in which they are to be made: those of `options` first, since a key of its own
    /// says more.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        let own = [
            ("application_name", &self.application_name),
            ("search_path", &self.search_path),
            ("statement_timeout", &self.statement_timeout),
            ("lock_timeout", &self.lock_timeout),
            ("idle_in_transaction_session_timeout", &self.idle_in_transaction_timeout),
        ];
        let own = own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
        self.options.settings.iter().cloned().chain(own).collect()
    }
}

/// Whether that DateStyle writes dates as ISO 8601 does.
fn is_iso(style: &str) -> bool {
    let others = ["sql", "postgres", "german"];
    let mut words = style.split(',').map(|word| word.trim().to_ascii_lowercase());
    !words.any(|word| others.contains(&word.as_str()))
}

/// Refuses settings that a request cannot make for itself, or whose answers could not be read.
pub(super) fn check_over_http(settings: &[(String, String)]) -> Result<()> {
    for (name, value) in settings {
        let lower = name.to_ascii_lowercase();
        // Values are texts, and must be whole and of a form that can be read.
        let (readable, mend) = match lower.as_str() {
            "datestyle" => (is_iso(value), "use an ISO style, such as `ISO, DMY`"),
            "extra_float_digits" => {
                (value.trim().parse().is_ok_and(|digits: i32| digits > 0), "use 1 or more")
            }
            _ => (true, ""),
        };
        if !readable {
            return Err(Error::config(format!(
                "with the setting `{name}` values could not be read as they are over HTTP"
            ))
            .with_hint(format!("{mend}, or transport=websocket")));
        }
        // They are of no effect in a transaction that has begun, and without one a setting is gone with its request.
        if lower.starts_with("default_transaction_") || lower.starts_with("transaction_") {
            return Err(Error::config(format!("the setting `{name}` cannot be made over HTTP"))
                .with_hint("ask for it with each batch, or use transport=websocket"));
        }
    }
    Ok(())
}

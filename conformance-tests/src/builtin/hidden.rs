//! Texts with secrets in them.

use std::fmt;

/// A text that no `Debug` shows.
#[derive(Clone)]
pub(super) struct Hidden(pub(super) String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("...")
    }
}

/// The password in a URL, as it is written there.
pub(super) fn password(url: &str) -> Option<Hidden> {
    let (_, rest) = url.split_once("://")?;
    let (identity, _) = rest.split_once('@')?;
    let (_, password) = identity.split_once(':')?;
    Some(Hidden(password.to_owned()))
}

//! Finds out whether settings reach the database, where a pooler stands between that may drop them without a word.

use std::borrow::Cow;

use drivetrain_adapter_api::{Access, Error, ErrorKind, Result};
use drivetrain_postgres_core::session::{Request, Session};

use super::stream::SocketStream;

/// The settings asked for that nobody has made for this session. A name with a dot is of an extension or the user's own,
/// and may be in no list.
const QUESTION: &str = "SELECT coalesce(pg_catalog.string_agg(asked.name, ', '), '') \
    FROM pg_catalog.unnest($1::text[]) AS asked(name) \
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_settings AS made \
        WHERE pg_catalog.lower(made.name) = pg_catalog.lower(asked.name) AND made.source IN ('client', 'session')) \
    AND NOT (asked.name LIKE '%.%' AND pg_catalog.current_setting(asked.name, true) IS NOT NULL)";

/// Whether there is a setting whose loss matters. The name that the server knows the application by is none.
pub(super) fn are_at_stake(settings: &[(String, String)]) -> bool {
    names(settings).next().is_some()
}

fn names(settings: &[(String, String)]) -> impl Iterator<Item = &str> {
    settings.iter().map(|(name, _)| &**name).filter(|name| !name.eq_ignore_ascii_case("application_name"))
}

/// # Errors
/// [`Config`](ErrorKind::Config) if a setting has not been made.
pub(super) async fn check(session: &mut Session<SocketStream>, settings: &[(String, String)]) -> Result<()> {
    let asked: String = names(settings).collect::<Vec<_>>().join(",");
    // Names are letters, digits, underlines and dots: nothing that an array's text would have to quote.
    let mut request = Request::new(QUESTION).with_params(vec![Some(Cow::Owned(format!("{{{asked}}}")))]);
    request.keep = false;
    request.access = Access::Read;
    let missing: String = session.query(&[], &request).await?.rows.get(0, 0)?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Config, format!("the pooler did not pass on the setting {missing}"))
        .with_hint("leave it out, or name the host without `-pooler`"))
}

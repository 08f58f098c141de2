//! A host as it stands in a URL.

use drivetrain_adapter_api::{Error, Result};

/// One host of a URL: `name`, `name:port`, `[v6]:port`, still percent-encoded, with `None` for what is not there.
pub(super) fn parse(
    text: &str,
    decode: impl Fn(&str, &str) -> Result<String>,
) -> Result<(Option<String>, Option<u16>)> {
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']').ok_or_else(|| {
                Error::config(
                    "the host of the URL begins with `[` and has no `]`: an IPv6 address stands in both",
                )
            })?;
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return Err(Error::config("the host of the URL in brackets is no IPv6 address"));
            }
            match after.strip_prefix(':') {
                Some(port) => (address, Some(port)),
                None if after.is_empty() => (address, None),
                None => return Err(Error::config("the URL has something between `]` and the port")),
            }
        }
        None => match text.rsplit_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        },
    };
    let port = port.filter(|port| !port.is_empty()).map(self::port).transpose()?;
    let name = decode(name, "host")?;
    Ok(((!name.is_empty()).then_some(name), port))
}

pub(super) fn port(text: &str) -> Result<u16> {
    // The text is not repeated: it may be the end of a password.
    text.parse().ok().filter(|port| *port != 0).ok_or_else(|| {
        Error::config("the port of the URL is no number from 1 to 65535")
            .with_hint("percent-encode what user name and password have of `/`, `?`, `#`, `@`, `:` and `%`")
    })
}

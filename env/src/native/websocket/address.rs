//! Where a `ws:` or `wss:` URL leads to.

use drivetrain_adapter_api::Error;
use rustls::pki_types::ServerName;
use url::{Host, Url};

/// Host and port of a URL, and what its certificate must be made out to.
#[derive(Debug)]
pub(super) struct Address {
    /// The URL as it is asked for: without a fragment.
    pub(super) url: Url,
    /// A name or an address, IPv6 without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// `None` for `ws:`.
    pub(super) tls: Option<ServerName<'static>>,
}

impl Address {
    /// The URL itself is not repeated in errors: its query may hold more than an address.
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let mut url = Url::parse(url).map_err(|error| {
            Error::config(format!("the URL of the database's WebSocket endpoint is not valid: {error}"))
        })?;
        let encrypted = match url.scheme() {
            "ws" => false,
            "wss" => true,
            scheme => {
                return Err(Error::config(format!(
                    "the database's WebSocket endpoint must be wss:// or ws://, not {scheme}://"
                )));
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::config(
                "the URL of the database's WebSocket endpoint must hold no credentials",
            ));
        }
        let without_host = || Error::config("the URL of the database's WebSocket endpoint names no host");
        let host = match url.host().ok_or_else(without_host)? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let port = url.port_or_known_default().ok_or_else(without_host)?;
        let tls = match encrypted {
            false => None,
            true => Some(ServerName::try_from(host.clone()).map_err(|_| {
                Error::config(format!("{host:?} cannot be the name of a server with a certificate"))
            })?),
        };
        url.set_fragment(None);
        Ok(Self { url, host, port, tls })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_leads_to_host_port_and_encryption() {
        for (url, host, port, encrypted) in [
            ("ws://localhost/v2", "localhost", 80, false),
            ("wss://ep-a.us-east-2.aws.neon.tech/v2", "ep-a.us-east-2.aws.neon.tech", 443, true),
            ("wss://[::1]:4444/v2?address=a:5432#x", "::1", 4444, true),
            ("ws://127.0.0.1:4444", "127.0.0.1", 4444, false),
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!((&*address.host, address.port, address.tls.is_some()), (host, port, encrypted));
            assert_eq!(address.url.fragment(), None);
        }
    }

    #[test]
    fn what_is_no_url_of_a_websocket_is_refused_without_repeating_it() {
        for (url, named) in [
            ("s3cret", "not valid"),
            ("http://host/?s3cret", "not http://"),
            ("ws://", "not valid"),
            ("ws://u:s3cret@host/", "credentials"),
        ] {
            let error = Address::parse(url).unwrap_err();
            assert!(error.message().contains(named) && !format!("{error:?}").contains("s3cret"), "{error:?}");
        }
    }
}

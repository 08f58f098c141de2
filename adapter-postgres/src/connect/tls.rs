//! TLS with rustls and the ring provider: what is verified is what the configuration says.

use std::path::Path;
use std::sync::Arc;

use drivetrain_adapter_api::{Error, ErrorKind, Result, RetryClass};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::verify::{ChainOnly, Unverified};
use crate::config::{Roots, SslMode, TlsConfig};

/// Encrypts streams as a configuration says.
pub(crate) struct Tls(TlsConnector);

impl Tls {
    /// # Errors
    /// [`Config`](ErrorKind::Config), naming the file that cannot be read.
    pub(super) fn new(config: &TlsConfig) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::config("TLS cannot be set up").with_source(error))?
            .dangerous()
            .with_custom_certificate_verifier(verifier(config, &provider)?);
        let client = match (&config.certificate, &config.key) {
            (Some(certificate), Some(key)) => {
                let chain = certificates("sslcert", certificate)?;
                let key =
                    PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable("sslkey", key, error))?;
                builder.with_client_auth_cert(chain, key).map_err(|error| {
                    Error::config("sslcert and sslkey do not go together").with_source(error)
                })?
            }
            _ => builder.with_no_client_auth(),
        };
        Ok(Self(TlsConnector::from(Arc::new(client))))
    }

    pub(super) async fn handshake(&self, stream: TcpStream, name: &str) -> Result<TlsStream<TcpStream>> {
        let server = ServerName::try_from(name.to_owned())
            .map_err(|_| Error::config("the host is neither a name nor an address, and TLS needs one"))?;
        self.0.connect(server, stream).await.map_err(failed)
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

fn verifier(config: &TlsConfig, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>> {
    let roots = match (config.mode, &config.roots) {
        // As in libpq: the chain is verified also by these where they are told whom to trust.
        (SslMode::Disable | SslMode::Prefer | SslMode::Require, None) => {
            return Ok(Arc::new(Unverified(Arc::clone(provider))));
        }
        (_, None | Some(Roots::System)) => system_roots()?,
        (_, Some(Roots::File(path))) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates("sslrootcert", path)? {
                roots.add(certificate).map_err(|error| unreadable("sslrootcert", path, error))?;
            }
            roots
        }
    };
    let roots = Arc::new(roots);
    Ok(match config.mode {
        SslMode::VerifyFull => WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider))
            .build()
            .map_err(|error| Error::config("there is no root certificate to trust").with_source(error))?,
        _ => Arc::new(ChainOnly { roots, provider: Arc::clone(provider) }),
    })
}

fn system_roots() -> Result<RootCertStore> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let error = Error::config("this machine has no root certificates to verify the server with")
            .with_hint("install them (on Debian the package ca-certificates), or name a file by sslrootcert");
        return Err(match found.errors.into_iter().next() {
            Some(cause) => error.with_source(cause),
            None => error,
        });
    }
    Ok(roots)
}

fn certificates(key: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|error| unreadable(key, path, error))?;
    if found.is_empty() {
        return Err(Error::config(format!(
            "the file of `{key}`, {}, has no certificate in PEM form",
            path.display()
        )));
    }
    Ok(found)
}

fn unreadable(key: &str, path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::config(format!("the file of `{key}`, {}, cannot be read: {error}", path.display()))
        .with_source(error)
}

const REFUSED: (&str, &str) = (
    "the server refused the TLS handshake",
    "does it ask for a certificate of the client (sslcert, sslkey)?",
);

/// The error in the words of a handshake that failed, if it is the server's refusal: with TLS 1.3 that comes after our
/// side of the handshake is done, when the first answer is awaited (RFC 8446, section 4.4.2.4).
pub(super) fn refused_late(error: Error) -> Error {
    let cause = std::error::Error::source(&error)
        .and_then(|cause| cause.downcast_ref::<std::io::Error>())
        .and_then(|cause| cause.get_ref()?.downcast_ref::<rustls::Error>());
    match cause {
        Some(rustls::Error::AlertReceived(_)) => {
            let (what, hint) = REFUSED;
            error.with_kind(ErrorKind::Tls).with_retry(RetryClass::Never).with_message(what).with_hint(hint)
        }
        _ => error,
    }
}

/// The error for a handshake that failed, with the mend.
fn failed(error: std::io::Error) -> Error {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    let (what, hint) = match cause {
        Some(rustls::Error::InvalidCertificate(reason)) => match reason {
            CertificateError::UnknownIssuer => (
                "the server's certificate is signed by nobody we trust",
                "name the authority that signed it by sslrootcert",
            ),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
                "the server's certificate is made out to another host",
                "connect by a name that is in the certificate, or have the chain verified only (sslmode=verify-ca)",
            ),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                ("the server's certificate has expired", "renew it, and check the clock of this machine")
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                ("the server's certificate is not valid yet", "check the clock of this machine")
            }
            _ => ("the server's certificate is not acceptable", "see the source of this error"),
        },
        Some(rustls::Error::AlertReceived(_)) => REFUSED,
        Some(_) => ("the TLS handshake failed", "see the source of this error"),
        None => ("the connection broke during the TLS handshake", "see the source of this error"),
    };
    Error::new(ErrorKind::Tls, what).with_hint(hint).with_source(error)
}

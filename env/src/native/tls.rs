//! TLS by rustls with the ring provider, for every transport: whom to trust, and how its errors are told from others.

use std::error::Error as StdError;
use std::sync::Arc;

use drivetrain_adapter_api::Error;
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls_platform_verifier::Verifier;

/// Verifies certificates as the operating system does, and trusts these authorities (X.509, DER) too.
pub(super) fn config(authorities: impl IntoIterator<Item = Vec<u8>>) -> Result<ClientConfig, Error> {
    let refused = |error: rustls::Error| {
        Error::config(format!("no certificate can be verified: {error}")).with_hint(
            "install the system's certificate authorities (on Debian, the package ca-certificates)",
        )
    };
    let authorities = authorities.into_iter().map(CertificateDer::from);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(authorities, Arc::clone(&provider)).map_err(refused)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(refused)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(config)
}

/// Whether rustls is the cause. It puts its errors inside of I/O errors, whose `source` passes over what they hold.
pub(super) fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>() || held.is_some_and(|held| is_tls(held)) || error.source().is_some_and(is_tls)
}

/// The innermost reason: the outer ones only say that a request failed.
pub(super) fn root(error: &(dyn StdError + 'static)) -> String {
    error.source().map_or_else(|| error.to_string(), root)
}

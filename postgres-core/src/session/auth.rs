//! Authentication: SCRAM-SHA-256 with and without channel binding, and, where nobody can listen, MD5 and clear text.

use std::fmt;

use bytes::BytesMut;
use drivetrain_adapter_api::{Error, ErrorKind, Result};
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{
    ChannelBinding as Binding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256,
};
use postgres_protocol::message::frontend;

use super::message::Authentication;
use super::startup::Start;

/// What binds the authentication to the TLS connection, so that nobody in between can pass it on.
#[derive(Clone, PartialEq, Eq)]
pub enum ChannelBinding {
    /// There is nothing to bind it to: no TLS, or a certificate without a digest that is defined for it.
    Unavailable,
    /// It is not wanted.
    Disabled,
    /// The digest of the server's certificate (`tls-server-end-point`, RFC 5929): used if the server can.
    Preferred(Vec<u8>),
    /// The same; a server that cannot is refused.
    Required(Vec<u8>),
}

impl fmt::Debug for ChannelBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "Unavailable",
            Self::Disabled => "Disabled",
            Self::Preferred(_) => "Preferred",
            Self::Required(_) => "Required",
        })
    }
}

/// How the server had us prove who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthMethod {
    /// Not at all, or it is not known yet.
    None,
    /// The password in clear text.
    Cleartext,
    /// MD5.
    Md5,
    /// SCRAM-SHA-256, with or without channel binding.
    Scram,
}

/// One authentication.
pub(super) struct Authenticator<'a> {
    start: &'a Start,
    scram: Option<ScramSha256>,
    /// The server has proved that it knows the password.
    proved: bool,
    bound: bool,
    pub(super) method: AuthMethod,
}

impl<'a> Authenticator<'a> {
    pub(super) fn new(start: &'a Start) -> Self {
        Self { start, scram: None, proved: false, bound: false, method: AuthMethod::None }
    }

    /// The message that answers a step of the server.
    pub(super) fn answer(&mut self, step: Authentication) -> Result<Option<BytesMut>> {
        let mut message = BytesMut::new();
        match step {
            Authentication::Ok => return Ok(None),
            Authentication::Cleartext => {
                self.method = AuthMethod::Cleartext;
                let password = self.openly("in clear text")?;
                frontend::password_message(password, &mut message)
            }
            Authentication::Md5(salt) => {
                self.method = AuthMethod::Md5;
                let password = self.openly("as MD5")?;
                let hash = md5_hash(self.start.user.as_bytes(), password, salt);
                frontend::password_message(hash.as_bytes(), &mut message)
            }
            Authentication::Sasl(mechanisms) => self.begin_scram(&mechanisms, &mut message)?,
            Authentication::SaslContinue(data) => {
                if data.split(|byte| *byte == b',').any(|part| part == b"i=0") {
                    return Err(refused("the server wants a password hashed no times"));
                }
                let scram = self.scram.as_mut().ok_or_else(|| refused("the server skipped a step"))?;
                scram.update(&data).map_err(|error| refused(&error.to_string()))?;
                frontend::sasl_response(scram.message(), &mut message)
            }
            Authentication::SaslFinal(data) => {
                let mut scram = self.scram.take().ok_or_else(|| refused("the server skipped a step"))?;
                scram.finish(&data).map_err(|error| refused(&error.to_string()))?;
                self.proved = true;
                return Ok(None);
            }
            Authentication::Other(name) => {
                return Err(Error::new(
                    ErrorKind::AuthenticationUnsupported,
                    format!("the server asks for authentication by {name}, which is not supported"),
                )
                .with_hint("let pg_hba.conf ask for scram-sha-256"));
            }
        }
        .map_err(|_| nul_in_password())?;
        Ok(Some(message))
    }

    fn begin_scram(&mut self, mechanisms: &[String], message: &mut BytesMut) -> Result<std::io::Result<()>> {
        let offers = |name: &str| mechanisms.iter().any(|offered| offered == name);
        let plus = offers(SCRAM_SHA_256_PLUS);
        let (mechanism, binding) = match &self.start.channel_binding {
            ChannelBinding::Preferred(digest) | ChannelBinding::Required(digest) if plus => {
                self.bound = true;
                (SCRAM_SHA_256_PLUS, Binding::tls_server_end_point(digest.clone()))
            }
            // "y": we could, and believe that the server cannot. It refuses if somebody in between made us so.
            ChannelBinding::Preferred(_) => (SCRAM_SHA_256, Binding::unrequested()),
            ChannelBinding::Required(_) => return Err(unbound()),
            ChannelBinding::Unavailable | ChannelBinding::Disabled => (SCRAM_SHA_256, Binding::unsupported()),
        };
        if !offers(mechanism) {
            return Err(Error::new(
                ErrorKind::AuthenticationUnsupported,
                format!(
                    "the server offers authentication by {}, none of which is supported",
                    mechanisms.join(", ")
                ),
            ));
        }
        self.method = AuthMethod::Scram;
        let scram = ScramSha256::new(self.password()?, binding);
        let outcome = frontend::sasl_initial_response(mechanism, scram.message(), message);
        self.scram = Some(scram);
        Ok(outcome)
    }

    /// The server lets us in: whether we let it.
    pub(super) fn accepted(&self) -> Result<()> {
        if self.scram.is_some() && !self.proved {
            return Err(refused("the server did not prove that it knows the password"));
        }
        match self.start.channel_binding {
            ChannelBinding::Required(_) if !self.bound => Err(unbound()),
            _ => Ok(()),
        }
    }

    fn password(&self) -> Result<&'a [u8]> {
        self.start.password.as_deref().map(str::as_bytes).ok_or_else(|| {
            Error::new(
                ErrorKind::AuthenticationFailed,
                "the server asks for a password and none is configured",
            )
        })
    }

    /// The password, if it may be sent in a way that others could make use of.
    pub(super) fn openly(&self, how: &str) -> Result<&'a [u8]> {
        if !self.start.confidential && !self.start.allow_insecure_password {
            return Err(Error::new(
                ErrorKind::AuthenticationUnsupported,
                format!("the server asks for the password {how}, and the connection is not encrypted"),
            )
            .with_hint("use TLS (sslmode=require or better), or let pg_hba.conf ask for scram-sha-256"));
        }
        if let ChannelBinding::Required(_) = self.start.channel_binding {
            return Err(unbound());
        }
        self.password()
    }
}

fn refused(why: &str) -> Error {
    Error::new(ErrorKind::AuthenticationFailed, format!("the authentication of the server failed: {why}"))
}

pub(super) fn nul_in_password() -> Error {
    Error::config("the password has the character NUL")
}

fn unbound() -> Error {
    Error::new(
        ErrorKind::AuthenticationUnsupported,
        "channel binding is required, and the server does not authenticate with it",
    )
    .with_hint("channel_binding=prefer goes on without")
}

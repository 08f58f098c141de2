//! A secret that the suite knows, and the search for it in every form in which it could leak.

use std::fmt::{self, Write as _};

use drivetrain_adapter_api::Error;

use crate::{Outcome, Seen, Stop};

/// The secret: with characters that URLs encode, so that the forms differ.
pub(super) const CANARY: &str = "canary/7Tq+9@Zx";

/// The forms in which `secret` could stand in a text: as it is, percent-encoded, in base64 and in hex.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    let every = |keep: fn(u8) -> bool, upper: bool| {
        secret.bytes().fold(String::new(), |mut out, byte| {
            match (keep(byte), upper) {
                (true, _) => out.push(char::from(byte)),
                (false, true) => write!(out, "%{byte:02X}").expect("a String takes everything"),
                (false, false) => write!(out, "%{byte:02x}").expect("a String takes everything"),
            }
            out
        })
    };
    for upper in [true, false] {
        forms.push(every(|byte| byte.is_ascii_alphanumeric(), upper));
        forms.push(every(|byte| byte.is_ascii_alphanumeric() || byte == b'/', upper));
        forms.push(every(|_| false, upper));
    }
    // Within a longer text its base64 depends on what goes before: what is the same whatever stands around it.
    for before in 0..3 {
        let padded = [vec![0; before], secret.as_bytes().to_vec()].concat();
        let encoded = base64(&padded);
        let first = (before * 8).div_ceil(6);
        let last = padded.len() * 8 / 6;
        let sure = &encoded[first..last];
        forms.push(sure.to_owned());
        forms.push(sure.replace('+', "-").replace('/', "_"));
    }
    let hex = secret.bytes().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a String takes everything");
        out
    });
    forms.push(hex.to_uppercase());
    forms.push(hex);
    forms
}

/// Base64 without padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..=chunk.len() {
            let index = usize::try_from(bits >> (18 - 6 * at) & 63).expect("six bits");
            out.push(char::from(LETTERS[index]));
        }
    }
    out
}

/// Everything that somebody could read of what happened.
#[derive(Default)]
pub(super) struct Collected {
    texts: Vec<(String, String)>,
}

impl Collected {
    /// Keeps a text.
    pub(super) fn text(&mut self, what: impl Into<String>, text: impl Into<String>) {
        self.texts.push((what.into(), text.into()));
    }

    /// Keeps both forms of a `Debug`.
    pub(super) fn debug(&mut self, what: impl Into<String>, value: &(impl fmt::Debug + ?Sized)) {
        self.text(what, format!("{value:?} {value:#?}"));
    }

    /// Keeps all that an error shows, and its sources.
    pub(super) fn error(&mut self, what: &str, error: &Error) {
        self.text(what, format!("{error} {}", error.message()));
        self.debug(what, error);
        self.text(what, format!("{:?} {:?} {:?}", error.hint(), error.constraint(), error.columns()));
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            self.text(what, format!("{cause} {cause:?} {cause:#?}"));
            source = cause.source();
        }
    }

    /// Keeps spans and events.
    pub(super) fn seen(&mut self, seen: &[Seen]) {
        for seen in seen {
            self.debug(format!("the span or event `{}` of {}", seen.name, seen.target), seen);
        }
    }

    /// Fails if the secret is anywhere.
    pub(super) fn check(&self, secret: &str) -> Outcome {
        if self.texts.is_empty() {
            return Err(Stop::fail("nothing was collected: a defect of the suite"));
        }
        let forms = forms(secret);
        for (what, text) in &self.texts {
            if forms.iter().any(|form| text.contains(form.as_str())) {
                return Err(Stop::fail(format!("{what} shows the secret: {text}")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let vectors = [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, encoded) in vectors {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn the_secret_is_found_in_every_form_and_at_every_place() {
        let found = |text: String| {
            let mut collected = Collected::default();
            collected.text("it", text);
            collected.check(CANARY).is_err()
        };
        assert!(!found("canary".to_owned()));
        assert!(found(format!("a {CANARY} b")));
        assert!(found("postgres://u:canary%2F7Tq%2B9%40Zx@host".to_owned()));
        assert!(found("canary%2f7Tq%2b9%40Zx".to_owned()));
        for before in ["", "u", "us", "user:"] {
            assert!(found(format!("Basic {}", base64(format!("{before}{CANARY}!!").as_bytes()))), "{before}");
        }
        assert!(found("\\x63616e6172792f3754712b39405a78".to_owned()));
    }
}

//! Ranges and multiranges in text form. They are handed over as they are, but their bounds have to be readable: a
//! bound in a style that cannot be told from another would be a wrong value at whoever reads it.

use std::borrow::Cow;

use super::super::decoded::Decode;
use super::array::unquote;
use super::{decode_text, malformed};
use crate::types::Resolved;

/// Checks a range (`[1,5)`, `empty`) or a multirange (`{[1,5),[7,9)}`).
pub(super) fn check(subtype: &Resolved, text: &str) -> Decode<()> {
    let wrong = || malformed("a range");
    let Some(mut rest) = text.strip_prefix('{') else {
        let rest = if text == "empty" { "" } else { one(subtype, text)? };
        return if rest.is_empty() { Ok(()) } else { Err(wrong()) };
    };
    if rest == "}" {
        return Ok(());
    }
    loop {
        rest = one(subtype, rest)?;
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None if rest == "}" => return Ok(()),
            None => return Err(wrong()),
        }
    }
}

/// Checks the range in front, and gives what is behind it.
fn one<'a>(subtype: &Resolved, text: &'a str) -> Decode<&'a str> {
    let wrong = || malformed("a range");
    let rest = text.strip_prefix(['[', '(']).ok_or_else(wrong)?;
    let rest = bound(subtype, rest, &[','])?.strip_prefix(',').ok_or_else(wrong)?;
    bound(subtype, rest, &[']', ')'])?.strip_prefix([']', ')']).ok_or_else(wrong)
}

fn bound<'a>(subtype: &Resolved, text: &'a str, ends: &[char]) -> Decode<&'a str> {
    let wrong = || malformed("a range");
    let (bound, rest) = match text.strip_prefix('"') {
        Some(mut quoted) => {
            let mut whole = Cow::Borrowed("");
            loop {
                let (part, rest) = unquote(quoted).ok_or_else(wrong)?;
                whole += part;
                // A quote within is doubled.
                match rest.strip_prefix('"') {
                    Some(next) => {
                        whole += "\"";
                        quoted = next;
                    }
                    None => break (whole, rest),
                }
            }
        }
        None => {
            let (bare, rest) = text.split_at(text.find(ends).ok_or_else(wrong)?);
            if bare.is_empty() {
                return Ok(rest);
            }
            (Cow::Borrowed(bare), rest)
        }
    };
    decode_text(subtype, &bound)?;
    Ok(rest)
}

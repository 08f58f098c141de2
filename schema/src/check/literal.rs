//! Constants: values of the schema to values of a column's type.

use super::Context;
use super::draft::DraftEnum;
use crate::ast::Expr;
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{Literal, NativeType, ScalarType};
use crate::source::Span;
use crate::suggest::did_you_mean;

/// The column a constant is for.
pub(super) struct Constant<'c, 'a> {
    pub(super) field: &'c str,
    pub(super) ty: &'c ScalarType,
    pub(super) native: Option<&'c NativeType>,
    pub(super) enums: &'c [DraftEnum<'a>],
    pub(super) type_span: Span,
}

/// The constant, or a finding that says why it is none of the column's type.
pub(super) fn constant(cx: &mut Context, value: &Expr, column: &Constant<'_, '_>) -> Option<Literal> {
    if let ScalarType::Enum(id) = column.ty {
        return enum_value(cx, value, column, &column.enums[id.0]);
    }
    match literal(value, column) {
        Ok(literal) => Some(literal),
        Err(expected) => {
            let message = format!("this value is not of the type of `{}`", column.field);
            cx.report(
                Diagnostic::error(Rule::DefaultTypeMismatch, value.span(), message)
                    .label(format!("expected {expected}"))
                    .and(column.type_span, "the field's type")
                    .help(format!("write {expected}")),
            );
            None
        }
    }
}

fn enum_value(
    cx: &mut Context,
    value: &Expr,
    column: &Constant<'_, '_>,
    of: &DraftEnum<'_>,
) -> Option<Literal> {
    let Expr::Path(path) = value else {
        let message = format!("`{}` needs a value of the enum `{}`", column.field, of.ast.name.text);
        cx.report(
            Diagnostic::error(Rule::DefaultTypeMismatch, value.span(), message)
                .and(column.type_span, "the field's type")
                .help("write the name of a value, without quotes"),
        );
        return None;
    };
    if of.values.iter().any(|known| known.name == path.text) {
        return Some(Literal::EnumValue(path.text.clone()));
    }
    if !of.ast.incomplete {
        let message = format!("the enum `{}` has no value `{}`", of.ast.name.text, path.text);
        let mut finding =
            Diagnostic::error(Rule::UnknownEnumValue, path.span, message).and(of.ast.name.span, "the enum");
        finding.help = did_you_mean(&path.text, of.values.iter().map(|known| &*known.name));
        cx.report(finding);
    }
    None
}

/// The literal, or what was expected.
fn literal(value: &Expr, column: &Constant<'_, '_>) -> Result<Literal, &'static str> {
    match (column.ty, value) {
        (ScalarType::String, Expr::String(text)) => Ok(Literal::String(text.value.clone())),
        (ScalarType::String, _) => Err("a string in double quotes"),
        (ScalarType::Boolean, Expr::Path(path)) if path.text == "true" => Ok(Literal::Boolean(true)),
        (ScalarType::Boolean, Expr::Path(path)) if path.text == "false" => Ok(Literal::Boolean(false)),
        (ScalarType::Boolean, _) => Err("`true` or `false`"),
        (ScalarType::Int, Expr::Number(number)) => {
            let unsigned = matches!(column.native.map(|native| &*native.name), Some("Oid" | "UnsignedInt"));
            let most = if unsigned { i64::from(u32::MAX) } else { i64::from(i32::MAX) };
            let fits = |value: &i64| (i64::from(i32::MIN)..=most).contains(value);
            number.text.parse().ok().filter(fits).map(Literal::Int).ok_or("a whole number of 32 bits")
        }
        (ScalarType::Int, _) => Err("a whole number of 32 bits"),
        (ScalarType::BigInt, Expr::Number(number)) => {
            number.text.parse().map(Literal::Int).map_err(|_| "a whole number of 64 bits")
        }
        (ScalarType::BigInt, _) => Err("a whole number of 64 bits"),
        (ScalarType::Float, Expr::Number(number)) if is_finite(&number.text) => {
            Ok(Literal::Float(number.text.clone()))
        }
        (ScalarType::Float, _) => Err("a number such as `1.5`"),
        (ScalarType::Decimal, Expr::Number(number)) => Ok(Literal::Decimal(number.text.clone())),
        (ScalarType::Decimal, Expr::String(text)) if is_decimal(&text.value) => {
            Ok(Literal::Decimal(text.value.clone()))
        }
        (ScalarType::Decimal, _) => Err("a number such as `1.5`"),
        (ScalarType::DateTime, Expr::String(text)) if is_rfc3339(&text.value) => {
            Ok(Literal::DateTime(text.value.clone()))
        }
        (ScalarType::DateTime, _) => {
            Err("a time with zone in RFC 3339, for example `\"2026-01-31T12:00:00Z\"`, or `now()`")
        }
        (ScalarType::Json, Expr::String(text)) => {
            match serde_json::from_str::<serde_json::Value>(&text.value) {
                Ok(_) => Ok(Literal::Json(text.value.clone())),
                Err(_) => Err("JSON in a string, for example `\"{\\\"a\\\": 1}\"`"),
            }
        }
        (ScalarType::Json, _) => Err("JSON in a string, for example `\"{\\\"a\\\": 1}\"`"),
        (ScalarType::Bytes, Expr::String(text)) => base64(&text.value)
            .map(Literal::Bytes)
            .ok_or("bytes as base64 in a string, for example `\"aGk=\"`"),
        (ScalarType::Bytes, _) => Err("bytes as base64 in a string, for example `\"aGk=\"`"),
        (ScalarType::Enum(_) | ScalarType::Unsupported(_), _) => Err("`dbgenerated(\"..\")`"),
    }
}

fn is_finite(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// `1`, `-1.50`, `2e-3`.
fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (text, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
        && match unsigned.split_once('.') {
            Some((whole, fraction)) => digits(whole) && digits(fraction),
            None => digits(unsigned),
        }
}

/// Date, time with seconds and an offset. The parser alone would accept more forms.
fn is_rfc3339(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape =
        bytes.len() >= 20 && bytes[10].eq_ignore_ascii_case(&b'T') && bytes[13] == b':' && bytes[16] == b':';
    shape && !text.contains('[') && text.parse::<jiff::Timestamp>().is_ok()
}

/// Base64 of RFC 4648 section 4, with padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let body = text.trim_end_matches('=');
    if text.len() - body.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in body.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    // What is left over must be nothing but padding bits.
    (bits == 0 && count < 6).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{base64, is_decimal, is_rfc3339};

    #[test]
    fn base64_vectors_of_rfc_4648() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(base64(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        for text in ["Z", "Zg", "Zg=", "Zh==", "Z===", "====", "Zm9-", "Zm==Zm=="] {
            assert_eq!(base64(text), None, "{text}");
        }
    }

    #[test]
    fn times_need_seconds_and_offset() {
        for text in ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456+02:00", "1969-12-31t23:59:59z"] {
            assert!(is_rfc3339(text), "{text}");
        }
        for text in ["2026-01-31", "2026-01-31T12:00Z", "2026-01-31T12:00:00", "2026-02-31T12:00:00Z", "é"] {
            assert!(!is_rfc3339(text), "{text}");
        }
    }

    #[test]
    fn decimals() {
        assert!(is_decimal("-1.50") && is_decimal("7") && is_decimal("1.5e-10") && is_decimal("2E+3"));
        assert!(
            !is_decimal("1.")
                && !is_decimal(".5")
                && !is_decimal("1e")
                && !is_decimal("e5")
                && !is_decimal("--1")
        );
    }
}

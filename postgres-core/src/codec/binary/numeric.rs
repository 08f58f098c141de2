//! `numeric` in binary form: digits to the base 10000, to exact text with the scale.

use super::super::decoded::{Decode, Fault};
use super::Reader;

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;
/// The most digits after the point that the type has.
const MAX_SCALE: u16 = 0x3FFF;
/// Decimal digits in a digit to the base 10000.
const WIDTH: usize = 4;

/// Number of digits, weight of the first (a power of 10000), sign, digits after the point, digits.
pub(super) fn decode(bytes: &[u8]) -> Decode<String> {
    let mut reader = Reader(bytes);
    let count = usize::from(reader.u16()?);
    let weight = reader.i16()?;
    let sign = reader.u16()?;
    let scale = reader.u16()?;
    let packed = reader.take(2 * count)?;
    reader.end()?;
    match sign {
        0 | NEGATIVE => {}
        NAN => return Ok("NaN".to_owned()),
        INFINITY => return Ok("Infinity".to_owned()),
        NEGATIVE_INFINITY => return Ok("-Infinity".to_owned()),
        _ => return Err(Fault::new("the sign of the number is not known")),
    }
    if scale > MAX_SCALE {
        return Err(Fault::new("the number has more digits after the point than Postgres holds"));
    }
    let digits = packed.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    if digits.clone().any(|digit| digit > 9999) {
        return Err(Fault::new("a digit of the number is not below 10000"));
    }
    plain(digits, weight, sign == NEGATIVE, usize::from(scale))
        .ok_or_else(|| Fault::new("the number has digits beyond its scale"))
}

/// The number in plain decimal digits; `None` if digits beyond the scale are not 0.
fn plain(digits: impl Iterator<Item = u16>, weight: i16, negative: bool, scale: usize) -> Option<String> {
    // The digit at that power of 10000, from the highest to the lowest; those that are not there are 0.
    let weight = i32::from(weight);
    let mut digits = digits.enumerate().peekable();
    let mut digit_at = |power: i32| match digits.peek() {
        Some((index, _)) if weight - *index as i32 == power => digits.next().map_or(0, |(_, digit)| digit),
        _ => 0,
    };
    let mut whole = String::new();
    for power in (0..=weight).rev() {
        push_digits(&mut whole, digit_at(power));
    }
    let mut fraction = String::with_capacity(scale + WIDTH);
    let mut power = -1;
    while fraction.len() < scale {
        push_digits(&mut fraction, digit_at(power));
        power -= 1;
    }
    if fraction.split_off(scale).bytes().any(|byte| byte != b'0') || digits.any(|(_, digit)| digit != 0) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let zero = whole.is_empty() && fraction.bytes().all(|byte| byte == b'0');
    let mut text = String::with_capacity(whole.len() + fraction.len() + 3);
    if negative && !zero {
        text.push('-');
    }
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if scale > 0 {
        text.push('.');
        text.push_str(&fraction);
    }
    Some(text)
}

fn push_digits(text: &mut String, digit: u16) {
    for unit in [1000, 100, 10, 1] {
        text.push((b'0' + (digit / unit % 10) as u8) as char);
    }
}

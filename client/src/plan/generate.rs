//! Values that the client makes: UUIDs, CUIDs, ULIDs and Nano IDs.

#[cfg(not(target_arch = "wasm32"))]
use std::time::{SystemTime, UNIX_EPOCH};
#[cfg(target_arch = "wasm32")]
use web_time::{SystemTime, UNIX_EPOCH};

use std::sync::atomic::{AtomicU32, Ordering};

use drivetrain_adapter_api::value::Uuid;

const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// Crockford's base 32: no I, L, O and U.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters that are safe in URLs: the set that Nano ID takes.
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has a source of random bytes");
    bytes
}

/// Milliseconds since 1970.
fn milliseconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis() as u64)
}

fn uuid(mut bytes: [u8; 16], version: u8) -> String {
    bytes[6] = bytes[6] & 0x0f | version << 4;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    Uuid::from_bytes(bytes).to_string()
}

/// A random UUID (RFC 9562, version 4).
pub(super) fn uuid_v4() -> String {
    uuid(random(), 4)
}

/// A UUID that begins with the time in milliseconds (RFC 9562, version 7).
pub(super) fn uuid_v7() -> String {
    let mut bytes: [u8; 16] = random();
    bytes[..6].copy_from_slice(&milliseconds().to_be_bytes()[2..]);
    uuid(bytes, 7)
}

/// The last `width` digits of a number in base 36.
fn base36(mut number: u64, width: usize) -> String {
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        *digit = BASE36[(number % 36) as usize];
        number /= 36;
    }
    String::from_utf8(digits).expect("base 36 is ASCII")
}

/// Random characters of an alphabet of 64 at most, without a preference for any.
fn letters(alphabet: &[u8], length: usize) -> String {
    let mask = (alphabet.len().next_power_of_two() - 1) as u8;
    let mut text = String::with_capacity(length);
    while text.len() < length {
        for byte in random::<32>() {
            if let Some(letter) = alphabet.get(usize::from(byte & mask)).filter(|_| text.len() < length) {
                text.push((*letter).into());
            }
        }
    }
    text
}

/// A CUID: `c`, the time, a counter, a fingerprint of the process and random digits; 25 characters.
pub(super) fn cuid() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let counter = COUNTER.fetch_add(1, Ordering::Relaxed);
    let fingerprint = base36(std::ptr::from_ref(&COUNTER).addr() as u64 / 8, 4);
    format!("c{}{}{fingerprint}{}", base36(milliseconds(), 8), base36(counter.into(), 4), letters(BASE36, 8))
}

/// A CUID of version 2: a letter and 23 random letters and digits.
pub(super) fn cuid2() -> String {
    format!("{}{}", letters(&BASE36[10..], 1), letters(BASE36, 23))
}

/// A ULID: the time and 80 random bits in 26 characters of base 32, which sort as the times do.
pub(super) fn ulid() -> String {
    let mut bits = u128::from(milliseconds()) << 80;
    let mut low = [0; 16];
    low[6..].copy_from_slice(&random::<10>());
    bits |= u128::from_be_bytes(low);
    (0..26).rev().map(|at| char::from(CROCKFORD[(bits >> (at * 5) & 31) as usize])).collect()
}

/// A Nano ID of that many characters.
pub(super) fn nanoid(length: usize) -> String {
    letters(URL_SAFE, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_are_those_of_their_standards() {
        let v4 = uuid_v4();
        assert_eq!((v4.len(), &v4[14..15]), (36, "4"));
        assert!("89ab".contains(&v4[19..20]));
        assert_eq!(&uuid_v7()[14..15], "7");
        assert_eq!((cuid().len(), &cuid()[..1]), (25, "c"));
        assert_eq!(cuid2().len(), 24);
        assert!(cuid2().starts_with(|first: char| first.is_ascii_lowercase()));
        assert_eq!(ulid().len(), 26);
        assert!(ulid().bytes().all(|byte| CROCKFORD.contains(&byte)));
        assert_eq!(nanoid(21).len(), 21);
        assert_eq!(nanoid(2).len(), 2);
        assert_eq!(URL_SAFE.iter().collect::<std::collections::HashSet<_>>().len(), 64);
    }

    #[test]
    fn no_two_are_equal() {
        let mut all = std::collections::HashSet::new();
        for _ in 0..1000 {
            for made in [uuid_v4(), uuid_v7(), cuid(), cuid2(), ulid(), nanoid(21)] {
                assert!(all.insert(made));
            }
        }
    }

    #[test]
    fn ulids_and_uuids_of_version_7_begin_with_the_time() {
        let before = milliseconds();
        let id = ulid();
        let time = id.bytes().take(10).fold(0_u64, |time, letter| {
            time << 5 | CROCKFORD.iter().position(|known| *known == letter).unwrap() as u64
        });
        assert!((before..=milliseconds()).contains(&time));
        let hex = uuid_v7().replace('-', "");
        assert!(u64::from_str_radix(&hex[..12], 16).unwrap() >= before);
    }
}

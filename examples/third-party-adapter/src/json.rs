//! JSON documents that are a bare number, in SQLite's binary form (<https://www.sqlite.org/jsonb.html>): as a text they
//! would be made a number by the affinity of a column declared JSON, and lose digits. Everything else stays text.

/// Whether the document is a number.
pub(crate) fn is_number(document: &str) -> bool {
    let number = document.trim_matches([' ', '\t', '\n', '\r']);
    number.strip_prefix('-').unwrap_or(number).starts_with(|c: char| c.is_ascii_digit())
        && number.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'))
}

/// The number as one element: a head with sort (3 of integers, 5 of floats) and size, and its text.
pub(crate) fn number_to_blob(document: &str) -> Vec<u8> {
    let number = document.trim_matches([' ', '\t', '\n', '\r']).as_bytes();
    let sort = if number.iter().any(|b| matches!(b, b'.' | b'e' | b'E')) { 5 } else { 3 };
    let mut blob = match u8::try_from(number.len()) {
        Ok(size @ 0..=11) => vec![size << 4 | sort],
        Ok(size) => vec![12 << 4 | sort, size],
        Err(_) => [&[15 << 4 | sort][..], &(number.len() as u64).to_be_bytes()].concat(),
    };
    blob.extend_from_slice(number);
    blob
}

/// The text of such an element.
pub(crate) fn number_of_blob(blob: &[u8]) -> Option<&str> {
    let (&head, rest) = blob.split_first()?;
    let sized = match head >> 4 {
        size @ 0..=11 => rest.split_at_checked(0).map(|(_, text)| (u64::from(size), text)),
        more => rest.split_at_checked(1 << (more - 12)).map(|(size, text)| {
            (size.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(256) | u64::from(*byte)), text)
        }),
    };
    let (size, text) = sized?;
    let text = std::str::from_utf8(text).ok()?;
    (matches!(head & 15, 3 | 5) && size == text.len() as u64 && is_number(text)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_length_are_as_they_were() {
        for number in ["7", "-1.50", "1e5", "12345678901234567890.5", &"9".repeat(300)] {
            assert!(is_number(number));
            assert_eq!(number_of_blob(&number_to_blob(number)), Some(number));
        }
        assert_eq!(number_to_blob(" 17\n"), [0x23, b'1', b'7']);
        for other in ["", "-", "true", "\"1\"", "[1]"] {
            assert!(!is_number(other), "{other}");
        }
        for blob in [&b""[..], &[0x23, b'1'], &[0x17, b'1'], &[0xc3], &[0xff; 9]] {
            assert_eq!(number_of_blob(blob), None);
        }
    }
}

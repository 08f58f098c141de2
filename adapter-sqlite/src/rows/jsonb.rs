//! SQLite's binary JSON as text. The format is that of <https://www.sqlite.org/jsonb.html>.

use std::fmt::Write;

/// As deep as SQLite itself goes.
const DEEPEST: usize = 1000;

/// The JSON text of `blob`, if all of it is one element of the format and in strict JSON.
pub(super) fn to_text(blob: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(blob.len() + 16);
    let rest = element(blob, &mut out, 0)?;
    rest.is_empty().then_some(out)
}

/// Writes the first element, and gives what follows it.
fn element<'a>(blob: &'a [u8], out: &mut String, depth: usize) -> Option<&'a [u8]> {
    if depth > DEEPEST {
        return None;
    }
    let (sort, payload, rest) = split(blob)?;
    let text = || std::str::from_utf8(payload).ok();
    match sort {
        0 if payload.is_empty() => out.push_str("null"),
        1 if payload.is_empty() => out.push_str("true"),
        2 if payload.is_empty() => out.push_str("false"),
        3 | 5 => out.push_str(number(text()?)?),
        // Text that is stored as it stands in JSON.
        7 | 8 => {
            let text = text()?;
            if text.chars().any(|c| c == '"' || c.is_control() && c < ' ') && sort == 7 {
                return None;
            }
            out.push('"');
            out.push_str(text);
            out.push('"');
        }
        // Text that is to be escaped.
        10 => escaped(text()?, out),
        11 => sequence(payload, out, depth, false)?,
        12 => sequence(payload, out, depth, true)?,
        // JSON5 forms: not strict JSON.
        _ => return None,
    }
    Some(rest)
}

/// The sort and the payload of the first element, and what follows it.
fn split(blob: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&first, after) = blob.split_first()?;
    let (size, body) = match first >> 4 {
        size @ 0..=11 => (usize::from(size), after),
        more => {
            let (digits, body) = after.split_at_checked(1 << (more - 12))?;
            let size = digits
                .iter()
                .try_fold(0_u64, |size, digit| size.checked_mul(256).map(|size| size + u64::from(*digit)))?;
            (usize::try_from(size).ok()?, body)
        }
    };
    let (payload, rest) = body.split_at_checked(size)?;
    Some((first & 15, payload, rest))
}

fn number(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && !digits.ends_with('.')
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    plain.then_some(text)
}

fn escaped(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn sequence(mut payload: &[u8], out: &mut String, depth: usize, object: bool) -> Option<()> {
    out.push(if object { '{' } else { '[' });
    let mut count = 0_usize;
    while !payload.is_empty() {
        if count > 0 {
            out.push(if object && count % 2 == 1 { ':' } else { ',' });
        }
        if object && count.is_multiple_of(2) && !matches!(payload[0] & 15, 7 | 8 | 10) {
            return None;
        }
        payload = element(payload, out, depth + 1)?;
        count += 1;
    }
    if object && count % 2 == 1 {
        return None;
    }
    out.push(if object { '}' } else { ']' });
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SQLite itself writes the blob and the text.
    fn both(json: &str) -> (Vec<u8>, String) {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection
            .query_row("SELECT jsonb(?1), json(?1)", [json], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
    }

    #[test]
    fn it_reads_what_sqlite_writes() {
        let long = format!("[\"{}\", 1]", "x".repeat(70_000));
        for json in [
            "null",
            "true",
            "false",
            "0",
            "-12",
            "1.50",
            "1e400",
            "12345678901234567890.123",
            "\"\"",
            "\"a\"",
            "\"q\\\"\\\\ \\u0001 \\n é 😀\"",
            "[]",
            "{}",
            "[1,[2,[null]],{}]",
            "{\"a\":{\"b c\":[true]},\"\\n\":2}",
            "{\"a\":1,\"a\":2}",
            long.as_str(),
        ] {
            let (blob, text) = both(json);
            assert_eq!(to_text(&blob).as_deref(), Some(text.as_str()), "{json}");
        }
    }

    #[test]
    fn what_is_not_in_the_format_is_left_alone() {
        for blob in [
            &b""[..],
            b"abc",
            &[0x17],
            &[0x1b],
            &[0xc1, 0xff],
            &[0x4c, 0x17, b'a', 0x10],
            &[0x10],
            &[0xff; 9],
        ] {
            assert_eq!(to_text(blob), None, "{blob:?}");
        }
        let (five, _) = both("{a:0x1F}");
        assert_eq!(to_text(&five), None, "JSON5 is no JSON");
    }
}

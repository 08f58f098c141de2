//! Reads the messages of Postgres that carry results.

use bytes::{Buf, Bytes};

use super::failure::Failure;

/// A column of a RowDescription.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) table: u32,
    pub(crate) number: i16,
    pub(crate) kind: u32,
    pub(crate) size: i16,
    pub(crate) modifier: i32,
}

/// The columns of a RowDescription.
///
/// # Errors
/// A conversion failure where the message is garbled or a name is not UTF-8.
pub(crate) fn columns(mut body: Bytes) -> Result<Vec<Column>, Failure> {
    let count = body.try_get_u16().map_err(|_| Failure::conversion())?;
    (0..count).map(|_| column(&mut body).ok_or_else(Failure::conversion)).collect()
}

fn column(body: &mut Bytes) -> Option<Column> {
    let end = body.iter().position(|byte| *byte == 0)?;
    let name = String::from_utf8(body.split_to(end).into()).ok()?;
    body.advance(1);
    let column = Column {
        name,
        table: body.try_get_u32().ok()?,
        number: body.try_get_i16().ok()?,
        kind: body.try_get_u32().ok()?,
        size: body.try_get_i16().ok()?,
        modifier: body.try_get_i32().ok()?,
    };
    // The format, which is text: nothing else was asked for.
    body.try_get_i16().ok()?;
    Some(column)
}

/// The values of a DataRow.
///
/// # Errors
/// A conversion failure where the message is garbled or a value is not UTF-8.
pub(crate) fn values(body: &Bytes) -> Result<Vec<Option<&str>>, Failure> {
    let mut rest = &body[..];
    let count = rest.try_get_u16().map_err(|_| Failure::conversion())?;
    (0..count).map(|_| value(&mut rest).ok_or_else(Failure::conversion)).collect()
}

fn value<'a>(rest: &mut &'a [u8]) -> Option<Option<&'a str>> {
    // -1 is NULL.
    let Ok(length) = usize::try_from(rest.try_get_i32().ok()?) else {
        return Some(None);
    };
    let (value, after) = rest.split_at_checked(length)?;
    *rest = after;
    std::str::from_utf8(value).ok().map(Some)
}

/// A command tag's first word, and the number of rows where the tag has one.
pub(crate) fn command(tag: &str) -> (&str, Option<i64>) {
    let Some((name, rest)) = tag.split_once(' ') else {
        return (tag, None);
    };
    // INSERT has an oid before the number.
    let count = if name == "INSERT" { rest.split_once(' ').map(|(_, count)| count) } else { Some(rest) };
    (name, count.and_then(|count| count.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_their_counts() {
        assert_eq!(command("INSERT 0 2"), ("INSERT", Some(2)));
        assert_eq!(command("UPDATE 0"), ("UPDATE", Some(0)));
        assert_eq!(command("CREATE TABLE"), ("CREATE", None));
        assert_eq!(command("BEGIN"), ("BEGIN", None));
        assert_eq!(command(""), ("", None));
    }

    #[test]
    fn rows_that_are_cut_short_are_errors() {
        let row = Bytes::from_static(b"\0\x02\xff\xff\xff\xff\0\0\0\x01a");
        assert_eq!(values(&row).unwrap(), [None, Some("a")]);
        for end in 0..row.len() {
            assert!(values(&row.slice(..end)).is_err(), "{end}");
        }
        assert!(values(&Bytes::from_static(b"\0\x01\0\0\0\x01\xff")).is_err());
        assert!(columns(Bytes::from_static(b"\0\x01abc")).is_err());
    }
}

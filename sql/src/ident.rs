//! Quoting of names.

use drivetrain_adapter_api::{Dialect, Error, ErrorKind};

/// Names longer than this are cut by Postgres without a word (`NAMEDATALEN` less one, in bytes).
const POSTGRES_NAME_BYTES: usize = 63;
/// Names longer than this are refused by MySQL (in characters).
const MYSQL_NAME_CHARS: usize = 64;

/// The name, quoted as `dialect` does, so that it is taken exactly as it is.
///
/// # Errors
/// [`InvalidValue`](ErrorKind::InvalidValue) for what is no name there: an empty text, one with the character NUL,
/// and one that is too long (63 bytes on Postgres, which would cut it silently; 64 characters on MySQL).
pub fn quote_ident(dialect: Dialect, name: &str) -> Result<String, Error> {
    let mut quoted = String::with_capacity(name.len() + 2);
    push_ident(dialect, &mut quoted, name)?;
    Ok(quoted)
}

pub(crate) fn push_ident(dialect: Dialect, out: &mut String, name: &str) -> Result<(), Error> {
    let refuse = |why: String| Err(Error::new(ErrorKind::InvalidValue, why));
    if name.is_empty() {
        return refuse("a name of a table, column or alias is empty".to_owned());
    }
    if name.contains('\0') {
        return refuse(format!(
            "the name {:?} has the character NUL in it, which no name can have",
            start(name)
        ));
    }
    match dialect {
        Dialect::Postgres if name.len() > POSTGRES_NAME_BYTES => {
            return refuse(format!(
                "the name `{}` has {} bytes; Postgres keeps {POSTGRES_NAME_BYTES} and would cut it",
                start(name),
                name.len()
            ));
        }
        Dialect::MySql if name.chars().count() > MYSQL_NAME_CHARS => {
            return refuse(format!(
                "the name `{}` has more than MySQL's {MYSQL_NAME_CHARS} characters",
                start(name)
            ));
        }
        _ => {}
    }
    let quote = if dialect == Dialect::MySql { '`' } else { '"' };
    out.push(quote);
    for c in name.chars() {
        if c == quote {
            out.push(quote);
        }
        out.push(c);
    }
    out.push(quote);
    Ok(())
}

/// Enough of a name to know it by.
fn start(name: &str) -> &str {
    name.char_indices().nth(80).map_or(name, |(end, _)| &name[..end])
}

//! The one question to the catalog, and the reading of its answer.

use std::fmt::Write as _;

use drivetrain_adapter_api::{Error, ErrorKind, Result};

use super::{TypeInfo, TypeKind};

/// How many columns the answer to [`catalog_query`] has.
pub const CATALOG_COLUMNS: usize = 6;

/// The SQL that asks for the types with those object ids, and for all types they are made of.
///
/// It takes no parameters, so that any protocol can send it, and works on Postgres 10 and later. It has an answer
/// of [`CATALOG_COLUMNS`] columns, to be read in text form, with [`parse_catalog_row`]. A type that has been dropped
/// meanwhile has no row.
pub fn catalog_query(oids: &[u32]) -> String {
    // An array is told by its output function: vectors such as `oidvector` have elements too, and are none.
    const TYPE: &str = "SELECT t.oid, n.nspname, t.typname, \
        CASE WHEN t.typtype = 'b' AND t.typelem <> 0 \
        AND t.typoutput = 'pg_catalog.array_out(anyarray)'::pg_catalog.regprocedure THEN 'a' \
        ELSE t.typtype::pg_catalog.text END AS kind, \
        CASE t.typtype WHEN 'd' THEN t.typbasetype WHEN 'r' THEN r.rngsubtype WHEN 'b' THEN t.typelem END AS related, \
        t.typdelim FROM pg_catalog.pg_type t \
        JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
        LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid";
    let mut list = String::new();
    for oid in oids {
        let separator = if list.is_empty() { "" } else { "," };
        // Writing to a string does not fail.
        let _ = write!(list, "{separator}{oid}");
    }
    if list.is_empty() {
        list.push('0');
    }
    format!(
        "WITH RECURSIVE found AS ({TYPE} WHERE t.oid IN ({list}) \
         UNION SELECT made.* FROM found JOIN ({TYPE}) made ON made.oid = found.related) SELECT * FROM found"
    )
}

/// Reads a row of the answer to [`catalog_query`]: its cells in text form.
///
/// # Errors
/// [`Protocol`](ErrorKind::Protocol) if it is not such a row.
pub fn parse_catalog_row(row: &[Option<&str>]) -> Result<TypeInfo> {
    let wrong = || Error::new(ErrorKind::Protocol, "a row of the type catalog is not of the form asked for");
    let &[Some(oid), Some(schema), Some(name), Some(kind), related, Some(delimiter)] = row else {
        return Err(wrong());
    };
    let related = related.map(str::parse::<u32>).transpose().map_err(|_| wrong())?;
    let delimiter = *delimiter.as_bytes().first().ok_or_else(wrong)?;
    let kind = match (kind, related) {
        ("a", Some(element)) => TypeKind::Array { element, delimiter },
        ("d", Some(base)) => TypeKind::Domain(base),
        ("r", Some(subtype)) => TypeKind::Range(subtype),
        ("m", _) => TypeKind::Multirange(None),
        ("e", _) => TypeKind::Enum,
        ("c", _) => TypeKind::Composite,
        ("b" | "p", _) => TypeKind::Base,
        _ => return Err(wrong()),
    };
    Ok(TypeInfo {
        oid: oid.parse().map_err(|_| wrong())?,
        schema: (schema != "pg_catalog").then(|| schema.into()),
        name: name.into(),
        kind,
    })
}

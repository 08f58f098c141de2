//! The DDL of a shape, as a template of the suite.

use super::{Kind, Shape};

/// The template that makes the table. References are kept where their table is among `all`.
pub(super) fn create(shape: &Shape, all: &[Shape]) -> String {
    let mut parts: Vec<String> = shape
        .columns
        .iter()
        .map(|column| {
            let null = if column.nullable || column.ty == Kind::Serial { "" } else { " not null" };
            format!("{{q:{}}} {{{}}}{null}", column.name, word(column.ty))
        })
        .collect();
    let list =
        |names: &[&str]| names.iter().map(|name| format!("{{q:{name}}}")).collect::<Vec<_>>().join(", ");
    if !shape.columns.iter().any(|column| column.ty == Kind::Serial) {
        parts.push(format!("primary key ({})", list(shape.key)));
    }
    parts.extend(shape.unique.iter().map(|columns| format!("unique ({})", list(columns))));
    let known = |table: &str| all.iter().any(|other| other.name == table);
    parts.extend(shape.references.iter().filter(|(_, table, _)| known(table)).map(|(column, table, key)| {
        format!("foreign key ({{q:{column}}}) references {{t:{table}}} ({{q:{key}}})")
    }));
    format!("create table {{t:{}}} ({})", shape.name, parts.join(", "))
}

const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Serial => "serial",
        Kind::Int4 => "int4",
        Kind::Int8 => "int8",
        Kind::Key => "key",
        Kind::Text => "text",
        Kind::Bool => "bool",
        Kind::Float8 => "float8",
        Kind::Decimal => "decimal",
        Kind::Timestamp => "timestamp",
        Kind::Bytes => "bytes",
    }
}

#[cfg(test)]
mod tests {
    use super::super::chinook;
    use super::*;

    #[test]
    fn references_to_tables_that_are_not_there_are_left_out() {
        let album = chinook::shape("Album").unwrap();
        assert_eq!(
            create(album, &[*album]),
            "create table {t:Album} ({q:AlbumId} {int4} not null, {q:Title} {text} not null, \
             {q:ArtistId} {int4} not null, primary key ({q:AlbumId}))"
        );
        let both = create(album, &[*album, *chinook::shape("Artist").unwrap()]);
        assert!(both.ends_with("foreign key ({q:ArtistId}) references {t:Artist} ({q:ArtistId}))"), "{both}");
    }
}

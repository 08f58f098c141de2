//! The Chinook database, a store of music: its tables, and its rows as its SQLite script states them.
//!
//! <https://github.com/lerocha/chinook-database>, version 1.4.5.

use std::collections::BTreeMap;

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::value::{Date, Decimal, Time, Timestamp};

use super::{Column, Kind, Shape};

const fn column(name: &'static str, ty: Kind) -> Column {
    Column { name, ty, nullable: false }
}

const fn optional(name: &'static str, ty: Kind) -> Column {
    Column { name, ty, nullable: true }
}

macro_rules! shape {
    ($name:literal, [$($key:literal),*], [$($column:expr),* $(,)?], [$(($from:literal, $table:literal, $to:literal)),*]) => {
        Shape {
            name: $name,
            columns: &[$($column),*],
            key: &[$($key),*],
            unique: &[],
            references: &[$(($from, $table, $to)),*],
        }
    };
}

use Kind::{Decimal as Money, Int4, Text, Timestamp as At};

/// The tables, each after those it refers to.
pub(crate) const SHAPES: [Shape; 11] = [
    shape!("Artist", ["ArtistId"], [column("ArtistId", Int4), optional("Name", Text)], []),
    shape!(
        "Album",
        ["AlbumId"],
        [column("AlbumId", Int4), column("Title", Text), column("ArtistId", Int4)],
        [("ArtistId", "Artist", "ArtistId")]
    ),
    shape!("Genre", ["GenreId"], [column("GenreId", Int4), optional("Name", Text)], []),
    shape!("MediaType", ["MediaTypeId"], [column("MediaTypeId", Int4), optional("Name", Text)], []),
    shape!(
        "Track",
        ["TrackId"],
        [
            column("TrackId", Int4),
            column("Name", Text),
            optional("AlbumId", Int4),
            column("MediaTypeId", Int4),
            optional("GenreId", Int4),
            optional("Composer", Text),
            column("Milliseconds", Int4),
            optional("Bytes", Int4),
            column("UnitPrice", Money),
        ],
        [
            ("AlbumId", "Album", "AlbumId"),
            ("GenreId", "Genre", "GenreId"),
            ("MediaTypeId", "MediaType", "MediaTypeId")
        ]
    ),
    shape!("Playlist", ["PlaylistId"], [column("PlaylistId", Int4), optional("Name", Text)], []),
    shape!(
        "PlaylistTrack",
        ["PlaylistId", "TrackId"],
        [column("PlaylistId", Int4), column("TrackId", Int4)],
        [("PlaylistId", "Playlist", "PlaylistId"), ("TrackId", "Track", "TrackId")]
    ),
    shape!(
        "Employee",
        ["EmployeeId"],
        [
            column("EmployeeId", Int4),
            column("LastName", Text),
            column("FirstName", Text),
            optional("Title", Text),
            optional("ReportsTo", Int4),
            optional("BirthDate", At),
            optional("HireDate", At),
            optional("Address", Text),
            optional("City", Text),
            optional("State", Text),
            optional("Country", Text),
            optional("PostalCode", Text),
            optional("Phone", Text),
            optional("Fax", Text),
            optional("Email", Text),
        ],
        [("ReportsTo", "Employee", "EmployeeId")]
    ),
    shape!(
        "Customer",
        ["CustomerId"],
        [
            column("CustomerId", Int4),
            column("FirstName", Text),
            column("LastName", Text),
            optional("Company", Text),
            optional("Address", Text),
            optional("City", Text),
            optional("State", Text),
            optional("Country", Text),
            optional("PostalCode", Text),
            optional("Phone", Text),
            optional("Fax", Text),
            column("Email", Text),
            optional("SupportRepId", Int4),
        ],
        [("SupportRepId", "Employee", "EmployeeId")]
    ),
    shape!(
        "Invoice",
        ["InvoiceId"],
        [
            column("InvoiceId", Int4),
            column("CustomerId", Int4),
            column("InvoiceDate", At),
            optional("BillingAddress", Text),
            optional("BillingCity", Text),
            optional("BillingState", Text),
            optional("BillingCountry", Text),
            optional("BillingPostalCode", Text),
            column("Total", Money),
        ],
        [("CustomerId", "Customer", "CustomerId")]
    ),
    shape!(
        "InvoiceLine",
        ["InvoiceLineId"],
        [
            column("InvoiceLineId", Int4),
            column("InvoiceId", Int4),
            column("TrackId", Int4),
            column("UnitPrice", Money),
            column("Quantity", Int4),
        ],
        [("InvoiceId", "Invoice", "InvoiceId"), ("TrackId", "Track", "TrackId")]
    ),
];

/// The table of that name.
pub(crate) fn shape(name: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.name == name)
}

/// The rows of each table.
#[derive(Debug, Default)]
pub struct Chinook {
    tables: BTreeMap<&'static str, Vec<Vec<Value>>>,
}

impl Chinook {
    /// Reads the SQLite script: its `INSERT` statements, each row on a line of its own.
    ///
    /// # Errors
    /// Which line is not as it should be.
    pub fn parse(script: &str) -> Result<Self, String> {
        let mut chinook = Self::default();
        let mut into: Option<&'static Shape> = None;
        for (at, line) in script.lines().enumerate() {
            let wrong = |what: &str| format!("line {} of the Chinook script: {what}", at + 1);
            let line = line.trim();
            if let Some(rest) = line.strip_prefix("INSERT INTO [") {
                let name = rest.split(']').next().unwrap_or_default();
                into = Some(shape(name).ok_or_else(|| wrong("an unknown table"))?);
            } else if let Some(shape) = into.filter(|_| line.starts_with('(')) {
                let row = row(shape, line).ok_or_else(|| wrong("not a row of its table"))?;
                chinook.tables.entry(shape.name).or_default().push(row);
                if line.ends_with(';') {
                    into = None;
                }
            } else {
                into = into.filter(|_| line.is_empty());
            }
        }
        match SHAPES.iter().find(|shape| !chinook.tables.contains_key(shape.name)) {
            Some(shape) => Err(format!("the Chinook script has no rows for {}", shape.name)),
            None => Ok(chinook),
        }
    }

    /// The rows of a table.
    pub fn rows(&self, table: &str) -> &[Vec<Value>] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }
}

/// The values between the brackets of a line.
fn row(shape: &Shape, line: &str) -> Option<Vec<Value>> {
    let mut rest = line.strip_prefix('(')?;
    let mut values = Vec::with_capacity(shape.columns.len());
    for column in shape.columns {
        let (token, more) = token(rest)?;
        values.push(value(column.ty, token)?);
        rest = more.strip_prefix(',').unwrap_or(more).trim_start();
    }
    matches!(rest, ")," | ");").then_some(values)
}

enum Token {
    Word(String),
    Text(String),
}

/// The first literal, and what follows it.
fn token(text: &str) -> Option<(Token, &str)> {
    let Some(mut rest) = text.strip_prefix('\'') else {
        let end = text.find([',', ')'])?;
        return Some((Token::Word(text[..end].trim().to_owned()), &text[end..]));
    };
    let mut content = String::new();
    loop {
        let end = rest.find('\'')?;
        content.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                content.push('\'');
                rest = more;
            }
            None => return Some((Token::Text(content), rest)),
        }
    }
}

fn value(kind: Kind, token: Token) -> Option<Value> {
    Some(match (kind, token) {
        (kind, Token::Word(word)) if word == "NULL" => Value::Null(kind.db_type()),
        (Int4, Token::Word(word)) => Value::Int32(word.parse().ok()?),
        (Money, Token::Word(word)) => Value::Decimal(word.parse::<Decimal>().ok()?),
        (Text, Token::Text(text)) => Value::Text(text),
        (At, Token::Text(text)) => Value::Timestamp(timestamp(&text)?),
        _ => return None,
    })
}

/// `2021-01-01 00:00:00`
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let date = Date::from_ymd(
        i32::try_from(number(0..4)?).ok()?,
        u8::try_from(number(5..7)?).ok()?,
        u8::try_from(number(8..10)?).ok()?,
    );
    let seconds = (number(11..13)? * 60 + number(14..16)?) * 60 + number(17..19)?;
    let time = Time::from_microseconds(seconds * 1_000_000);
    Timestamp::from_date_and_time(date.ok()?, time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_within_texts_and_null() {
        let artist = shape("Artist").unwrap();
        let read = row(artist, "(1, 'Guns N'' Roses, (live)'),").unwrap();
        assert_eq!(read, [Value::Int32(1), Value::Text("Guns N' Roses, (live)".into())]);
        assert_eq!(row(artist, "(2, NULL);").unwrap()[1], Value::NULL);
        assert!(row(artist, "(2);").is_none());
        assert!(row(artist, "(2, NULL, 3);").is_none());
    }

    #[test]
    fn a_script_without_a_table_is_refused() {
        let error = Chinook::parse("INSERT INTO [Artist] ([ArtistId], [Name]) VALUES\n    (1, 'AC/DC');\n");
        assert_eq!(error.unwrap_err(), "the Chinook script has no rows for Album");
        let error = Chinook::parse("INSERT INTO [Artist] ([ArtistId], [Name]) VALUES\n    (1);\n");
        assert_eq!(error.unwrap_err(), "line 2 of the Chinook script: not a row of its table");
    }
}

//! Runs one statement, and writes its result as JSON.

use super::failure::Failure;
use super::message::{self, Column};
use super::payload::Query;
use super::session::{Next, Session};
use super::value::{self, Form};

/// What a request's headers say about the form of results.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// Values as the text of Postgres.
    pub(crate) raw: bool,
    /// Rows as arrays, where a query does not say.
    pub(crate) array_mode: bool,
    /// How many bytes of rows a result may have before another row.
    pub(crate) max: usize,
}

/// Runs a statement by the extended protocol, parameters and results as text.
///
/// # Errors
/// Whatever ends the session's usefulness: an error of the database, a result that is too large or unreadable.
pub(crate) async fn run(
    session: &mut Session,
    query: Query,
    output: Output,
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    let array_mode = query.array_mode.unwrap_or(output.array_mode);
    let columns = session.prepare(&query.query).await?;
    let forms = if output.raw { vec![Form::Text; columns.len()] } else { session.forms(&columns).await? };
    session.execute(query.params.into_iter().map(super::parameter::Parameter::into_text).collect()).await?;

    out.extend_from_slice(b"{\"fields\":");
    write_fields(&columns, out);
    out.extend_from_slice(b",\"rows\":[");
    let start = out.len();
    let tag = loop {
        match session.next().await? {
            Next::Done(tag) => break tag,
            Next::Row(row) => {
                // Before each row: one row may be as large as it likes, and none follows one that was too large.
                if out.len() - start > output.max {
                    return Err(Failure::response_too_large(output.max));
                }
                if out.len() > start {
                    out.push(b',');
                }
                let values = message::values(&row)?;
                write_row(&columns, &forms, &values, array_mode, out)?;
            }
        }
    };
    let (command, count) = message::command(&tag);
    out.extend_from_slice(b"],\"command\":");
    value::write_string(command, out);
    let count = count.map_or_else(|| "null".to_owned(), |count| count.to_string());
    out.extend_from_slice(format!(",\"rowCount\":{count},\"rowAsArray\":{array_mode}}}").as_bytes());
    Ok(())
}

fn write_fields(columns: &[Column], out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"name\":");
        value::write_string(&column.name, out);
        let Column { kind, table, number, size, modifier, .. } = column;
        let rest = format!(
            ",\"dataTypeID\":{kind},\"tableID\":{table},\"columnID\":{number},\"dataTypeSize\":{size},\
             \"dataTypeModifier\":{modifier},\"format\":\"text\"}}"
        );
        out.extend_from_slice(rest.as_bytes());
    }
    out.push(b']');
}

/// An array, or an object: two columns of a name are two keys of a name.
fn write_row(
    columns: &[Column],
    forms: &[Form],
    values: &[Option<&str>],
    array_mode: bool,
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    if values.len() != columns.len() {
        return Err(Failure::conversion());
    }
    out.push(if array_mode { b'[' } else { b'{' });
    for (index, ((column, form), text)) in columns.iter().zip(forms).zip(values).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        if !array_mode {
            value::write_string(&column.name, out);
            out.push(b':');
        }
        match text {
            Some(text) => value::write(text, *form, out).map_err(|_| Failure::conversion())?,
            None => out.extend_from_slice(b"null"),
        }
    }
    out.push(if array_mode { b']' } else { b'}' });
    Ok(())
}

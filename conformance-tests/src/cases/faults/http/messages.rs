//! HTTP answers as bytes: invented, or the server's own with another body.
//!
//! What depends on the protocol inside is in [`good`], and in the two sorts of rows that [`shorten_rows`] knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::case::{N, Places};
use crate::faults::{Accept, Plan, Rewriter, Stage};

/// An answer with that status line, those headers and that body, whose length is told.
pub(super) fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        bytes += &format!("{name}: {value}\r\n");
    }
    [bytes.as_bytes(), b"\r\n", body].concat()
}

/// The header that JSON comes with.
pub(super) const JSON: (&str, &str) = ("content-type", "application/json");

/// Every request is answered so.
pub(super) fn always(answer: Vec<u8>) -> Plan {
    Plan { accept: Accept::Canned { after_request: true, answer }, ..Plan::default() }
}

/// The answer to a statement that gives one row with the number 1, as the server of that place words it.
pub(super) fn good(place: Places) -> Value {
    if N.contains(place) {
        json!({
            "command": "SELECT",
            "rowCount": 1,
            "rowAsArray": true,
            "fields": [{
                "name": "n", "dataTypeID": 23, "tableID": 0, "columnID": 0,
                "dataTypeSize": 4, "dataTypeModifier": -1, "format": "text",
            }],
            "rows": [["1"]],
        })
    } else {
        json!({
            "session": {"signature": "x"},
            "timing": 0.001,
            "result": {
                "fields": [{"name": "n", "type": "INT64", "charset": 63, "flags": 1}],
                "rows": [{"lengths": ["1"], "values": "MQ=="}],
            },
        })
    }
}

/// Takes a value out of each row, wherever rows are.
pub(super) fn shorten_rows(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            if let Some(Value::Array(rows)) = fields.get_mut("rows") {
                for row in rows {
                    match row {
                        Value::Array(cells) => drop(cells.pop()),
                        Value::Object(row) => drop(
                            row.get_mut("lengths").map(|lengths| lengths.as_array_mut().and_then(Vec::pop)),
                        ),
                        _ => {}
                    }
                }
            }
            fields.values_mut().for_each(shorten_rows);
        }
        Value::Array(items) => items.iter_mut().for_each(shorten_rows),
        _ => {}
    }
}

/// Changes every object within, the outermost last.
pub(super) fn each_object(json: &mut Value, change: &dyn Fn(&mut serde_json::Map<String, Value>)) {
    match json {
        Value::Object(fields) => {
            fields.values_mut().for_each(|value| each_object(value, change));
            change(fields);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, change)),
        _ => {}
    }
}

/// What is made of an answer: its head without the headers that tell lengths, and its body.
type Change = dyn Fn(&str, &[u8]) -> Vec<u8> + Send + Sync;

/// A stage that puts other answers in place of the server's, and how often it has.
pub(super) fn instead(
    change: impl Fn(&str, &[u8]) -> Vec<u8> + Send + Sync + 'static,
) -> (Stage, Arc<AtomicUsize>) {
    let (change, changed): (Arc<Change>, _) = (Arc::new(change), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&changed);
    let rewrite = move || -> Box<dyn Rewriter> {
        Box::new(Answers { buffer: Vec::new(), change: Arc::clone(&change), changed: Arc::clone(&counter) })
    };
    (Stage { rewrite: Some(Arc::new(rewrite)), ..Stage::default() }, changed)
}

/// The same head with a body of that length.
pub(super) fn with_body(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("{head}content-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

struct Answers {
    buffer: Vec<u8>,
    change: Arc<Change>,
    changed: Arc<AtomicUsize>,
}

impl Rewriter for Answers {
    fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>) {
        self.buffer.extend(arrived);
        while let Some((head, body, end)) = whole_answer(&self.buffer) {
            self.buffer.drain(..end);
            self.changed.fetch_add(1, Ordering::Relaxed);
            out.extend((self.change)(&head, &body));
        }
    }
}

/// Head (without lengths), body and end of the first answer, if it is there as a whole.
fn whole_answer(bytes: &[u8]) -> Option<(String, Vec<u8>, usize)> {
    let head_end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let body = &bytes[head_end + 4..];
    let (mut kept, mut length, mut chunked) = (String::new(), 0, false);
    for line in head.split("\r\n") {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "transfer-encoding" => chunked = value.trim().eq_ignore_ascii_case("chunked"),
            _ => kept += &format!("{line}\r\n"),
        }
    }
    if chunked {
        let (body, end) = unchunked(body)?;
        return Some((kept, body, head_end + 4 + end));
    }
    Some((kept, body.get(..length)?.to_vec(), head_end + 4 + length))
}

/// A body in chunks (RFC 9112, section 7.1), without trailers, and where it ends.
fn unchunked(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let line = bytes[at..].windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&bytes[at..at + line]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        at += line + 2;
        body.extend(bytes.get(at..at + size)?);
        at += size + 2;
        if bytes.len() < at {
            return None;
        }
        if size == 0 {
            return Some((body, at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_replaced_however_they_are_measured_and_arrive() {
        let plain = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nx: y\r\n\r\nab";
        let chunked =
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nx: y\r\n\r\n1\r\na\r\n1;e=f\r\nb\r\n0\r\n\r\n";
        let wanted = "HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 4\r\n\r\nabab".repeat(2);
        for slice in [1, 3, 1000] {
            let (stage, changed) = instead(|head, body| with_body(head, &body.repeat(2)));
            let mut rewriter = stage.rewrite.unwrap()();
            let mut out = Vec::new();
            for piece in [plain, chunked].concat().as_bytes().chunks(slice) {
                rewriter.rewrite(piece, &mut out);
            }
            assert_eq!(
                (String::from_utf8(out).unwrap(), changed.load(Ordering::Relaxed)),
                (wanted.clone(), 2)
            );
        }
    }

    #[test]
    fn rows_of_both_places_are_shortened() {
        let mut neon = good(N);
        shorten_rows(&mut neon);
        assert_eq!(neon["rows"], json!([[]]));
        let mut planetscale = good(crate::case::H);
        shorten_rows(&mut planetscale);
        assert_eq!(planetscale["result"]["rows"], json!([{"lengths": [], "values": "MQ=="}]));
    }
}

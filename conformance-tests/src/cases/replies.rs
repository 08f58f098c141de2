//! Messages of a Postgres server, for a proxy that speaks in its place. Their forms are those of the chapter "Message
//! Formats" of Postgres's docs.

/// A message: its sort, its length and its body.
pub(super) fn message(sort: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("the suite's messages are short");
    let mut message = vec![sort];
    message.extend(length.to_be_bytes());
    message.extend(body);
    message
}

/// An ErrorResponse that ends the connection.
pub(super) fn fatal(sqlstate: &str, text: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, value) in [(b'S', "FATAL"), (b'V', "FATAL"), (b'C', sqlstate), (b'M', text)] {
        body.push(field);
        body.extend(value.as_bytes());
        body.push(0);
    }
    body.push(0);
    message(b'E', &body)
}

/// A request for authentication of that sort, such as 3 (a password in clear text) or 5 (MD5, with 4 bytes of salt).
pub(super) fn authentication(sort: u32, rest: &[u8]) -> Vec<u8> {
    message(b'R', &[&sort.to_be_bytes(), rest].concat())
}

/// Cuts what a server says after its first byte of TLS negotiation into messages, whole ones only.
#[derive(Debug, Default)]
pub(super) struct Messages(Vec<u8>);

impl Messages {
    /// Takes what arrived, and gives the messages that are whole by now: sort and body of each.
    pub(super) fn push(&mut self, arrived: &[u8]) -> Vec<(u8, Vec<u8>)> {
        self.0.extend(arrived);
        let mut whole = Vec::new();
        while let Some(length) = self.0.get(1..5) {
            let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]);
            let end = usize::try_from(length).map_or(usize::MAX, |length| length.saturating_add(1));
            if end < 5 || self.0.len() < end {
                break;
            }
            let rest = self.0.split_off(end);
            let message = std::mem::replace(&mut self.0, rest);
            whole.push((message[0], message[5..].to_vec()));
        }
        whole
    }
}

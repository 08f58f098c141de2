//! A session with the database, and the messages that `/sql` exchanges over it.

use std::collections::HashMap;
use std::io;

use bytes::{Bytes, BytesMut};
use postgres_protocol::IsNull;
use postgres_protocol::message::{backend, frontend};

use super::failure::Failure;
use super::message::{self, Column};
use super::value::Form;
use crate::backend::{Canceller, Connection, ErrorFields, Message};

/// A session with the database. After an error it is of no further use, but for [`Session::close`].
#[derive(Debug)]
pub(crate) struct Session {
    connection: Connection,
    output: BytesMut,
    /// How many times the server has yet to say that it is ready.
    owed: usize,
    /// The forms of types that are the database's own, as it told them.
    forms: HashMap<u32, Form>,
}

impl Session {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, output: BytesMut::new(), owed: 0, forms: HashMap::new() }
    }

    pub(crate) fn canceller(&self) -> Canceller {
        self.connection.canceller()
    }

    /// Runs statements by the simple protocol, results ignored.
    pub(crate) async fn simple(&mut self, statements: &str) -> Result<(), Failure> {
        frontend::query(statements, &mut self.output).map_err(|error| unsendable(&error))?;
        self.owed += 1;
        self.send().await?;
        let mut failure = None;
        loop {
            let message = self.receive().await?;
            match message.tag {
                backend::READY_FOR_QUERY_TAG => return failure.map_or(Ok(()), Err),
                backend::ERROR_RESPONSE_TAG => {
                    failure = Some(Failure::postgres(&ErrorFields::parse(&message.body)));
                }
                _ => {}
            }
        }
    }

    /// Has a statement parsed, and learns its columns.
    ///
    /// The parameters' types are left to the server. No Sync: what comes next belongs to the same transaction.
    pub(crate) async fn prepare(&mut self, query: &str) -> Result<Vec<Column>, Failure> {
        frontend::parse("", query, [], &mut self.output).map_err(|error| unsendable(&error))?;
        frontend::describe(b'S', "", &mut self.output).map_err(|error| unsendable(&error))?;
        frontend::flush(&mut self.output);
        self.send().await?;
        loop {
            let message = self.result().await?;
            match message.tag {
                backend::ROW_DESCRIPTION_TAG => return message::columns(message.body),
                backend::NO_DATA_TAG => return Ok(Vec::new()),
                _ => {}
            }
        }
    }

    /// Starts the statement that was prepared last; its rows are next.
    pub(crate) async fn execute(&mut self, parameters: Vec<Option<String>>) -> Result<(), Failure> {
        bind("", "", parameters, &mut self.output)?;
        frontend::execute("", 0, &mut self.output).map_err(|error| unsendable(&error))?;
        self.sync().await
    }

    async fn sync(&mut self) -> Result<(), Failure> {
        frontend::sync(&mut self.output);
        self.owed += 1;
        self.send().await
    }

    /// After an error of the database: ends the transaction, so that its effects are gone before anybody hears of the
    /// error.
    pub(crate) async fn roll_back(&mut self) -> Result<(), Failure> {
        if self.owed == 0 {
            self.sync().await?;
        }
        while self.owed > 0 {
            self.receive().await?;
        }
        self.simple("ROLLBACK").await
    }

    /// The next row of the statement that was started last, or how it ended.
    pub(crate) async fn next(&mut self) -> Result<Next, Failure> {
        let mut tag = String::new();
        loop {
            let message = self.result().await?;
            match message.tag {
                backend::DATA_ROW_TAG => return Ok(Next::Row(message.body)),
                backend::COMMAND_COMPLETE_TAG => {
                    let text = message.body.strip_suffix(&[0]).unwrap_or(&message.body);
                    tag = String::from_utf8_lossy(text).into_owned();
                }
                backend::READY_FOR_QUERY_TAG => return Ok(Next::Done(tag)),
                // COPY has no place here. The words are those of the proxy, whose Postgres client gives up on it.
                backend::COPY_IN_RESPONSE_TAG | backend::COPY_OUT_RESPONSE_TAG | b'W' => {
                    return Err(Failure::request(
                        "error parsing response from server: invalid message length: expected buffer to be empty",
                    ));
                }
                // BindComplete, EmptyQueryResponse, and what is dropped: notices, settings, notifications.
                _ => {}
            }
        }
    }

    /// The forms of these columns in parsed mode; the database is asked about types of its own.
    pub(crate) async fn forms(&mut self, columns: &[Column]) -> Result<Vec<Form>, Failure> {
        let mut forms = Vec::with_capacity(columns.len());
        for column in columns {
            forms.push(match Form::of_builtin(column.kind) {
                Some(form) => form,
                None => self.own_form(column.kind).await?,
            });
        }
        Ok(forms)
    }

    async fn own_form(&mut self, kind: u32) -> Result<Form, Failure> {
        if let Some(form) = self.forms.get(&kind) {
            return Ok(*form);
        }
        // Named, so that the statement which waits to be executed stays; spelled out, so that no search_path misleads.
        const NAME: &str = "gateway_type";
        const QUERY: &str = "SELECT typdelim FROM pg_catalog.pg_type \
                             WHERE typarray OPERATOR(pg_catalog.=) $1::pg_catalog.oid";
        frontend::parse(NAME, QUERY, [], &mut self.output).map_err(|error| unsendable(&error))?;
        bind(NAME, NAME, vec![Some(kind.to_string())], &mut self.output)?;
        frontend::execute(NAME, 0, &mut self.output).map_err(|error| unsendable(&error))?;
        frontend::close(b'P', NAME, &mut self.output).map_err(|error| unsendable(&error))?;
        frontend::close(b'S', NAME, &mut self.output).map_err(|error| unsendable(&error))?;
        frontend::flush(&mut self.output);
        self.send().await?;
        let mut form = Form::Text;
        let mut open = 2;
        while open > 0 {
            let message = self.result().await?;
            match message.tag {
                backend::DATA_ROW_TAG => {
                    let delimiter = message::values(&message.body)?.first().copied().flatten();
                    let delimiter = delimiter.and_then(|text| text.bytes().next());
                    form = Form::array_of_own(delimiter.ok_or_else(Failure::conversion)?);
                }
                backend::CLOSE_COMPLETE_TAG => open -= 1,
                _ => {}
            }
        }
        self.forms.insert(kind, form);
        Ok(form)
    }

    /// Waits while the session is idle, until it is lost: the server closed it, or said something that is no news of
    /// settings. Can be dropped while it waits.
    pub(crate) async fn lost(&mut self) {
        while let Ok(message) = self.connection.receive().await {
            let news = [
                backend::PARAMETER_STATUS_TAG,
                backend::NOTICE_RESPONSE_TAG,
                backend::NOTIFICATION_RESPONSE_TAG,
            ];
            if !news.contains(&message.tag) {
                return;
            }
        }
    }

    /// Takes leave of the server.
    pub(crate) async fn close(mut self) {
        self.output.clear();
        frontend::terminate(&mut self.output);
        // The server may be gone already, and then there is nobody to take leave of.
        let _ = self.send().await;
    }

    /// The next message that is no error.
    async fn result(&mut self) -> Result<Message, Failure> {
        let message = self.receive().await?;
        if message.tag == backend::ERROR_RESPONSE_TAG {
            return Err(Failure::postgres(&ErrorFields::parse(&message.body)));
        }
        Ok(message)
    }

    async fn receive(&mut self) -> Result<Message, Failure> {
        let message = self.connection.receive().await.map_err(|error| broken(&error))?;
        if message.tag == backend::READY_FOR_QUERY_TAG {
            self.owed = self.owed.saturating_sub(1);
        }
        Ok(message)
    }

    async fn send(&mut self) -> Result<(), Failure> {
        let bytes = self.output.split();
        self.connection.send(&bytes).await.map_err(|error| broken(&error))
    }
}

/// What comes of a statement.
#[derive(Debug)]
pub(crate) enum Next {
    /// The body of a DataRow.
    Row(Bytes),
    /// The end, with the command tag.
    Done(String),
}

/// Binds text to all parameters, and asks for text.
fn bind(
    portal: &str,
    statement: &str,
    parameters: Vec<Option<String>>,
    output: &mut BytesMut,
) -> Result<(), Failure> {
    let text = |parameter: Option<String>, output: &mut BytesMut| {
        Ok(match parameter {
            Some(text) => {
                output.extend_from_slice(text.as_bytes());
                IsNull::No
            }
            None => IsNull::Yes,
        })
    };
    frontend::bind(portal, statement, [0], parameters, text, [0], output).map_err(|error| match error {
        frontend::BindError::Conversion(error) => {
            Failure::request(format!("error encoding message to server: {error}"))
        }
        frontend::BindError::Serialization(error) => unsendable(&error),
    })
}

/// A text with a zero byte, or too many parameters.
fn unsendable(error: &io::Error) -> Failure {
    Failure::request(format!("error encoding message to server: {error}"))
}

fn broken(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return Failure::request("connection closed");
    }
    Failure::request(format!("error communicating with the server: {error}"))
}

//! One error for every adapter: what happened, whether to try again, and which names the database gave.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// The result of an operation of an adapter.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Arc<dyn StdError + Send + Sync>;

/// An error of an adapter or of the client above it.
///
/// `Display` is one line: what happened, with the names the server gave (constraint, table, column) and the
/// SQLSTATE. Texts in which servers repeat row values (their own message and detail) are kept apart, behind
/// [`server_message`](Self::server_message) and [`server_detail`](Self::server_detail), and are shown by neither
/// `Display` nor `Debug`. No secret is ever put into an error.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    retry: RetryClass,
    message: String,
    adapter: Option<Arc<str>>,
    sqlstate: Option<SqlState>,
    code: Option<i64>,
    schema: Option<String>,
    table: Option<String>,
    columns: Vec<String>,
    constraint: Option<String>,
    data_type: Option<String>,
    position: Option<u32>,
    hint: Option<String>,
    batch_index: Option<usize>,
    server_message: Option<String>,
    server_detail: Option<String>,
    source: Option<Source>,
}

/// What happened, in the same words on every adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration, a URL or an option is wrong. Nothing was contacted.
    Config,
    /// The adapter does not declare this capability. Nothing was sent.
    Unsupported,
    /// The server contradicts a capability the adapter declares.
    CapabilityMismatch,
    /// The server is too old, or not of the product it should be.
    UnsupportedServer,
    /// A call that is wrong in itself: a transaction used after its end, a savepoint of another one.
    Misuse,
    /// The adapter or the pool has been closed.
    Closed,

    /// No connection could be made: refused, unreachable, unknown host, connect time limit.
    Connect,
    /// The TLS handshake failed, or the server has no TLS and it was asked for.
    Tls,
    /// User or password were not accepted.
    AuthenticationFailed,
    /// The server asks for a way of authentication that is not supported, or not allowed without TLS.
    AuthenticationUnsupported,
    /// The database does not exist.
    DatabaseNotFound,
    /// The server has no connection left.
    TooManyConnections,
    /// The server is starting, stopping or suspended.
    ServerUnavailable,
    /// No pooled connection became free in time.
    PoolTimeout,
    /// An established connection broke.
    ConnectionLost,
    /// The answer does not follow the protocol.
    Protocol,
    /// The server asks for fewer requests.
    RateLimited,

    /// A time limit ran out: the caller's, or the server's statement timeout.
    Timeout,
    /// The statement was cancelled.
    Cancelled,
    /// More parameters than the database takes in one statement.
    TooManyParameters,
    /// The number of parameters is not that of the placeholders.
    ParameterCount,
    /// The type of a parameter cannot be inferred.
    AmbiguousParameter,
    /// The statement and its parameters are larger than the transport takes.
    RequestTooLarge,
    /// The answer is larger than the transport gives.
    ResponseTooLarge,
    /// A limit of the database: columns, depth, size of a value, disk.
    LimitExceeded,

    /// A unique or primary key constraint was violated.
    UniqueViolation,
    /// A foreign key constraint was violated.
    ForeignKeyViolation,
    /// NULL in a column that takes none.
    NotNullViolation,
    /// A check constraint was violated.
    CheckViolation,
    /// An exclusion constraint was violated.
    ExclusionViolation,
    /// A text or a byte string is too long for its column.
    ValueTooLong,
    /// A number or a time is outside what its type holds.
    OutOfRange,
    /// A value is not of the form its type asks for.
    InvalidValue,
    /// The value has another type than the place it is used in.
    TypeMismatch,
    /// Division by zero.
    DivisionByZero,
    /// A subquery gave more rows than its place takes.
    Cardinality,

    /// The statement cannot be parsed.
    Syntax,
    /// There is no such table.
    UndefinedTable,
    /// There is no such column.
    UndefinedColumn,
    /// There is no such function or operator.
    UndefinedFunction,
    /// There is no such object of another sort (schema, type, role, ...).
    UndefinedObject,
    /// A name can mean several columns.
    AmbiguousColumn,
    /// The object exists already.
    AlreadyExists,
    /// Missing rights.
    InsufficientPrivilege,
    /// A write in a read-only transaction or database.
    ReadOnly,
    /// A prepared statement is no longer valid, and preparing it again was not possible here.
    StatementInvalidated,

    /// Two transactions waited for each other, and this one was chosen to give way.
    Deadlock,
    /// The transaction cannot be put in a serial order with another one.
    SerializationFailure,
    /// A lock was not free in time, or not free at once where no wait was asked for.
    LockTimeout,
    /// The transaction has failed before; only a rollback is possible.
    TransactionAborted,
    /// `commit` was answered with a rollback: nothing was written.
    TransactionRolledBack,
    /// The transaction is over, or the server ended it.
    TransactionEnded,
    /// There is no such savepoint.
    NoSuchSavepoint,
    /// The connection broke during `commit`: it may have happened or not.
    CommitOutcomeUnknown,

    /// A record that must exist does not.
    NotFound,
    /// More rows than asked for.
    TooManyRows,
    /// A NULL where the Rust type takes none.
    UnexpectedNull,
    /// A value cannot be read as the Rust type asked for.
    Decode,
    /// There is no such column in the result.
    NoColumn,
    /// Data or files are damaged, or not a database.
    Corrupt,
    /// The server's error has no kind here: SQLSTATE, code and server message tell more.
    Database,
}

/// Whether an operation can be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// Trying again gives the same answer.
    Never,
    /// Nothing happened: the same operation can be tried again at once or a little later.
    SafeNow,
    /// The transaction was undone as a whole: run all of it again.
    RetryTransaction,
    /// The operation may have taken effect. Only an operation that is harmless when done twice can be tried again.
    OutcomeUnknown,
}

/// A five-character SQLSTATE.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SqlState([u8; 5]);

impl SqlState {
    /// The state, if `text` is five ASCII letters or digits.
    pub fn new(text: &str) -> Option<Self> {
        let bytes: [u8; 5] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphanumeric).then_some(Self(bytes))
    }

    /// The five characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a SQLSTATE is made of ASCII only")
    }

    /// The first two characters: the class.
    pub fn class(&self) -> &str {
        &self.as_str()[..2]
    }
}

impl fmt::Debug for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! text_fields {
    ($($(#[$doc:meta])* $name:ident / $with:ident),* $(,)?) => {$(
        $(#[$doc])*
        pub fn $name(&self) -> Option<&str> {
            self.0.$name.as_deref()
        }

        /// The same error with that field.
        #[must_use]
        pub fn $with(mut self, value: impl Into<String>) -> Self {
            self.0.$name = Some(value.into());
            self
        }
    )*};
}

impl Error {
    /// An error that is not worth trying again. `message` is one line for a person, without row values and secrets.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            retry: RetryClass::Never,
            message: message.into(),
            adapter: None,
            sqlstate: None,
            code: None,
            schema: None,
            table: None,
            columns: Vec::new(),
            constraint: None,
            data_type: None,
            position: None,
            hint: None,
            batch_index: None,
            server_message: None,
            server_detail: None,
            source: None,
        }))
    }

    /// A wrong configuration.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// A capability that is not declared, or an operation that is not there.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// A call that is wrong in itself.
    pub fn misuse(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Misuse, message)
    }

    /// A value that cannot be read as asked.
    pub fn decode(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Decode, message)
    }

    /// What happened.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether to try again.
    pub fn retry(&self) -> RetryClass {
        self.0.retry
    }

    /// The one line for a person.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The name of the adapter that reported it.
    pub fn adapter(&self) -> Option<&str> {
        self.0.adapter.as_deref()
    }

    /// The SQLSTATE, where the database has them.
    pub fn sqlstate(&self) -> Option<SqlState> {
        self.0.sqlstate
    }

    /// The database's own number for the error: MySQL's errno, SQLite's extended result code.
    pub fn code(&self) -> Option<i64> {
        self.0.code
    }

    text_fields! {
        /// The schema the error is about.
        schema / with_schema,
        /// The table the error is about.
        table / with_table,
        /// The constraint or the unique index that was violated.
        constraint / with_constraint,
        /// The data type the error is about.
        data_type / with_data_type,
        /// What the server, or we, suggest.
        hint / with_hint,
        /// The server's message in its own words. It may repeat values of rows and parameters: do not log it
        /// where those must not go.
        server_message / with_server_message,
        /// The server's detail in its own words. It may repeat values of rows and parameters.
        server_detail / with_server_detail,
    }

    /// The columns the error is about, as the database names them. Empty where the database does not say.
    pub fn columns(&self) -> &[String] {
        &self.0.columns
    }

    /// The only or the first column the error is about.
    pub fn column(&self) -> Option<&str> {
        self.0.columns.first().map(String::as_str)
    }

    /// The place in the statement's text, in characters, counted from 1.
    pub fn position(&self) -> Option<u32> {
        self.0.position
    }

    /// Which query of a batch failed, counted from 0, where the transport tells.
    pub fn batch_index(&self) -> Option<usize> {
        self.0.batch_index
    }

    /// The same error with another kind.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// The same error with that retry class.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryClass) -> Self {
        self.0.retry = retry;
        self
    }

    /// The same error with another message.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// The same error from that adapter.
    #[must_use]
    pub fn with_adapter(mut self, name: impl Into<Arc<str>>) -> Self {
        self.0.adapter = Some(name.into());
        self
    }

    /// The same error with that SQLSTATE.
    #[must_use]
    pub fn with_sqlstate(mut self, state: SqlState) -> Self {
        self.0.sqlstate = Some(state);
        self
    }

    /// The same error with the database's own number.
    #[must_use]
    pub fn with_code(mut self, code: i64) -> Self {
        self.0.code = Some(code);
        self
    }

    /// The same error about those columns.
    #[must_use]
    pub fn with_columns(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.columns = columns.into_iter().map(Into::into).collect();
        self
    }

    /// The same error at that character of the statement, counted from 1.
    #[must_use]
    pub fn with_position(mut self, position: u32) -> Self {
        self.0.position = Some(position);
        self
    }

    /// The same error without a position, where it is not that in the caller's text.
    #[must_use]
    pub fn without_position(mut self) -> Self {
        self.0.position = None;
        self
    }

    /// The same error for that query of a batch, counted from 0.
    #[must_use]
    pub fn with_batch_index(mut self, index: usize) -> Self {
        self.0.batch_index = Some(index);
        self
    }

    /// The same error, of a query that was not part of a batch of the caller's.
    #[must_use]
    pub fn without_batch_index(mut self) -> Self {
        self.0.batch_index = None;
        self
    }

    /// The same error with what caused it. The cause must not carry secrets or row values.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        let mut separator = " (";
        let mut add = |name: &str, value: &dyn fmt::Display| -> fmt::Result {
            write!(f, "{separator}{name} {value}")?;
            separator = ", ";
            Ok(())
        };
        if let Some(table) = &self.0.table {
            add("table", table)?;
        }
        if !self.0.columns.is_empty() {
            let name = if self.0.columns.len() == 1 { "column" } else { "columns" };
            add(name, &self.0.columns.join(", "))?;
        }
        if let Some(constraint) = &self.0.constraint {
            add("constraint", constraint)?;
        }
        if let Some(state) = &self.0.sqlstate {
            add("SQLSTATE", state)?;
        }
        if let Some(code) = &self.0.code {
            add("code", code)?;
        }
        if let Some(position) = &self.0.position {
            add("at character", position)?;
        }
        if let Some(index) = &self.0.batch_index {
            add("query", &(index + 1))?;
        }
        if separator == ", " {
            f.write_str(")")?;
        }
        if let Some(hint) = &self.0.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind).field("retry", &self.0.retry).field("display", &self.to_string());
        if let Some(adapter) = &self.0.adapter {
            out.field("adapter", adapter);
        }
        if let Some(source) = &self.0.source {
            out.field("source", &source.to_string());
        }
        out.finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_with_the_names_the_server_gave() {
        let error = Error::new(ErrorKind::UniqueViolation, "a record with this value exists already")
            .with_table("User")
            .with_columns(["email"])
            .with_constraint("User_email_key")
            .with_sqlstate(SqlState::new("23505").unwrap());
        assert_eq!(
            error.to_string(),
            "a record with this value exists already \
             (table User, column email, constraint User_email_key, SQLSTATE 23505)"
        );
    }

    #[test]
    fn what_the_server_says_in_its_own_words_is_not_shown() {
        let error = Error::new(ErrorKind::UniqueViolation, "exists already")
            .with_server_message("Duplicate entry 'canary' for key 'x'")
            .with_server_detail("Key (email)=(canary) already exists.");
        assert!(!error.to_string().contains("canary"));
        assert!(!format!("{error:?}").contains("canary"));
        assert_eq!(error.server_detail(), Some("Key (email)=(canary) already exists."));
    }

    #[test]
    fn an_error_is_small() {
        assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    }

    #[test]
    fn a_sqlstate_is_five_letters_or_digits() {
        assert_eq!(SqlState::new("25P02").unwrap().class(), "25");
        assert!(SqlState::new("2505").is_none());
        assert!(SqlState::new("25-02").is_none());
    }
}

//! What makes a database report an error, and every field that the error must have: rows of tables, as data.

use std::fmt::Write as _;

use drivetrain_adapter_api::{
    Dialect, Error, ErrorKind, Query, RetryClass, SharedAdapter, SqlState, Transport, Value,
};

use crate::{Context, Outcome, Stop, Within as _};

/// A value that stands where servers repeat values in their messages. No `Display` or `Debug` may show it.
pub(super) const CANARY: &str = "canary7Tq";

/// One way to an error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trigger {
    /// The case it belongs to.
    pub(super) id: &'static str,
    /// Statements that go before, run by the oracle.
    pub(super) setup: &'static [&'static str],
    /// The statement that fails. `¦` stands before the character that the error's position must name.
    pub(super) sql: Sql,
    /// Its values.
    pub(super) params: fn() -> Vec<Value>,
    /// What comes of it.
    pub(super) expected: Expected,
}

/// The text of a statement.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sql {
    /// A template.
    Text(&'static str),
    /// A text that is too long to be written down.
    Made(fn() -> String),
}

/// What comes of a statement.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expected {
    /// An error with these fields.
    Error(Fields),
    /// No error here: the dialect has an answer, in its only cell.
    Answer(Option<&'static str>),
}

/// The fields of an error. What is `None` or empty must be absent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) kind: ErrorKind,
    sqlstate: Option<&'static str>,
    code: Option<i64>,
    table: Option<&'static str>,
    columns: &'static [&'static str],
    constraint: Option<&'static str>,
    data_type: Option<&'static str>,
    hint: Option<&'static str>,
    retry: RetryClass,
    /// Whether the server gives a detail beside its message.
    detail: bool,
    /// Whether the server is asked at all.
    server: bool,
    /// Whether names that are not stated here must be absent.
    exact: bool,
}

const fn none() -> Vec<Value> {
    Vec::new()
}

/// A statement that fails.
pub(super) const fn fails(
    id: &'static str,
    setup: &'static [&'static str],
    sql: &'static str,
    kind: ErrorKind,
) -> Trigger {
    let fields = Fields {
        kind,
        sqlstate: None,
        code: None,
        table: None,
        columns: &[],
        constraint: None,
        data_type: None,
        hint: None,
        retry: RetryClass::Never,
        detail: false,
        server: true,
        exact: true,
    };
    Trigger { id, setup, sql: Sql::Text(sql), params: none, expected: Expected::Error(fields) }
}

/// A statement that does not fail in this dialect.
pub(super) const fn answers(
    id: &'static str,
    setup: &'static [&'static str],
    sql: &'static str,
    answer: Option<&'static str>,
) -> Trigger {
    Trigger { id, setup, sql: Sql::Text(sql), params: none, expected: Expected::Answer(answer) }
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty)?) => $field:ident = $value:expr;)*) => {$(
        $(#[$doc])*
        pub(super) const fn $name(mut self $(, $arg: $ty)?) -> Self {
            if let Expected::Error(fields) = &mut self.expected {
                fields.$field = $value;
            }
            self
        }
    )*};
}

impl Trigger {
    fields! {
        /// With that SQLSTATE.
        state(state: &'static str) => sqlstate = Some(state);
        /// With that number of the database's own.
        code(code: i64) => code = Some(code);
        /// About that table of the case.
        table(name: &'static str) => table = Some(name);
        /// About those columns.
        columns(names: &'static [&'static str]) => columns = names;
        /// About that constraint.
        constraint(name: &'static str) => constraint = Some(name);
        /// About that type.
        data_type(name: &'static str) => data_type = Some(name);
        /// With that hint.
        hint(text: &'static str) => hint = Some(text);
        /// To be tried again so.
        retry(class: RetryClass) => retry = class;
        /// With a detail of the server's.
        detail() => detail = true;
        /// Refused before the server is asked.
        unsent() => server = false;
        /// With names that are not stated here.
        loosely() => exact = false;
    }

    /// With that text instead.
    pub(super) const fn made(mut self, sql: fn() -> String) -> Self {
        self.sql = Sql::Made(sql);
        self
    }

    /// With those values.
    pub(super) const fn with(mut self, params: fn() -> Vec<Value>) -> Self {
        self.params = params;
        self
    }

    /// The triggers of a case in the context's dialect.
    pub(super) fn of(cx: &Context, id: &str) -> Vec<&'static Self> {
        Self::all(cx.dialect()).iter().filter(|trigger| trigger.id == id).collect()
    }

    /// All triggers of a dialect.
    pub(super) fn all(dialect: Dialect) -> &'static [Self] {
        match dialect {
            Dialect::Postgres => super::postgres::TRIGGERS,
            Dialect::MySql => super::mysql::TRIGGERS,
            _ => super::sqlite::TRIGGERS,
        }
    }

    /// The same with names of tables of its own, so that several triggers can be set up side by side.
    pub(super) fn query_in(&self, cx: &Context, room: usize) -> Query {
        match self.sql {
            Sql::Text(template) => {
                Query::raw(cx.sql(&furnished(template, room)).replace('¦', ""), (self.params)())
            }
            Sql::Made(text) => Query::raw(text(), (self.params)()),
        }
    }

    /// The query, and the position that its error must have.
    pub(super) fn query(&self, cx: &Context) -> (Query, Option<u32>) {
        let marked = match self.sql {
            Sql::Text(template) => cx.sql(template),
            Sql::Made(text) => text(),
        };
        let position = marked.find('¦').map(|at| marked[..at].chars().count() + 1);
        let sql = marked.replace('¦', "");
        let position = position.and_then(|position| u32::try_from(position).ok());
        (Query::raw(sql, (self.params)()), position)
    }

    /// Runs it on an adapter, and checks what comes of it.
    pub(super) async fn pull(&self, cx: &Context, adapter: &SharedAdapter) -> Outcome {
        let (query, position) = self.query(cx);
        let place = self.place();
        let result = adapter.query(query).await;
        match self.expected {
            Expected::Answer(answer) => {
                let result = result.within(&place)?;
                let got = text(&result.rows.get::<Value>(0, 0).within(&place)?);
                if got.as_deref() != answer {
                    return Err(Stop::fail(format!("{place}: answered {got:?}, expected {answer:?}")));
                }
                Ok(())
            }
            Expected::Error(fields) => match result {
                Ok(_) => Err(Stop::fail(format!("{place}: succeeded, expected {:?}", fields.kind))),
                Err(error) => fields.check(cx, adapter.name(), &error, position).within(place),
            },
        }
    }

    /// What it is called in failures.
    pub(super) fn place(&self) -> String {
        match self.sql {
            Sql::Text(template) => format!("`{template}`"),
            Sql::Made(_) => "a long statement".to_owned(),
        }
    }
}

impl Fields {
    /// Checks every field of an error, and that neither it nor its sources show the canary.
    pub(super) fn check(&self, cx: &Context, adapter: &str, error: &Error, position: Option<u32>) -> Outcome {
        let mut wrong = String::new();
        let mut note = |what: &str, got: &dyn std::fmt::Debug, wanted: &dyn std::fmt::Debug| {
            write!(wrong, "{what} is {got:?} and should be {wanted:?}; ").expect("a String takes everything");
        };
        macro_rules! field {
            ($what:literal, $got:expr, $wanted:expr) => {{
                let (got, wanted) = ($got, $wanted);
                if got != wanted {
                    note($what, &got, &wanted);
                }
            }};
        }
        field!("the kind", error.kind(), self.kind);
        field!("the retry class", error.retry(), self.retry);
        let state = error.sqlstate();
        field!("the SQLSTATE", state.as_ref().map(SqlState::as_str), self.sqlstate);
        field!("the code", error.code(), self.code);
        field!("the index in a batch", error.batch_index(), None);
        let naming = cx.naming();
        if self.exact || self.table.is_some() {
            field!("the table", error.table().map(str::to_owned), self.table_in(cx));
        }
        if self.exact {
            let schema = self.table.or(self.data_type).and(naming.schema.as_deref());
            field!("the schema", error.schema(), schema);
            // A protocol in front of SQLite may carry no position; one that is given must be right.
            let untold = cx.dialect() == Dialect::Sqlite
                && cx.capabilities().transport() != Transport::Embedded
                && error.position().is_none();
            if !untold {
                field!("the position", error.position(), position);
            }
        }
        if self.exact || !self.columns.is_empty() {
            field!("the columns", error.columns(), self.columns);
        }
        if self.exact || self.constraint.is_some() {
            field!("the constraint", error.constraint(), self.constraint);
        }
        if self.exact || self.data_type.is_some() {
            field!("the type", error.data_type(), self.data_type);
        }
        if self.hint.is_some() {
            field!("the hint", error.hint(), self.hint);
        }
        if self.server {
            field!("the adapter", error.adapter(), Some(adapter));
            field!("that the server's message is there", error.server_message().is_some(), true);
        }
        if self.exact {
            field!("that the server's detail is there", error.server_detail().is_some(), self.detail);
        }
        if !wrong.is_empty() {
            return Err(Stop::from(error.clone()).within(wrong.trim_end_matches("; ")));
        }
        discreet(error)
    }

    fn table_in(&self, cx: &Context) -> Option<String> {
        self.table.map(|name| format!("{}{name}", cx.naming().prefix))
    }
}

/// A template whose tables carry a number.
pub(super) fn furnished(template: &str, room: usize) -> String {
    template.replace("{t:", &format!("{{t:r{room}_")).replace("{q:", &format!("{{q:r{room}_"))
}

/// One line, with a source chain, and the canary nowhere in it.
pub(super) fn discreet(error: &Error) -> Outcome {
    let shown = error.to_string();
    if shown.contains(['\n', '\r']) || shown.is_empty() {
        return Err(Stop::fail(format!("its Display is not one line: {shown:?}")));
    }
    let mut all = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        write!(all, " {cause} {cause:?}").expect("a String takes everything");
        source = cause.source();
    }
    if all.contains(CANARY) {
        return Err(Stop::fail(format!("it shows a value: {all}")));
    }
    Ok(())
}

/// A cell as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null(_) => None,
        Value::Text(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int16(value) => Some(value.to_string()),
        Value::Int32(value) => Some(value.to_string()),
        Value::Int64(value) => Some(value.to_string()),
        Value::Float64(value) => Some(value.to_string()),
        Value::Decimal(value) => Some(value.as_str().to_owned()),
        other => Some(format!("{other:?}")),
    }
}

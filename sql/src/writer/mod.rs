//! Writes a statement as SQL text. Here: the text, names, placeholders and questions; the parts of the language are
//! in the modules.

mod expr;
mod function;
mod insert;
mod json_item;
mod json_rows;
mod list;
mod raw;
mod select;
mod source;
mod text_match;
mod update;

use std::collections::HashMap;

use drivetrain_adapter_api::statement::{Body, Expr, Ident, Slot, TableName};
use drivetrain_adapter_api::{Capabilities, DbType, Dialect, Error, Flavor, ServerInfo, Value, check};

use crate::form::{Counting, Form, Question};
use crate::ident::push_ident;
use crate::template::{Bind, Source, Template};
use crate::types;

/// The state of writing one statement for one query's values.
pub(crate) struct Writer<'q> {
    dialect: Dialect,
    server: Option<ServerInfo>,
    max_parameters: Option<u64>,
    params: &'q [Value],
    counting: Counting,
    text: String,
    binds: Vec<Bind>,
    /// The numbers of placeholders that can be used again.
    numbers: HashMap<(Source, DbType), usize>,
    questions: Vec<Question>,
    forms: Vec<Form>,
    /// The table that columns without one belong to, where they would be ambiguous.
    default_table: Option<Ident>,
    /// How an insert's values are called where it meets a row.
    excluded: Excluded,
}

/// How the value that an insert wanted to write is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Excluded {
    /// It is not to be had here.
    Nowhere,
    /// `prefix.column`.
    Row(&'static str),
    /// `VALUES(column)`.
    Values,
}

/// What writing gives.
pub(crate) struct Written {
    pub(crate) template: Template,
    /// What decided the text, with the answers, in order.
    pub(crate) questions: Vec<Question>,
    pub(crate) forms: Vec<Form>,
}

impl<'q> Writer<'q> {
    pub(crate) fn new(capabilities: &Capabilities, params: &'q [Value], counting: Counting) -> Self {
        Self {
            dialect: capabilities.dialect(),
            server: capabilities.server(),
            max_parameters: capabilities.max_parameters(),
            params,
            counting,
            text: String::with_capacity(256),
            binds: Vec::new(),
            numbers: HashMap::new(),
            questions: Vec::new(),
            forms: Vec::new(),
            default_table: None,
            excluded: Excluded::Nowhere,
        }
    }

    pub(crate) fn write(mut self, body: &Body) -> Result<Written, Error> {
        match body {
            Body::Select(select) => self.select(select)?,
            Body::Insert(insert) => self.insert(insert)?,
            Body::Update(update) => self.update(update)?,
            Body::Delete(delete) => self.delete(delete)?,
            Body::Raw(raw) => self.raw(raw)?,
            _ => return Err(unknown("statement")),
        }
        Ok(Written {
            template: Template { text: self.text.into(), binds: self.binds },
            questions: self.questions,
            forms: self.forms,
        })
    }

    fn is(&self, dialect: Dialect) -> bool {
        self.dialect == dialect
    }

    fn is_mariadb(&self) -> bool {
        self.server.is_some_and(|server| server.flavor == Flavor::MariaDb)
    }

    fn unsupported<T>(&self, what: &str) -> Result<T, Error> {
        Err(Error::unsupported(format!("{} cannot express {what}", self.dialect)))
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn ident(&mut self, name: &Ident) -> Result<(), Error> {
        push_ident(self.dialect, &mut self.text, name.as_str())
    }

    fn name(&mut self, name: &str) -> Result<(), Error> {
        push_ident(self.dialect, &mut self.text, name)
    }

    fn table(&mut self, table: &TableName) -> Result<(), Error> {
        if let Some(schema) = &table.schema {
            self.ident(schema)?;
            self.push(".");
        }
        self.ident(&table.name)
    }

    /// Items with commas between them.
    fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut item: impl FnMut(&mut Self, T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (at, one) in items.into_iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            item(self, one)?;
        }
        Ok(())
    }

    fn exprs(&mut self, exprs: &[Expr]) -> Result<(), Error> {
        self.list(exprs, Self::expr)
    }

    /// `(a, b)`, quoted.
    fn columns(&mut self, columns: &[Ident]) -> Result<(), Error> {
        self.push("(");
        self.list(columns, Self::ident)?;
        self.push(")");
        Ok(())
    }

    /// Asks the query's values something that decides the text.
    fn ask(&mut self, question: Question) -> Result<Form, Error> {
        let form = question.answer(self.params, self.counting)?;
        self.questions.push(question);
        self.forms.push(form.clone());
        Ok(form)
    }

    /// A slot's placeholder, with the slot's type.
    fn slot(&mut self, slot: &Slot) -> Result<(), Error> {
        self.typed(Source::Slot(slot.index), &slot.ty)
    }

    /// A placeholder with a cast, where the dialect needs one.
    fn typed(&mut self, source: Source, ty: &DbType) -> Result<(), Error> {
        match self.dialect {
            Dialect::Postgres => {
                self.placeholder(source, ty)?;
                if let Some(name) = types::postgres(ty)? {
                    self.push("::");
                    self.push(&name);
                }
                Ok(())
            }
            Dialect::MySql if *ty.carrier() == DbType::Json && !self.is_mariadb() => {
                self.push("CAST(");
                self.placeholder(source, ty)?;
                self.push(" AS JSON)");
                Ok(())
            }
            _ => self.placeholder(source, ty),
        }
    }

    /// A placeholder alone.
    fn placeholder(&mut self, source: Source, ty: &DbType) -> Result<(), Error> {
        let sign = match self.dialect {
            Dialect::Postgres => "$",
            Dialect::Sqlite => "?",
            _ => {
                self.bind(source, ty)?;
                self.push("?");
                return Ok(());
            }
        };
        let number = match self.numbers.get(&(source, ty.clone())) {
            Some(number) => *number,
            None => {
                let number = self.bind(source, ty)?;
                // Elements of lists are used once.
                if !matches!(source, Source::Element { .. }) {
                    self.numbers.insert((source, ty.clone()), number);
                }
                number
            }
        };
        self.push(sign);
        self.push(&number.to_string());
        Ok(())
    }

    /// Adds a parameter, and gives its number.
    fn bind(&mut self, source: Source, ty: &DbType) -> Result<usize, Error> {
        self.room(1)?;
        self.binds.push(Bind { source, ty: ty.clone() });
        Ok(self.binds.len())
    }

    /// Refuses more parameters than the database takes before they are written.
    fn room(&self, more: usize) -> Result<(), Error> {
        let count = self.binds.len() + more;
        match self.max_parameters {
            Some(limit) if count as u64 > limit => Err(check::too_many_parameters(count, limit)),
            _ => Ok(()),
        }
    }

    /// Takes back what was written since.
    fn rewind(&mut self, text: usize, binds: usize) {
        self.text.truncate(text);
        self.binds.truncate(binds);
        self.numbers.retain(|_, number| *number <= binds);
    }
}

/// The error for a part of the language that was added to the contract and is not known here.
fn unknown(what: &str) -> Error {
    Error::unsupported(format!("the lowering does not know this {what}: it is older than the statement"))
}

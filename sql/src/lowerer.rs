//! The lowerer: a query becomes SQL text and the list of its parameters.

use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::statement::{Body, RawSql};
use drivetrain_adapter_api::{Capabilities, DbType, Error, ErrorKind, Lowered, Query, Value, check};

use crate::bind;
use crate::cache::{Cache, Entry, Key};
use crate::form::Counting;
use crate::template::Template;
use crate::writer::Writer;

/// Lowers queries for one adapter, and keeps the texts.
///
/// It is shared by the connections of an adapter: [`lower`](Self::lower) takes `&self` and can be called at the same
/// time from several threads. The texts it keeps are bounded, by their number and by their bytes.
///
/// # What the text looks like
///
/// Names are quoted always; values are parameters always.
///
/// - **Postgres**: `$1`, in abstract statements with a cast to the slot's type (`$1::int8`, never with a length), so
///   that each value can be sent as text of an unstated type. A slot that is used twice keeps its number. Lists
///   are one array parameter.
/// - **SQLite**: `?1`. A slot that is used twice keeps its number. Lists of integers, texts, labels and
///   UUIDs are one JSON text, read with `json_each`; other lists are taken apart.
/// - **MySQL**: `?`, once for every use. Lists are taken apart.
///
/// Lists that are taken apart are padded with their last element up to a power of two, so that few texts serve
/// lists of all lengths. An empty list is a condition that is false; a NULL in a list keeps SQL's meaning: what is
/// not found in it is unknown, not false.
///
/// # What stays the database's own
///
/// - Sums and averages have the database's type: on Postgres the sum of 64-bit integers and averages of integers are
///   numeric, on MySQL sums and averages of exact numbers are decimal, on SQLite averages are floats.
/// - `Length` takes an array for one only by its type: of a slot, or of a cast around a column.
/// - Case-insensitive searches fold ASCII letters on SQLite, and what the collation folds elsewhere. On MySQL a
///   search never depends on the column's collation: accents matter.
/// - A select of no columns gives a column of ones where the dialect has no rows without columns.
///
/// # Raw SQL
///
/// Raw SQL in one piece is passed on as it is, its values without types. Raw SQL in parts is given placeholders; on
/// Postgres a value there gets a cast only if it carries a type of its own that must not be inferred: a NULL whose
/// type is known, a value that names its type, and bytes (whose text form would be taken for a text).
pub struct Lowerer {
    capabilities: Capabilities,
    cache: Cache,
}

/// SQL text and its parameters.
///
/// Its `Debug` shows how many parameters there are and never their values.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Lowering {
    /// The text, with placeholders.
    pub text: Arc<str>,
    /// One for each placeholder, in the order of their numbers (`$1`, `?1`), or of their places (`?`).
    pub params: Vec<Bound>,
}

/// A parameter, ready to be sent.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Bound {
    /// The value: lists are taken apart and patterns escaped already.
    pub value: Value,
    /// Its type as the text has it; [`Unknown`](DbType::Unknown) where the database infers it.
    pub ty: DbType,
}

impl Lowerer {
    /// A lowerer for an adapter with those capabilities: dialect, server and limits decide the text.
    pub fn new(capabilities: &Capabilities) -> Self {
        Self { capabilities: capabilities.clone(), cache: Cache::default() }
    }

    /// The text and the parameters of a query.
    ///
    /// # Errors
    /// - [`Unsupported`](ErrorKind::Unsupported) for what the dialect cannot express.
    /// - [`ParameterCount`](ErrorKind::ParameterCount) if values and slots do not match.
    /// - [`TypeMismatch`](ErrorKind::TypeMismatch) for a value that is not what its place asks for: an array for a
    ///   list, a text for a search.
    /// - [`InvalidValue`](ErrorKind::InvalidValue) for names that the database would refuse or cut, for arrays of
    ///   different lengths where they are columns of the same rows, and for a bulk insert of no rows.
    /// - [`TooManyParameters`](ErrorKind::TooManyParameters) and [`RequestTooLarge`](ErrorKind::RequestTooLarge)
    ///   past the limits of the capabilities, after lists have been taken apart.
    /// - [`Misuse`](ErrorKind::Misuse) for a statement that means nothing, such as an update without changes.
    pub fn lower(&self, query: &Query) -> Result<Lowering, Error> {
        let statement = &query.statement;
        if query.params.len() != statement.slots().len() {
            return Err(Error::new(
                ErrorKind::ParameterCount,
                format!(
                    "the statement takes {} values and was given {}",
                    statement.slots().len(),
                    query.params.len()
                ),
            ));
        }
        if let Body::Raw(RawSql::Native { text, .. }) = statement.body() {
            return self.native(text, &query.params);
        }
        let template = self.template(query)?;
        self.check(&template.text, template.binds.len())?;
        let dialect = self.capabilities.dialect();
        let params = template
            .binds
            .iter()
            .map(|bind| bind::bound(dialect, bind, &query.params))
            .collect::<Result<_, _>>()?;
        Ok(Lowering { text: template.text.clone(), params })
    }

    fn native(&self, text: &Arc<str>, params: &[Value]) -> Result<Lowering, Error> {
        self.check(text, params.len())?;
        let params = params.iter().map(|value| Bound { value: value.clone(), ty: DbType::Unknown }).collect();
        Ok(Lowering { text: text.clone(), params })
    }

    fn check(&self, text: &str, parameters: usize) -> Result<(), Error> {
        if let Some(limit) = self.capabilities.max_parameters()
            && parameters as u64 > limit
        {
            return Err(check::too_many_parameters(parameters, limit));
        }
        match self.capabilities.max_statement_bytes() {
            Some(limit) => check::statement_bytes(limit, text.len()),
            None => Ok(()),
        }
    }

    /// The template for a query, from the cache or written now.
    fn template(&self, query: &Query) -> Result<Arc<Template>, Error> {
        let shape = query.statement.shape();
        let plain = Key { shape, forms: Vec::new() };
        let Some(known) = self.cache.get(&plain) else { return self.write(query, Counting::Bucketed) };
        let questions = match known {
            Entry::Text(template) => return Ok(template),
            Entry::Questions(questions) => questions,
        };
        let answers = |counting| {
            questions
                .iter()
                .map(|question| question.answer(&query.params, counting))
                .collect::<Result<_, _>>()
        };
        let key = Key { shape, forms: answers(Counting::Bucketed)? };
        match self.cache.get(&key) {
            Some(Entry::Text(template)) => Ok(template),
            _ => self.write(query, Counting::Bucketed),
        }
    }

    /// Writes the statement and keeps the text. Where rounding lengths up takes too many parameters, they are not
    /// rounded.
    fn write(&self, query: &Query, counting: Counting) -> Result<Arc<Template>, Error> {
        let shape = query.statement.shape();
        let written = match Writer::new(&self.capabilities, &query.params, counting)
            .write(query.statement.body())
        {
            Err(error) if error.kind() == ErrorKind::TooManyParameters && counting == Counting::Bucketed => {
                return self.write(query, Counting::Exact);
            }
            written => written?,
        };
        let template = Arc::new(written.template);
        let text = Entry::Text(template.clone());
        if written.questions.is_empty() {
            self.cache.insert(Key { shape, forms: Vec::new() }, text);
        } else {
            let plain = Key { shape, forms: Vec::new() };
            self.cache.insert(plain, Entry::Questions(written.questions.into()));
            self.cache.insert(Key { shape, forms: written.forms }, text);
        }
        Ok(template)
    }
}

impl Lowering {
    /// The text and the types, without the values.
    pub fn to_lowered(&self) -> Lowered {
        Lowered::new(self.text.clone(), self.params.iter().map(|bound| bound.ty.clone()).collect())
    }
}

impl fmt::Debug for Lowerer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lowerer").field("capabilities", &self.capabilities).finish_non_exhaustive()
    }
}

impl fmt::Debug for Lowering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lowering").field("text", &self.text).field("params", &self.params.len()).finish()
    }
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound").field("ty", &self.ty).finish_non_exhaustive()
    }
}

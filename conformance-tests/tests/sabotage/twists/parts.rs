//! Twists that are one function each.

use drivetrain_adapter_api::{Capabilities, Column, Error, Query, QueryResult, Result, Value};

use crate::broken::{Twist, rebuilt, values};

/// Every value that is read becomes another.
#[derive(Debug)]
pub(crate) struct Read(pub(crate) fn(&Column, Value) -> Value);

impl Twist for Read {
    fn answer(&self, _: &Query, answer: Result<QueryResult>) -> Result<QueryResult> {
        let mut result = answer?;
        if let Some(cells) = values(&result.rows) {
            let columns = result.rows.columns().clone();
            let twisted = |row: Vec<Value>| {
                columns.iter().zip(row).map(|(column, value)| self.0(column, value)).collect()
            };
            result.rows = rebuilt(columns.clone(), cells.into_iter().map(twisted).collect());
        }
        Ok(result)
    }
}

/// Every value that is written becomes another.
#[derive(Debug)]
pub(crate) struct Written(pub(crate) fn(Value) -> Value);

impl Twist for Written {
    fn question(&self, mut query: Query) -> Query {
        query.params = query.params.into_iter().map(self.0).collect();
        query
    }
}

/// Every result becomes another.
#[derive(Debug)]
pub(crate) struct Answered(pub(crate) fn(&Query, QueryResult) -> QueryResult);

impl Twist for Answered {
    fn answer(&self, query: &Query, answer: Result<QueryResult>) -> Result<QueryResult> {
        answer.map(|result| self.0(query, result))
    }
}

/// Every query becomes another.
#[derive(Debug)]
pub(crate) struct Asked(pub(crate) fn(Query) -> Query);

impl Twist for Asked {
    fn question(&self, query: Query) -> Query {
        self.0(query)
    }
}

/// Every error becomes another.
#[derive(Debug)]
pub(crate) struct Told(pub(crate) fn(Error) -> Error);

impl Twist for Told {
    fn error(&self, error: Error) -> Error {
        self.0(error)
    }
}

/// The claims become others.
#[derive(Debug)]
pub(crate) struct Claimed(pub(crate) fn(Capabilities) -> Capabilities);

impl Twist for Claimed {
    fn claims(&self, capabilities: Capabilities) -> Capabilities {
        self.0(capabilities)
    }
}

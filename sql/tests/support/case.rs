//! A statement of the corpus: what it is called, its values, and what it gives on the fixture.

use drivetrain_adapter_api::statement::Body;
use drivetrain_adapter_api::{Dialect, Query, Statement, Value};
use drivetrain_sql::{Lowerer, Lowering};

use super::capabilities;

pub struct Case {
    pub name: &'static str,
    pub query: Query,
    expected: Vec<(Option<Dialect>, Vec<&'static str>)>,
    ordered: bool,
}

pub fn case(name: &'static str, body: impl Into<Body>, params: Vec<Value>) -> Case {
    Case { name, query: Query::new(Statement::new(body), params), expected: Vec::new(), ordered: false }
}

impl Case {
    /// The rows it gives, in any order: cells with `|` between them.
    pub fn gives<const N: usize>(mut self, rows: [&'static str; N]) -> Self {
        self.expected.push((None, rows.to_vec()));
        self
    }

    /// The rows it gives there.
    pub fn gives_on<const N: usize>(mut self, dialect: Dialect, rows: [&'static str; N]) -> Self {
        self.expected.insert(0, (Some(dialect), rows.to_vec()));
        self
    }

    /// The rows it gives, in this order.
    pub fn in_order<const N: usize>(mut self, rows: [&'static str; N]) -> Self {
        self.ordered = true;
        self.gives(rows)
    }

    pub fn lower(&self, dialect: Dialect) -> Result<Lowering, drivetrain_adapter_api::Error> {
        Lowerer::new(&capabilities(dialect)).lower(&self.query)
    }

    /// Compares what a server gave with what was expected there.
    pub fn check(&self, dialect: Dialect, rows: &[String]) {
        let expected = self.expected.iter().find(|(on, _)| on.is_none_or(|on| on == dialect));
        let Some((_, expected)) = expected else { return };
        // SQLite writes JSON without spaces.
        let bare = |text: &str| text.replace(", ", ",");
        let mut rows: Vec<String> = rows.iter().map(|row| bare(row)).collect();
        let mut expected: Vec<String> = expected.iter().map(|row| bare(row)).collect();
        if !self.ordered {
            rows.sort();
            expected.sort();
        }
        assert_eq!(rows, expected, "`{}` on {dialect}", self.name);
    }
}

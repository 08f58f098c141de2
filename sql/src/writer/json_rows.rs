//! The rows of a select as one JSON array of arrays, in the select's order.
//!
//! The select becomes a derived table whose columns are called `c0`, `c1`, ...; what it is ordered by and does not
//! give is added as `o0`, `o1`, ... The aggregate around it orders by these columns. So the order is not left to
//! chance, and no item is made twice.
//!
//! MySQL's aggregate has no order of its own: there the derived table has an order and a limit, which makes MySQL
//! (8.0.14 and later) fill it in that order, and the aggregate reads it from its first row to its last.

use drivetrain_adapter_api::statement::{Distinct, Expr, JsonItem, JsonRows, OrderBy, Select};
use drivetrain_adapter_api::{Dialect, Error};

use super::Writer;

/// Postgres takes at most 100 arguments of a function (`FUNC_MAX_ARGS`), SQLite 127 before its version 3.48.
const ARGUMENTS: usize = 100;

/// The name of the derived table. Nothing within it can refer to it.
pub(super) const DERIVED: &str = "_j";

/// A column of the derived table that the rows are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// One that the select gives.
    Column(usize),
    /// One that was added.
    Extra(usize),
}

impl Key {
    pub(super) fn name(self) -> String {
        match self {
            Self::Column(at) => format!("c{at}"),
            Self::Extra(at) => format!("o{at}"),
        }
    }
}

/// How the columns of the derived table are made.
pub(super) struct Keyed<'a> {
    pub(super) items: &'a [JsonItem],
    /// Added columns.
    pub(super) extras: Vec<&'a Expr>,
    /// One for each term of the order.
    keys: Vec<Key>,
}

impl Writer<'_> {
    /// Text, or JSON where it goes into other JSON.
    pub(super) fn json_rows(&mut self, rows: &JsonRows, nested: bool) -> Result<(), Error> {
        if self.is_mariadb() {
            return self.unsupported("relations as JSON (on MariaDB)");
        }
        let keyed = keyed(rows)?;
        self.push("(SELECT ");
        self.push(match self.dialect {
            Dialect::Postgres => "coalesce(json_agg(",
            Dialect::MySql => "coalesce(JSON_ARRAYAGG(",
            _ => "json_group_array(",
        });
        self.json_array(&rows.items)?;
        if !keyed.keys.is_empty() && !self.is(Dialect::MySql) {
            self.push(" ORDER BY ");
            self.keyed_order(Some(DERIVED), &rows.select.order_by, &keyed)?;
        }
        self.push(match self.dialect {
            Dialect::Postgres => "), '[]'::json)",
            Dialect::MySql => "), JSON_ARRAY())",
            _ => ")",
        });
        self.push(" FROM (");
        self.nested(|writer| writer.select_as(&rows.select, Some(&keyed)))?;
        self.push(") AS ");
        self.name(DERIVED)?;
        self.push(")");
        if self.is(Dialect::Postgres) && !nested {
            self.push("::text");
        }
        Ok(())
    }

    /// The JSON array of one row.
    fn json_array(&mut self, items: &[JsonItem]) -> Result<(), Error> {
        let wide = items.len() > ARGUMENTS;
        match self.dialect {
            Dialect::Postgres if wide => {
                self.push("json_build_array(VARIADIC ARRAY[");
                self.list(items.iter().enumerate(), |writer, (at, item)| {
                    writer.push("to_json(");
                    writer.json_item(at, item)?;
                    writer.push(")");
                    Ok(())
                })?;
                self.push("])");
                return Ok(());
            }
            Dialect::Sqlite if wide => {
                self.push("json('[' || ");
                self.json_items_joined(items, 0)?;
                self.push(" || ']')");
                return Ok(());
            }
            Dialect::Postgres => self.push("json_build_array("),
            Dialect::MySql => self.push("JSON_ARRAY("),
            _ => self.push("json_array("),
        }
        self.list(items.iter().enumerate(), |writer, (at, item)| writer.json_item(at, item))?;
        self.push(")");
        Ok(())
    }

    /// The items as texts with commas between them, joined as a tree: SQLite takes 1000 levels of an expression.
    fn json_items_joined(&mut self, items: &[JsonItem], first: usize) -> Result<(), Error> {
        if let [item] = items {
            self.push("json_quote(");
            self.json_item(first, item)?;
            self.push(")");
            return Ok(());
        }
        let (left, right) = items.split_at(items.len() / 2);
        self.push("(");
        self.json_items_joined(left, first)?;
        self.push(" || ',' || ");
        self.json_items_joined(right, first + left.len())?;
        self.push(")");
        Ok(())
    }

    /// The terms of the order, by the columns of the derived table.
    pub(super) fn keyed_order(
        &mut self,
        table: Option<&str>,
        terms: &[OrderBy],
        keyed: &Keyed<'_>,
    ) -> Result<(), Error> {
        self.list(terms.iter().zip(&keyed.keys), |writer, (term, key)| {
            let column = |writer: &mut Self| {
                if let Some(table) = table {
                    writer.name(table)?;
                    writer.push(".");
                }
                writer.name(&key.name())
            };
            writer.ordered(column, term.direction, term.nulls)
        })
    }
}

fn keyed(rows: &JsonRows) -> Result<Keyed<'_>, Error> {
    let select = &rows.select;
    if rows.items.len() != select.projections.len() {
        return Err(Error::misuse(format!(
            "rows as JSON have {} columns and {} encodings",
            select.projections.len(),
            rows.items.len()
        )));
    }
    let fixed = !select.set_operations.is_empty() || select.distinct == Distinct::Rows;
    let mut extras = Vec::new();
    let mut keys = Vec::with_capacity(select.order_by.len());
    for term in &select.order_by {
        keys.push(match given(select, &term.expr) {
            Some(at) => Key::Column(at),
            None if fixed => {
                return Err(Error::misuse(
                    "rows as JSON that are distinct or combined are ordered by what they do not give",
                ));
            }
            None => {
                extras.push(&term.expr);
                Key::Extra(extras.len() - 1)
            }
        });
    }
    Ok(Keyed { items: &rows.items, extras, keys })
}

/// Which of the select's columns an order's expression is: by its alias, or because it is the same expression.
fn given(select: &Select, expr: &Expr) -> Option<usize> {
    let by_name = |name| {
        select.projections.iter().position(|projection| match (&projection.alias, &projection.expr) {
            (Some(alias), _) => alias == name,
            (None, Expr::Column { column, .. }) => !select.set_operations.is_empty() && column == name,
            _ => false,
        })
    };
    let named = match expr {
        Expr::Column { table: None, column } => by_name(column),
        _ => None,
    };
    named.or_else(|| select.projections.iter().position(|projection| projection.expr == *expr))
}

//! Functions and aggregates.

use drivetrain_adapter_api::statement::{
    AggregateFunction, BinaryOperator, Expr, Function, Ident, Literal, OrderBy, TableName,
};
use drivetrain_adapter_api::{Dialect, Error};

use super::{Writer, unknown};
use crate::ident::quote_ident;

impl Writer<'_> {
    pub(super) fn call(&mut self, function: &Function, arguments: &[Expr]) -> Result<(), Error> {
        match function {
            Function::Coalesce => match arguments {
                [] => self.literal(&Literal::Null),
                // SQLite takes two at least.
                [only] => {
                    self.push("(");
                    self.expr(only)?;
                    self.push(")");
                    Ok(())
                }
                _ => self.function("coalesce", arguments),
            },
            Function::Lower => self.function("lower", arguments),
            Function::Upper => self.function("upper", arguments),
            Function::Abs => self.function("abs", arguments),
            Function::Length if arguments.iter().any(is_array) => match self.dialect {
                Dialect::Postgres => self.function("cardinality", arguments),
                _ => self.unsupported("the length of an array"),
            },
            Function::Length if self.is(Dialect::MySql) => self.function("char_length", arguments),
            Function::Length => self.function("length", arguments),
            Function::Now => {
                self.push(match self.dialect {
                    Dialect::Postgres => "CURRENT_TIMESTAMP",
                    Dialect::MySql => "CURRENT_TIMESTAMP(6)",
                    _ => SQLITE_NOW,
                });
                Ok(())
            }
            Function::NowUtc => {
                self.push(match self.dialect {
                    Dialect::Postgres => "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')",
                    Dialect::MySql => "UTC_TIMESTAMP(6)",
                    _ => SQLITE_NOW,
                });
                Ok(())
            }
            Function::NextId { table, column } => self.next_id(table, column),
            Function::RowNumber { partition_by, order_by } => self.row_number(partition_by, order_by),
            _ => Err(unknown("function")),
        }
    }

    fn function(&mut self, name: &str, arguments: &[Expr]) -> Result<(), Error> {
        if arguments.is_empty() {
            return Err(Error::misuse(format!("the function `{name}` has no argument")));
        }
        self.push(name);
        self.push("(");
        self.exprs(arguments)?;
        self.push(")");
        Ok(())
    }

    /// The function reads its first argument like SQL, and takes its second one as it is.
    fn next_id(&mut self, table: &TableName, column: &Ident) -> Result<(), Error> {
        if !self.is(Dialect::Postgres) {
            return self.unsupported("the next value of a sequence");
        }
        let mut name = String::new();
        if let Some(schema) = &table.schema {
            name = quote_ident(self.dialect, schema.as_str())? + ".";
        }
        name += &quote_ident(self.dialect, table.name.as_str())?;
        self.push("nextval(pg_get_serial_sequence(");
        self.quoted(&name)?;
        self.push(", ");
        self.quoted(column.as_str())?;
        self.push("))");
        Ok(())
    }

    fn row_number(&mut self, partition_by: &[Expr], order_by: &[OrderBy]) -> Result<(), Error> {
        self.push("row_number() OVER (");
        if !partition_by.is_empty() {
            self.push("PARTITION BY ");
            self.exprs(partition_by)?;
        }
        if !order_by.is_empty() {
            self.push(if partition_by.is_empty() { "ORDER BY " } else { " ORDER BY " });
            self.list(order_by, Self::order_term)?;
        }
        self.push(")");
        Ok(())
    }

    /// The type is the database's own: on Postgres the sum of 64-bit integers and the average of integers are
    /// numeric, on MySQL sums and averages of exact numbers are decimal, on SQLite averages are floats.
    pub(super) fn aggregate(
        &mut self,
        function: AggregateFunction,
        argument: Option<&Expr>,
        distinct: bool,
    ) -> Result<(), Error> {
        let name = match function {
            AggregateFunction::Count => "count",
            AggregateFunction::Sum => "sum",
            AggregateFunction::Average => "avg",
            AggregateFunction::Min => "min",
            AggregateFunction::Max => "max",
            _ => return Err(unknown("aggregate")),
        };
        self.push(name);
        self.push("(");
        match argument {
            Some(expr) => {
                self.push(if distinct { "DISTINCT " } else { "" });
                self.expr(expr)?;
            }
            None if function == AggregateFunction::Count && !distinct => self.push("*"),
            None => return Err(Error::misuse(format!("the aggregate `{name}` has no argument"))),
        }
        self.push(")");
        Ok(())
    }
}

/// Prisma's form of timestamps, which adapters for SQLite bind too.
const SQLITE_NOW: &str = "strftime('%Y-%m-%dT%H:%M:%f+00:00','now')";

/// Whether an expression is an array by what is written: a slot or a cast of such a type, or arrays joined. The type
/// of a column is not known here.
fn is_array(expr: &Expr) -> bool {
    match expr {
        Expr::Slot(slot) => slot.ty.element().is_some(),
        Expr::Cast(_, ty) => ty.element().is_some(),
        Expr::Binary(BinaryOperator::ArrayConcat, ..) => true,
        Expr::Call(Function::Coalesce, arguments) => arguments.iter().any(is_array),
        _ => false,
    }
}

//! Expressions.

use drivetrain_adapter_api::statement::{BinaryOperator, Expr, Ident, Literal};
use drivetrain_adapter_api::{DbType, Dialect, Error, ErrorKind};

use super::{Excluded, Writer, unknown};
use crate::types;

/// SQLite counts every `AND` of a chain as a level of depth, and takes 1000; longer chains are written as a tree.
const CHAIN: usize = 64;

impl Writer<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> Result<(), Error> {
        match expr {
            Expr::Column { table, column } => self.column(table.as_ref(), column),
            Expr::Slot(slot) => self.slot(slot),
            Expr::Literal(literal) => self.literal(literal),
            Expr::Binary(operator, left, right) => self.binary(*operator, left, right),
            Expr::And(exprs) => self.junction(exprs, " AND ", true),
            Expr::Or(exprs) => self.junction(exprs, " OR ", false),
            Expr::Not(inner) => match &**inner {
                Expr::IsNull(inner) => {
                    self.operand(inner)?;
                    self.push(" IS NOT NULL");
                    Ok(())
                }
                inner => {
                    self.push("NOT ");
                    self.operand(inner)
                }
            },
            Expr::IsNull(inner) => {
                self.operand(inner)?;
                self.push(" IS NULL");
                Ok(())
            }
            Expr::In { expr, list } => self.in_list(expr, list),
            Expr::TextMatch { expr, kind, needle, case_insensitive } => {
                self.text_match(expr, *kind, needle, *case_insensitive)
            }
            Expr::Exists(select) => {
                self.push("EXISTS ");
                self.subselect(select)
            }
            Expr::Scalar(select) => self.subselect(select),
            Expr::Call(function, arguments) => self.call(function, arguments),
            Expr::Aggregate { function, argument, distinct } => {
                self.aggregate(*function, argument.as_deref(), *distinct)
            }
            Expr::Case { arms, otherwise } => self.case(arms, otherwise.as_deref()),
            Expr::Cast(inner, ty) => self.cast(inner, ty),
            Expr::Row(exprs) => {
                self.push(if exprs.len() < 2 && self.is(Dialect::Postgres) { "ROW(" } else { "(" });
                self.exprs(exprs)?;
                self.push(")");
                Ok(())
            }
            Expr::JsonRows(rows) => self.json_rows(rows, false),
            Expr::Excluded(column) => self.excluded(column),
            Expr::Default if self.is(Dialect::Sqlite) => {
                self.unsupported("DEFAULT among the values of a row; leave the column out")
            }
            Expr::Default => {
                self.push("DEFAULT");
                Ok(())
            }
            _ => Err(unknown("expression")),
        }
    }

    /// An expression that stands next to an operator: in parentheses, unless it needs none.
    pub(super) fn operand(&mut self, expr: &Expr) -> Result<(), Error> {
        let bare = match expr {
            Expr::Literal(Literal::Int(number)) => *number >= 0,
            Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_)
            | Expr::IsNull(_)
            | Expr::Binary(..)
            | Expr::In { .. }
            | Expr::TextMatch { .. } => false,
            _ => true,
        };
        if bare {
            return self.expr(expr);
        }
        self.push("(");
        self.expr(expr)?;
        self.push(")");
        Ok(())
    }

    fn column(&mut self, table: Option<&Ident>, column: &Ident) -> Result<(), Error> {
        let table = table.or(self.default_table.as_ref()).cloned();
        if let Some(table) = table {
            self.ident(&table)?;
            self.push(".");
        }
        self.ident(column)
    }

    fn excluded(&mut self, column: &Ident) -> Result<(), Error> {
        match self.excluded {
            Excluded::Nowhere => Err(Error::misuse(format!(
                "the value of {column:?} that an insert wanted to write is only known where it met a row"
            ))),
            Excluded::Row(row) => {
                self.push(row);
                self.push(".");
                self.ident(column)
            }
            Excluded::Values => {
                self.push("VALUES(");
                self.ident(column)?;
                self.push(")");
                Ok(())
            }
        }
    }

    /// TRUE or FALSE. SQLite takes those words for names of columns where there are such.
    pub(super) fn truth(&mut self, truth: bool) {
        self.push(match (self.dialect, truth) {
            (Dialect::Sqlite, true) => "1",
            (Dialect::Sqlite, false) => "0",
            (_, true) => "TRUE",
            (_, false) => "FALSE",
        });
    }

    pub(super) fn literal(&mut self, literal: &Literal) -> Result<(), Error> {
        match literal {
            Literal::Null => self.push("NULL"),
            Literal::Bool(truth) => self.truth(*truth),
            // Postgres reads the digits first, and takes them for a numeric.
            Literal::Int(i64::MIN) if self.is(Dialect::Postgres) => {
                self.push("'-9223372036854775808'::int8");
            }
            Literal::Int(number) => {
                let number = number.to_string();
                self.push(&number);
            }
            Literal::Text(text) => return self.quoted(text),
            _ => return Err(unknown("literal")),
        }
        Ok(())
    }

    /// A text of the schema as a literal, right in every setting of the server.
    pub(super) fn quoted(&mut self, text: &str) -> Result<(), Error> {
        if text.contains('\0') {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                "a text in the statement has the character NUL in it; pass it as a value",
            ));
        }
        match self.dialect {
            Dialect::MySql if text.contains('\\') => {
                self.push("_utf8mb4 X'");
                for byte in text.bytes() {
                    self.push(&format!("{byte:02X}"));
                }
                self.push("'");
            }
            Dialect::Postgres if text.contains('\\') => {
                self.push("E'");
                self.push(&text.replace('\\', "\\\\").replace('\'', "''"));
                self.push("'");
            }
            _ => {
                self.push("'");
                self.push(&text.replace('\'', "''"));
                self.push("'");
            }
        }
        Ok(())
    }

    fn binary(&mut self, operator: BinaryOperator, left: &Expr, right: &Expr) -> Result<(), Error> {
        let postgres = self.is(Dialect::Postgres);
        let sign = match operator {
            BinaryOperator::Equal => "=",
            BinaryOperator::NotEqual => "<>",
            BinaryOperator::Less => "<",
            BinaryOperator::LessOrEqual => "<=",
            BinaryOperator::Greater => ">",
            BinaryOperator::GreaterOrEqual => ">=",
            BinaryOperator::IsNotDistinctFrom => match self.dialect {
                Dialect::MySql => "<=>",
                Dialect::Sqlite => "IS",
                _ => "IS NOT DISTINCT FROM",
            },
            BinaryOperator::Add => "+",
            BinaryOperator::Subtract => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::Divide => "/",
            BinaryOperator::Concat if self.is(Dialect::MySql) => {
                self.push("CONCAT(");
                self.list([left, right], Self::expr)?;
                self.push(")");
                return Ok(());
            }
            BinaryOperator::Concat => "||",
            BinaryOperator::ArrayHas if postgres => {
                self.operand(right)?;
                self.push(" = ANY(");
                self.expr(left)?;
                self.push(")");
                return Ok(());
            }
            BinaryOperator::ArrayHasEvery if postgres => "@>",
            BinaryOperator::ArrayHasSome if postgres => "&&",
            BinaryOperator::ArrayConcat if postgres => "||",
            BinaryOperator::ArrayHas
            | BinaryOperator::ArrayHasEvery
            | BinaryOperator::ArrayHasSome
            | BinaryOperator::ArrayConcat => return self.unsupported("operators on arrays"),
            _ => return Err(unknown("operator")),
        };
        self.operand(left)?;
        self.push(" ");
        self.push(sign);
        self.push(" ");
        self.operand(right)
    }

    fn junction(&mut self, exprs: &[Expr], word: &str, empty: bool) -> Result<(), Error> {
        match exprs {
            [] => {
                self.truth(empty);
                Ok(())
            }
            [only] => self.expr(only),
            _ if exprs.len() > CHAIN && self.is(Dialect::Sqlite) => {
                let (left, right) = exprs.split_at(exprs.len() / 2);
                self.push("(");
                self.junction(left, word, empty)?;
                self.push(")");
                self.push(word);
                self.push("(");
                self.junction(right, word, empty)?;
                self.push(")");
                Ok(())
            }
            _ => {
                for (at, expr) in exprs.iter().enumerate() {
                    if at > 0 {
                        self.push(word);
                    }
                    self.operand_of_junction(expr)?;
                }
                Ok(())
            }
        }
    }

    /// Comparisons bind more tightly than `AND` and `OR`: they need no parentheses there.
    fn operand_of_junction(&mut self, expr: &Expr) -> Result<(), Error> {
        match expr {
            Expr::Binary(..) | Expr::IsNull(_) | Expr::In { .. } => self.expr(expr),
            Expr::Not(inner) if matches!(**inner, Expr::IsNull(_)) => self.expr(expr),
            _ => self.operand(expr),
        }
    }

    fn case(&mut self, arms: &[(Expr, Expr)], otherwise: Option<&Expr>) -> Result<(), Error> {
        if arms.is_empty() {
            return match otherwise {
                Some(expr) => {
                    self.push("(");
                    self.expr(expr)?;
                    self.push(")");
                    Ok(())
                }
                None => self.literal(&Literal::Null),
            };
        }
        self.push("CASE");
        for (condition, result) in arms {
            self.push(" WHEN ");
            self.expr(condition)?;
            self.push(" THEN ");
            self.expr(result)?;
        }
        if let Some(expr) = otherwise {
            self.push(" ELSE ");
            self.expr(expr)?;
        }
        self.push(" END");
        Ok(())
    }

    fn cast(&mut self, inner: &Expr, ty: &DbType) -> Result<(), Error> {
        let name = match self.dialect {
            Dialect::Postgres => types::postgres(ty)?,
            Dialect::MySql if self.is_mariadb() && *ty.carrier() == DbType::Json => None,
            Dialect::MySql => types::mysql_cast(ty)?.map(str::to_owned),
            Dialect::Sqlite => types::sqlite_cast(ty)?.map(str::to_owned),
            _ => return Err(unknown("dialect")),
        };
        let Some(name) = name else { return self.operand(inner) };
        self.push("CAST(");
        self.expr(inner)?;
        self.push(" AS ");
        self.push(&name);
        self.push(")");
        Ok(())
    }
}

//! Searches in texts.
//!
//! - **Postgres**: `LIKE` and `ILIKE`. The pattern is a parameter, so its escape is the backslash in every setting of
//!   `standard_conforming_strings`.
//! - **MySQL**: `LIKE` by code points (`utf8mb4_bin`), of both sides in lower case where case does not matter; the
//!   collation of the column plays no part, accents always matter.
//! - **SQLite**: exact also for texts with the character NUL in them. A search at the start is a `GLOB` or `LIKE`,
//!   which an index can serve, unless the needle has NUL in it. Where case does not matter, that goes for ASCII.

use drivetrain_adapter_api::statement::{Expr, Slot, TextMatch};
use drivetrain_adapter_api::{DbType, Dialect, Error};

use super::{Writer, unknown};
use crate::form::{Form, Question};
use crate::template::{Source, Syntax};

impl Writer<'_> {
    pub(super) fn text_match(
        &mut self,
        expr: &Expr,
        kind: TextMatch,
        needle: &Slot,
        insensitive: bool,
    ) -> Result<(), Error> {
        let slot = needle.index;
        match self.dialect {
            Dialect::Postgres => {
                self.operand(expr)?;
                self.push(if insensitive { " ILIKE " } else { " LIKE " });
                self.typed(Source::Pattern { slot, kind, syntax: Syntax::Like('\\') }, &DbType::Text)
            }
            Dialect::MySql => {
                self.folded_mysql(expr, insensitive)?;
                self.push(" COLLATE utf8mb4_bin LIKE ");
                let pattern = Source::Pattern { slot, kind, syntax: Syntax::Like('!') };
                self.push(if insensitive { "LOWER(" } else { "" });
                self.placeholder(pattern, &DbType::Text)?;
                self.push(if insensitive { ") ESCAPE '!'" } else { " ESCAPE '!'" });
                Ok(())
            }
            Dialect::Sqlite => self.text_match_sqlite(expr, kind, slot, insensitive),
            _ => Err(unknown("dialect")),
        }
    }

    fn folded_mysql(&mut self, expr: &Expr, insensitive: bool) -> Result<(), Error> {
        self.push(if insensitive { "LOWER(CONVERT(" } else { "CONVERT(" });
        self.expr(expr)?;
        self.push(if insensitive { " USING utf8mb4))" } else { " USING utf8mb4)" });
        Ok(())
    }

    fn text_match_sqlite(
        &mut self,
        expr: &Expr,
        kind: TextMatch,
        slot: u32,
        insensitive: bool,
    ) -> Result<(), Error> {
        match kind {
            TextMatch::StartsWith => match self.ask(Question::Needle(slot))? {
                Form::NoPattern => {
                    self.position_sqlite(expr, slot, insensitive)?;
                    self.push(" = 1");
                }
                _ if insensitive => {
                    self.operand(expr)?;
                    self.push(" LIKE ");
                    let syntax = Syntax::Like('!');
                    self.placeholder(Source::Pattern { slot, kind, syntax }, &DbType::Text)?;
                    self.push(" ESCAPE '!'");
                }
                _ => {
                    self.operand(expr)?;
                    self.push(" GLOB ");
                    self.placeholder(Source::Pattern { slot, kind, syntax: Syntax::Glob }, &DbType::Text)?;
                }
            },
            TextMatch::Contains => {
                self.position_sqlite(expr, slot, insensitive)?;
                self.push(" > 0");
            }
            // The last bytes: `length` of a text would stop at NUL. With a dot behind both texts neither is empty,
            // of which `substr` would make NULL.
            TextMatch::EndsWith => {
                self.push("substr(");
                self.bytes_sqlite(expr, insensitive)?;
                self.push(", length(");
                self.bytes_sqlite(expr, insensitive)?;
                self.push(") - length(CAST(");
                self.plain_needle(slot)?;
                self.push(" || '.' AS BLOB)) + 1) = CAST(");
                self.needle_sqlite(slot, insensitive)?;
                self.push(" || '.' AS BLOB)");
            }
            _ => return Err(unknown("search")),
        }
        Ok(())
    }

    fn position_sqlite(&mut self, expr: &Expr, slot: u32, insensitive: bool) -> Result<(), Error> {
        self.push("instr(");
        self.lower_sqlite(expr, insensitive)?;
        self.push(", ");
        self.needle_sqlite(slot, insensitive)?;
        self.push(")");
        Ok(())
    }

    fn bytes_sqlite(&mut self, expr: &Expr, insensitive: bool) -> Result<(), Error> {
        self.push("CAST(");
        if insensitive {
            self.lower_sqlite(expr, true)?;
        } else {
            self.operand(expr)?;
        }
        self.push(" || '.' AS BLOB)");
        Ok(())
    }

    fn lower_sqlite(&mut self, expr: &Expr, lower: bool) -> Result<(), Error> {
        if !lower {
            return self.expr(expr);
        }
        self.push("lower(");
        self.expr(expr)?;
        self.push(")");
        Ok(())
    }

    fn needle_sqlite(&mut self, slot: u32, lower: bool) -> Result<(), Error> {
        self.push(if lower { "lower(" } else { "" });
        self.plain_needle(slot)?;
        self.push(if lower { ")" } else { "" });
        Ok(())
    }

    fn plain_needle(&mut self, slot: u32) -> Result<(), Error> {
        let source = Source::Pattern { slot, kind: TextMatch::Contains, syntax: Syntax::Plain };
        self.placeholder(source, &DbType::Text)
    }
}

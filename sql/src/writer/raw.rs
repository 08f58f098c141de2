//! Raw SQL in parts.

use drivetrain_adapter_api::statement::{RawPart, RawSql};
use drivetrain_adapter_api::{DbType, Dialect, Error};

use super::{Writer, unknown};
use crate::form::{Form, Question};
use crate::template::Source;

impl Writer<'_> {
    pub(super) fn raw(&mut self, raw: &RawSql) -> Result<(), Error> {
        match raw {
            RawSql::Parts(parts) => parts.iter().try_for_each(|part| self.raw_part(part)),
            RawSql::Native { text, parameters } => {
                self.push(text);
                for slot in 0..*parameters as u32 {
                    self.bind(Source::Slot(slot), &DbType::Unknown)?;
                }
                Ok(())
            }
            _ => Err(unknown("raw SQL")),
        }
    }

    fn raw_part(&mut self, part: &RawPart) -> Result<(), Error> {
        match part {
            RawPart::Text(text) => {
                self.push(text);
                Ok(())
            }
            RawPart::Ident(name) => self.ident(name),
            RawPart::Value(slot) if self.is(Dialect::Postgres) => {
                let ty = match self.ask(Question::RawType(*slot))? {
                    Form::Typed(ty) => ty,
                    _ => DbType::Unknown,
                };
                self.typed(Source::Slot(*slot), &ty)
            }
            RawPart::Value(slot) => self.placeholder(Source::Slot(*slot), &DbType::Unknown),
            _ => Err(unknown("part of raw SQL")),
        }
    }
}

//! The table of a section, and the words for its type.

use std::sync::Mutex;

use drivetrain_adapter_api::value::Array;
use drivetrain_adapter_api::{DbType, Dialect, Value};

use super::super::data::{Section, Side, Stored};
use crate::{Context, Outcome, Stop};

/// A section on the adapter of a case.
pub(in super::super) struct Ground<'a> {
    pub(in super::super) cx: &'a Context,
    pub(super) section: &'static Section,
    pub(in super::super) side: &'static Side,
    pub(in super::super) dialect: Dialect,
    /// The type of typed slots.
    pub(in super::super) slot: DbType,
    /// Whether arrays of the type are run too.
    pub(super) arrays: bool,
    /// What the oracle must see in the end.
    pub(super) expected: Mutex<Vec<Expected>>,
}

/// A row that must be there.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub(super) id: i64,
    /// The value; `None` for NULL.
    pub(super) stored: Option<Stored>,
}

impl<'a> Ground<'a> {
    /// The words alone.
    pub(in super::super) fn of(cx: &'a Context, section: &'static Section) -> Outcome<Self> {
        let dialect = cx.dialect();
        let side = section.sides.get(&dialect).ok_or_else(|| Stop::fail("the dialect has no such type"))?;
        Ok(Self {
            cx,
            section,
            side,
            dialect,
            slot: slot(cx, section),
            arrays: section.arrays && cx.capabilities().arrays(),
            expected: Mutex::default(),
        })
    }

    /// Makes the type and the table, and lets the oracle write every value in it as a literal.
    pub(super) async fn prepare(cx: &'a Context, section: &'static Section) -> Outcome<Self> {
        let ground = Self::of(cx, section)?;
        let side = ground.side;
        let own = &side.sql;
        let array = if ground.arrays { format!(", a {own}[]") } else { String::new() };
        let mut made: Vec<_> = side.setup.clone();
        made.push(format!("create table {} (id {{int8}} primary key, v {own}{array})", ground.table()));
        made.extend(super::columns::literal_rows(&ground));
        cx.prepare(&made.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        Ok(ground)
    }

    /// The name of the table.
    pub(super) fn table_name(&self) -> String {
        format!("v_{}", self.section.name.replace(['-', ' '], "_"))
    }

    /// The table, in a template.
    pub(super) fn table(&self) -> String {
        format!("{{t:{}}}", self.table_name())
    }

    /// An expression of the section's type, in a template, around a parameter or a literal.
    pub(in super::super) fn expression(&self, inner: &str) -> String {
        match &self.side.expression {
            Some(around) => around.replace('@', inner),
            None if self.dialect == Dialect::Postgres => format!("cast({inner} as {})", self.side.sql),
            None => inner.to_owned(),
        }
    }

    /// The same for an array of the type.
    pub(super) fn array_expression(&self, inner: &str) -> String {
        format!("cast({inner} as {}[])", self.side.sql)
    }

    /// What the oracle is asked for.
    pub(in super::super) fn shown(&self, inner: &str) -> String {
        match (&self.side.shown, self.dialect) {
            (Some(around), _) => around.replace('@', inner),
            (None, Dialect::Postgres) => format!("cast({inner} as text)"),
            (None, Dialect::MySql) => format!("cast({inner} as char)"),
            (None, _) => inner.to_owned(),
        }
    }

    /// The value and NULL, as an array.
    pub(super) fn array_of(&self, value: &Value) -> Value {
        Value::Array(Array::new(self.slot.clone(), vec![value.clone(), Value::Null(self.slot.clone())]))
    }

    /// Notes a row that must be there.
    pub(super) fn expect(&self, id: i64, stored: Option<Stored>) {
        self.expected.lock().expect("nothing panics while it is held").push(Expected { id, stored });
    }

    /// The rows that must be there, by id.
    pub(super) fn expected(&self) -> Vec<Expected> {
        let mut rows = self.expected.lock().expect("nothing panics while it is held").clone();
        rows.sort_by_key(|row| row.id);
        rows
    }
}

/// The type that abstract statements state.
fn slot(cx: &Context, section: &Section) -> DbType {
    let ty = &section.ty;
    match &ty.name {
        Some(name) if cx.dialect() == Dialect::Postgres => {
            let naming = cx.naming();
            let (schema, name) = if ty.own {
                (naming.schema.as_deref(), format!("{}{name}", naming.prefix))
            } else {
                (None, name.clone())
            };
            let named = |carrier: &DbType| DbType::named(Dialect::Postgres, schema, &name, carrier.clone());
            match &ty.carrier {
                DbType::Array(element) => DbType::array(named(element)),
                carrier => named(carrier),
            }
        }
        _ => ty.carrier.clone(),
    }
}

//! Columns: where conditions, orders and assignments begin.

use std::fmt;
use std::marker::PhantomData;

use drivetrain_adapter_api::statement::{Direction, Nulls, TextMatch};
use drivetrain_adapter_api::{DbType, ToValue, Value};

use super::node::{AssignOp, Compare, Node, NodeKind, OrderNode};
use super::value::{IntoNullable, IntoValue};
use super::{Filter, Unique};
use crate::model::Model;

/// A column of the model `M` whose values have the Rust type `T`.
///
/// `N` says whether it can be NULL ([`Required`], [`Nullable`]), `K` whether it is a key by itself ([`Plain`],
/// [`Key`]).
pub struct Column<M, T, N = Required, K = Plain> {
    index: usize,
    #[allow(clippy::type_complexity, reason = "a marker")]
    marker: PhantomData<fn() -> (M, T, N, K)>,
}

/// A column that is never NULL.
#[derive(Debug)]
pub enum Required {}

/// A column that can be NULL.
#[derive(Debug)]
pub enum Nullable {}

/// A column that does not identify a record by itself.
#[derive(Debug)]
pub enum Plain {}

/// A column with `@id` or `@unique`.
#[derive(Debug)]
pub enum Key {}

/// Whether equality with a value picks one record at most.
pub trait ColumnKind {
    /// The condition that a column of this sort equals a value.
    type Equals<M: Model>;

    /// Makes that condition.
    #[doc(hidden)]
    fn equals<M: Model>(filter: Filter<M>) -> Self::Equals<M>;
}

impl ColumnKind for Plain {
    type Equals<M: Model> = Filter<M>;

    fn equals<M: Model>(filter: Filter<M>) -> Filter<M> {
        filter
    }
}

impl ColumnKind for Key {
    type Equals<M: Model> = Unique<M>;

    fn equals<M: Model>(filter: Filter<M>) -> Unique<M> {
        Unique::new(filter.node)
    }
}

/// Types whose values have an order that databases agree on.
#[diagnostic::on_unimplemented(message = "fields of type `{Self}` have no order to compare by")]
pub trait Comparable {}

/// Types that can be computed with.
#[diagnostic::on_unimplemented(message = "fields of type `{Self}` cannot be computed with")]
pub trait Numeric {}

/// Types that can be searched as text.
#[diagnostic::on_unimplemented(message = "fields of type `{Self}` cannot be searched as text")]
pub trait Textual {}

/// How an update changes one column of the model `M`.
pub struct Assignment<M> {
    pub(crate) column: usize,
    pub(crate) op: AssignOp,
    model: PhantomData<fn() -> M>,
}

/// A term of an order of records of the model `M`.
pub struct Order<M> {
    pub(crate) node: OrderNode,
    model: PhantomData<fn() -> M>,
}

impl<M, T, N, K> Clone for Column<M, T, N, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T, N, K> Copy for Column<M, T, N, K> {}

impl<M: Model, T, N, K> fmt::Debug for Column<M, T, N, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", M::META.name, M::META.columns[self.index].field)
    }
}

impl<M> Clone for Order<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Order<M> {}

impl<M> Clone for Assignment<M> {
    fn clone(&self) -> Self {
        Self { column: self.column, op: self.op.clone(), model: PhantomData }
    }
}

impl<M: Model> fmt::Debug for Assignment<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Assignment({}.{})", M::META.name, M::META.columns[self.column].field)
    }
}

impl<M: Model> fmt::Debug for Order<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Order({}.{})", M::META.name, M::META.columns[self.node.column].field)
    }
}

impl<M: Model, T, N, K> Column<M, T, N, K> {
    /// The column at that position. For generated code.
    #[doc(hidden)]
    pub const fn new(index: usize) -> Self {
        Self { index, marker: PhantomData }
    }

    /// Its name in the schema.
    pub fn name(&self) -> &'static str {
        M::META.columns[self.index].field
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    fn filter(self, kind: NodeKind) -> Filter<M> {
        Filter::new(Node::Column { column: self.index, kind })
    }

    fn compare(self, operator: Compare, value: Value) -> Filter<M> {
        self.filter(NodeKind::Compare(operator, value))
    }

    fn order(self, direction: Direction) -> Order<M> {
        Order { node: OrderNode { column: self.index, direction, nulls: None }, model: PhantomData }
    }

    fn assign(self, op: AssignOp) -> Assignment<M> {
        Assignment { column: self.index, op, model: PhantomData }
    }

    /// Smallest first. Unless [said otherwise](Order::nulls_first), NULLs stand where the database puts them: last on
    /// Postgres, first on SQLite.
    pub fn asc(self) -> Order<M> {
        self.order(Direction::Ascending)
    }

    /// Largest first. Unless [said otherwise](Order::nulls_last), NULLs stand where the database puts them: first on
    /// Postgres, last on SQLite.
    pub fn desc(self) -> Order<M> {
        self.order(Direction::Descending)
    }
}

impl<M: Model> Order<M> {
    /// With NULLs before all values.
    #[must_use]
    pub fn nulls_first(mut self) -> Self {
        self.node.nulls = Some(Nulls::First);
        self
    }

    /// With NULLs after all values.
    #[must_use]
    pub fn nulls_last(mut self) -> Self {
        self.node.nulls = Some(Nulls::Last);
        self
    }
}

impl<M: Model, T: ToValue, N, K: ColumnKind> Column<M, T, N, K> {
    /// It has this value. Lists are equal element by element; documents as the database compares them: by their
    /// contents on Postgres, by their text on SQLite.
    pub fn equals(self, value: impl IntoValue<T>) -> K::Equals<M> {
        K::equals(self.compare(Compare::Equal, value.into_value()))
    }
}

impl<M: Model, T: ToValue, N, K> Column<M, T, N, K> {
    /// A part of the condition on a key of several columns. For generated code.
    #[doc(hidden)]
    pub fn part(self, value: impl IntoValue<T>) -> Unique<M> {
        Unique::new(self.compare(Compare::Equal, value.into_value()).node)
    }

    /// It has another value. Not true of NULL.
    pub fn not_equals(self, value: impl IntoValue<T>) -> Filter<M> {
        self.compare(Compare::NotEqual, value.into_value())
    }

    /// It has one of these values.
    pub fn is_in<V: IntoValue<T>>(self, values: impl IntoIterator<Item = V>) -> Filter<M> {
        self.filter(NodeKind::In(values.into_iter().map(IntoValue::into_value).collect()))
    }

    /// It has none of these values. Not true of NULL.
    pub fn not_in<V: IntoValue<T>>(self, values: impl IntoIterator<Item = V>) -> Filter<M> {
        self.is_in(values).not()
    }
}

impl<M: Model, T: Comparable, N, K> Column<M, T, N, K> {
    /// It is less than this. Texts are compared in the order of the database's collation. Not true of NULL.
    pub fn lt(self, value: impl IntoValue<T>) -> Filter<M> {
        self.compare(Compare::Less, value.into_value())
    }

    /// It is this or less. Not true of NULL.
    pub fn lte(self, value: impl IntoValue<T>) -> Filter<M> {
        self.compare(Compare::LessOrEqual, value.into_value())
    }

    /// It is greater than this. Not true of NULL.
    pub fn gt(self, value: impl IntoValue<T>) -> Filter<M> {
        self.compare(Compare::Greater, value.into_value())
    }

    /// It is this or greater. Not true of NULL.
    pub fn gte(self, value: impl IntoValue<T>) -> Filter<M> {
        self.compare(Compare::GreaterOrEqual, value.into_value())
    }
}

impl<M: Model, T: Textual, N, K> Column<M, T, N, K> {
    fn text(self, kind: TextMatch, needle: impl AsRef<str>, case_insensitive: bool) -> Filter<M> {
        self.filter(NodeKind::Text {
            kind,
            needle: Value::Text(needle.as_ref().to_owned()),
            case_insensitive,
        })
    }

    /// It has this text in it. No character is a wildcard.
    pub fn contains(self, needle: impl AsRef<str>) -> Filter<M> {
        self.text(TextMatch::Contains, needle, false)
    }

    /// It starts with this text.
    pub fn starts_with(self, needle: impl AsRef<str>) -> Filter<M> {
        self.text(TextMatch::StartsWith, needle, false)
    }

    /// It ends with this text.
    pub fn ends_with(self, needle: impl AsRef<str>) -> Filter<M> {
        self.text(TextMatch::EndsWith, needle, false)
    }

    /// It has this text in it, in letters of either case.
    pub fn contains_insensitive(self, needle: impl AsRef<str>) -> Filter<M> {
        self.text(TextMatch::Contains, needle, true)
    }

    /// It starts with this text, in letters of either case.
    pub fn starts_with_insensitive(self, needle: impl AsRef<str>) -> Filter<M> {
        self.text(TextMatch::StartsWith, needle, true)
    }

    /// It ends with this text, in letters of either case.
    pub fn ends_with_insensitive(self, needle: impl AsRef<str>) -> Filter<M> {
        self.text(TextMatch::EndsWith, needle, true)
    }
}

impl<M: Model, T: ToValue, K> Column<M, T, Required, K> {
    /// Becomes this value.
    pub fn set(self, value: impl IntoValue<T>) -> Assignment<M> {
        self.assign(AssignOp::Set(value.into_value()))
    }
}

impl<M: Model, T: ToValue, K> Column<M, T, Nullable, K> {
    /// Becomes this value, or NULL for `None`.
    pub fn set(self, value: impl IntoNullable<T>) -> Assignment<M> {
        self.assign(AssignOp::Set(value.into_nullable()))
    }

    /// Becomes NULL.
    pub fn set_null(self) -> Assignment<M> {
        self.assign(AssignOp::Set(Value::Null(T::db_type())))
    }

    /// It is NULL.
    pub fn is_null(self) -> Filter<M> {
        self.filter(NodeKind::IsNull)
    }

    /// It is not NULL.
    pub fn is_not_null(self) -> Filter<M> {
        self.is_null().not()
    }
}

impl<M: Model, T: Numeric + ToValue, N, K> Column<M, T, N, K> {
    /// Becomes more by this. NULL stays NULL; a number that the column does not hold is an
    /// [`OutOfRange`](drivetrain_adapter_api::ErrorKind::OutOfRange) of the database.
    pub fn increment(self, by: impl IntoValue<T>) -> Assignment<M> {
        self.assign(AssignOp::Add(by.into_value()))
    }

    /// Becomes less by this.
    pub fn decrement(self, by: impl IntoValue<T>) -> Assignment<M> {
        self.assign(AssignOp::Subtract(by.into_value()))
    }

    /// Is multiplied by this.
    pub fn multiply(self, by: impl IntoValue<T>) -> Assignment<M> {
        self.assign(AssignOp::Multiply(by.into_value()))
    }

    /// Is divided by this, as the database divides: whole numbers without their remainder; by zero it is an error on
    /// Postgres and gives NULL on SQLite.
    pub fn divide(self, by: impl IntoValue<T>) -> Assignment<M> {
        self.assign(AssignOp::Divide(by.into_value()))
    }
}

impl<M: Model, T: ToValue, N, K> Column<M, Vec<T>, N, K>
where
    Vec<T>: ToValue,
{
    /// The list has this element. Not true of NULL.
    pub fn has(self, element: impl IntoValue<T>) -> Filter<M> {
        self.filter(NodeKind::Has(element.into_value()))
    }

    /// The list has all of these elements; every list has all of none. Not true of NULL.
    pub fn has_every<V: IntoValue<T>>(self, elements: impl IntoIterator<Item = V>) -> Filter<M> {
        self.filter(NodeKind::HasEvery(elements.into_iter().map(IntoValue::into_value).collect()))
    }

    /// The list has one of these elements; no list has one of none. Not true of NULL.
    pub fn has_some<V: IntoValue<T>>(self, elements: impl IntoIterator<Item = V>) -> Filter<M> {
        self.filter(NodeKind::HasSome(elements.into_iter().map(IntoValue::into_value).collect()))
    }

    /// The list has no elements, or is NULL in the database, which is read as the empty list.
    pub fn is_empty(self) -> Filter<M> {
        self.filter(NodeKind::IsEmpty)
    }

    /// The list gets these elements at its end. To NULL it is the empty list that they are added.
    pub fn push<V: IntoValue<T>>(self, elements: impl IntoIterator<Item = V>) -> Assignment<M> {
        let values = elements.into_iter().map(IntoValue::into_value).collect();
        let element = <Vec<T> as ToValue>::db_type().element().cloned().unwrap_or(DbType::Unknown);
        self.assign(AssignOp::Push(Value::Array(drivetrain_adapter_api::value::Array::new(element, values))))
    }
}

//! Expressions.

use drivetrain_adapter_api::statement::{BinaryOperator, Expr, InList, JsonRows, Literal};
use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result, Value};

use super::Binder;
use super::node::{Node, Typed};
use super::scope::Stage;
use crate::error;
use crate::value::{arithmetic, cast, common, concrete, is_text};

impl Binder<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> Result<Typed> {
        if matches!(self.stage(), Stage::Groups { .. }) && self.top()?.groups.contains(expr) {
            return self.at_stage(Stage::Key, |binder| binder.plain(expr));
        }
        self.plain(expr)
    }

    fn plain(&mut self, expr: &Expr) -> Result<Typed> {
        match expr {
            Expr::Column { table, column } => self.column(table.as_ref(), column),
            Expr::Slot(slot) => {
                let value = self.slot(slot)?;
                let ty = if slot.ty == DbType::Unknown { value.db_type() } else { slot.ty.clone() };
                Ok(Typed::new(Node::Const(value), ty))
            }
            Expr::Literal(literal) => Ok(Typed::constant(match literal {
                Literal::Null => Value::NULL,
                Literal::Bool(value) => Value::Bool(*value),
                Literal::Int(number) => match i32::try_from(*number) {
                    Ok(number) => Value::Int32(number),
                    Err(_) => Value::Int64(*number),
                },
                // Of no type until it meets one.
                Literal::Text(text) => {
                    let text = Value::Text(text.to_string());
                    return Ok(Typed::new(Node::Const(text), DbType::Unknown));
                }
                _ => return Err(error::unknown("literal")),
            })),
            Expr::Binary(operator, left, right) => self.binary(*operator, left, right),
            Expr::And(exprs) => Ok(Typed::condition(Node::And(self.conditions(exprs)?))),
            Expr::Or(exprs) => Ok(Typed::condition(Node::Or(self.conditions(exprs)?))),
            Expr::Not(inner) => Ok(Typed::condition(Node::Not(Box::new(self.condition(inner)?)))),
            Expr::IsNull(inner) => {
                let all = match &**inner {
                    Expr::Row(exprs) => self.exprs(exprs)?,
                    single => vec![self.expr(single)?],
                };
                Ok(Typed::condition(Node::IsNull(all)))
            }
            Expr::In { expr, list } => self.is_in(expr, list),
            Expr::TextMatch { expr, kind, needle, case_insensitive } => {
                let text = self.text(expr)?;
                let needle = match self.slot(needle)? {
                    Value::Null(_) => None,
                    Value::Text(text) | Value::Enum(text) | Value::OtherText { text, .. } => Some(text),
                    other => {
                        return Err(Error::new(
                            ErrorKind::TypeMismatch,
                            format!("a text is searched for {}", other.as_ref().sort()),
                        ));
                    }
                };
                let (kind, fold) = (*kind, *case_insensitive);
                Ok(Typed::condition(Node::Match { text: Box::new(text), kind, needle, fold }))
            }
            Expr::Exists(select) => {
                let select = self.subselect(select)?;
                Ok(Typed::condition(Node::Exists(Box::new(select))))
            }
            Expr::Scalar(select) => {
                let select = self.subselect(select)?;
                let [column] = select.columns.as_slice() else {
                    return Err(Error::new(
                        ErrorKind::Syntax,
                        format!("a select that stands for a value gives {} columns", select.columns.len()),
                    ));
                };
                let (ty, labels) = (column.ty.clone(), column.labels.clone());
                Ok(Typed { node: Node::Scalar(Box::new(select)), ty, labels })
            }
            Expr::Call(function, arguments) => self.call(function, arguments),
            Expr::Aggregate { function, argument, distinct } => {
                self.aggregate(*function, argument.as_deref(), *distinct)
            }
            Expr::Case { arms, otherwise } => self.case(arms, otherwise.as_deref()),
            Expr::Cast(inner, ty) => {
                let inner = self.expr(inner)?;
                if concrete(ty) == DbType::Unknown {
                    return Ok(inner);
                }
                Ok(Typed::new(Node::Cast(Box::new(inner)), ty.clone()))
            }
            Expr::Row(_) => Err(Error::misuse("a row of values stands where one value is taken")),
            Expr::JsonRows(rows) => self.json_rows(rows),
            Expr::Excluded(column) => self.excluded(column),
            Expr::Default => {
                Err(Error::new(ErrorKind::Syntax, "DEFAULT is only known for a column that is written"))
            }
            _ => Err(error::unknown("expression")),
        }
    }

    pub(super) fn exprs(&mut self, exprs: &[Expr]) -> Result<Vec<Typed>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    /// An expression that is true, false or NULL.
    pub(super) fn condition(&mut self, expr: &Expr) -> Result<Typed> {
        let bound = self.expr(expr)?;
        match concrete(&bound.ty) {
            DbType::Bool => Ok(bound),
            DbType::Unknown => settled(bound, &DbType::Bool),
            other => Err(error::type_mismatch("a condition is expected", &other, &DbType::Bool)),
        }
    }

    pub(super) fn conditions(&mut self, exprs: &[Expr]) -> Result<Vec<Typed>> {
        exprs.iter().map(|expr| self.condition(expr)).collect()
    }

    /// An expression that is a text.
    pub(super) fn text(&mut self, expr: &Expr) -> Result<Typed> {
        let bound = self.expr(expr)?;
        match concrete(&bound.ty) {
            ty if is_text(&ty) => Ok(bound),
            DbType::Unknown => settled(bound, &DbType::Text),
            other => Err(error::undefined_function("operation on texts", &[&other])),
        }
    }

    fn binary(&mut self, operator: BinaryOperator, left: &Expr, right: &Expr) -> Result<Typed> {
        match operator {
            BinaryOperator::Equal
            | BinaryOperator::NotEqual
            | BinaryOperator::Less
            | BinaryOperator::LessOrEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterOrEqual
            | BinaryOperator::IsNotDistinctFrom => self.comparison(operator, left, right),
            BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::Divide => {
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                let (left, right) = settled_pair(left, right)?;
                let (a, b) = (concrete(&left.ty), concrete(&right.ty));
                let ty =
                    arithmetic(&a, &b).ok_or_else(|| error::undefined_function("arithmetic", &[&a, &b]))?;
                Ok(Typed::new(Node::Arithmetic(operator, Box::new(left), Box::new(right)), concrete(&ty)))
            }
            BinaryOperator::Concat => {
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                let (a, b) = (concrete(&left.ty), concrete(&right.ty));
                let texts = |ty: &DbType| is_text(ty) || *ty == DbType::Unknown;
                if !texts(&a) && !texts(&b) {
                    return Err(error::undefined_function("joining of texts", &[&a, &b]));
                }
                let (left, right) = (as_text(left), as_text(right));
                Ok(Typed::new(Node::Concat(Box::new(left), Box::new(right)), DbType::Text))
            }
            BinaryOperator::ArrayHas
            | BinaryOperator::ArrayHasEvery
            | BinaryOperator::ArrayHasSome
            | BinaryOperator::ArrayConcat => self.array_operation(operator, left, right),
            _ => Err(error::unknown("operator")),
        }
    }

    fn array_operation(&mut self, operator: BinaryOperator, left: &Expr, right: &Expr) -> Result<Typed> {
        let (left, right) = (self.expr(left)?, self.expr(right)?);
        let (a, b) = (concrete(&left.ty), concrete(&right.ty));
        let wrong = || error::undefined_function("operation on arrays", &[&a, &b]);
        let element = a.element().ok_or_else(wrong)?;
        let other = if operator == BinaryOperator::ArrayHas { &b } else { b.element().ok_or_else(wrong)? };
        if *other != DbType::Unknown && common(element, other).is_none() {
            return Err(wrong());
        }
        let right = if operator == BinaryOperator::ArrayHas { settled(right, element)? } else { right };
        let ty = if operator == BinaryOperator::ArrayConcat { left.ty.clone() } else { DbType::Bool };
        Ok(Typed::new(Node::Array(operator, Box::new(left), Box::new(right)), ty))
    }

    fn case(&mut self, arms: &[(Expr, Expr)], otherwise: Option<&Expr>) -> Result<Typed> {
        let mut conditions = Vec::with_capacity(arms.len());
        let mut results = Vec::with_capacity(arms.len() + 1);
        for (condition, result) in arms {
            conditions.push(self.condition(condition)?);
            results.push(self.expr(result)?);
        }
        if let Some(expr) = otherwise {
            results.push(self.expr(expr)?);
        }
        let (ty, mut results) = unified(results)?;
        let last = if otherwise.is_some() { results.pop().map(Box::new) } else { None };
        Ok(Typed::new(Node::Case(conditions.into_iter().zip(results).collect(), last), ty))
    }

    fn is_in(&mut self, expr: &Expr, list: &InList) -> Result<Typed> {
        let left = match (expr, list) {
            (Expr::Row(_), InList::Slot(_)) => {
                return Err(Error::misuse(
                    "a row of values is looked for in rows, not in a list of single values",
                ));
            }
            (Expr::Row(exprs), _) => self.exprs(exprs)?,
            (single, _) => vec![self.expr(single)?],
        };
        let (left, list) = self.list(left, list)?;
        Ok(Typed::condition(Node::In(left, list)))
    }

    fn json_rows(&mut self, rows: &JsonRows) -> Result<Typed> {
        if rows.items.len() != rows.select.projections.len() {
            return Err(Error::misuse(format!(
                "rows as JSON have {} columns and {} encodings",
                rows.select.projections.len(),
                rows.items.len()
            )));
        }
        let select = self.subselect(&rows.select)?;
        Ok(Typed::new(Node::JsonRows(Box::new(select), rows.items.clone()), DbType::Text))
    }
}

/// Gives an expression of no type that type. Others stay as they are.
pub(super) fn settled(typed: Typed, ty: &DbType) -> Result<Typed> {
    if concrete(&typed.ty) != DbType::Unknown {
        return Ok(typed);
    }
    match typed.node {
        Node::Const(value) => Ok(Typed::new(Node::Const(cast(value, ty)?), ty.clone())),
        node => Ok(Typed::new(node, ty.clone())),
    }
}

/// Gives each of two expressions the type of the other, if it has none.
pub(super) fn settled_pair(left: Typed, right: Typed) -> Result<(Typed, Typed)> {
    let (a, b) = (left.ty.clone(), right.ty.clone());
    match (concrete(&a) == DbType::Unknown, concrete(&b) == DbType::Unknown) {
        (true, true) => Ok((settled(left, &DbType::Text)?, settled(right, &DbType::Text)?)),
        (true, false) => Ok((settled(left, &b)?, right)),
        (false, true) => Ok((left, settled(right, &a)?)),
        (false, false) => Ok((left, right)),
    }
}

fn as_text(typed: Typed) -> Typed {
    match concrete(&typed.ty) {
        DbType::Text | DbType::Enum => typed,
        _ => Typed::new(Node::Cast(Box::new(typed)), DbType::Text),
    }
}

/// Expressions as values of one type, that of all of them.
pub(super) fn unified(exprs: Vec<Typed>) -> Result<(DbType, Vec<Typed>)> {
    let mut ty = DbType::Unknown;
    for expr in &exprs {
        ty = common(&ty, &expr.ty).ok_or_else(|| {
            error::type_mismatch("values of several types have none in common", &expr.ty, &ty)
        })?;
    }
    if concrete(&ty) == DbType::Unknown {
        ty = DbType::Text;
    }
    let all = exprs.into_iter().map(|expr| converted(expr, &ty)).collect::<Result<_>>()?;
    Ok((ty, all))
}

/// The expression as one of a type that it can become.
pub(super) fn converted(expr: Typed, ty: &DbType) -> Result<Typed> {
    let expr = settled(expr, ty)?;
    if concrete(&expr.ty) == concrete(ty) {
        return Ok(Typed { ty: ty.clone(), ..expr });
    }
    Ok(Typed::new(Node::Cast(Box::new(expr)), ty.clone()))
}

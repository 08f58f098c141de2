//! Arithmetic, typed as Postgres has it.

use drivetrain_adapter_api::statement::BinaryOperator;
use drivetrain_adapter_api::{DbType, Result, Value};

use super::number::in_range;
use super::order::{exact, float, whole};
use super::types::{is_float, is_integer};
use crate::error;

/// `left operator right` as a value of the type `ty`, which is that of the operation. Neither is NULL.
pub(crate) fn compute(operator: BinaryOperator, left: &Value, right: &Value, ty: &DbType) -> Result<Value> {
    if is_integer(ty)
        && let (Some(a), Some(b)) = (whole(left), whole(right))
    {
        return integers(operator, a, b, ty);
    }
    if is_float(ty)
        && let (Some(a), Some(b)) = (float(left)?, float(right)?)
    {
        return floats(operator, a, b, ty);
    }
    let (Some(a), Some(b)) = (exact(left)?, exact(right)?) else {
        return Err(error::broken("arithmetic on what are no numbers"));
    };
    let result = match operator {
        BinaryOperator::Add => a.plus(&b),
        BinaryOperator::Subtract => a.plus(&b.negated()),
        BinaryOperator::Multiply => a.times(&b),
        BinaryOperator::Divide => a.divided_by(&b)?,
        _ => return Err(error::unknown("operator")),
    };
    result.to_decimal().map(Value::Decimal)
}

fn integers(operator: BinaryOperator, a: i128, b: i128, ty: &DbType) -> Result<Value> {
    let result = match operator {
        BinaryOperator::Add => a.checked_add(b),
        BinaryOperator::Subtract => a.checked_sub(b),
        BinaryOperator::Multiply => a.checked_mul(b),
        BinaryOperator::Divide if b == 0 => return Err(error::division_by_zero()),
        // Towards zero.
        BinaryOperator::Divide => a.checked_div(b),
        _ => return Err(error::unknown("operator")),
    };
    in_range(result.ok_or_else(|| error::out_of_range(ty))?, ty)
}

fn floats(operator: BinaryOperator, a: f64, b: f64, ty: &DbType) -> Result<Value> {
    let result = match operator {
        BinaryOperator::Add => a + b,
        BinaryOperator::Subtract => a - b,
        BinaryOperator::Multiply => a * b,
        BinaryOperator::Divide if b == 0.0 && !a.is_nan() => return Err(error::division_by_zero()),
        BinaryOperator::Divide => a / b,
        _ => return Err(error::unknown("operator")),
    };
    let infinite = a.is_infinite() || b.is_infinite();
    let vanished = result == 0.0
        && a != 0.0
        && !infinite
        && (matches!(operator, BinaryOperator::Divide)
            || matches!(operator, BinaryOperator::Multiply) && b != 0.0);
    if result.is_infinite() && !infinite || vanished {
        return Err(error::out_of_range(ty));
    }
    if *ty == DbType::Float32 {
        let narrow = result as f32;
        if narrow.is_infinite() && !infinite {
            return Err(error::out_of_range(ty));
        }
        return Ok(Value::Float32(narrow));
    }
    Ok(Value::Float64(result))
}

/// The absolute value, of the same type.
pub(crate) fn absolute(value: &Value, ty: &DbType) -> Result<Value> {
    match value {
        Value::Float64(number) => Ok(Value::Float64(number.abs())),
        Value::Float32(number) => Ok(Value::Float32(number.abs())),
        Value::Decimal(_) => match exact(value)? {
            Some(number) if number.is_negative() => number.negated().to_decimal().map(Value::Decimal),
            _ => Ok(value.clone()),
        },
        other => match whole(other) {
            Some(number) => in_range(number.abs(), ty),
            None => Err(error::undefined_function("absolute value", &[ty])),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivetrain_adapter_api::ErrorKind;

    fn kind(operator: BinaryOperator, left: &Value, right: &Value, ty: &DbType) -> ErrorKind {
        compute(operator, left, right, ty).unwrap_err().kind()
    }

    #[test]
    fn integers_stay_within_their_type_and_divide_towards_zero() {
        use BinaryOperator::{Add, Divide, Multiply};
        let max = Value::Int32(i32::MAX);
        assert_eq!(kind(Add, &max, &Value::Int32(1), &DbType::Int32), ErrorKind::OutOfRange);
        assert_eq!(
            compute(Add, &max, &Value::Int32(1), &DbType::Int64).unwrap(),
            Value::Int64(i64::from(i32::MAX) + 1)
        );
        assert_eq!(
            kind(Multiply, &Value::Int64(i64::MAX), &Value::Int64(2), &DbType::Int64),
            ErrorKind::OutOfRange
        );
        assert_eq!(
            compute(Divide, &Value::Int32(-7), &Value::Int32(2), &DbType::Int32).unwrap(),
            Value::Int32(-3)
        );
        assert_eq!(
            kind(Divide, &Value::Int32(1), &Value::Int32(0), &DbType::Int32),
            ErrorKind::DivisionByZero
        );
    }

    #[test]
    fn floats_that_leave_their_range_are_errors() {
        use BinaryOperator::{Divide, Multiply};
        let big = Value::Float64(1e300);
        assert_eq!(kind(Multiply, &big, &big, &DbType::Float64), ErrorKind::OutOfRange);
        assert_eq!(
            kind(Divide, &Value::Float64(1.0), &Value::Float64(0.0), &DbType::Float64),
            ErrorKind::DivisionByZero
        );
        let infinite = Value::Float64(f64::INFINITY);
        assert_eq!(compute(Multiply, &infinite, &big, &DbType::Float64).unwrap(), infinite);
    }
}

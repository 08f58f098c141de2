//! The one check that refuses what an adapter does not declare, before anything is sent.
//!
//! The [capability check layer](crate::layer::CapabilityCheck) applies it to every call. Adapters need not repeat
//! it, but their operations must not take effect around it either: see **A-4**.

use crate::statement::Feature;
use crate::{Batch, Capabilities, Capability, Error, ErrorKind, Query, Result, TransactionOptions, Value};

fn undeclared(capability: Capability, what: &str) -> Error {
    Error::unsupported(format!("{what}: the adapter does not declare `{}`", capability.name()))
}

/// Refuses the query if `capabilities` do not cover it.
///
/// # Errors
/// [`Unsupported`](ErrorKind::Unsupported) for a feature, [`ParameterCount`](ErrorKind::ParameterCount) if values
/// and slots do not match, [`TooManyParameters`](ErrorKind::TooManyParameters),
/// [`RequestTooLarge`](ErrorKind::RequestTooLarge) and [`OutOfRange`](ErrorKind::OutOfRange) for values that the
/// database cannot hold.
pub fn query(capabilities: &Capabilities, query: &Query) -> Result<()> {
    for feature in query.statement.features().iter() {
        let capability = capability_of(feature);
        if !capabilities.declares(capability) {
            return Err(undeclared(capability, "the statement cannot be run"));
        }
    }
    let expected = query.statement.slots().len();
    if query.params.len() != expected {
        return Err(Error::new(
            ErrorKind::ParameterCount,
            format!("the statement takes {expected} values and was given {}", query.params.len()),
        ));
    }
    if let Some(limit) = capabilities.max_parameters()
        && query.params.len() as u64 > limit
    {
        return Err(too_many_parameters(query.params.len(), limit));
    }
    query.params.iter().enumerate().try_for_each(|(at, param)| value(capabilities, at, param))?;
    if let (Some(limit), crate::statement::Body::Raw(raw)) =
        (capabilities.max_statement_bytes(), query.statement.body())
    {
        statement_bytes(limit, raw_bytes(raw))?;
    }
    Ok(())
}

/// The error for more parameters than `limit`. Adapters use it after lowering, where one value can become several
/// parameters.
pub fn too_many_parameters(count: usize, limit: u64) -> Error {
    Error::new(
        ErrorKind::TooManyParameters,
        format!(
            "the statement has {count} parameters; the database takes {limit} at most: split the operation"
        ),
    )
}

/// Refuses the text of a statement that is longer than `limit`.
///
/// # Errors
/// [`RequestTooLarge`](ErrorKind::RequestTooLarge).
pub fn statement_bytes(limit: u64, bytes: usize) -> Result<()> {
    if bytes as u64 > limit {
        return Err(Error::new(
            ErrorKind::RequestTooLarge,
            format!("the statement has {bytes} bytes; the database takes {limit} at most"),
        ));
    }
    Ok(())
}

fn raw_bytes(raw: &crate::statement::RawSql) -> usize {
    use crate::statement::{RawPart, RawSql};
    match raw {
        RawSql::Native { text, .. } => text.len(),
        RawSql::Parts(parts) => parts
            .iter()
            .map(|part| match part {
                RawPart::Text(text) => text.len(),
                RawPart::Ident(name) => name.as_str().len() + 2,
                RawPart::Value(_) => 2,
            })
            .sum(),
    }
}

fn value(capabilities: &Capabilities, at: usize, value: &Value) -> Result<()> {
    let refuse = |what: &str| {
        Err(Error::new(
            ErrorKind::OutOfRange,
            format!("value {} is {what}, which {} cannot hold", at + 1, capabilities.dialect()),
        ))
    };
    let float = |number: f64| {
        if number.is_nan() && !capabilities.float_nan() {
            refuse("NaN")
        } else if number.is_infinite() && !capabilities.float_infinity() {
            refuse("an infinite float")
        } else {
            Ok(())
        }
    };
    let finite = |finite: bool| {
        if finite || capabilities.temporal_infinity() { Ok(()) } else { refuse("an infinite date or time") }
    };
    match value {
        Value::UInt64(number) if *number > i64::MAX as u64 && !capabilities.unsigned_integers() => {
            refuse("an integer beyond 9223372036854775807")
        }
        Value::Float32(number) => float((*number).into()),
        Value::Float64(number) => float(*number),
        Value::Date(date) => finite(date.is_finite()),
        Value::Timestamp(timestamp) => finite(timestamp.is_finite()),
        Value::TimestampTz(timestamp) => finite(timestamp.utc().is_finite()),
        Value::Text(text) if text.contains('\0') && !capabilities.nul_in_text() => Err(Error::new(
            ErrorKind::InvalidValue,
            format!(
                "value {} has the character NUL in a text, which {} cannot hold",
                at + 1,
                capabilities.dialect()
            ),
        )),
        Value::Array(array) => {
            array.values().iter().try_for_each(|element| self::value(capabilities, at, element))
        }
        _ => Ok(()),
    }
}

const fn capability_of(feature: Feature) -> Capability {
    match feature {
        Feature::ReturningInsert => Capability::ReturningInsert,
        Feature::ReturningUpdate => Capability::ReturningUpdate,
        Feature::ReturningDelete => Capability::ReturningDelete,
        Feature::Upsert => Capability::Upsert,
        Feature::DataModifyingCtes => Capability::DataModifyingCtes,
        Feature::Lateral => Capability::Lateral,
        Feature::JsonRows => Capability::JsonRows,
        Feature::Arrays => Capability::Arrays,
        Feature::DistinctOn => Capability::DistinctOn,
        Feature::Sequences => Capability::Sequences,
        Feature::RowLocks => Capability::RowLocks,
        Feature::SkipLocked => Capability::SkipLocked,
        Feature::DefaultInRows => Capability::DefaultInRows,
        Feature::RawSql => Capability::RawSql,
    }
}

/// Refuses the batch, or one of its queries.
///
/// # Errors
/// As [`query`], with the index of the query, and as [`begin`] for an atomic batch.
pub fn batch(capabilities: &Capabilities, batch: &Batch) -> Result<()> {
    if let Some(options) = &batch.atomic {
        if !capabilities.transactions().has_atomic_batch() {
            return Err(undeclared(Capability::Transactions, "the batch cannot be atomic"));
        }
        transaction(capabilities, options)?;
    }
    batch.queries.iter().enumerate().try_for_each(|(at, query)| {
        self::query(capabilities, query).map_err(|error| error.with_batch_index(at))
    })
}

/// Refuses an interactive transaction with those options.
///
/// # Errors
/// [`Unsupported`](ErrorKind::Unsupported).
pub fn begin(capabilities: &Capabilities, options: &TransactionOptions) -> Result<()> {
    if !capabilities.transactions().is_interactive() {
        return Err(undeclared(Capability::Transactions, "a transaction cannot be begun")
            .with_hint("send the statements together as an atomic batch, if those are supported"));
    }
    transaction(capabilities, options)
}

fn transaction(capabilities: &Capabilities, options: &TransactionOptions) -> Result<()> {
    if let Some(level) = options.isolation
        && !capabilities.isolation_levels().contains(level)
    {
        return Err(undeclared(Capability::IsolationLevels, &format!("no transaction at {level}")));
    }
    if options.read_only && !capabilities.read_only_transactions() {
        return Err(undeclared(Capability::ReadOnlyTransactions, "the transaction cannot refuse writes"));
    }
    if options.deferrable && !capabilities.deferrable_transactions() {
        return Err(undeclared(Capability::DeferrableTransactions, "the transaction cannot be deferrable"));
    }
    Ok(())
}

/// Refuses an operation of which `capability` says whether it is there.
///
/// # Errors
/// [`Unsupported`](ErrorKind::Unsupported).
pub fn operation(capabilities: &Capabilities, capability: Capability, what: &str) -> Result<()> {
    if capabilities.declares(capability) { Ok(()) } else { Err(undeclared(capability, what)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::{Delete, Expr, Projection, Statement};
    use crate::value::Timestamp;
    use crate::{Dialect, IsolationLevel, IsolationLevels, TransactionSupport};

    fn none() -> Capabilities {
        Capabilities::none(Dialect::MySql).with_raw_sql(true)
    }

    #[test]
    fn an_undeclared_feature_is_named() {
        let delete = Delete {
            with: vec![],
            table: "User".into(),
            filter: None,
            returning: vec![Projection::new(Expr::column("id"))],
        };
        let query = Query::new(Statement::new(delete), vec![]);
        let error = super::query(&none(), &query).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("`returning_delete`"), "{error}");
        super::query(&none().with_returning_delete(true), &query).unwrap();
    }

    #[test]
    fn counts_and_limits() {
        let query = Query::raw("select ?, ?", vec![Value::Int32(1)]);
        let statement = query.statement.clone();
        super::query(&none(), &query).unwrap();
        let short = Query::new(statement, vec![]);
        assert_eq!(super::query(&none(), &short).unwrap_err().kind(), ErrorKind::ParameterCount);
        let tight = none().with_max_parameters(Some(0));
        assert_eq!(super::query(&tight, &query).unwrap_err().kind(), ErrorKind::TooManyParameters);
        let tight = none().with_max_statement_bytes(Some(5));
        assert_eq!(super::query(&tight, &query).unwrap_err().kind(), ErrorKind::RequestTooLarge);
    }

    #[test]
    fn values_that_the_database_cannot_hold() {
        for value in [
            Value::UInt64(u64::MAX),
            Value::Float64(f64::NAN),
            Value::Float32(f32::INFINITY),
            Value::Timestamp(Timestamp::INFINITY),
        ] {
            let error = query(&none(), &Query::raw("select ?", vec![value])).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::OutOfRange);
        }
        let error = query(&none(), &Query::raw("select ?", vec![Value::Text("a\0b".into())])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue);
    }

    #[test]
    fn transactions_are_what_they_are_declared_to_be() {
        let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
        let batch = Batch::atomic(vec![], options);
        assert!(super::batch(&none(), &batch).is_err());
        let capabilities = none().with_transactions(TransactionSupport::AtomicBatch);
        assert!(super::batch(&capabilities, &batch).is_err(), "the level is not declared");
        let capabilities =
            capabilities.with_isolation_levels(IsolationLevels::of(&[IsolationLevel::Serializable]));
        super::batch(&capabilities, &batch).unwrap();
        assert!(begin(&capabilities, &options).is_err(), "batches are not interactive");
    }
}

//! Twins of values that a database cannot hold: refused, and never stored as something else.

use drivetrain_adapter_api::value::Array;
use drivetrain_adapter_api::{Batch, Capability, ErrorKind, Query, SharedAdapter, Value};

use super::watched::Watched;
use crate::outcome::must_fail;
use crate::{Outcome, probes};

/// Each value that the capability speaks of: as a value of a column, in a batch, and in an array.
pub(super) async fn refused(subject: &Watched<'_>, capability: Capability, kind: ErrorKind) -> Outcome {
    let cx = subject.cx;
    for (column, value) in probes::values(capability) {
        let what = format!("a value with {}", capability.name());
        let op = |adapter: SharedAdapter| {
            let query = probes::value(cx, column, value.clone());
            async move { adapter.query(query).await.map(drop) }
        };
        // The second value of that statement is it.
        subject.refused(&what, "value 2", &[kind], op).await?;
        let batch = Batch::new(vec![probes::value(cx, column, value.clone())]);
        must_fail(subject.checked.batch(batch).await, &[kind], format!("{what}, in a batch"))?;
        if cx.capabilities().arrays() {
            let array = Value::Array(Array::new(value.db_type(), vec![value.clone()]));
            let query = Query::new(cx.echo(1).statement, vec![array]);
            must_fail(subject.checked.query(query).await, &[kind], format!("{what}, in an array"))?;
        }
    }
    Ok(())
}

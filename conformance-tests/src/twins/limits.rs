//! Twins of limits: where none is declared, what is large is taken whole, and no limit shows itself.

use drivetrain_adapter_api::{AffectedRows, Capability, Value};

use super::operations;
use super::watched::Watched;
use crate::outcome::ensure_eq;
use crate::{Outcome, Within as _, probes};

/// Far more parameters than the 999 or 65,535 of databases that have a limit.
const PARAMETERS: u64 = 70_000;

/// A text that is large for a statement, a request or an answer.
const BYTES: usize = 4 << 20;

/// As many parameters as anybody may want.
pub(super) async fn parameters(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    for (which, adapter) in [("through the check", &subject.checked), ("around the check", &subject.bare)] {
        let result = adapter.query(probes::with_parameters(cx, PARAMETERS)).await;
        let result = result.within(format!("{PARAMETERS} parameters, {which}: there is a limit"))?;
        let rows = PARAMETERS.div_ceil(5);
        if cx.capabilities().affected_rows() != AffectedRows::None {
            ensure_eq!(result.affected, Some(rows), "rows inserted by {PARAMETERS} parameters, {which}");
        }
    }
    Ok(())
}

/// A statement of some megabytes.
pub(super) async fn statement(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    if !cx.capabilities().raw_sql() {
        return operations::statement(subject, Capability::RawSql, probes::statement_of(BYTES)).await;
    }
    for (which, adapter) in [("through the check", &subject.checked), ("around the check", &subject.bare)] {
        let result = adapter.query(probes::statement_of(BYTES)).await;
        let result = result.within(format!("a statement of {BYTES} bytes, {which}: there is a limit"))?;
        ensure_eq!(result.rows.len(), 1, "rows for a statement of {BYTES} bytes, {which}");
    }
    Ok(())
}

/// A value of some megabytes.
pub(super) async fn request(subject: &Watched<'_>) -> Outcome {
    for (which, adapter) in [("through the check", &subject.checked), ("around the check", &subject.bare)] {
        let result = adapter.query(probes::text_there_and_back(BYTES)).await;
        let result = result.within(format!("a value of {BYTES} bytes, {which}: there is a limit"))?;
        ensure_eq!(result.rows.get::<&str>(0, 0)?.len(), BYTES, "bytes of the value that came back, {which}");
    }
    Ok(())
}

/// An answer of some megabytes, in several rows.
pub(super) async fn response(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    if !subject.prepared {
        return request(subject).await;
    }
    const ROWS: usize = 8;
    for (which, adapter) in [("through the check", &subject.checked), ("around the check", &subject.bare)] {
        probes::fill(cx, adapter, ROWS, BYTES / ROWS).await?;
        let result = adapter.query(probes::select_texts(cx)).await;
        let rows = result.within(format!("an answer of {BYTES} bytes, {which}: there is a limit"))?.rows;
        ensure_eq!(rows.len(), ROWS, "rows of a large answer, {which}");
        for row in 0..ROWS {
            let Value::Text(text) = rows.get::<Value>(row, 0)? else {
                return Err(crate::Stop::fail(format!("row {row} of a large answer is no text, {which}")));
            };
            ensure_eq!(text.len(), BYTES / ROWS, "bytes of row {row} of a large answer, {which}");
        }
        adapter.query(probes::delete_values(cx)).await.within("making room")?;
    }
    Ok(())
}

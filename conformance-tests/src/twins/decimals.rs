//! The twin of exact decimals: where they are not declared, a decimal that the column cannot hold is refused, and none
//! is rounded.

use drivetrain_adapter_api::value::Decimal;
use drivetrain_adapter_api::{Capability, ErrorKind, Value};

use super::watched::Watched;
use crate::outcome::{ensure, ensure_eq};
use crate::{Outcome, Stop, Within as _, probes};

pub(super) async fn refused_or_kept(subject: &Watched<'_>) -> Outcome {
    let cx = subject.cx;
    for (which, adapter) in [("through the check", &subject.checked), ("around the check", &subject.bare)] {
        let mut refused = 0;
        for (column, value) in probes::values(Capability::ExactDecimals) {
            let before = subject.state().await?;
            match adapter.query(probes::value(cx, column, value.clone())).await {
                Err(error) => {
                    ensure!(
                        matches!(
                            error.kind(),
                            ErrorKind::OutOfRange | ErrorKind::InvalidValue | ErrorKind::Unsupported
                        ),
                        "a decimal of many digits, {which}: {:?} ({error})",
                        error.kind()
                    );
                    ensure_eq!(subject.state().await?, before, "the tables after the refusal, {which}");
                    refused += 1;
                }
                Ok(_) => {
                    let read =
                        adapter.query(probes::read_value(cx, column)).await.within("reading it back")?;
                    let Value::Decimal(wanted) = &value else {
                        return Err(Stop::fail("the probe is no decimal: a defect of the suite"));
                    };
                    let got: Decimal = read.rows.get(0, 0)?;
                    ensure_eq!(
                        got.as_str().trim_end_matches('0'),
                        wanted.as_str().trim_end_matches('0'),
                        "a decimal that was taken, {which}"
                    );
                    adapter.query(probes::delete_values(cx)).await.within("making room")?;
                }
            }
        }
        ensure!(refused > 0, "decimals of any size are kept {which}: the adapter claims less than it does");
    }
    Ok(())
}

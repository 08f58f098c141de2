//! The negative twins: what is not declared is refused before anything is sent, and does not take effect around the
//! shared check either.

use drivetrain_adapter_api::{ErrorKind, TransactionOptions};

use crate::case::Need;
use crate::outcome::must_fail;
use crate::{Context, Outcome, Stop};

/// Proves that `need`, which the adapter does not declare, is refused.
///
/// # Errors
/// A failure if it is not: the capability is under-claimed, or the adapter does what it does not claim.
pub(crate) async fn verify(cx: &Context, need: Need) -> Outcome {
    cx.allow_undeclared();
    let adapter = cx.adapter().await?;
    match need {
        Need::Interactive => {
            must_fail(adapter.begin(TransactionOptions::new()).await, &[ErrorKind::Unsupported], "begin")?;
        }
        other => return Err(Stop::fail(format!("there is no twin for {other}"))),
    }
    cx.check_usable(&adapter).await
}

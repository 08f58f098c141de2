//! The negative twins: what is not declared is refused before anything is sent, and does not take effect around the
//! shared check either.
//!
//! Each twin runs twice. Through the shared check the operation must be refused with the name of the capability, not a
//! byte passes the wire, and nothing is changed. Around the check it must not take effect: if it does, the adapter
//! claims less than it does. Where a capability says how an operation behaves, and not whether it is there, the twin
//! proves the other behaviour.

mod behaviours;
mod decimals;
mod limits;
mod operations;
mod values;
mod watched;

use drivetrain_adapter_api::statement::LockWait;
use drivetrain_adapter_api::{Capability, ErrorKind, IsolationLevel, TransactionOptions};

use self::watched::Watched;
use crate::case::Need;
use crate::{Context, Outcome, Stop, probes};

/// Proves that `need`, which the adapter does not declare, is refused.
///
/// # Errors
/// A failure if it is not: the capability is under-claimed, or the adapter does what it does not claim.
pub(crate) async fn verify(cx: &Context, need: Need) -> Outcome {
    cx.allow_undeclared();
    let subject = Watched::new(cx).await?;
    match need {
        Need::Interactive => operations::interactive(&subject).await,
        Need::AtomicBatch => operations::atomic_batch(&subject).await,
        Need::Isolation(level) => {
            operations::transaction(&subject, Capability::IsolationLevels, at(level)).await
        }
        Need::Capability(capability) => of_capability(&subject, capability).await,
        other => return Err(Stop::fail(format!("there is no twin for {other}: a defect of the suite"))),
    }?;
    subject.end().await
}

const fn at(level: IsolationLevel) -> TransactionOptions {
    TransactionOptions::new().isolation(level)
}

async fn of_capability(subject: &Watched<'_>, capability: Capability) -> Outcome {
    use Capability as C;
    let options = TransactionOptions::new();
    match capability {
        C::Transactions => operations::atomic_batch(subject).await,
        C::IsolationLevels => {
            for level in IsolationLevel::ALL {
                operations::transaction(subject, capability, at(level)).await?;
            }
            Ok(())
        }
        C::ReadOnlyTransactions => operations::transaction(subject, capability, options.read_only()).await,
        C::DeferrableTransactions => operations::transaction(subject, capability, options.deferrable()).await,
        C::Sessions => operations::session(subject).await,
        C::Scripts => operations::script(subject).await,
        C::Streaming => operations::stream(subject).await,
        C::Savepoints => operations::savepoint(subject).await,
        C::Pipelining => behaviours::not_pipelined(subject).await,
        C::ServerCancel => behaviours::not_cancelled(subject).await,
        C::StatementTimeout => behaviours::no_limit_at_the_server(subject).await,
        C::TransactionalDdl => behaviours::definitions_stay(subject).await,
        C::StatementErrorsKeepTransaction => behaviours::errors_abort(subject).await,
        C::LastInsertId => behaviours::no_last_insert_id(subject).await,
        C::ExactDecimals => decimals::refused_or_kept(subject).await,
        C::UnsignedIntegers | C::FloatNan | C::FloatInfinity | C::TemporalInfinity => {
            values::refused(subject, capability, ErrorKind::OutOfRange).await
        }
        C::NulInText => values::refused(subject, capability, ErrorKind::InvalidValue).await,
        C::MaxParameters => limits::parameters(subject).await,
        C::MaxStatementBytes => limits::statement(subject).await,
        C::MaxRequestBytes => limits::request(subject).await,
        C::MaxResponseBytes => limits::response(subject).await,
        // A statement that leaves locked rows out locks rows, and is refused for that first.
        C::SkipLocked if !subject.cx.capabilities().row_locks() => {
            operations::statement(subject, C::RowLocks, probes::locking(subject.cx, LockWait::SkipLocked))
                .await
        }
        _ => match probes::of(subject.cx, capability) {
            Some(query) => operations::statement(subject, capability, query).await,
            None => Err(Stop::fail(format!(
                "there is no twin for `{}`: a defect of the suite",
                capability.name()
            ))),
        },
    }
}

#[cfg(test)]
mod tests {
    use drivetrain_adapter_api::Capability;

    /// Every capability that the shared check knows by name has a case and with it a twin.
    #[test]
    fn every_capability_has_a_case() {
        let named = |capability: &Capability| format!("CAP-{}", capability.name());
        let cases: Vec<_> = crate::Suite::cases().map(|case| case.id).collect();
        for capability in Capability::FLAGS {
            let name = named(capability);
            assert!(cases.contains(&&*name), "{name} has no case");
        }
    }
}

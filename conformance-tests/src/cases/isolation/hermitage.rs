//! The cases ISO-01 to ISO-13: each script at every level, and on SQLite for both journals and both ways to begin.

use std::time::Duration;

use drivetrain_adapter_api::{Capability, Dialect, IsolationLevel};

use super::driver::{self, Begin};
use super::matrix::{self, Key};
use super::scripts::SCRIPTS;
use crate::case::{Case, L, Need, case};
use crate::cases::transactions::support::{ITX, RAW, table};
use crate::{Context, Outcome, Stop};

const SESSIONS: Need = Need::Capability(Capability::Sessions);

/// The cases of one script.
macro_rules! script {
    ($id:literal, $what:literal) => {
        &[
            script!($id, ".RU", ReadUncommitted, ITX, [], $what, " at READ UNCOMMITTED is as measured"),
            script!($id, ".RC", ReadCommitted, ITX, [], $what, " at READ COMMITTED is as measured"),
            script!($id, ".RR", RepeatableRead, ITX, [], $what, " at REPEATABLE READ is as measured"),
            script!($id, ".SER", Serializable, ITX, [], $what, " at SERIALIZABLE is as measured"),
            script!(
                $id,
                ".DELETE",
                Serializable,
                L,
                [],
                $what,
                " with a rollback journal is as measured"
            ),
            script!(
                $id,
                ".DEFERRED",
                Serializable,
                L,
                [SESSIONS],
                $what,
                " among deferred transactions of sessions is as measured"
            ),
            script!(
                $id,
                ".DEFERRED.DELETE",
                Serializable,
                L,
                [SESSIONS],
                $what,
                " among deferred transactions of sessions with a rollback journal is as measured"
            ),
        ]
    };
    ($id:literal, $suffix:literal, $level:ident, $places:ident, [$($need:ident)?], $what:literal, $how:literal) => {
        case!(
            concat!($id, $suffix),
            Isolation,
            L2,
            $places,
            [
                RAW,
                Need::Oracle,
                Need::AdminOfServer,
                Need::Interactive,
                Need::Isolation(IsolationLevel::$level),
                $($need)?
            ],
            ["A-51", "C-2", "A-5"],
            concat!($what, $how),
            hermitage
        )
    };
}

pub(super) const DIRTY_WRITE: &[Case] = script!("ISO-01", "G0 (dirty write)");
pub(super) const ABORTED_READ: &[Case] = script!("ISO-02", "G1a (aborted read)");
pub(super) const INTERMEDIATE_READ: &[Case] = script!("ISO-03", "G1b (intermediate read)");
pub(super) const CIRCULAR_FLOW: &[Case] = script!("ISO-04", "G1c (circular information flow)");
pub(super) const VANISHED: &[Case] = script!("ISO-05", "OTV (observed transaction vanishes)");
pub(super) const PREDICATE: &[Case] = script!("ISO-06", "PMP (predicate-many-preceders)");
pub(super) const PREDICATE_WRITE: &[Case] = script!("ISO-07", "PMP by a write");
pub(super) const LOST_UPDATE: &[Case] = script!("ISO-08", "P4 (lost update)");
pub(super) const READ_SKEW: &[Case] = script!("ISO-09", "G-single (read skew)");
pub(super) const READ_SKEW_WRITE: &[Case] = script!("ISO-10", "G-single by a write");
pub(super) const WRITE_SKEW: &[Case] = script!("ISO-11", "G2-item (write skew)");
pub(super) const PREDICATE_SKEW: &[Case] = script!("ISO-12", "G2 (write skew by predicates)");
pub(super) const TWO_EDGES: &[Case] = script!("ISO-13", "G2 with two edges and a reader");

async fn hermitage(cx: Context) -> Outcome {
    let id = cx.case().id;
    let (number, variant) = id.split_once('.').unwrap_or((id, ""));
    let number: usize = number.trim_start_matches("ISO-").parse().unwrap_or_default();
    let script = number.checked_sub(1).and_then(|at| SCRIPTS.get(at));
    let script = script.ok_or_else(|| Stop::fail(format!("there is no script for {id}")))?;
    let level = match variant {
        "RU" => IsolationLevel::ReadUncommitted,
        "RC" => IsolationLevel::ReadCommitted,
        "RR" => IsolationLevel::RepeatableRead,
        _ => IsolationLevel::Serializable,
    };
    let begin = if variant.starts_with("DEFERRED") { Begin::Session } else { Begin::Adapter(level) };

    table(&cx).await?;
    let mut setup = cx.setup();
    if variant.ends_with("DELETE") {
        setup.settings = vec![("journal_mode".to_owned(), "delete".to_owned())];
    }
    let mut adapters = Vec::new();
    if cx.dialect() == Dialect::Sqlite {
        // Within one adapter writers wait for their turn; it is between them that the database decides.
        setup.lock_wait = Some(Duration::from_millis(30));
        for _ in 0..script.transactions {
            adapters.push(cx.adapter_with(setup.clone()).await?);
        }
    } else {
        adapters.push(cx.adapter_with(setup).await?);
    }
    let log = driver::run(&cx, script, &adapters, begin).await?;
    matrix::judge(script, &Key::of(&cx, level, &log).await?, &log)?;
    for adapter in &adapters {
        cx.check_usable(adapter).await?;
    }
    Ok(())
}

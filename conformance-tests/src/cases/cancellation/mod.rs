//! Futures that are dropped.

mod calls;
mod ends;
mod http;
mod order;
mod server;
mod stage;
mod transactions;
mod wire;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] =
    &[order::CASES, calls::CASES, transactions::CASES, server::CASES, ends::CASES, wire::CASES, http::CASES];

/// A row of the table of a sweep: id, places, needs beyond those of every sweep, title, and the operation.
macro_rules! swept {
    ($id:literal, $places:expr, [$($need:expr),* $(,)?], $title:literal, $operation:path $(,)?) => {
        $crate::case::Case {
            id: $id,
            group: $crate::case::Group::Cancellation,
            level: $crate::case::Level::L2,
            places: $places,
            needs: &[$crate::case::Need::Oracle, $crate::case::Need::AdminOfServer, $($need),*],
            obligations: &["A-8"],
            title: $title,
            deadline: std::time::Duration::from_secs(30),
            run: |cx| Box::pin(sweep(cx, |stage| Box::pin($operation(stage)))),
        }
    };
}
use swept;

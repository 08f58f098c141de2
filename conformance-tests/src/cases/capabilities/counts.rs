//! Counts of affected rows and generated ids, as they are declared.

use drivetrain_adapter_api::{AffectedRows, Batch, Capability};

use crate::case::{ALL, Case, Need, case};
use crate::outcome::ensure_eq;
use crate::{Context, Outcome, probes};

pub(super) const CASES: &[Case] = &[
    case!(
        "CAP-affected_rows",
        Capabilities,
        L0,
        ALL,
        [Need::Oracle],
        ["A-23"],
        "affected rows are counted as declared: those matched, those changed, or not at all",
        affected_rows
    ),
    case!(
        "CAP-last_insert_id",
        Capabilities,
        L0,
        ALL,
        [Need::Capability(Capability::LastInsertId), Need::Oracle],
        ["A-24"],
        "the id that the database generated is reported, and none where it generated none",
        last_insert_id
    ),
];

async fn affected_rows(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let adapter = cx.adapter().await?;
    let counted = cx.capabilities().affected_rows();
    let expect = |matched: u64, changed: u64| match counted {
        AffectedRows::None => None,
        AffectedRows::Changed => Some(changed),
        _ => Some(matched),
    };
    let steps = [
        ("an insert", probes::insert_row(&cx, 4, 40), expect(1, 1)),
        ("an update to another value", probes::update_row(&cx, 4, 41), expect(1, 1)),
        ("an update to the same value", probes::update_row(&cx, 4, 41), expect(1, 0)),
        ("an update of no row", probes::update_row(&cx, 99, 1), expect(0, 0)),
        ("a delete of all rows", probes::delete_all(&cx), expect(4, 4)),
    ];
    for (what, query, wanted) in steps {
        ensure_eq!(adapter.query(query).await?.affected, wanted, "affected rows of {what}");
    }
    ensure_eq!(cx.oracle_count("cap").await?, 0, "rows left");
    let inserts = Batch::new(vec![probes::insert_row(&cx, 1, 1), probes::update_row(&cx, 1, 1)]);
    let results = adapter.batch(inserts).await?;
    let got: Vec<_> = results.iter().map(|result| result.affected).collect();
    ensure_eq!(got, [expect(1, 1), expect(1, 0)], "affected rows in a batch");
    let select = adapter.query(probes::select_all(&cx)).await?;
    ensure_eq!(select.affected, None, "affected rows of a select");
    Ok(())
}

async fn last_insert_id(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let adapter = cx.adapter().await?;
    for n in 1..=3 {
        let id = adapter.query(probes::insert_numbered(&cx, n)).await?.last_insert_id;
        let stored = cx.oracle_cell(&format!("select id from {{t:seq}} where n = {n}")).await?;
        ensure_eq!(id.map(|id| id.to_string()), stored, "the id of row {n}");
    }
    let others = [probes::update_row(&cx, 1, 11), probes::select_all(&cx), probes::delete_all(&cx)];
    for query in others {
        ensure_eq!(
            adapter.query(query).await?.last_insert_id,
            None,
            "the id of a statement that inserts nothing"
        );
    }
    Ok(())
}

//! Errors: every trigger of the tables of the errors group, field by field.

use drivetrain_adapter_api::Dialect;

use super::compare::Pair;
use crate::case::{Case, NET, Need, case};
use crate::cases::errors;
use crate::outcome::ensure;
use crate::{Context, Outcome};

pub(super) const CASES: &[Case] = &[case!(
    "XP-04",
    Transports,
    L0,
    NET,
    [Need::Peer, Need::Oracle],
    ["A-5"],
    "errors of every sort are alike in every field",
    alike
)
.within_seconds(60)];

/// Makes the namespace as empty as it was, so that the next tables may have the names of the last.
async fn empty(cx: &Context, tables: &[String]) -> Outcome {
    match (cx.dialect(), &cx.naming().schema) {
        (Dialect::Postgres, Some(schema)) => {
            let quiet = "set client_min_messages to warning";
            let drop = format!("drop schema \"{schema}\" cascade");
            cx.prepare(&[&format!("{quiet}; {drop}; create schema \"{schema}\"")]).await
        }
        _ => {
            for table in tables.iter().rev() {
                cx.prepare(&[&format!("drop table if exists {{t:{table}}}")]).await?;
            }
            Ok(())
        }
    }
}

/// The names of the tables that a setup makes.
fn made(setup: &[&str]) -> Vec<String> {
    let name = |statement: &&str| {
        let rest = statement.strip_prefix("create table {t:")?;
        rest.split_once('}').map(|(name, _)| name.to_owned())
    };
    setup.iter().filter_map(name).collect()
}

async fn alike(cx: Context) -> Outcome {
    let pair = Pair::new(&cx).await?;
    let mut standing: (&[&str], Vec<String>) = (&[], Vec::new());
    let (mut tried, mut failed) = (0, 0);
    for (id, setup, query) in errors::triggers(&cx) {
        if setup != standing.0 {
            empty(&cx, &standing.1).await?;
            standing = (setup, made(setup));
            cx.prepare(setup).await?;
        }
        tried += 1;
        failed += usize::from(pair.same(id, query).await?.is_err());
    }
    ensure!(failed > 20, "of {tried} triggers only {failed} failed: too few to compare");
    cx.check_usable(&pair.own).await?;
    cx.check_usable(&pair.peer).await
}

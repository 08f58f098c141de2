//! Text with more than one statement.

use crate::cases::helpers::only;
use drivetrain_adapter_api::{Capability, ErrorKind};

use crate::case::{ALL, Case, Need, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "COUNT-23",
        Counts,
        L0,
        ALL,
        [Need::Oracle],
        ["A-25", "A-6"],
        "text of several statements is refused as a query, and none of it runs",
        refused
    ),
    case!(
        "COUNT-23.SCRIPT",
        Counts,
        L0,
        ALL,
        [Need::Oracle, Need::Capability(Capability::Scripts)],
        ["A-60", "A-6"],
        "a script runs in order and stops at its first failure",
        scripts
    ),
];

async fn refused(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4})", "insert into {t:t} values (1)"]).await?;
    let adapter = cx.adapter().await?;
    let kinds = [ErrorKind::Misuse, ErrorKind::Syntax, ErrorKind::Unsupported];
    for template in [
        "insert into {t:t} values (2); insert into {t:t} values (3)",
        "insert into {t:t} values (2); insert into {t:t} values (3);",
        "select 1; select 2",
        "select 1; delete from {t:t}",
        "delete from {t:t}; select 1",
        "/* ; */ delete from {t:t}; -- the end\n delete from {t:t}",
        "create table {t:u} (id {int4}); select 1 / 0; create table {t:v} (id {int4})",
        "commit; delete from {t:t}",
    ] {
        must_fail(adapter.query(cx.raw(template, vec![])).await, &kinds, template)?;
        cx.check_usable(&adapter).await.within(template)?;
    }
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows after what was refused");
    for made in ["u", "v"] {
        let there = adapter.query(cx.raw(&format!("select * from {{t:{made}}}"), vec![])).await;
        must_fail(there, &[ErrorKind::UndefinedTable], format!("the table {made}"))?;
    }
    Ok(())
}

async fn scripts(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let script = cx.sql(
        "create table {t:t} (id {int4}, s {text});\n\
         -- a comment; with a semicolon\n\
         insert into {t:t} values (1, 'a;b'), (2, 'it''s; all');\n\
         /* another; one */ update {t:t} set id = id + 10;\n;\n\
         select * from {t:t};\n\
         delete from {t:t} where id = 11",
    );
    adapter.script(&script).await?;
    let stored = cx.oracle_rows("select id, s from {t:t}").await?;
    ensure_eq!(stored, [[Some("12".to_owned()), Some("it's; all".to_owned())]], "what the script left");
    let failing = cx.sql(
        "insert into {t:t} values (20, 'before'); insert into {t:nope} values (1); insert into {t:t} values (30, 'after')",
    );
    must_fail(adapter.script(&failing).await, &[ErrorKind::UndefinedTable], "a script that fails")?;
    cx.check_usable(&adapter).await?;
    let after = cx.oracle_cell("select count(*) from {t:t} where id = 30").await?;
    ensure_eq!(after.as_deref(), Some("0"), "rows of what follows the failure");
    // Whether what precedes it stays is the server's to say; the connection must not be left in between.
    let before = cx.oracle_cell("select count(*) from {t:t} where id = 20").await?;
    let seen = adapter.query(cx.raw("select count(*) from {t:t} where id = 20", vec![])).await?;
    let seen: i64 = only(&seen.rows)?;
    ensure!(before == Some(seen.to_string()), "the adapter sees {seen} rows, the oracle {before:?}");
    for empty in ["", " ", "-- nothing", ";;"] {
        adapter.script(empty).await.within(format!("the script {empty:?}"))?;
    }
    cx.check_usable(&adapter).await
}

//! Wide, long and large results.

use drivetrain_adapter_api::{Dialect, ErrorKind};

use crate::case::{ALL, Case, case};
use crate::cases::helpers::{by_dialect, numbers, text_of_length};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "RES-12",
        Results,
        L0,
        ALL,
        [],
        ["A-22", "A-5"],
        "as many columns as the database takes; one more is LimitExceeded",
        many_columns
    ),
    case!("RES-13", Results, L0, ALL, [], ["A-21"], "a row of 1600 cells of 1 KiB", wide_row),
    case!(
        "RES-14",
        Results,
        L0,
        ALL,
        [],
        ["A-21", "A-9"],
        "a cell of 100 MiB arrives whole, or is ResponseTooLarge where a limit is declared",
        large_cell
    )
    .within_seconds(30),
    case!(
        "RES-15",
        Results,
        L0,
        ALL,
        [],
        ["A-21"],
        "100000 rows arrive, each as it is and in order",
        many_rows
    ),
    case!(
        "RES-34",
        Results,
        L0,
        ALL,
        [],
        ["A-2", "A-6", "A-21"],
        "an answer beyond the declared maximum is ResponseTooLarge and harms nothing; without a maximum it is whole",
        large_answer
    ),
];

async fn many_columns(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let (in_table, in_select) = match cx.dialect() {
        Dialect::Postgres => (1600, 1664),
        Dialect::MySql => (1017, 4096),
        _ => (2000, 2000),
    };
    let definition = |count: usize, name: &str| {
        let columns: Vec<_> = (1..=count).map(|at| format!("c{at} {{int4}}")).collect();
        format!("create table {{t:{name}}} ({})", columns.join(", "))
    };
    let list = |count: usize| (1..=count).map(|at| at.to_string()).collect::<Vec<_>>().join(", ");
    cx.query(&definition(in_table, "t"), vec![]).await.within("as many columns as a table takes")?;
    cx.query(&format!("insert into {{t:t}} values ({})", list(in_table)), vec![]).await?;
    for (sql, count) in
        [("select * from {t:t}".to_owned(), in_table), (format!("select {}", list(in_select)), in_select)]
    {
        let rows = cx.query(&sql, vec![]).await?.rows;
        ensure_eq!((rows.len(), rows.columns().len()), (1, count), "rows and columns");
        for at in 0..count {
            ensure_eq!(
                rows.get::<i64>(0, at)?,
                i64::try_from(at + 1).unwrap_or_default(),
                "the cell of column {at}"
            );
        }
    }
    let more = [definition(in_table + 1, "more"), format!("select {}", list(in_select + 1))];
    for sql in &more {
        let what = format!("`{}...`", &sql[..12]);
        let answer = adapter.query(cx.raw(sql, vec![])).await;
        if cx.dialect() == Dialect::MySql && answer.is_ok() {
            // MariaDB has no limit for the columns of a result.
            continue;
        }
        let error = must_fail(answer, &[ErrorKind::LimitExceeded], &what)?;
        if cx.dialect() == Dialect::Postgres {
            let state = error.sqlstate().map(|state| state.to_string());
            ensure_eq!(state.as_deref(), Some("54011"), "the SQLSTATE of {what}");
        }
        cx.check_usable(&adapter).await.within(&what)?;
    }
    Ok(())
}

async fn wide_row(cx: Context) -> Outcome {
    let cell = text_of_length(&cx, 1023);
    let list: Vec<_> = (0..1600).map(|at| format!("{cell} || '{}'", at % 10)).collect();
    let list = list.join(", ").replace("||", by_dialect(&cx, ["||", " ", "||"]));
    let rows = cx.query(&format!("select {list}"), vec![]).await?.rows;
    ensure_eq!((rows.len(), rows.columns().len()), (1, 1600), "rows and columns");
    for at in 0..1600 {
        let text: &str = rows.get(0, at)?;
        ensure!(
            text.len() == 1024 && text.ends_with(&(at % 10).to_string()),
            "cell {at} has {} bytes and ends in {:?}",
            text.len(),
            &text[text.len().saturating_sub(1)..]
        );
    }
    Ok(())
}

async fn large_cell(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    // MySQL gives NULL beyond `max_allowed_packet`, which is 16 MiB on MariaDB.
    let length: usize = if cx.dialect() == Dialect::MySql { 12 << 20 } else { 100 << 20 };
    let limit = cx.capabilities().max_response_bytes();
    let cell = text_of_length(&cx, length);
    let answer = adapter.query(cx.raw(&format!("select {cell}, 7"), vec![])).await;
    if limit.is_some_and(|limit| limit < length as u64) {
        must_fail(answer, &[ErrorKind::ResponseTooLarge], "the cell")?;
    } else {
        let rows = answer.within("the cell")?.rows;
        let text: &str = rows.get(0, 0)?;
        ensure_eq!(text.len(), length, "bytes that arrived");
        let sent = vec![b'0'; 1 << 20];
        let right = text.as_bytes().chunks(sent.len()).all(|part| *part == sent[..part.len()]);
        ensure!(right, "the text is not the one that was sent");
        ensure_eq!(rows.get::<i64>(0, 1)?, 7, "the cell after it");
    }
    cx.check_usable(&adapter).await
}

async fn many_rows(cx: Context) -> Outcome {
    let last = 100_000;
    let text = by_dialect(&cx, ["'row ' || n", "concat('row ', n)", "'row ' || n"]);
    let sql = format!("select n, {text} as t from {} order by n", numbers(&cx, last));
    let rows = cx.query(&sql, vec![]).await?.rows;
    ensure_eq!(rows.len() as u64, last, "rows");
    for row in 0..rows.len() {
        let number = row + 1;
        ensure_eq!(
            rows.get::<i64>(row, 0)?,
            i64::try_from(number).unwrap_or_default(),
            "the number of row {row}"
        );
        let text: &str = rows.get(row, 1)?;
        ensure!(
            text.strip_prefix("row ").and_then(|n| n.parse().ok()) == Some(number),
            "row {row} has `{text}`"
        );
    }
    Ok(())
}

async fn large_answer(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let limit = cx.capabilities().max_response_bytes();
    // A quarter more than the limit, in rows of 16 KiB.
    let count = limit.unwrap_or(10 << 20) / (16 << 10) * 5 / 4;
    let pad = text_of_length(&cx, 16 << 10);
    let answer =
        adapter.query(cx.raw(&format!("select n, {pad} from {}", numbers(&cx, count)), vec![])).await;
    if limit.is_some() {
        must_fail(answer, &[ErrorKind::ResponseTooLarge], "more than the declared maximum")?;
    } else {
        let rows = answer?.rows;
        ensure_eq!(rows.len() as u64, count, "rows");
        for row in 0..rows.len() {
            ensure_eq!(rows.get::<&str>(row, 1)?.len(), 16 << 10, "the length of row {row}");
        }
    }
    cx.check_usable(&adapter).await
}

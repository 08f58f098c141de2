//! Columns, counts, NULLs and large results.

use drivetrain_adapter_api::{Batch, Dialect, Query, Value};

use super::compare::{Pair, same};
use crate::case::{Case, NET, Need, case};
use crate::outcome::ensure_eq;
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "XP-02",
        Transports,
        L0,
        NET,
        [Need::Peer, Need::Oracle],
        ["A-22"],
        "columns are described alike: name, type, object id and nullability",
        columns
    ),
    case!(
        "XP-03",
        Transports,
        L0,
        NET,
        [Need::Peer, Need::Oracle],
        ["A-23", "A-24"],
        "counts and ids are alike",
        counts
    ),
    case!(
        "XP-05",
        Transports,
        L0,
        NET,
        [Need::Peer],
        ["A-22"],
        "NULLs and columns of one name are alike",
        nulls
    ),
    case!("XP-06", Transports, L0, NET, [Need::Peer], ["A-21"], "large results are alike", large)
        .within_seconds(30),
];

async fn columns(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {serial}, b {bool} not null, i2 {int2}, i4 {int4} not null, f4 {float4}, f8 {float8}, \
         d {decimal}, t {text}, k {key} not null, y {bytes}, u {uuid}, da {date}, ti {time}, ts {timestamp}, \
         tz {timestamptz}, j {json}, {q:A \"quoted\" näme} {int4})",
    ])
    .await?;
    let pair = Pair::new(&cx).await?;
    let templates = [
        "select * from {t:t}",
        "select t.id, o.i4, o.k from {t:t} t left join {t:t} o on o.id = t.id",
        "select count(*), max(t), sum(i4), min(ts) as first from {t:t}",
        "select i4 + 1, 'text', null, 1.5 as {q:with blank} from {t:t}",
        "select i4, i4, t as i4 from {t:t}",
    ];
    for template in templates {
        let result = pair.same_rows(template, cx.raw(template, vec![])).await?;
        ensure_eq!(result.rows.columns().is_empty(), false, "that there are no columns for {template}");
    }
    Ok(())
}

/// The same writes on two tables, by one adapter each.
async fn counts(cx: Context) -> Outcome {
    let pair = Pair::new(&cx).await?;
    let mut answers = Vec::new();
    for (adapter, table) in [(&pair.own, "own"), (&pair.peer, "peer")] {
        let table = format!("{{t:{table}}}");
        cx.prepare(&[&format!("create table {table} (id {{serial}}, n {{int4}}, k {{key}} unique)")]).await?;
        let templates = [
            "insert into T (n, k) values (1, 'a'), (2, 'b'), (3, 'c')",
            "insert into T (n) values (4)",
            "update T set n = n + 1 where n > 1",
            "update T set n = n",
            "update T set n = 0 where n = 99",
            "select n from T order by id",
            "delete from T where n = 4",
            "create table U (n {int4})",
            "drop table U",
            "delete from T",
        ];
        let mut results = Vec::new();
        for template in templates {
            let other = format!("{}u}}", &table[..table.len() - 1]);
            let template = template.replace(" T ", &format!(" {table} ")).replace(" U", &format!(" {other}"));
            let template =
                template.strip_suffix(" T").map_or(template.clone(), |start| format!("{start} {table}"));
            results.push((template.clone(), adapter.query(cx.raw(&template, vec![])).await));
        }
        answers.push(results);
    }
    let (Some(peer), Some(own)) = (answers.pop(), answers.pop()) else { return Ok(()) };
    for ((template, own), (_, peer)) in own.iter().zip(&peer) {
        same(own, peer).within(template)?;
        own.clone().within(template)?;
    }
    Ok(())
}

async fn nulls(cx: Context) -> Outcome {
    let pair = Pair::new(&cx).await?;
    let wide: Vec<String> =
        (0..100).map(|at| if at % 3 == 0 { "null".to_owned() } else { at.to_string() }).collect();
    let queries = [
        "select 1 as a, null as a, 'x' as a, null as b".to_owned(),
        "select null, null".to_owned(),
        format!("select {}", wide.join(", ")),
        "select 1 as a where 1 = 0".to_owned(),
        "select x.n, x.t from (select 1 as n, null as t union all select null, 'a' union all select null, null) x \
         order by x.n, x.t"
            .to_owned(),
    ];
    for query in queries {
        pair.same_rows(&query, Query::raw(query.clone(), vec![])).await?;
    }
    if cx.dialect() == Dialect::Postgres {
        let none =
            pair.same_rows("no columns", Query::raw("select from generate_series(1, 3)", vec![])).await?;
        ensure_eq!(
            (none.rows.len(), none.rows.columns().len()),
            (3, 0),
            "rows and columns of a select of nothing"
        );
    }
    Ok(())
}

async fn large(cx: Context) -> Outcome {
    let pair = Pair::new(&cx).await?;
    let (rows, template) = match cx.dialect() {
        Dialect::Postgres => {
            (20_000, "select g, 'row ' || g, md5(g::text) from generate_series(1, 20000) g order by g")
        }
        _ => (
            900,
            "with recursive s(g) as (select 1 union all select g + 1 from s where g < 900) \
             select g, concat('row ', g), md5(g) from s order by g",
        ),
    };
    let result = pair.same_rows("many rows", Query::raw(template, vec![])).await?;
    ensure_eq!(result.rows.len(), rows, "rows");
    let text = "0123456789abcdef".repeat(1 << 14);
    let result =
        pair.same_rows("a long text", cx.raw("select {1} as t", vec![Value::Text(text.clone())])).await;
    match (result, cx.dialect()) {
        // Without a type MySQL may read it as bytes; Postgres takes it for a text.
        (Ok(result), Dialect::Postgres) => ensure_eq!(result.rows.get::<&str>(0, 0)?, text, "the long text"),
        (result, _) => drop(result?),
    }
    let batch = || Batch::new((0..50).map(|number| cx.echo(number)).collect());
    let (own, peer) = (pair.own.batch(batch()).await?, pair.peer.batch(batch()).await?);
    ensure_eq!(peer.len(), own.len(), "results of a batch");
    for (own, peer) in own.into_iter().zip(peer) {
        same(&Ok(own), &Ok(peer)).within("a batch")?;
    }
    Ok(())
}

//! A small application: the same steps give the same answers over every transport, and on every dialect.

use drivetrain_adapter_api::{Batch, ErrorKind, Query, SharedAdapter, Value};

use super::compare::Pair;
use crate::case::{Case, NET, Need, case};
use crate::outcome::ensure_eq;
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[case!(
    "XP-10",
    Transports,
    L0,
    NET,
    [Need::Peer, Need::Oracle],
    ["A-9", "A-21", "A-23"],
    "an application's steps give the same answers over both transports, and those that are written down",
    scenario
)];

/// What each step must answer, on every transport and dialect.
const EXPECTED: &[&str] = &[
    "affected 3",
    "affected 7",
    "AC/DC 3 1031|Motörhead 4 1226|Nobody 0 NULL",
    "Ace of Spades|Iron Fist",
    "Evil Walks|Go Down|Overdose",
    "affected 2",
    "AC/DC 3 1031|Motörhead 2 765",
    "none",
    "refused",
    "affected 1",
    "5",
];

async fn scenario(cx: Context) -> Outcome {
    let pair = Pair::new(&cx).await?;
    for (adapter, prefix) in [(&pair.own, "own"), (&pair.peer, "peer")] {
        let answers = run(&cx, adapter, prefix).await.within(prefix)?;
        ensure_eq!(answers, EXPECTED, "the answers of the {prefix} transport");
    }
    Ok(())
}

async fn run(cx: &Context, adapter: &SharedAdapter, prefix: &str) -> Outcome<Vec<String>> {
    let sql = |template: &str| {
        template
            .replace("ARTIST", &format!("{{t:{prefix}_artist}}"))
            .replace("TRACK", &format!("{{t:{prefix}_track}}"))
    };
    let raw = |template: &str, values: Vec<Value>| cx.raw(&sql(template), values);
    cx.prepare(&[
        &sql("create table ARTIST (id {int8} primary key, name {key} not null unique)"),
        &sql("create table TRACK (id {int8} primary key, artist {int8} not null references ARTIST (id), \
              title {key} not null, seconds {int8})"),
    ])
    .await?;
    let mut answers = Vec::new();
    let text = |text: &str| Value::Text(text.to_owned());
    let count = |affected: Option<u64>| format!("affected {}", affected.unwrap_or_default());

    let artists = raw(
        "insert into ARTIST (id, name) values (1, {1}), (2, {2}), (3, {3})",
        vec![text("AC/DC"), text("Motörhead"), text("Nobody")],
    );
    answers.push(count(adapter.query(artists).await?.affected));
    let tracks = [
        (1, 1, "Go Down", 331),
        (2, 1, "Overdose", 369),
        (3, 1, "Evil Walks", 331),
        (4, 2, "Ace of Spades", 167),
        (5, 2, "Iron Fist", 465),
        (6, 2, "It's \"live\" \\ 100%", 300),
        (7, 2, "Orgasmatron", 294),
    ];
    let inserts = tracks.map(|(id, artist, title, seconds)| {
        let values = vec![Value::Int64(id), Value::Int64(artist), text(title), Value::Int64(seconds)];
        raw("insert into TRACK (id, artist, title, seconds) values ({1}, {2}, {3}, {4})", values)
    });
    let results = adapter.batch(Batch::new(inserts.into())).await?;
    answers.push(count(results.iter().map(|result| result.affected).sum()));

    let summary = "select a.name, count(t.id), sum(t.seconds) from ARTIST a left join TRACK t on t.artist = a.id \
                   group by a.name order by a.name";
    answers.push(rows(adapter, raw(summary, vec![])).await?);
    let by_title = "select title from TRACK where artist = {1} and title not like {2} and seconds > {3} - 1 \
                    and title < 'O' and title <> {4} order by title";
    let values = vec![Value::Int64(2), text("It's%"), Value::Int64(1), text("nothing")];
    answers.push(rows(adapter, raw(by_title, values)).await?);
    let page = "select title from TRACK where artist = {1} order by title limit 3 offset 0";
    answers.push(rows(adapter, raw(page, vec![Value::Int64(1)])).await?);

    let removed = raw("delete from TRACK where seconds < {1} and artist = 2", vec![Value::Int64(300)]);
    answers.push(count(adapter.query(removed).await?.affected));
    let inner = "select a.name, count(*), sum(t.seconds) from ARTIST a join TRACK t on t.artist = a.id \
                 where t.title not like {1} group by a.name order by a.name";
    answers.push(rows(adapter, raw(inner, vec![text("nothing%")])).await?);
    let none = raw("select title from TRACK where artist = {1}", vec![Value::Int64(3)]);
    answers.push(rows(adapter, none).await?);

    // A duplicate is refused, and nothing of it stays.
    let duplicate = raw("insert into ARTIST (id, name) values (4, {1})", vec![text("AC/DC")]);
    answers.push(match adapter.query(duplicate).await {
        Err(error) if error.kind() == ErrorKind::UniqueViolation => "refused".to_owned(),
        other => format!("{other:?}"),
    });
    let renamed = raw("update ARTIST set name = {1} where id = {2}", vec![text("Somebody"), Value::Int64(3)]);
    answers.push(count(adapter.query(renamed).await?.affected));
    answers.push(rows(adapter, raw("select count(*) from TRACK", vec![])).await?);
    Ok(answers)
}

/// The rows of a query as one text.
async fn rows(adapter: &SharedAdapter, query: Query) -> Outcome<String> {
    let rows = adapter.query(query).await?.rows;
    let mut lines = Vec::new();
    for row in 0..rows.len() {
        let mut cells = Vec::new();
        for column in 0..rows.columns().len() {
            cells.push(match rows.get::<Value>(row, column)? {
                Value::Null(_) => "NULL".to_owned(),
                Value::Text(text) => text,
                Value::Int64(number) => number.to_string(),
                Value::Decimal(number) => number.as_str().to_owned(),
                other => format!("{other:?}"),
            });
        }
        lines.push(cells.join(" "));
    }
    Ok(if lines.is_empty() { "none".to_owned() } else { lines.join("|") })
}

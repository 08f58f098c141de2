//! Random values of every type, there and back, judged by the oracle.
//!
//! Each run draws some values of a type. They go as untyped parameters, as values of typed slots, and into columns by
//! SQL text and by an abstract insert; every failure names the seed that draws the same values again.

mod calendar;
mod scalars;
mod structured;

use drivetrain_adapter_api::statement::{Expr, Insert, InsertSource, Projection, Select, Statement};
use drivetrain_adapter_api::{DbType, Dialect, Query, Value};

use crate::case::{ALL, Case, L, M, Need, PG, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Random, Stop, Within as _};

use super::data;
use super::matrix::{Ground, same};

/// Values drawn in a run.
const VALUES: usize = 50;

/// A value, and how the oracle shows it.
pub(super) struct Drawn {
    value: Value,
    shown: Shown,
}

/// How the oracle shows a value.
enum Shown {
    /// As this text.
    Text(String),
    /// As some text that reads as this number, to the last bit.
    Number(f64),
    /// The same of 32 bits.
    Single(f32),
}

impl Drawn {
    fn new(value: Value, shown: impl Into<String>) -> Self {
        Self { value, shown: Shown::Text(shown.into()) }
    }

    fn is_shown_as(&self, text: &str) -> bool {
        match &self.shown {
            Shown::Text(expected) => text == expected,
            Shown::Number(expected) => {
                text.parse::<f64>().is_ok_and(|number| number.to_bits() == expected.to_bits())
            }
            Shown::Single(expected) => {
                text.parse::<f32>().is_ok_and(|number| number.to_bits() == expected.to_bits())
            }
        }
    }
}

/// How values of a type are drawn.
struct Recipe {
    /// The last part of the case's id.
    name: &'static str,
    /// The section of the data files whose type it is, by dialect: the first that the dialect has.
    sections: &'static [&'static str],
    /// How the oracle is asked, where that is not as in the section; `@` stands for the value.
    shown: Option<&'static str>,
    draw: fn(&mut Random, Dialect) -> Drawn,
}

const fn recipe(
    name: &'static str,
    sections: &'static [&'static str],
    draw: fn(&mut Random, Dialect) -> Drawn,
) -> Recipe {
    Recipe { name, sections, shown: None, draw }
}

const RECIPES: &[Recipe] = &[
    recipe("bool", &["bool"], scalars::bool),
    recipe("int2", &["int2"], scalars::int2),
    recipe("int4", &["int4"], scalars::int4),
    recipe("int8", &["int8"], scalars::int8),
    recipe("float4", &["float4"], scalars::float4),
    recipe("float8", &["float8"], scalars::float8),
    recipe("decimal", &["decimal"], scalars::decimal),
    recipe("text", &["text_ascii"], scalars::text),
    recipe("bytes", &["bytes_all"], scalars::bytes),
    recipe("uuid", &["uuid"], scalars::uuid),
    recipe("date", &["date"], calendar::date),
    recipe("time", &["time"], calendar::time),
    recipe("timetz", &["timetz"], calendar::timetz),
    recipe("timestamp", &["timestamp_microseconds"], calendar::timestamp),
    recipe("timestamptz", &["timestamptz_microseconds"], calendar::timestamptz),
    Recipe {
        name: "interval",
        sections: &["interval"],
        shown: Some(
            "concat(cast(extract(year from @) as bigint) * 12 + cast(extract(month from @) as bigint), ' ', \
             cast(extract(day from @) as bigint), ' ', cast(extract(hour from @) as bigint) * 3600000000 \
             + cast(extract(minute from @) as bigint) * 60000000 + cast(extract(microseconds from @) as bigint))",
        ),
        draw: structured::interval,
    },
    recipe("json", &["json", "json_sqlite"], structured::json),
    recipe("int4-array", &["array_small"], structured::int4_array),
    recipe("text-array", &["array_text"], structured::text_array),
];

macro_rules! random {
    ($id:literal, $places:expr $(, $need:expr)*) => {
        case!(
            concat!("TYPE-RANDOM.", $id),
            Values,
            L0,
            $places,
            [Need::Oracle, $($need),*],
            ["A-9"],
            concat!("random values arrive: ", $id),
            round_trip
        )
    };
}

const ARRAYS: Need = Need::Capability(drivetrain_adapter_api::Capability::Arrays);

pub(super) const CASES: &[Case] = &[
    random!("bool", ALL),
    random!("int2", PG.or(M)),
    random!("int4", ALL),
    random!("int8", ALL),
    random!("float4", PG.or(L)),
    random!("float8", ALL),
    random!("decimal", PG.or(L)),
    random!("text", ALL),
    random!("bytes", ALL),
    random!("uuid", ALL),
    random!("date", ALL),
    random!("time", PG.or(L)),
    random!("timetz", PG),
    random!("timestamp", ALL),
    random!("timestamptz", PG.or(L)),
    random!("interval", PG),
    random!("json", PG.or(L)),
    random!("int4-array", PG, ARRAYS),
    random!("text-array", PG, ARRAYS),
];

async fn round_trip(cx: Context) -> Outcome {
    let seed = cx.seed();
    run(&cx).await.within(format!("with the seed {seed}"))
}

async fn run(cx: &Context) -> Outcome {
    let name = cx.case().id.rsplit('.').next().unwrap_or_default();
    let recipe = RECIPES.iter().find(|recipe| recipe.name == name);
    let recipe = recipe.ok_or_else(|| Stop::fail("the case has no recipe: a defect of the suite"))?;
    let has_type = |section: &&data::Section| section.sides.contains_key(&cx.dialect());
    let section = recipe.sections.iter().filter_map(|name| data::named(name)).find(has_type);
    let section = section.ok_or_else(|| Stop::fail("no data file has the type: a defect of the suite"))?;
    let ground = Ground::of(cx, section)?;
    let mut random = cx.random();
    let drawn: Vec<Drawn> = (0..VALUES).map(|_| (recipe.draw)(&mut random, cx.dialect())).collect();
    if cx.capabilities().raw_sql() {
        alone(&ground, &drawn, untyped_select(&ground, &drawn)).await.within("as parameters")?;
    }
    if ground.side.slots_alone {
        alone(&ground, &drawn, typed_select(&ground, &drawn)).await.within("as values of slots")?;
    }
    in_columns(&ground, &drawn, recipe).await
}

/// All values in one row.
async fn alone(ground: &Ground<'_>, drawn: &[Drawn], query: Query) -> Outcome {
    let rows = ground.cx.adapter().await?.query(query).await?.rows;
    ensure_eq!((rows.len(), rows.columns().len()), (1, drawn.len()), "rows and columns");
    for (column, drawn) in drawn.iter().enumerate() {
        same(ground.cx, &rows, (0, column), &ground.slot, &drawn.value)?;
    }
    Ok(())
}

fn values(drawn: &[Drawn]) -> Vec<Value> {
    drawn.iter().map(|drawn| drawn.value.clone()).collect()
}

fn untyped_select(ground: &Ground<'_>, drawn: &[Drawn]) -> Query {
    let all: Vec<_> = (1..=drawn.len()).map(|at| ground.expression(&format!("{{{at}}}"))).collect();
    ground.cx.raw(&format!("select {}", all.join(", ")), values(drawn))
}

fn typed_select(ground: &Ground<'_>, drawn: &[Drawn]) -> Query {
    let slots = (0..).zip(drawn).map(|(at, _)| Projection::new(Expr::slot(at, ground.slot.clone())));
    let select = Select { projections: slots.collect(), ..Select::default() };
    Query::new(Statement::new(select), values(drawn))
}

/// The ids of what was written by SQL text begin here.
const UNTYPED: i64 = 1000;

async fn in_columns(ground: &Ground<'_>, drawn: &[Drawn], recipe: &Recipe) -> Outcome {
    let cx = ground.cx;
    let mut made = ground.side.setup.clone();
    made.push(format!("create table {{t:r}} (id {{int8}} primary key, v {})", ground.side.sql));
    cx.prepare(&made.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let adapter = cx.adapter().await?;
    let written = adapter.query(typed_insert(ground, drawn)).await.within("an abstract insert")?;
    ensure!(written.affected.is_none_or(|rows| rows == VALUES as u64), "{:?} rows written", written.affected);
    // Where a slot's type decides how a value is stored, an untyped one may be stored otherwise.
    let both = cx.capabilities().raw_sql() && ground.side.slots_alone;
    if both {
        adapter.query(untyped_insert(ground, drawn)).await.within("an insert of text")?;
    }
    let shown = recipe.shown.map_or_else(|| ground.shown("v"), |shown| shown.replace('@', "v"));
    let seen = cx.oracle_rows(&format!("select id, {shown} from {{t:r}} order by id")).await?;
    let rows = cx.query("select id, v from {t:r} order by id", vec![]).await?.rows;
    let expected = if both { 2 * VALUES } else { VALUES };
    ensure_eq!((seen.len(), rows.len()), (expected, expected), "rows");
    for (row, seen) in seen.iter().enumerate() {
        let id: i64 = rows.get(row, 0)?;
        let drawn = usize::try_from(id % UNTYPED).ok().and_then(|at| drawn.get(at));
        let drawn = drawn.ok_or_else(|| Stop::fail(format!("there is a row {id} that nobody wrote")))?;
        let text = seen[1].as_deref().unwrap_or("NULL");
        ensure!(drawn.is_shown_as(text), "row {id}: the oracle sees {text:?}, written was {:?}", drawn.value);
        same(cx, &rows, (row, 1), &ground.slot, &drawn.value).within(format!("row {id}"))?;
    }
    Ok(())
}

/// Ids and values, one after the other.
fn with_ids(drawn: &[Drawn], first: i64) -> Vec<Value> {
    (first..).zip(drawn).flat_map(|(id, drawn)| [Value::Int64(id), drawn.value.clone()]).collect()
}

fn typed_insert(ground: &Ground<'_>, drawn: &[Drawn]) -> Query {
    let row = |at: u32| vec![Expr::slot(2 * at, DbType::Int64), Expr::slot(2 * at + 1, ground.slot.clone())];
    let insert = Insert {
        with: Vec::new(),
        table: ground.cx.table("r"),
        columns: vec!["id".into(), "v".into()],
        source: InsertSource::Rows((0..).zip(drawn).map(|(at, _)| row(at)).collect()),
        on_conflict: None,
        returning: Vec::new(),
    };
    Query::new(Statement::new(insert), with_ids(drawn, 0))
}

fn untyped_insert(ground: &Ground<'_>, drawn: &[Drawn]) -> Query {
    // Postgres infers the type of a parameter from the column in an insert of one row; of several, from the cast.
    let typed = |at: usize| ground.expression(&format!("{{{at}}}"));
    let rows: Vec<_> = (0..drawn.len())
        .map(|at| match ground.dialect {
            Dialect::Postgres => format!("(cast({{{}}} as bigint), {})", 2 * at + 1, typed(2 * at + 2)),
            _ => format!("({{{}}}, {})", 2 * at + 1, typed(2 * at + 2)),
        })
        .collect();
    let text = format!("insert into {{t:r}} (id, v) values {}", rows.join(", "));
    ground.cx.raw(&text, with_ids(drawn, UNTYPED))
}

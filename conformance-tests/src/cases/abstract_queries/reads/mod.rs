//! Questions on the Chinook data.

mod aggregates;
mod capable;
mod joins;
mod plain;

use drivetrain_adapter_api::Capability;
use drivetrain_adapter_api::statement::Select;

use super::answers::{Cell, expect_kept};
use super::build::Writing;
use super::kept;
use crate::case::{ALL, Case, Need, case};
use crate::{Context, Outcome, Within as _, dataset};

/// A question and how its answer is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    /// The name of its answer.
    name: &'static str,
    /// The columns of the answer.
    cells: &'static [Cell],
    /// The statement.
    ask: fn(&mut Writing<'_>) -> Select,
}

pub(super) const fn question(
    name: &'static str,
    cells: &'static [Cell],
    ask: fn(&mut Writing<'_>) -> Select,
) -> Question {
    Question { name, cells, ask }
}

/// What a case asks, and of which tables.
struct Topic {
    id: &'static str,
    tables: &'static [&'static str],
    questions: &'static [Question],
}

const TOPICS: &[Topic] = &[
    Topic { id: "ABS-01", tables: &["Artist"], questions: plain::ARTISTS },
    Topic { id: "ABS-02", tables: &["Employee", "Customer"], questions: plain::PEOPLE },
    Topic { id: "ABS-03", tables: &["Employee", "Customer", "Invoice"], questions: plain::INVOICES },
    Topic { id: "ABS-04", tables: &["Artist", "Album"], questions: joins::ALBUMS },
    Topic {
        id: "ABS-05",
        tables: &["Artist", "Album", "Genre", "MediaType", "Track"],
        questions: joins::TRACKS,
    },
    Topic { id: "ABS-06", tables: &["Employee", "Customer"], questions: joins::SUBQUERIES },
    Topic { id: "ABS-07", tables: &["Employee", "Customer", "Invoice"], questions: aggregates::INVOICES },
    Topic { id: "ABS-08", tables: &["Genre", "MediaType", "Track"], questions: aggregates::TRACKS },
    Topic { id: "ABS-09", tables: &["Employee", "Customer"], questions: aggregates::SETS },
    Topic { id: "ABS-10", tables: &["Artist", "Album"], questions: capable::LATERAL },
    Topic { id: "ABS-11", tables: &["Employee", "Customer", "Invoice"], questions: capable::DISTINCT_ON },
    Topic { id: "ABS-12", tables: &["Artist"], questions: capable::ARRAYS },
    Topic { id: "ABS-13", tables: &["Artist", "Album"], questions: capable::JSON_ROWS },
];

macro_rules! topic {
    ($id:literal, [$($need:expr),*], $title:literal) => {
        case!($id, Abstract, L0, ALL, [Need::Chinook $(, $need)*], ["A-9", "A-21", "A-22"], $title, ask)
    };
}

pub(super) const CASES: &[Case] = &[
    topic!("ABS-01", [], "filters, searches in texts, lists, orders and pages on one table"),
    topic!("ABS-02", [], "NULL in filters and orders, rows of values, functions on texts, CASE"),
    topic!("ABS-03", [], "timestamps and decimals in filters and orders"),
    topic!("ABS-04", [], "inner and left joins, and what a join counts"),
    topic!("ABS-05", [], "four tables joined, and their largest rows"),
    topic!("ABS-06", [], "EXISTS, IN a select, scalar subqueries, a table joined with itself"),
    topic!("ABS-07", [], "GROUP BY, HAVING, sums, averages, extremes and distinct counts"),
    topic!("ABS-08", [], "aggregates over thousands of rows, and common table expressions"),
    topic!("ABS-09", [], "UNION, INTERSECT, EXCEPT, DISTINCT"),
    topic!(
        "ABS-10",
        [Need::Capability(Capability::Lateral)],
        "the last albums of each artist by a lateral join"
    ),
    topic!(
        "ABS-11",
        [Need::Capability(Capability::DistinctOn)],
        "the largest invoice of each customer by DISTINCT ON"
    ),
    topic!("ABS-12", [Need::Capability(Capability::Arrays)], "arrays of values as a source of rows"),
    topic!(
        "ABS-13",
        [Need::Capability(Capability::JsonRows)],
        "relations in one statement through JSON, without loss"
    ),
];

async fn ask(cx: Context) -> Outcome {
    let topic = TOPICS.iter().find(|topic| topic.id == cx.case().id);
    let topic = topic.ok_or_else(|| crate::Stop::fail("no questions: a defect of the suite"))?;
    let chinook = cx.chinook()?;
    let shapes: Vec<_> =
        topic.tables.iter().filter_map(|name| dataset::chinook::shape(name)).copied().collect();
    dataset::define(&cx, &shapes).await?;
    let adapter = cx.adapter().await?;
    for shape in &shapes {
        dataset::fill(&cx, &adapter, shape, chinook.rows(shape.name)).await?;
    }
    let mut wrong = Vec::new();
    for question in topic.questions {
        let mut writing = Writing::new(&cx);
        let select = (question.ask)(&mut writing);
        let result = adapter.query(writing.finish(select)).await.within(question.name)?;
        // Every question is asked, so that all that is wrong is told at once.
        let answer = kept::answer(question.name);
        if let Err(stop) = expect_kept(question.name, &result.rows, question.cells, answer) {
            wrong.push(stop.to_string());
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(crate::Stop::fail(wrong.join("\n"))) }
}

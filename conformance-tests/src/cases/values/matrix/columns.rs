//! A value in a column: written by the oracle and read, written by the adapter and judged by the oracle.

use drivetrain_adapter_api::statement::{
    BinaryOperator, Direction, Expr, Insert, InsertSource, OrderBy, Projection, Select, Source, Statement,
};
use drivetrain_adapter_api::{DbType, Dialect, Query, Rows, Value};

use super::super::data::{Entry, Way};
use super::ground::{Expected, Ground};
use super::{Caller, Mode, same};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Outcome, Within as _, words};

/// The rows of literals have smaller ids.
const WRITTEN: i64 = 1000;

/// The value as SQL, in a template; `None` where the dialect cannot hold it.
pub(super) fn literal_of(ground: &Ground<'_>, entry: &Entry) -> Option<String> {
    let text = entry.literal(ground.dialect)?;
    let bare = matches!(
        ground.section.ty.carrier,
        DbType::Bool
            | DbType::Int16
            | DbType::Int32
            | DbType::Int64
            | DbType::UInt64
            | DbType::Float32
            | DbType::Float64
    );
    let sql = if ground.dialect == Dialect::Postgres {
        let text = match ground.section.ty.carrier {
            DbType::Bytes if !entry.literal_is_sql(ground.dialect) => format!("\\x{text}"),
            _ => text.to_owned(),
        };
        format!(
            "cast({} as {})",
            words::literal(ground.dialect, &text).replace('{', "{{").replace('}', "}}"),
            ground.side.sql
        )
    } else if entry.literal_is_sql(ground.dialect) || bare {
        text.to_owned()
    } else if ground.section.ty.carrier == DbType::Bytes {
        format!("x'{text}'")
    } else {
        words::literal(ground.dialect, text).replace('{', "{{").replace('}', "}}")
    };
    Some(sql)
}

/// Statements by which the oracle writes every value, and NULL, as a literal.
pub(super) fn literal_rows(ground: &Ground<'_>) -> Vec<String> {
    let mut statements = Vec::new();
    for (id, entry) in (0..).zip(&ground.section.entries) {
        let Some(value) = literal_of(ground, entry) else { continue };
        let array = if ground.arrays {
            format!(", cast(array[{value}, null] as {}[])", ground.side.sql)
        } else {
            String::new()
        };
        statements.push(format!("insert into {} values ({id}, {value}{array})", ground.table()));
        ground.expect(id, Some(entry.stored(ground.dialect, Way::Literal)));
    }
    let array = if ground.arrays { ", null" } else { "" };
    statements.push(format!("insert into {} values ({}, null{array})", ground.table(), WRITTEN - 1));
    ground.expect(WRITTEN - 1, None);
    statements
}

/// Reads what the oracle wrote, by SQL text and by an abstract statement.
pub(super) async fn check_reads(ground: &Ground<'_>, caller: &Caller, mode: Mode) -> Outcome {
    for (form, query) in reads(ground, 0, WRITTEN) {
        for result in mode.read(caller, query).await.within(form)? {
            let expected: Vec<_> = ground.expected().into_iter().filter(|row| row.id < WRITTEN).collect();
            check_rows(ground, &result.rows, &expected).within(form)?;
        }
    }
    Ok(())
}

/// Reads what the adapter wrote in that session.
pub(super) async fn read_back(ground: &Ground<'_>, caller: &Caller, session: usize) -> Outcome {
    let (from, to) = (block(session, 0, 0), block(session + 1, 0, 0));
    for (form, query) in reads(ground, from, to) {
        let result = caller.query(query).await.within(form)?;
        let expected: Vec<_> =
            ground.expected().into_iter().filter(|row| (from..to).contains(&row.id)).collect();
        check_rows(ground, &result.rows, &expected)
            .within(format!("written by the adapter, read by {form}"))?;
    }
    Ok(())
}

/// Rows with ids from `from` up to `to`.
fn reads(ground: &Ground<'_>, from: i64, to: i64) -> Vec<(&'static str, Query)> {
    let array = if ground.arrays { ", a" } else { "" };
    let text =
        format!("select id, v{array} from {} where id >= {from} and id < {to} order by id", ground.table());
    let columns = ["id", "v", "a"].into_iter().take(if ground.arrays { 3 } else { 2 });
    let bound = |operator, slot| Expr::column("id").binary(operator, Expr::slot(slot, DbType::Int64));
    let select = Select {
        projections: columns.map(|column| Projection::new(Expr::column(column))).collect(),
        from: Some(Source::Table { name: ground.cx.table(&ground.table_name()), alias: None }),
        filter: Some(Expr::And(vec![
            bound(BinaryOperator::GreaterOrEqual, 0),
            bound(BinaryOperator::Less, 1),
        ])),
        order_by: vec![OrderBy { expr: Expr::column("id"), direction: Direction::Ascending, nulls: None }],
        ..Select::default()
    };
    let params = vec![Value::Int64(from), Value::Int64(to)];
    let mut queries = vec![("an abstract select", Query::new(Statement::new(select), params))];
    if ground.cx.capabilities().raw_sql() {
        queries.push(("a select of text", ground.cx.raw(&text, vec![])));
    }
    queries
}

fn check_rows(ground: &Ground<'_>, rows: &Rows, expected: &[Expected]) -> Outcome {
    ensure_eq!(rows.len(), expected.len(), "rows");
    let array = DbType::array(ground.slot.clone());
    for (at, row) in expected.iter().enumerate() {
        let id: i64 = rows.get(at, 0)?;
        ensure_eq!(id, row.id, "the id of row {at}");
        let value = row.stored.as_ref().map_or(Value::NULL, |stored| stored.value.clone());
        same(ground.cx, rows, (at, 1), &ground.slot, &value).within(format!("row {id}"))?;
        if ground.arrays {
            let value = row.stored.as_ref().map_or(Value::NULL, |stored| ground.array_of(&stored.value));
            same(ground.cx, rows, (at, 2), &array, &value).within(format!("row {id}"))?;
        }
    }
    Ok(())
}

/// The first id of the rows that are written in that session, by that mode and form.
fn block(session: usize, mode: usize, form: usize) -> i64 {
    let block = (session * 4 + mode) * 2 + form + 1;
    i64::try_from(block).expect("there are few blocks") * WRITTEN
}

/// Writes every value, and NULL, by SQL text and by an abstract insert.
pub(super) async fn write(ground: &Ground<'_>, caller: &Caller, mode: Mode, session: usize) -> Outcome {
    for (form, way) in [Way::Untyped, Way::Typed].into_iter().enumerate() {
        if way == Way::Untyped && !ground.cx.capabilities().raw_sql() {
            continue;
        }
        let first = block(session, mode as usize, form);
        let mut queries = Vec::new();
        for (id, entry) in (first..).zip(&ground.section.entries) {
            let query = insert(ground, way, id, Some(&entry.value));
            if let Some(kind) = entry.refused(ground.dialect, way) {
                let what = format!("writing {:?} ({way:?})", entry.value);
                must_fail(mode.run(caller, vec![query]).await, &[kind], what)?;
                continue;
            }
            ground.expect(id, Some(entry.stored(ground.dialect, way)));
            queries.push(query);
        }
        let null = first + WRITTEN - 1;
        queries.push(insert(ground, way, null, None));
        ground.expect(null, None);
        let written = queries.len();
        let results = mode.run(caller, queries).await.within(format!("writing ({way:?})"))?;
        ensure_eq!(results.len(), written, "results of writing ({way:?})");
    }
    Ok(())
}

fn insert(ground: &Ground<'_>, way: Way, id: i64, value: Option<&Value>) -> Query {
    let null = |ty: &DbType| match way {
        Way::Typed => Value::Null(ty.clone()),
        _ => Value::NULL,
    };
    let array = DbType::array(ground.slot.clone());
    let mut params = vec![Value::Int64(id), value.cloned().unwrap_or_else(|| null(&ground.slot))];
    if ground.arrays {
        params.push(value.map_or_else(|| null(&array), |value| ground.array_of(value)));
    }
    if way == Way::Untyped {
        let values = if ground.arrays { "{1}, {2}, {3}" } else { "{1}, {2}" };
        return ground.cx.raw(&format!("insert into {} values ({values})", ground.table()), params);
    }
    let slots = [(0, DbType::Int64), (1, ground.slot.clone()), (2, array)].into_iter().take(params.len());
    let columns = ["id", "v", "a"].into_iter().take(params.len()).map(Into::into).collect();
    let insert = Insert {
        with: Vec::new(),
        table: ground.cx.table(&ground.table_name()),
        columns,
        source: InsertSource::Rows(vec![slots.map(|(at, ty)| Expr::slot(at, ty)).collect()]),
        on_conflict: None,
        returning: Vec::new(),
    };
    Query::new(Statement::new(insert), params)
}

/// Lets the oracle judge every row that was written.
pub(super) async fn judge(ground: &Ground<'_>) -> Outcome {
    let array = if ground.arrays {
        format!(", {}, a[2] is null, array_length(a, 1)", ground.shown("(a)[1]"))
    } else {
        String::new()
    };
    let sql = format!("select id, {}{array} from {} order by id", ground.shown("v"), ground.table());
    let rows = ground.cx.oracle_rows(&sql).await?;
    let expected = ground.expected();
    let ids = |row: &Vec<Option<String>>| row[0].clone().unwrap_or_default();
    ensure_eq!(
        rows.iter().map(ids).collect::<Vec<_>>(),
        expected.iter().map(|row| row.id.to_string()).collect::<Vec<_>>(),
        "the ids that the oracle sees"
    );
    for (row, expected) in rows.iter().zip(&expected) {
        let text = expected.stored.as_ref().map(|stored| stored.text.clone());
        ensure!(
            row[1] == text,
            "row {}: the oracle sees {:?}, expected {text:?} ({:?})",
            expected.id,
            row[1],
            expected.stored
        );
        if ground.arrays {
            let last = expected.stored.as_ref().map(|_| "2".to_owned());
            ensure!(
                row[2] == text && row[3].as_deref() == Some("t") && row[4] == last,
                "row {}: the oracle sees an array of {:?} (NULL: {:?}, length: {:?}), expected {text:?}, NULL",
                expected.id,
                row[2],
                row[3],
                row[4]
            );
        }
    }
    Ok(())
}

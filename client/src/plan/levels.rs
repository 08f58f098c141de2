//! Relations by one more query each: for databases that cannot give them in one statement, and where that is asked
//! for.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use drivetrain_adapter_api::statement::{
    Expr, Function, Ident, InList, Join, JoinKind, Projection, Select, Source,
};
use drivetrain_adapter_api::{BoxFuture, DbType, Dialect, Query, Result, Value, ValueRef};

use super::builder::{self, Builder};
use super::columns;
use super::condition::narrow;
use super::selection::Selection;
use crate::engine::Run;
use crate::model::{ModelMeta, Record, RelationMeta, TypeMeta};

/// Keys that one query looks for, at most.
const KEYS_OF_A_QUERY: usize = 10_000;

/// Loads the relations that `selection` includes into the records.
pub(super) fn load<'a>(
    run: &'a mut (dyn Run + 'a),
    selection: &'a Selection,
    records: &'a mut [Record],
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        for (relation, related) in &selection.includes {
            let meta = &selection.model.relations[*relation];
            let keys: Vec<Option<Vec<Value>>> =
                records.iter().map(|record| key_of(record, meta.local)).collect::<Result<_>>()?;
            let equality = Equality::new(run.capabilities().dialect(), selection.model, meta);
            let mut found: HashMap<String, Vec<Record>> = HashMap::new();
            for keys in equality.distinct(&keys).chunks(KEYS_OF_A_QUERY) {
                let result = run.run(query(selection, meta, related, keys)?).await?;
                let width = related.model.columns.len();
                let mut children: Vec<Record> =
                    (0..result.rows.len()).map(|row| Record::from_rows(&result.rows, row, 0)).collect();
                load(&mut *run, related, &mut children).await?;
                for child in children {
                    let link: Vec<Value> = match &meta.join_table {
                        Some(_) => vec![child.cell(width)?.to_value()?],
                        None => key_of(&child, meta.foreign)?.unwrap_or_default(),
                    };
                    found.entry(equality.text_of(&link)).or_default().push(child);
                }
            }
            for (record, key) in records.iter_mut().zip(keys) {
                let children = key.and_then(|key| found.get(&equality.text_of(&key)).cloned());
                record.set_relation(*relation, children.unwrap_or_default());
            }
        }
        Ok(())
    })
}

/// The values of those columns; `None` if one of them is NULL.
fn key_of(record: &Record, columns: &[usize]) -> Result<Option<Vec<Value>>> {
    let values = columns.iter().map(|column| record.cell(*column)?.to_value()).collect::<Result<Vec<_>>>()?;
    Ok((!values.iter().any(Value::is_null)).then_some(values))
}

/// When the database takes two keys of a relation for equal.
struct Equality {
    /// One for each column of the key.
    texts: Vec<Texts>,
}

/// When the database takes two texts for equal.
#[derive(Clone, Copy)]
enum Texts {
    Exact,
    /// Letters of either case are the same.
    Caseless,
    /// Blanks at the end do not count.
    Padded,
}

impl Equality {
    fn new(dialect: Dialect, model: &ModelMeta, relation: &RelationMeta) -> Self {
        let texts = |at: &usize| match model.columns[*at].ty {
            TypeMeta::Native { dialect: known, name: "citext", .. } if known == dialect => Texts::Caseless,
            TypeMeta::Native { dialect: known, name: "bpchar", .. } if known == dialect => Texts::Padded,
            _ => Texts::Exact,
        };
        Self { texts: relation.local.iter().map(texts).collect() }
    }

    fn distinct(&self, keys: &[Option<Vec<Value>>]) -> Vec<Vec<Value>> {
        let mut seen = HashSet::new();
        keys.iter().flatten().filter(|key| seen.insert(self.text_of(key))).cloned().collect()
    }

    /// A text that is equal for equal keys: integers of any width are one type here, and decimals of any scale.
    fn text_of(&self, key: &[Value]) -> String {
        use std::fmt::Write as _;
        let mut text = String::new();
        for (at, value) in key.iter().enumerate() {
            let written = match value.as_ref() {
                ValueRef::Int16(number) => write!(text, "i{number};"),
                ValueRef::Int32(number) => write!(text, "i{number};"),
                ValueRef::Int64(number) => write!(text, "i{number};"),
                ValueRef::UInt64(number) => write!(text, "i{number};"),
                ValueRef::Text(value) | ValueRef::Enum(value) => {
                    let value = match self.texts.get(at) {
                        Some(Texts::Caseless) => Cow::Owned(value.to_lowercase()),
                        Some(Texts::Padded) => Cow::Borrowed(value.trim_end_matches(' ')),
                        Some(Texts::Exact) | None => Cow::Borrowed(value),
                    };
                    write!(text, "t{}:{value};", value.len())
                }
                ValueRef::Decimal(digits) => write!(text, "d{};", without_scale(&digits)),
                // Both zeros are equal.
                ValueRef::Float64(number) => write!(text, "f{:?};", number + 0.0),
                ValueRef::Float32(number) => write!(text, "f{:?};", number + 0.0),
                other => write!(text, "{other:?};"),
            };
            written.expect("writing into a String cannot fail");
        }
        text
    }
}

/// The digits of a decimal without the zeros that a scale adds.
fn without_scale(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// The query for the related records of the parents with those keys.
fn query(
    parent: &Selection,
    meta: &'static RelationMeta,
    related: &Selection,
    keys: &[Vec<Value>],
) -> Result<Query> {
    let mut builder = Builder::default();
    let alias = builder.alias();
    let model = related.model;
    let column = |at: usize| Expr::of(alias.clone(), model.columns[at].column);
    let mut projections = columns::all(model, &alias);
    let mut select = Select { from: Some(builder.records(model, &alias)), ..Select::default() };
    let links: Vec<Expr> = match &meta.join_table {
        None => meta.foreign.iter().map(|at| column(*at)).collect(),
        Some(table) => {
            let link = builder.alias();
            let on = meta.foreign.iter().map(|at| column(*at).equal(Expr::of(link.clone(), table.foreign)));
            select.joins.push(Join {
                kind: JoinKind::Inner,
                source: builder.links(table, &link),
                on: Some(Expr::And(on.collect())),
            });
            let local = Expr::of(link, table.local);
            projections.push(Projection::named(local.clone(), "drivetrain_link"));
            vec![local]
        }
    };
    let types: Vec<DbType> = meta.local.iter().map(|at| parent.model.columns[*at].ty.to_db_type()).collect();
    narrow(&mut select, among(&mut builder, &links, &types, keys)?);
    if let Some(filter) = builder.filter(model, &alias, &related.filter)? {
        narrow(&mut select, filter);
    }
    let order = builder::order(model, &alias, &related.order, true);
    let select = if related.take.is_some() || related.skip.is_some() {
        let number = Function::RowNumber { partition_by: links, order_by: order };
        projections.push(Projection::named(Expr::Call(number, Vec::new()), "drivetrain_number"));
        select.projections = projections;
        numbered(&mut builder, select, related)?
    } else {
        Select { projections, order_by: order, ..select }
    };
    Ok(builder.finish(select, &format!("{}.{}", parent.model.name, meta.field)))
}

fn among(builder: &mut Builder, links: &[Expr], types: &[DbType], keys: &[Vec<Value>]) -> Result<Expr> {
    if let ([link], [ty]) = (links, types) {
        let values = keys.iter().filter_map(|key| key.first().cloned()).collect();
        return Ok(Expr::In { expr: Box::new(link.clone()), list: InList::Slot(builder.list(values, ty)?) });
    }
    let slots = types
        .iter()
        .enumerate()
        .map(|(at, ty)| builder.list(keys.iter().filter_map(|key| key.get(at).cloned()).collect(), ty))
        .collect::<Result<Vec<_>>>()?;
    Ok(Expr::In { expr: Box::new(Expr::Row(links.to_vec())), list: InList::Rows(slots) })
}

/// The rows of a select that are numbered within each parent, cut to those asked for.
fn numbered(builder: &mut Builder, select: Select, related: &Selection) -> Result<Select> {
    use drivetrain_adapter_api::statement::BinaryOperator::{Greater, LessOrEqual};
    let alias = builder.alias();
    let names: Vec<Ident> = related.model.columns.iter().map(|column| column.column.into()).collect();
    let has_link = select.projections.len() > names.len() + 1;
    let mut projections: Vec<Projection> =
        names.into_iter().map(|name| Projection::new(Expr::of(alias.clone(), name))).collect();
    if has_link {
        projections.push(Projection::new(Expr::of(alias.clone(), "drivetrain_link")));
    }
    let number = Expr::of(alias.clone(), "drivetrain_number");
    let skip = related.skip.unwrap_or(0);
    let mut outer = Select {
        projections,
        from: Some(Source::Select { select: Box::new(select), alias, lateral: false }),
        order_by: vec![drivetrain_adapter_api::statement::OrderBy::ascending(number.clone())],
        ..Select::default()
    };
    if skip > 0 {
        let first = builder.count(skip)?;
        narrow(&mut outer, number.clone().binary(Greater, first));
    }
    if let Some(take) = related.take {
        let last = builder.count(skip.saturating_add(take))?;
        narrow(&mut outer, number.binary(LessOrEqual, last));
    }
    Ok(outer)
}

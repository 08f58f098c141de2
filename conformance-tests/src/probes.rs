//! One query for each capability that a statement or a value can ask for: what the capability's case runs where it is
//! declared, and its twin where it is not.

use drivetrain_adapter_api::statement::{
    Assignment, Body, Cte, CteBody, Delete, Distinct, Expr, Function, Insert, InsertSource, Join, JoinKind,
    JsonItem, JsonRows, Literal, Lock, LockWait, OnConflict, OrderBy, Projection, Select, Slot, Source,
    Statement, Update,
};
use drivetrain_adapter_api::value::{Array, Date, Timestamp, TimestampTz};
use drivetrain_adapter_api::{Capability, DbType, Dialect, Query, SharedAdapter, Value};

use crate::dataset::{self, Column, Kind, Shape};
use crate::{Context, Outcome, Stop, Within as _};

/// The tables that the queries are about.
const TABLES: &[&str] = &[
    "create table {t:cap} (id {int8} primary key, n {int8} default 7)",
    "insert into {t:cap} (id, n) values (1, 10), (2, 10), (3, 30)",
    "create table {t:seq} (id {serial}, n {int8})",
    "create table {t:wide} (a {int8}, b {int8}, c {int8}, d {int8}, e {int8})",
    "create table {t:val} (id {int8} primary key, a_int {int8}, a_float {float8}, a_text {text}, \
     a_dec {decimal}, a_date {date}, a_ts {timestamp}, a_tstz {timestamptz})",
];

/// The same for harnesses that define tables by themselves; types that they do not know are left out.
const SHAPES: &[Shape] = &[
    shape("cap", &[column("id", Kind::Int8, false), column("n", Kind::Int8, true)], &["id"]),
    shape("seq", &[column("id", Kind::Serial, false), column("n", Kind::Int8, true)], &["id"]),
    shape(
        "wide",
        &[
            column("a", Kind::Int8, true),
            column("b", Kind::Int8, true),
            column("c", Kind::Int8, true),
            column("d", Kind::Int8, true),
            column("e", Kind::Int8, true),
        ],
        &[],
    ),
    shape(
        "val",
        &[
            column("id", Kind::Int8, false),
            column("a_int", Kind::Int8, true),
            column("a_float", Kind::Float8, true),
            column("a_text", Kind::Text, true),
            column("a_dec", Kind::Decimal, true),
            column("a_ts", Kind::Timestamp, true),
        ],
        &["id"],
    ),
];

const fn column(name: &'static str, ty: Kind, nullable: bool) -> Column {
    Column { name, ty, nullable }
}

const fn shape(name: &'static str, columns: &'static [Column], key: &'static [&'static str]) -> Shape {
    Shape { name, columns, key, unique: &[], references: &[] }
}

/// How the tables of the probes were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// By SQL: all of them are there.
    BySql,
    /// By the harness: all of them, without some columns of `val`.
    ByHarness,
    /// Not at all.
    Not,
}

/// Makes the tables as well as it can be done here: by the oracle, by SQL of the adapter's own, or by the harness.
pub(crate) async fn make(cx: &Context) -> Outcome<Made> {
    if cx.harness().has_oracle() || cx.capabilities().raw_sql() {
        cx.prepare(TABLES).await?;
        return Ok(Made::BySql);
    }
    match dataset::define(cx, SHAPES).await {
        Err(Stop::NotRun(_)) => return Ok(Made::Not),
        defined => defined?,
    }
    let adapter = cx.adapter().await?;
    for (id, n) in [(1, 10), (2, 10), (3, 30)] {
        adapter.query(insert_row(cx, id, n)).await.within("filling the table")?;
    }
    Ok(Made::ByHarness)
}

/// Makes the tables for a case that cannot do without.
pub(crate) async fn need(cx: &Context) -> Outcome {
    match make(cx).await? {
        Made::Not => Err(Stop::NotRun("there is no way to make tables: no oracle, no SQL".to_owned())),
        _ => Ok(()),
    }
}

/// An integer among the values.
pub(crate) fn int(index: u32) -> Expr {
    Expr::slot(index, DbType::Int64)
}

fn returned() -> Vec<Projection> {
    vec![Projection::new(Expr::column("id")), Projection::new(Expr::column("n"))]
}

fn query(body: impl Into<Body>, values: &[i64]) -> Query {
    Query::new(Statement::new(body), values.iter().map(|value| Value::Int64(*value)).collect())
}

/// `insert into cap (id, n) values ($0, $1)`.
pub(crate) fn insert(cx: &Context) -> Insert {
    Insert {
        with: vec![],
        table: cx.table("cap"),
        columns: vec!["id".into(), "n".into()],
        source: InsertSource::Rows(vec![vec![int(0), int(1)]]),
        on_conflict: None,
        returning: vec![],
    }
}

/// That insert of one row.
pub(crate) fn insert_row(cx: &Context, id: i64, n: i64) -> Query {
    query(insert(cx), &[id, n])
}

/// `update cap set n = $0 where id = $1`.
pub(crate) fn update(cx: &Context) -> Update {
    Update {
        with: vec![],
        table: cx.table("cap"),
        set: vec![Assignment::new("n", int(0))],
        filter: Some(Expr::column("id").equal(int(1))),
        returning: vec![],
    }
}

/// That update of one row.
pub(crate) fn update_row(cx: &Context, id: i64, n: i64) -> Query {
    query(update(cx), &[n, id])
}

/// `select id, n from cap order by id`.
pub(crate) fn select(cx: &Context) -> Select {
    Select {
        projections: returned(),
        from: Some(Source::table(cx.table("cap"))),
        order_by: vec![OrderBy::ascending(Expr::column("id"))],
        ..Select::default()
    }
}

/// All rows of `cap`.
pub(crate) fn select_all(cx: &Context) -> Query {
    query(select(cx), &[])
}

/// The rows of `cap` read and locked; the locked ones of others waited for, or not.
pub(crate) fn locking(cx: &Context, wait: LockWait) -> Query {
    query(Select { lock: Some(Lock { shared: false, wait }), ..select(cx) }, &[])
}

/// The row `(id, n)` inserted; where the id is there already, its `n` changed, or the row left as it is.
pub(crate) fn upsert(cx: &Context, id: i64, n: i64, change: bool) -> Query {
    let on_conflict = if change {
        let set = vec![Assignment::new("n", Expr::Excluded("n".into()))];
        OnConflict::DoUpdate { target: vec!["id".into()], set }
    } else {
        OnConflict::DoNothing
    };
    query(Insert { on_conflict: Some(on_conflict), ..insert(cx) }, &[id, n])
}

/// An insert into the table whose key the database numbers.
pub(crate) fn insert_numbered(cx: &Context, n: i64) -> Query {
    let insert = Insert {
        with: vec![],
        table: cx.table("seq"),
        columns: vec!["n".into()],
        source: InsertSource::Rows(vec![vec![int(0)]]),
        on_conflict: None,
        returning: vec![],
    };
    query(insert, &[n])
}

/// A query that asks for the capability and for no other; `None` for one that no statement or value asks for.
pub(crate) fn of(cx: &Context, capability: Capability) -> Option<Query> {
    use Capability as C;
    Some(match capability {
        C::RawSql => Query::raw(cx.sql("insert into {t:cap} (id, n) values (100, 5)"), vec![]),
        C::ReturningInsert => query(Insert { returning: returned(), ..insert(cx) }, &[100, 5]),
        C::ReturningUpdate => query(Update { returning: returned(), ..update(cx) }, &[5, 1]),
        C::ReturningDelete => {
            let filter = Some(Expr::column("id").equal(int(0)));
            query(Delete { with: vec![], table: cx.table("cap"), filter, returning: returned() }, &[1])
        }
        C::Upsert => upsert(cx, 1, 5, true),
        C::DataModifyingCtes => {
            let body = CteBody::Update(Box::new(update(cx)));
            let with = vec![Cte { name: "changed".into(), columns: vec![], body }];
            let projections = vec![Projection::new(int(2))];
            query(Select { with, projections, ..Select::default() }, &[5, 1, 77])
        }
        C::Lateral => lateral(cx),
        C::JsonRows => {
            let select = select(cx);
            let items = vec![JsonItem::Scalar(DbType::Int64), JsonItem::Scalar(DbType::Int64)];
            let rows = Expr::JsonRows(Box::new(JsonRows { select, items }));
            query(Select { projections: vec![Projection::new(rows)], ..Select::default() }, &[])
        }
        C::Arrays => arrays(),
        C::DistinctOn => {
            let n = || Expr::column("n");
            let order_by = vec![OrderBy::ascending(n()), OrderBy::ascending(Expr::column("id"))];
            query(Select { distinct: Distinct::On(vec![n()]), order_by, ..select(cx) }, &[])
        }
        C::Sequences => {
            let next = Function::NextId { table: cx.table("seq"), column: "id".into() };
            let projections = vec![Projection::new(Expr::Call(next, vec![]))];
            query(Select { projections, ..Select::default() }, &[])
        }
        C::RowLocks => locking(cx, LockWait::Wait),
        C::SkipLocked => locking(cx, LockWait::SkipLocked),
        C::DefaultInRows => {
            let source = InsertSource::Rows(vec![vec![int(0), Expr::Default]]);
            query(Insert { source, ..insert(cx) }, &[100])
        }
        C::ExactDecimals => value(cx, "a_dec", long_decimal()),
        C::UnsignedIntegers => value(cx, "a_int", Value::UInt64(u64::MAX)),
        C::FloatNan => value(cx, "a_float", Value::Float64(f64::NAN)),
        C::FloatInfinity => value(cx, "a_float", Value::Float64(f64::NEG_INFINITY)),
        C::TemporalInfinity => value(cx, "a_date", Value::Date(Date::INFINITY)),
        C::NulInText => value(cx, "a_text", Value::Text("a\0b".to_owned())),
        _ => return None,
    })
}

/// Every value that the capability speaks of, with the column it goes into.
pub(crate) fn values(capability: Capability) -> Vec<(&'static str, Value)> {
    match capability {
        Capability::ExactDecimals => vec![("a_dec", long_decimal()), ("a_dec", short_decimal())],
        Capability::FloatNan => vec![("a_float", Value::Float64(f64::NAN))],
        Capability::FloatInfinity => {
            [f64::INFINITY, f64::NEG_INFINITY].map(|value| ("a_float", Value::Float64(value))).into()
        }
        Capability::TemporalInfinity => vec![
            ("a_date", Value::Date(Date::INFINITY)),
            ("a_date", Value::Date(Date::NEG_INFINITY)),
            ("a_ts", Value::Timestamp(Timestamp::INFINITY)),
            ("a_ts", Value::Timestamp(Timestamp::NEG_INFINITY)),
            ("a_tstz", Value::TimestampTz(TimestampTz::INFINITY)),
            ("a_tstz", Value::TimestampTz(TimestampTz::NEG_INFINITY)),
        ],
        Capability::NulInText => {
            ["a\0b", "\0", "end\0"].map(|text| ("a_text", Value::Text(text.to_owned()))).into()
        }
        Capability::UnsignedIntegers => {
            [u64::MAX, i64::MAX as u64 + 1].map(|value| ("a_int", Value::UInt64(value))).into()
        }
        _ => Vec::new(),
    }
}

/// A row of the table of values, with a value in that column.
pub(crate) fn value(cx: &Context, column: &'static str, value: Value) -> Query {
    let ty = match column {
        "a_int" => DbType::Int64,
        _ => value.db_type(),
    };
    let insert = Insert {
        with: vec![],
        table: cx.table("val"),
        columns: vec!["id".into(), column.into()],
        source: InsertSource::Rows(vec![vec![int(0), Expr::slot(1, ty)]]),
        on_conflict: None,
        returning: vec![],
    };
    Query::new(Statement::new(insert), vec![Value::Int64(1), value])
}

/// That column of the row that [`value`] wrote.
pub(crate) fn read_value(cx: &Context, column: &'static str) -> Query {
    let select = Select {
        projections: vec![Projection::new(Expr::column(column))],
        from: Some(Source::table(cx.table("val"))),
        filter: Some(Expr::column("id").equal(int(0))),
        ..Select::default()
    };
    query(select, &[1])
}

/// The table of values made empty.
pub(crate) fn delete_values(cx: &Context) -> Query {
    query(Delete { with: vec![], table: cx.table("val"), filter: None, returning: vec![] }, &[])
}

/// The table `cap` made empty.
pub(crate) fn delete_all(cx: &Context) -> Query {
    query(Delete { with: vec![], table: cx.table("cap"), filter: None, returning: vec![] }, &[])
}

/// More digits than any float keeps, before and after the point.
fn long_decimal() -> Value {
    let digits = "1234567890".repeat(10);
    Value::Decimal(format!("{digits}.{digits}").parse().expect("these are digits"))
}

/// A few more digits than a 64-bit float keeps.
fn short_decimal() -> Value {
    Value::Decimal("12345678901234567.89".parse().expect("these are digits"))
}

/// `select c.id, l.n from cap c cross join lateral (select n from cap where id = c.id) l order by c.id`
fn lateral(cx: &Context) -> Query {
    let own = Select {
        projections: vec![Projection::new(Expr::of("own", "n"))],
        from: Some(Source::aliased(cx.table("cap"), "own")),
        filter: Some(Expr::of("own", "id").equal(Expr::of("outside", "id"))),
        ..Select::default()
    };
    let source = Source::Select { select: Box::new(own), alias: "inside".into(), lateral: true };
    let select = Select {
        projections: vec![
            Projection::new(Expr::of("outside", "id")),
            Projection::new(Expr::of("inside", "n")),
        ],
        from: Some(Source::aliased(cx.table("cap"), "outside")),
        joins: vec![Join { kind: JoinKind::Cross, source, on: None }],
        order_by: vec![OrderBy::ascending(Expr::of("outside", "id"))],
        ..Select::default()
    };
    query(select, &[])
}

/// The elements of two arrays as rows, counted.
fn arrays() -> Query {
    let slot = |index, ty| Slot { index, ty: DbType::array(ty) };
    let columns = vec![("number".into(), slot(0, DbType::Int64)), ("word".into(), slot(1, DbType::Text))];
    let source = Source::Arrays { columns, ordinal: Some("place".into()), alias: "list".into() };
    let column = |name: &str| Projection::new(Expr::of("list", name));
    let select = Select {
        projections: vec![column("number"), column("word"), column("place")],
        from: Some(source),
        order_by: vec![OrderBy::ascending(Expr::of("list", "place"))],
        ..Select::default()
    };
    let numbers = [Value::Int64(i64::MAX), Value::NULL].to_vec();
    let words = ["a,\"b\\", ""].map(|word| Value::Text(word.to_owned())).to_vec();
    let array = |ty, values| Value::Array(Array::new(ty, values));
    Query::new(Statement::new(select), vec![array(DbType::Int64, numbers), array(DbType::Text, words)])
}

/// A statement that takes a few seconds, if nothing ends it before.
pub(crate) fn slow_for_seconds(cx: &Context) -> &'static str {
    match cx.dialect() {
        Dialect::Postgres => "select pg_sleep(4)",
        Dialect::MySql => "select sleep(4)",
        _ => {
            "with recursive r(n) as (select 1 union all select n + 1 from r where n < 30000000) select count(*) from r"
        }
    }
}

/// Whether a statement of this case's adapters runs at the server.
pub(crate) async fn runs(cx: &Context) -> Outcome<bool> {
    let sessions = cx.sessions().await?;
    Ok(sessions.iter().any(|session| session.running && session.statement.contains("sleep")))
}

/// A query with exactly that many parameters: rows for the table `wide`.
pub(crate) fn with_parameters(cx: &Context, count: u64) -> Query {
    // An insert of rows is the flattest statement there is: nothing nests.
    let count = u32::try_from(count).expect("no probe asks for more");
    let slots: Vec<Expr> = (0..count).map(int).collect();
    let rows = slots.chunks(WIDTH).map(|chunk| {
        let mut row = chunk.to_vec();
        row.resize(WIDTH, Expr::Literal(Literal::Null));
        row
    });
    let insert = Insert {
        with: vec![],
        table: cx.table("wide"),
        columns: ["a", "b", "c", "d", "e"].map(Into::into).to_vec(),
        source: InsertSource::Rows(rows.collect()),
        on_conflict: None,
        returning: vec![],
    };
    let values = (0..i64::from(count)).map(Value::Int64).collect();
    Query::new(Statement::new(insert), values)
}

/// The columns of the table for many parameters.
const WIDTH: usize = 5;

/// `select 1` made that many bytes long by a comment.
pub(crate) fn statement_of(bytes: usize) -> Query {
    const FRAME: &str = "select /**/ 1";
    let filler = "x".repeat(bytes.saturating_sub(FRAME.len()));
    Query::raw(format!("select /*{filler}*/ 1"), vec![])
}

/// A query with a text of that many bytes, which it gives back.
pub(crate) fn text_there_and_back(bytes: usize) -> Query {
    let projections = vec![Projection::new(Expr::slot(0, DbType::Text))];
    let select = Select { projections, ..Select::default() };
    Query::new(Statement::new(select), vec![Value::Text("x".repeat(bytes))])
}

/// Puts that many rows with texts of that many bytes into the table of values.
pub(crate) async fn fill(cx: &Context, adapter: &SharedAdapter, rows: usize, bytes: usize) -> Outcome {
    fill_from(cx, adapter, 0, rows, bytes).await
}

/// The same, with ids from `first` on.
pub(crate) async fn fill_from(
    cx: &Context,
    adapter: &SharedAdapter,
    first: i64,
    rows: usize,
    bytes: usize,
) -> Outcome {
    for id in (first..).take(rows) {
        let mut query = value(cx, "a_text", Value::Text("x".repeat(bytes)));
        query.params[0] = Value::Int64(id);
        adapter.query(query).await.within("filling the table")?;
    }
    Ok(())
}

/// The texts of the table of values.
pub(crate) fn select_texts(cx: &Context) -> Query {
    let select = Select {
        projections: vec![Projection::new(Expr::column("a_text"))],
        from: Some(Source::table(cx.table("val"))),
        order_by: vec![OrderBy::ascending(Expr::column("id"))],
        ..Select::default()
    };
    query(select, &[])
}

//! The small tables, and their rows.

use drivetrain_adapter_api::statement::Insert;
use drivetrain_adapter_api::value::Json;
use drivetrain_adapter_api::{Adapter, DbType, Dialect, Query, Value};
use drivetrain_adapter_memory::{Action, ColumnDef, ForeignKeyDef, TableDef};

use super::build::{Q, insert};

/// Teams, people in them, and what they have, with everything that can be NULL.
pub(crate) fn tables(dialect: Dialect) -> Vec<TableDef> {
    let mut person = TableDef::new("person")
        .column(ColumnDef::new("id", DbType::Int32))
        .column(ColumnDef::new("team", DbType::Int32).nullable())
        .column(ColumnDef::new("name", DbType::Text))
        .column(ColumnDef::new("email", DbType::Text).nullable())
        .column(ColumnDef::new("age", DbType::Int32).nullable())
        .column(ColumnDef::new("score", DbType::Float64).nullable())
        .column(ColumnDef::new("active", DbType::Bool))
        .column(ColumnDef::new("big", DbType::Int64))
        .column(ColumnDef::new("born", DbType::Date).nullable())
        .column(ColumnDef::new("seen", DbType::Timestamp).nullable())
        .column(ColumnDef::new("data", DbType::Bytes).nullable())
        .column(ColumnDef::new("doc", DbType::Json).nullable());
    if dialect == Dialect::Postgres {
        person = person
            .column(ColumnDef::new("tags", DbType::array(DbType::Text)).nullable())
            .column(ColumnDef::new("small", DbType::Int16).nullable())
            .column(ColumnDef::new("price", DbType::Decimal).nullable())
            .column(ColumnDef::new("key", DbType::Uuid).nullable());
    }
    vec![
        TableDef::new("team")
            .column(ColumnDef::new("id", DbType::Int32))
            .column(ColumnDef::new("name", DbType::Text))
            .column(ColumnDef::new("parent", DbType::Int32).nullable())
            .primary_key(["id"])
            .unique("team_name_key", ["name"])
            .foreign_key(
                ForeignKeyDef::new("team_parent_fkey", ["parent"], "team", ["id"]).on_delete(Action::SetNull),
            ),
        person.primary_key(["id"]).unique("person_email_key", ["email"]).foreign_key(
            ForeignKeyDef::new("person_team_fkey", ["team"], "team", ["id"])
                .on_delete(Action::Restrict)
                .on_update(Action::Cascade),
        ),
        TableDef::new("item")
            .column(ColumnDef::new("id", DbType::Int64).autoincrement())
            .column(ColumnDef::new("owner", DbType::Int32))
            .column(ColumnDef::new("label", DbType::Text).default(Value::Text("thing".into())))
            .column(ColumnDef::new("count", DbType::Int32).default(Value::Int32(1)))
            .primary_key(["id"])
            .unique("item_owner_label_key", ["owner", "label"])
            .foreign_key(
                ForeignKeyDef::new("item_owner_fkey", ["owner"], "person", ["id"])
                    .on_delete(Action::Cascade)
                    .on_update(Action::Cascade),
            ),
    ]
}

fn type_name(ty: &DbType, dialect: Dialect) -> String {
    let postgres = dialect == Dialect::Postgres;
    match ty {
        DbType::Array(element) => format!("{}[]", type_name(element, dialect)),
        DbType::Bool => "boolean".into(),
        DbType::Int16 => "smallint".into(),
        DbType::Int32 => "integer".into(),
        DbType::Int64 if postgres => "bigint".into(),
        DbType::Int64 => "integer".into(),
        DbType::Float64 if postgres => "double precision".into(),
        DbType::Float64 => "real".into(),
        DbType::Decimal => "decimal".into(),
        DbType::Bytes if postgres => "bytea".into(),
        DbType::Bytes => "blob".into(),
        DbType::Uuid => "uuid".into(),
        DbType::Date => "date".into(),
        DbType::Timestamp if postgres => "timestamp".into(),
        DbType::Timestamp => "datetime".into(),
        DbType::Json if postgres => "jsonb".into(),
        DbType::Json => "json".into(),
        _ => "text".into(),
    }
}

/// The statements that make the small tables on a database.
pub(crate) fn ddl(dialect: Dialect) -> String {
    let action = "on delete cascade on update cascade";
    let keys = [
        ("team", "constraint team_name_key unique (name), constraint team_parent_fkey foreign key (parent) references team (id) on delete set null".to_owned()),
        ("person", "constraint person_email_key unique (email), constraint person_team_fkey foreign key (team) references team (id) on delete restrict on update cascade".to_owned()),
        ("item", format!("constraint item_owner_label_key unique (owner, label), constraint item_owner_fkey foreign key (owner) references person (id) {action}")),
    ];
    let mut script = String::new();
    for (table, (name, keys)) in tables(dialect).iter().zip(keys) {
        let columns: Vec<String> = table
            .columns()
            .iter()
            .map(|column| {
                let ty = type_name(column.ty(), dialect);
                let numbered = name == "item" && column.name() == "id";
                let rest = match (numbered, column.name(), column.is_nullable()) {
                    (true, ..) if dialect == Dialect::Postgres => {
                        "generated by default as identity primary key"
                    }
                    (true, ..) => "primary key autoincrement",
                    (_, "id", _) => "not null primary key",
                    (_, "label", _) => "not null default 'thing'",
                    (_, "count", _) => "not null default 1",
                    (_, _, true) => "",
                    _ => "not null",
                };
                format!("\"{}\" {ty} {rest}", column.name())
            })
            .collect();
        script += &format!("create table \"{name}\" ({}, {keys});\n", columns.join(", "));
    }
    script
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn people(dialect: Dialect) -> Vec<Vec<Value>> {
    let null = || Value::NULL;
    let date = |day: &str| Value::Date(day.parse().expect("a date"));
    let at = |at: &str| Value::Timestamp(at.parse().expect("a timestamp"));
    let json = |document: &str| Value::Json(Json::new(document));
    let decimal = |digits: &str| Value::Decimal(digits.parse().expect("a decimal"));
    let uuid = |byte: u8| Value::Uuid(drivetrain_adapter_api::value::Uuid::from_bytes([byte; 16]));
    let tags = |tags: &[&str]| {
        let values = tags.iter().map(|tag| if *tag == "-" { Value::NULL } else { text(tag) }).collect();
        Value::Array(drivetrain_adapter_api::value::Array::new(DbType::Text, values))
    };
    let mut rows = vec![
        vec![
            Value::Int32(1),
            Value::Int32(1),
            text("Ada"),
            text("ada@x"),
            Value::Int32(36),
            Value::Float64(1.5),
            Value::Bool(true),
            Value::Int64(i64::MAX),
            date("1815-12-10"),
            at("2024-02-29 12:00:00.5"),
            Value::Bytes(vec![0, 255]),
            json(r#"{"a": 1}"#),
            tags(&["a", "b"]),
            Value::Int16(7),
            decimal("10.50"),
            uuid(1),
        ],
        vec![
            Value::Int32(2),
            Value::Int32(1),
            text("bob"),
            text("bob@x"),
            Value::Int32(20),
            Value::Float64(-0.25),
            Value::Bool(false),
            Value::Int64(i64::MIN),
            date("2000-01-01"),
            at("1999-12-31 23:59:59.999999"),
            Value::Bytes(vec![]),
            json("[1, 2]"),
            tags(&[]),
            Value::Int16(-7),
            decimal("0.3333"),
            uuid(2),
        ],
        vec![
            Value::Int32(3),
            Value::Int32(2),
            text("Cyd 100%"),
            null(),
            Value::Int32(20),
            null(),
            Value::Bool(true),
            Value::Int64(0),
            null(),
            null(),
            null(),
            null(),
            null(),
            null(),
            null(),
            null(),
        ],
        vec![
            Value::Int32(4),
            null(),
            text("d_e"),
            null(),
            null(),
            Value::Float64(1e10),
            Value::Bool(true),
            Value::Int64(9_007_199_254_740_993),
            date("0001-01-01"),
            at("0001-01-01 00:00:00"),
            Value::Bytes(b"abc".to_vec()),
            json("null"),
            tags(&["b", "-", "c d"]),
            Value::Int16(0),
            decimal("-99999999999999999999.000001"),
            uuid(255),
        ],
        vec![
            Value::Int32(5),
            Value::Int32(3),
            text("élan"),
            text("e@x"),
            Value::Int32(-1),
            Value::Float64(0.1),
            Value::Bool(false),
            Value::Int64(42),
            date("2024-06-30"),
            at("2024-06-30 00:00:00"),
            Value::Bytes(vec![1]),
            json("\"text\""),
            tags(&["a"]),
            Value::Int16(100),
            decimal("2.500"),
            uuid(3),
        ],
        vec![
            Value::Int32(6),
            Value::Int32(1),
            text(""),
            text("empty@x"),
            Value::Int32(36),
            Value::Float64(2.0),
            Value::Bool(true),
            Value::Int64(-42),
            null(),
            null(),
            null(),
            json("{}"),
            null(),
            Value::Int16(1),
            decimal("1"),
            null(),
        ],
    ];
    if dialect != Dialect::Postgres {
        rows.iter_mut().for_each(|row| row.truncate(12));
    }
    rows
}

/// Inserts of the rows, one by one.
pub(crate) fn rows(dialect: Dialect) -> Vec<Query> {
    let all = tables(dialect);
    let teams = [(1, "core", None), (2, "apps", Some(1)), (3, "labs", Some(1)), (4, "idle", Some(2))];
    let teams = teams.map(|(id, name, parent)| {
        vec![Value::Int32(id), text(name), parent.map_or(Value::NULL, Value::Int32)]
    });
    let items = [(1, "pen", 3), (1, "ink", 1), (2, "pen", 2), (5, "cup", 10)];
    let items =
        items.map(|(owner, label, count)| vec![Value::Int32(owner), text(label), Value::Int32(count)]);
    let mut queries = Vec::new();
    let names =
        |table: &TableDef| table.columns().iter().map(|one| one.name().to_owned()).collect::<Vec<_>>();
    for (table, columns, rows) in [
        (&all[0], names(&all[0]), teams.to_vec()),
        (&all[1], names(&all[1]), people(dialect)),
        (&all[2], names(&all[2])[1..].to_vec(), items.to_vec()),
    ] {
        for row in rows {
            let mut values = Q::default();
            let types = columns.iter().map(|name| {
                let column = table.columns().iter().find(|column| column.name() == name);
                column.expect("a column of the table").ty().clone()
            });
            let cells = row
                .into_iter()
                .zip(types)
                .map(|(value, ty)| drivetrain_adapter_api::statement::Expr::Slot(values.slot(value, ty)))
                .collect();
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            let source = drivetrain_adapter_api::statement::InsertSource::Rows(vec![cells]);
            let insert: Insert = insert(table.name().name.as_str(), &columns, source);
            queries.push(Query::new(drivetrain_adapter_api::Statement::new(insert), values.0));
        }
    }
    queries
}

/// Puts the rows in, by the same statements everywhere.
pub(crate) async fn fill(adapter: &dyn Adapter, dialect: Dialect) {
    for query in rows(dialect) {
        let result = adapter.query(query).await.expect("the row can be inserted");
        assert_eq!(result.affected, Some(1));
    }
}

//! The triggers of SQLite. The codes are those of <https://www.sqlite.org/rescode.html>.

use drivetrain_adapter_api::{ErrorKind as Kind, Value};

use super::trigger::{Trigger, answers, fails};

const UNIQUE: &[&str] = &[
    "create table {t:t} (id integer primary key, u text unique, a text, b text, unique (a, b))",
    "insert into {t:t} values (1, 'canary7Tq', 'canary7Tq', 'x')",
];
const FAMILY: &[&str] = &[
    "create table {t:parent} (id integer primary key)",
    "create table {t:child} (id integer primary key, p integer references {t:parent} (id))",
    "insert into {t:parent} values (1)",
    "insert into {t:child} values (1, 1)",
];
const CHECKED: &[&str] =
    &["create table {t:t} (n text not null, c integer constraint t_c_check check (c > 0), x text)"];
const TWO: &[&str] = &[
    "create table {t:t} (id integer primary key, n integer)",
    "create table {t:u} (id integer primary key)",
    "insert into {t:t} values (1, 1)",
];

pub(super) const TRIGGERS: &[Trigger] = &[
    fails("ERR-01", UNIQUE, "insert into {t:t} (id, u) values (2, 'canary7Tq')", Kind::UniqueViolation)
        .code(2067)
        .table("t")
        .columns(&["u"]),
    fails("ERR-02", UNIQUE, "insert into {t:t} (id) values (1)", Kind::UniqueViolation)
        .code(1555)
        .table("t")
        .columns(&["id"]),
    fails("ERR-03", UNIQUE, "insert into {t:t} values (2, 'y', 'canary7Tq', 'x')", Kind::UniqueViolation)
        .code(2067)
        .table("t")
        .columns(&["a", "b"]),
    // SQLite names nothing.
    fails("ERR-04", FAMILY, "insert into {t:child} values (2, 99)", Kind::ForeignKeyViolation).code(787),
    fails("ERR-05", FAMILY, "delete from {t:parent}", Kind::ForeignKeyViolation).code(787),
    fails("ERR-06", CHECKED, "insert into {t:t} values (null, 1, 'canary7Tq')", Kind::NotNullViolation)
        .code(1299)
        .table("t")
        .columns(&["n"]),
    fails("ERR-06", CHECKED, "insert into {t:t} (x) values ('canary7Tq')", Kind::NotNullViolation)
        .code(1299)
        .table("t")
        .columns(&["n"]),
    fails("ERR-07", CHECKED, "insert into {t:t} values ('n', -1, 'canary7Tq')", Kind::CheckViolation)
        .code(275)
        .constraint("t_c_check"),
    fails(
        "ERR-10",
        &["create table {t:t} (x integer) strict"],
        "insert into {t:t} values ('canary7Tq')",
        Kind::TypeMismatch,
    )
    .code(3091)
    .table("t")
    .columns(&["x"])
    .data_type("INTEGER"),
    fails("ERR-11", &[], "¦selec 1", Kind::Syntax).code(1),
    fails("ERR-11", &[], "select 'é😀', ¦from x", Kind::Syntax).code(1),
    fails("ERR-12", &[], "select 1 from {t:nope}", Kind::UndefinedTable).code(1).table("nope"),
    fails("ERR-13", TWO, "select ¦nope from {t:t}", Kind::UndefinedColumn).code(1).columns(&["nope"]),
    fails("ERR-13", TWO, "insert into {t:t} (id, nope) values (1, 1)", Kind::UndefinedColumn)
        .code(1)
        .table("t")
        .columns(&["nope"]),
    fails("ERR-14", &[], "select 1, ¦nope(1)", Kind::UndefinedFunction).code(1),
    fails("ERR-15", &[], "select 1 from \"no such schema\".t", Kind::UndefinedTable).code(1).loosely(),
    fails("ERR-16", TWO, "select ¦id from {t:t}, {t:u}", Kind::AmbiguousColumn).code(1).columns(&["id"]),
    fails("ERR-17", TWO, "create table {t:t} (id integer)", Kind::AlreadyExists).code(1).table("t"),
    fails("ERR-17", TWO, "alter table {t:t} add column id integer", Kind::AlreadyExists)
        .code(1)
        .columns(&["id"]),
    answers("ERR-18", &[], "select '2' + 1", Some("3")),
    answers("ERR-18", TWO, "update {t:t} set n = 'x' returning typeof(n)", Some("text")),
    fails("ERR-19", &[], "select json('canary7Tq')", Kind::InvalidValue).code(1),
    answers("ERR-19", &[], "select cast('canary7Tq' as integer)", Some("0")),
    answers(
        "ERR-21",
        &["create table {t:t} (v varchar(3))"],
        "insert into {t:t} values ('seven..') returning length(v)",
        Some("7"),
    ),
    fails(
        "ERR-22",
        &[],
        "select sum(x) from (select 9223372036854775807 as x union all select 1)",
        Kind::OutOfRange,
    )
    .code(1),
    answers("ERR-22", &[], "select typeof(9223372036854775807 + 1)", Some("real")),
    answers("ERR-23", &[], "select 1 / 0", None),
    answers("ERR-24", &[], "select 1e308 * 10 > 1.7976931348623157e308", Some("1")),
    answers("ERR-24", &[], "select 1e-308 * 1e-308 = 0", Some("1")),
    answers("ERR-25", &[], "select {1}", Some("a\0b")).with(|| vec![Value::Text("a\0b".to_owned())]),
    fails("ERR-26", &[], "", Kind::LimitExceeded)
        .made(|| format!("select {}", vec!["1"; 2001].join(",")))
        .code(1)
        .loosely(),
    fails("ERR-27", &[], "", Kind::LimitExceeded)
        .made(|| format!("select 1{}", "+1".repeat(1001)))
        .code(1)
        .loosely(),
    fails("ERR-28", &[], "select length(zeroblob(2000000000))", Kind::LimitExceeded).code(18),
    answers("ERR-29", &[], "select (select 1 union all select 2)", Some("1")),
    answers("ERR-30", TWO, "select n, count(*) from {t:t} group by id + 1", Some("1")),
    fails(
        "ERR-33",
        &[
            "create table {t:t} (x text)",
            "create trigger {q:guard} before insert on {t:t} begin select raise(abort, 'canary7Tq'); end",
        ],
        "insert into {t:t} values ('canary7Tq')",
        Kind::Database,
    )
    .code(1811),
    fails(
        "ERR-55",
        &[
            "create table {t:t} (x text)",
            "create trigger {q:guard} after insert on {t:t} begin select raise(rollback, 'canary7Tq'); end",
        ],
        "insert into {t:t} values ('canary7Tq')",
        Kind::Database,
    )
    .code(1811),
];

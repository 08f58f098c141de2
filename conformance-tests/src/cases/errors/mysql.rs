//! The triggers of MySQL. The numbers are those of the "Server Error Message Reference" of MySQL 8; names stand in
//! messages only, so that what is not stated here may be there or not.

use drivetrain_adapter_api::{ErrorKind as Kind, Value};

use super::trigger::{Trigger, answers, fails};

const UNIQUE: &[&str] = &[
    "create table {t:t} (id int primary key, u varchar(20), a varchar(20), b varchar(20), unique key t_u_key (u), \
     unique key t_ab_key (a, b))",
    "insert into {t:t} values (1, 'canary7Tq', 'canary7Tq', 'x')",
];
const FAMILY: &[&str] = &[
    "create table {t:parent} (id int primary key)",
    "create table {t:child} (id int primary key, p int, constraint child_p_fkey foreign key (p) references \
     {t:parent} (id))",
    "insert into {t:parent} values (1)",
    "insert into {t:child} values (1, 1)",
];
const CHECKED: &[&str] =
    &["create table {t:t} (n varchar(9) not null, c int, x varchar(20), constraint t_c_check check (c > 0))"];
const TWO: &[&str] = &[
    "create table {t:t} (id int primary key, n int)",
    "create table {t:u} (id int primary key)",
    "insert into {t:t} values (1, 1)",
];

/// A statement that fails with that SQLSTATE and number.
const fn with(
    id: &'static str,
    setup: &'static [&'static str],
    sql: &'static str,
    kind: Kind,
    state: &'static str,
    code: i64,
) -> Trigger {
    fails(id, setup, sql, kind).state(state).code(code).loosely()
}

/// Raised by a procedure, since the thing itself cannot be brought about.
macro_rules! raised {
    ($id:literal, $state:literal, $code:literal, $kind:expr) => {
        with(
            $id,
            &[concat!(
                "create procedure {t:p}() signal sqlstate '",
                $state,
                "' set message_text = 'canary7Tq', mysql_errno = ",
                stringify!($code)
            )],
            "call {t:p}()",
            $kind,
            $state,
            $code,
        )
    };
}

pub(super) const TRIGGERS: &[Trigger] = &[
    with(
        "ERR-01",
        UNIQUE,
        "insert into {t:t} (id, u) values (2, 'canary7Tq')",
        Kind::UniqueViolation,
        "23000",
        1062,
    )
    .constraint("t_u_key"),
    with("ERR-02", UNIQUE, "insert into {t:t} (id) values (1)", Kind::UniqueViolation, "23000", 1062)
        .constraint("PRIMARY"),
    with(
        "ERR-03",
        UNIQUE,
        "insert into {t:t} values (2, 'y', 'canary7Tq', 'x')",
        Kind::UniqueViolation,
        "23000",
        1062,
    )
    .constraint("t_ab_key"),
    with("ERR-04", FAMILY, "insert into {t:child} values (2, 99)", Kind::ForeignKeyViolation, "23000", 1452)
        .table("child")
        .columns(&["p"])
        .constraint("child_p_fkey"),
    with("ERR-05", FAMILY, "delete from {t:parent}", Kind::ForeignKeyViolation, "23000", 1451)
        .table("child")
        .constraint("child_p_fkey"),
    with("ERR-06", CHECKED, "insert into {t:t} values (null, 1, 'x')", Kind::NotNullViolation, "23000", 1048)
        .columns(&["n"]),
    with("ERR-06", CHECKED, "insert into {t:t} (c) values (1)", Kind::NotNullViolation, "HY000", 1364)
        .columns(&["n"]),
    with("ERR-07", CHECKED, "insert into {t:t} values ('n', -1, 'x')", Kind::CheckViolation, "HY000", 3819)
        .constraint("t_c_check"),
    with("ERR-11", &[], "selec 1", Kind::Syntax, "42000", 1064),
    with("ERR-12", &[], "select 1 from {t:nope}", Kind::UndefinedTable, "42S02", 1146),
    with("ERR-13", TWO, "select nope from {t:t}", Kind::UndefinedColumn, "42S22", 1054).columns(&["nope"]),
    with("ERR-14", &[], "select {t:nope}(1)", Kind::UndefinedFunction, "42000", 1305),
    with("ERR-15", &[], "select 1 from `no such schema`.t", Kind::UndefinedTable, "42S02", 1146),
    with("ERR-16", TWO, "select id from {t:t}, {t:u}", Kind::AmbiguousColumn, "23000", 1052).columns(&["id"]),
    with("ERR-17", TWO, "create table {t:t} (id int)", Kind::AlreadyExists, "42S01", 1050),
    with("ERR-17", TWO, "alter table {t:t} add column id int", Kind::AlreadyExists, "42S21", 1060),
    answers("ERR-18", &[], "select '1abc' = 1", Some("1")),
    with("ERR-19", TWO, "insert into {t:t} values (2, 'canary7Tq')", Kind::InvalidValue, "HY000", 1366),
    with(
        "ERR-19",
        &["create table {t:t} (e enum('a'))"],
        "insert into {t:t} values ('canary7Tq')",
        Kind::InvalidValue,
        "01000",
        1265,
    ),
    with(
        "ERR-19",
        &["create table {t:t} (j json)"],
        "insert into {t:t} values ('canary7Tq')",
        Kind::InvalidValue,
        "22032",
        3140,
    ),
    with(
        "ERR-20",
        &["create table {t:t} (d date)"],
        "insert into {t:t} values ('2024-02-30')",
        Kind::OutOfRange,
        "22007",
        1292,
    ),
    with(
        "ERR-21",
        &["create table {t:t} (v varchar(3))"],
        "insert into {t:t} values ('canary7Tq')",
        Kind::ValueTooLong,
        "22001",
        1406,
    ),
    with(
        "ERR-22",
        &["create table {t:t} (n tinyint)"],
        "insert into {t:t} values (128)",
        Kind::OutOfRange,
        "22003",
        1264,
    ),
    with("ERR-22", &[], "select 9223372036854775807 + 1", Kind::OutOfRange, "22003", 1690),
    answers("ERR-23", &[], "select 1 / 0", None),
    with("ERR-23", TWO, "insert into {t:t} values (2, 1 / 0)", Kind::DivisionByZero, "22012", 1365),
    with("ERR-24", &[], "select 1e309", Kind::OutOfRange, "22007", 1367),
    answers("ERR-25", &[], "select {1}", Some("a\0b")).with(|| vec![Value::Text("a\0b".to_owned())]),
    with("ERR-26", &[], "", Kind::LimitExceeded, "HY000", 1117)
        .made(|| format!("select {}", vec!["1"; 4097].join(","))),
    with("ERR-27", &[], "", Kind::LimitExceeded, "HY000", 1436)
        .made(|| format!("select {}1{}", "(".repeat(30_000), ")".repeat(30_000))),
    with("ERR-29", &[], "select (select 1 union all select 2)", Kind::Cardinality, "21000", 1242),
    with("ERR-30", TWO, "select n, count(*) from {t:t} group by id + 1", Kind::Syntax, "42000", 1055),
    raised!("ERR-33", "45000", 1644, Kind::Database),
    raised!("ERR-49", "HY000", 1021, Kind::LimitExceeded),
    raised!("ERR-50", "HY000", 1194, Kind::Corrupt),
    with(
        "ERR-54",
        TWO,
        "select id from {t:t} where id in (select id from {t:u} limit 1)",
        Kind::Unsupported,
        "42000",
        1235,
    ),
    raised!("ERR-55", "77777", 5999, Kind::Database),
];

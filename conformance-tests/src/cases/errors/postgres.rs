//! The triggers of Postgres. SQLSTATEs and fields are those of the appendix "PostgreSQL Error Codes" and of the chapter
//! "Error and Notice Message Fields", seen on versions 15 and 18.

use drivetrain_adapter_api::{ErrorKind as Kind, RetryClass, Value};

use super::trigger::{CANARY, Trigger, fails};

const UNIQUE: &[&str] = &[
    "create table {t:t} (id int constraint t_pkey primary key, u text constraint t_u_key unique, a text, b text, \
     constraint t_ab_key unique (a, b))",
    "insert into {t:t} values (1, 'canary7Tq', 'canary7Tq', 'x')",
];
const FAMILY: &[&str] = &[
    "create table {t:parent} (id int primary key)",
    "create table {t:child} (id int primary key, p int constraint child_p_fkey references {t:parent} (id))",
    "insert into {t:parent} values (1)",
    "insert into {t:child} values (1, 1)",
];
const CHECKED: &[&str] = &["create table {t:t} (n text not null, c int constraint t_c_check check (c > 0), \
                            x text)"];
const TWO: &[&str] =
    &["create table {t:t} (id int primary key, n int)", "create table {t:u} (id int primary key)"];

/// Raised by a function, since the thing itself cannot be brought about.
macro_rules! raised {
    ($id:literal, $state:literal, $kind:expr) => {
        fails(
            $id,
            &[concat!(
                "create function {t:f}() returns int language plpgsql as $$ begin raise exception 'canary7Tq' using ",
                "errcode = '",
                $state,
                "', hint = 'try another', detail = 'canary7Tq'; end $$"
            )],
            "select {t:f}()",
            $kind,
        )
        .state($state)
        .detail()
    };
}

pub(super) const TRIGGERS: &[Trigger] = &[
    fails("ERR-01", UNIQUE, "insert into {t:t} values (2, 'canary7Tq')", Kind::UniqueViolation)
        .state("23505")
        .table("t")
        .columns(&["u"])
        .constraint("t_u_key")
        .detail(),
    fails("ERR-02", UNIQUE, "insert into {t:t} values (1)", Kind::UniqueViolation)
        .state("23505")
        .table("t")
        .columns(&["id"])
        .constraint("t_pkey")
        .detail(),
    fails("ERR-03", UNIQUE, "insert into {t:t} values (2, 'y', 'canary7Tq', 'x')", Kind::UniqueViolation)
        .state("23505")
        .table("t")
        .columns(&["a", "b"])
        .constraint("t_ab_key")
        .detail(),
    fails("ERR-04", FAMILY, "insert into {t:child} values (2, 99)", Kind::ForeignKeyViolation)
        .state("23503")
        .table("child")
        .columns(&["p"])
        .constraint("child_p_fkey")
        .detail(),
    // The table in the fields is the one that refers; the key in the detail is of the other.
    fails("ERR-05", FAMILY, "delete from {t:parent}", Kind::ForeignKeyViolation)
        .state("23503")
        .table("child")
        .constraint("child_p_fkey")
        .detail(),
    fails("ERR-06", CHECKED, "insert into {t:t} values (null, 1, 'canary7Tq')", Kind::NotNullViolation)
        .state("23502")
        .table("t")
        .columns(&["n"])
        .detail(),
    fails("ERR-06", CHECKED, "insert into {t:t} (x) values ('canary7Tq')", Kind::NotNullViolation)
        .state("23502")
        .table("t")
        .columns(&["n"])
        .detail(),
    fails("ERR-07", CHECKED, "insert into {t:t} values ('n', -1, 'canary7Tq')", Kind::CheckViolation)
        .state("23514")
        .table("t")
        .constraint("t_c_check")
        .detail(),
    fails(
        "ERR-08",
        &[
            "create table {t:t} (r int4range, constraint t_r_excl exclude using gist (r with &&))",
            "insert into {t:t} values ('[1,5)')",
        ],
        "insert into {t:t} values ('[4,6)')",
        Kind::ExclusionViolation,
    )
    .state("23P01")
    .table("t")
    .columns(&["r"])
    .constraint("t_r_excl")
    .detail(),
    fails(
        "ERR-09",
        &["create domain {t:positive} as int constraint positive_check check (value > 0)"],
        "select (-1)::{t:positive}",
        Kind::CheckViolation,
    )
    .state("23514")
    .data_type("positive")
    .constraint("positive_check"),
    fails("ERR-11", &[], "¦selec 1", Kind::Syntax).state("42601"),
    fails("ERR-11", &[], "select 'é😀', ¦from x", Kind::Syntax).state("42601"),
    fails("ERR-12", &[], "select 1 from ¦{t:nope}", Kind::UndefinedTable).state("42P01"),
    fails("ERR-13", TWO, "select ¦nope from {t:t}", Kind::UndefinedColumn).state("42703"),
    fails("ERR-13", TWO, "insert into {t:t} (id, ¦nope) values (1, 1)", Kind::UndefinedColumn).state("42703"),
    fails("ERR-14", &[], "select 1, ¦nope(1)", Kind::UndefinedFunction).state("42883"),
    fails("ERR-15", &[], "select 1 from ¦\"no such schema\".t", Kind::UndefinedTable).state("42P01"),
    fails("ERR-16", TWO, "select ¦id from {t:t}, {t:u}", Kind::AmbiguousColumn).state("42702"),
    fails("ERR-17", TWO, "create table {t:t} (id int)", Kind::AlreadyExists).state("42P07"),
    fails("ERR-17", TWO, "alter table {t:t} add column id int", Kind::AlreadyExists).state("42701"),
    fails("ERR-18", &[], "select 1 ¦= 'canary7Tq'::text", Kind::UndefinedFunction).state("42883"),
    fails("ERR-18", TWO, "update {t:t} set n = ¦'canary7Tq'::text", Kind::TypeMismatch).state("42804"),
    fails("ERR-19", &[], "select 'canary7Tq'::text::int", Kind::InvalidValue).state("22P02"),
    fails("ERR-19", &[], "select 'canary7Tq'::text::uuid", Kind::InvalidValue).state("22P02"),
    fails(
        "ERR-19",
        &["create type {t:mood} as enum ('ok')"],
        "select 'canary7Tq'::text::{t:mood}",
        Kind::InvalidValue,
    )
    .state("22P02"),
    fails("ERR-19", &[], "select 'canary7Tq'::text::jsonb", Kind::InvalidValue).state("22P02").detail(),
    fails("ERR-20", &[], "select 'canary7Tq'::text::date", Kind::InvalidValue).state("22007"),
    fails("ERR-20", &[], "select '2024-02-30'::text::date", Kind::OutOfRange).state("22008"),
    fails(
        "ERR-21",
        &["create table {t:t} (v varchar(3))"],
        "insert into {t:t} values ('canary7Tq')",
        Kind::ValueTooLong,
    )
    .state("22001"),
    fails("ERR-22", &[], "select 2147483647 + 1", Kind::OutOfRange).state("22003"),
    fails("ERR-22", &[], "select 32768::int2", Kind::OutOfRange).state("22003"),
    fails("ERR-23", &[], "select 1 / 0", Kind::DivisionByZero).state("22012"),
    fails("ERR-24", &[], "select 1e308::float8 * 10", Kind::OutOfRange).state("22003"),
    fails("ERR-24", &[], "select 1e-308::float8 * 1e-308::float8", Kind::OutOfRange).state("22003"),
    fails("ERR-25", &[], "select {1}::text", Kind::InvalidValue)
        .with(|| vec![Value::Text(format!("{CANARY}\0"))])
        .unsent(),
    fails("ERR-25", &[], "select convert_from('\\xff'::bytea, 'UTF8')", Kind::InvalidValue).state("22021"),
    fails("ERR-26", &[], "", Kind::LimitExceeded)
        .made(|| format!("select {}", vec!["1"; 1665].join(",")))
        .state("54011"),
    fails("ERR-27", &[], "", Kind::LimitExceeded)
        .made(|| format!("select 1{}", "+1".repeat(100_000)))
        .state("54001")
        .loosely(),
    fails("ERR-28", &[], "select length(repeat('x', 1 << 30))", Kind::LimitExceeded).state("54000"),
    fails("ERR-29", &[], "select (select generate_series(1, 2))", Kind::Cardinality).state("21000"),
    fails("ERR-30", TWO, "select ¦n, count(*) from {t:t} group by id + 1", Kind::Syntax).state("42803"),
    raised!("ERR-33", "ZZ123", Kind::Database).hint("try another"),
    fails(
        "ERR-33",
        &["create function {t:g}() returns int language plpgsql as $$ begin raise exception 'canary7Tq'; end $$"],
        "select {t:g}()",
        Kind::Database,
    )
    .state("P0001"),
    raised!("ERR-49", "53100", Kind::LimitExceeded),
    raised!("ERR-50", "XX001", Kind::Corrupt),
    fails("ERR-51", &[], "execute no_such_statement", Kind::StatementInvalidated)
        .state("26000")
        .retry(RetryClass::SafeNow),
    fails("ERR-54", &[], "select distinct 1 for update", Kind::Unsupported).state("0A000"),
    raised!("ERR-55", "XY987", Kind::Database),
];

//! Errors as a real server words them.

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};
use drivetrain_postgres_core::error::{ErrorFields, InFlight, to_error};
use tokio_postgres::Client;
use tokio_postgres::error::ErrorPosition;

use crate::server::{config, connect};

const TABLES: &str = "
    create temp table \"User\" (id int primary key, email text, \"Odd, \"\"name\"\"\" int, a int, b int,
        short varchar(3) not null default '', small int2, constraint positive check (small > 0),
        unique (\"Odd, \"\"name\"\"\", a), constraint user_email unique (email));
    create unique index on \"User\" (lower(short)) where short <> '';
    create temp table \"Todo\" (id int primary key, \"userId\" int references \"User\" on delete restrict,
        during int4range, exclude using gist (during with &&));
    create function pg_temp.complain(code text) returns void language plpgsql as
        $$ begin raise exception 'canary' using errcode = code, detail = 'canary', hint = 'see the manual'; end $$;
    insert into \"User\" (id, email, \"Odd, \"\"name\"\"\", a, short) values (1, 'canary', 2, 3, 'abc');
    insert into \"Todo\" values (1, 1, '[1,5)');
";

async fn fails(client: &Client, sql: &str, in_flight: InFlight) -> Error {
    let error = client.batch_execute(sql).await.expect_err(sql);
    let error = error.as_db_error().unwrap_or_else(|| panic!("{sql}: {error}"));
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let position = match error.position() {
        Some(ErrorPosition::Original(position)) => Some(position.to_string()),
        _ => None,
    };
    let fields = ErrorFields {
        severity: Some(error.severity().to_owned()),
        code: Some(error.code().code().to_owned()),
        message: Some(error.message().to_owned()),
        detail: owned(error.detail()),
        hint: owned(error.hint()),
        position,
        schema: owned(error.schema()),
        table: owned(error.table()),
        column: owned(error.column()),
        data_type: owned(error.datatype()),
        constraint: owned(error.constraint()),
        routine: owned(error.routine()),
        ..ErrorFields::default()
    };
    to_error(fields, in_flight)
}

#[tokio::test]
async fn errors_have_their_kind_and_names_and_show_no_value() {
    let client = connect(&config()).await;
    client.batch_execute(TABLES).await.unwrap();
    for (sql, code, kind, columns) in [
        (r#"insert into "User" values (2, 'canary')"#, "23505", ErrorKind::UniqueViolation, &["email"][..]),
        (
            r#"insert into "User" (id, "Odd, ""name""", a) values (2, 2, 3)"#,
            "23505",
            ErrorKind::UniqueViolation,
            &["Odd, \"name\"", "a"],
        ),
        (r#"insert into "User" (id, short) values (2, 'ABC')"#, "23505", ErrorKind::UniqueViolation, &[]),
        (r#"insert into "Todo" values (2, 4711)"#, "23503", ErrorKind::ForeignKeyViolation, &["userId"]),
        (r#"delete from "User""#, "23503", ErrorKind::ForeignKeyViolation, &[]),
        (
            r#"insert into "User" (id, short) values (2, null)"#,
            "23502",
            ErrorKind::NotNullViolation,
            &["short"],
        ),
        (r#"insert into "User" (id, small) values (2, -4711)"#, "23514", ErrorKind::CheckViolation, &[]),
        (r#"insert into "Todo" values (2, 1, '[4,9)')"#, "23P01", ErrorKind::ExclusionViolation, &["during"]),
        (r#"insert into "User" (id, short) values (2, 'canary')"#, "22001", ErrorKind::ValueTooLong, &[]),
        ("select 'canary'::int", "22P02", ErrorKind::InvalidValue, &[]),
        ("select '{\"canary\": x}'::jsonb", "22P02", ErrorKind::InvalidValue, &[]),
        ("select '{\"canary'::text[]", "22P02", ErrorKind::InvalidValue, &[]),
        ("select '4711-99-99'::date", "22008", ErrorKind::OutOfRange, &[]),
        ("select 'canary'::date", "22007", ErrorKind::InvalidValue, &[]),
        ("select '99999999999999999999994711'::int8", "22003", ErrorKind::OutOfRange, &[]),
        ("select 47114711::int2", "22003", ErrorKind::OutOfRange, &[]),
        ("select 1/0", "22012", ErrorKind::DivisionByZero, &[]),
        ("select '\"\\ud83d canary\"'::jsonb", "22P02", ErrorKind::InvalidValue, &[]),
        ("select get_byte('\\x00', 4711)", "2202E", ErrorKind::InvalidValue, &[]),
        ("select to_char(now(), 'x') where 'a' ~ '(canary'", "2201B", ErrorKind::InvalidValue, &[]),
        ("select (select generate_series(1, 2))", "21000", ErrorKind::Cardinality, &[]),
        ("selec 1", "42601", ErrorKind::Syntax, &[]),
        ("select * from nope", "42P01", ErrorKind::UndefinedTable, &[]),
        ("select nope from \"User\"", "42703", ErrorKind::UndefinedColumn, &[]),
        ("select nope()", "42883", ErrorKind::UndefinedFunction, &[]),
        ("select 1::nope", "42704", ErrorKind::UndefinedObject, &[]),
        ("select id from \"User\" u, \"Todo\"", "42702", ErrorKind::AmbiguousColumn, &[]),
        ("create temp table \"User\" ()", "42P07", ErrorKind::AlreadyExists, &[]),
        ("insert into \"User\" (id) values (true)", "42804", ErrorKind::TypeMismatch, &[]),
        ("select id, count(*) from \"User\"", "42803", ErrorKind::Syntax, &[]),
        ("set search_path to ''; create table nope.t ()", "3F000", ErrorKind::UndefinedObject, &[]),
        ("begin; savepoint a; rollback to b", "3B001", ErrorKind::NoSuchSavepoint, &[]),
        ("select 1", "25P02", ErrorKind::TransactionAborted, &[]),
        ("rollback; begin read only; create table public.t ()", "25006", ErrorKind::ReadOnly, &[]),
        ("rollback; execute nope", "26000", ErrorKind::StatementInvalidated, &[]),
        ("prepare p as select pg_typeof($1)", "42P18", ErrorKind::AmbiguousParameter, &[]),
        ("set statement_timeout to 1; select pg_sleep(9)", "57014", ErrorKind::Timeout, &[]),
        (
            "set statement_timeout to 0; select pg_cancel_backend(pg_backend_pid())",
            "57014",
            ErrorKind::Cancelled,
            &[],
        ),
        ("select pg_temp.complain('P0001')", "P0001", ErrorKind::Database, &[]),
        ("select pg_temp.complain('ZZ123')", "ZZ123", ErrorKind::Database, &[]),
        ("select pg_temp.complain('22023')", "22023", ErrorKind::InvalidValue, &[]),
        ("select pg_temp.complain('23505')", "23505", ErrorKind::UniqueViolation, &[]),
        ("select pg_temp.complain('42P01')", "42P01", ErrorKind::UndefinedTable, &[]),
    ] {
        let error = fails(&client, sql, InFlight::Write).await;
        // Postgres 18 calls the violation of a RESTRICT by a name of its own.
        let restrict = error.sqlstate().unwrap().as_str() == "23001" && sql.starts_with("delete");
        assert!(restrict || error.sqlstate().unwrap().as_str() == code, "{sql}: {error}");
        assert_eq!(
            (error.kind(), error.columns()),
            (kind, &*columns.iter().map(|&name| name.into()).collect::<Vec<String>>()),
            "{sql}"
        );
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("canary") && !shown.contains("4711"), "{sql}: {shown}");
        assert!(!shown.contains('\n') && error.server_message().is_some());
    }
}

#[tokio::test]
async fn fields_of_an_error() {
    let client = connect(&config()).await;
    client.batch_execute(TABLES).await.unwrap();
    let unique = fails(&client, r#"insert into "User" values (2, 'canary')"#, InFlight::Write).await;
    assert_eq!((unique.table(), unique.constraint()), (Some("User"), Some("user_email")));
    assert_eq!(unique.server_detail(), Some("Key (email)=(canary) already exists."));
    assert_eq!(
        unique.to_string(),
        "a record with this value exists already \
         (table User, column email, constraint user_email, SQLSTATE 23505)"
    );
    let parent = fails(&client, r#"delete from "User""#, InFlight::Write).await;
    assert_eq!(parent.message(), "the record is still referred to by another one");
    assert_eq!(parent.table(), Some("Todo"), "the table that refers");
    let child = fails(&client, r#"insert into "Todo" values (2, 9)"#, InFlight::Write).await;
    assert_eq!(child.message(), "the record that is referred to does not exist");
    let syntax = fails(&client, "select 'é', +", InFlight::Read).await;
    assert_eq!(syntax.position(), Some(14), "in characters");
    let raised = fails(&client, "select pg_temp.complain('P0001')", InFlight::Read).await;
    assert_eq!((raised.hint(), raised.server_message()), (Some("see the manual"), Some("canary")));
    let domain = fails(
        &client,
        "create domain pg_temp.email as text check (value like '%@%'); select 'canary'::pg_temp.email",
        InFlight::Write,
    )
    .await;
    assert_eq!((domain.kind(), domain.data_type()), (ErrorKind::CheckViolation, Some("email")));
}

#[tokio::test]
async fn a_killed_session_is_told_by_what_it_did() {
    let client = connect(&config()).await;
    let kill = "select pg_terminate_backend(pg_backend_pid())";
    let error = fails(&client, kill, InFlight::Write).await;
    assert_eq!((error.kind(), error.retry()), (ErrorKind::ConnectionLost, RetryClass::OutcomeUnknown));
    assert_eq!(error.sqlstate().unwrap().as_str(), "57P01");
}

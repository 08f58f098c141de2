//! The statements run on a real SQLite and do what the schema says.

use drivetrain_migrate::create_ddl;
use drivetrain_schema::{Provider, Schema, SourceFile};
use rusqlite::Connection;

mod support;

fn database(name: &str) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    for statement in support::ddl(name, Provider::Sqlite).statements {
        connection.execute_batch(&statement.sql).unwrap_or_else(|error| panic!("{error}\n{}", statement.sql));
    }
    connection
}

fn texts(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn text(connection: &Connection, sql: &str) -> String {
    texts(connection, sql).concat()
}

#[test]
fn every_schema_that_fits_sqlite_creates_its_tables() {
    for name in ["todos", "self_relations", "cycles", "eight_relations", "two_providers"] {
        let connection = database(name);
        let schema = support::fixture(name, Provider::Sqlite);
        let tables = texts(&connection, "SELECT name FROM sqlite_master WHERE type = 'table'");
        for model in &schema.models {
            assert!(tables.contains(&model.db_name), "{name}: {}", model.db_name);
        }
        assert_eq!(text(&connection, "PRAGMA integrity_check"), "ok");
    }
}

#[test]
fn the_whole_script_runs_at_once() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(&support::ddl("todos", Provider::Sqlite).to_script()).unwrap();
    assert_eq!(texts(&connection, "SELECT name FROM sqlite_master WHERE name = '_PersonToTodo'").len(), 1);
}

#[test]
fn defaults_are_what_the_schema_says() {
    let connection = database("todos");
    connection
        .execute_batch(
            "INSERT INTO User (email) VALUES ('a'); INSERT INTO Todo (title, ownerId) VALUES ('t', 1)",
        )
        .unwrap();
    let get = |expression: &str| text(&connection, &format!("SELECT CAST({expression} AS TEXT) FROM Todo"));
    assert_eq!(get("id"), "1");
    assert_eq!(get("done"), "0");
    assert_eq!(get("priority"), "it's high");
    assert_eq!(get("typeof(payload) || ' ' || payload"), "blob hello");
    assert_eq!(get("json_extract(meta, '$.a')"), "it's");
    assert_eq!(get("due"), "2019-12-31 22:00:00 +00:00");
    assert_eq!(get("length(tag)"), "8");
    assert_eq!(get("cost"), "1.1");
    assert_eq!(get("createdAt IS NOT NULL"), "1");
    connection.execute_batch("INSERT INTO Label (tenant, name, id) VALUES ('a', 'b', 'c')").unwrap();
    assert_eq!(text(&connection, "SELECT text FROM Label"), "a\\b\n");
}

#[test]
fn rows_are_numbered_and_numbers_never_used_again() {
    let connection = database("todos");
    connection
        .execute_batch(
            "INSERT INTO User (email) VALUES ('a'), ('b'); DELETE FROM User WHERE id = 2; INSERT INTO User (email) VALUES ('c')",
        )
        .unwrap();
    assert_eq!(texts(&connection, "SELECT CAST(id AS TEXT) FROM User ORDER BY id"), ["1", "3"]);
    let numbered =
        texts(&connection, "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%' ORDER BY name");
    assert_eq!(numbered, ["Todo", "User"], "a BigInt is numbered too");
}

#[test]
fn an_enum_takes_its_values_only() {
    let connection = database("todos");
    connection.execute_batch("INSERT INTO User (email) VALUES ('a')").unwrap();
    let insert = |value: &str| {
        connection
            .execute("INSERT INTO Todo (title, ownerId, maybe) VALUES ('t' || random(), 1, ?1)", [value])
    };
    insert("LOW").unwrap();
    insert("it's high").unwrap();
    let error = insert("HIGH").unwrap_err();
    assert!(error.to_string().contains("CHECK constraint failed"), "{error}");
    connection.execute_batch("INSERT INTO Todo (title, ownerId, maybe) VALUES ('n', 1, NULL)").unwrap();
}

#[test]
fn keys_and_foreign_keys_hold() {
    let connection = database("todos");
    connection.execute_batch("INSERT INTO User (email) VALUES ('a')").unwrap();
    let failure = |sql: &str| connection.execute_batch(sql).unwrap_err().to_string();
    assert!(
        failure("INSERT INTO User (email) VALUES ('a')").contains("UNIQUE constraint failed: User.email")
    );
    assert!(
        failure("INSERT INTO User (name) VALUES ('a')").contains("NOT NULL constraint failed: User.email")
    );
    assert!(
        failure("INSERT INTO Todo (title, ownerId) VALUES ('t', 9)")
            .contains("FOREIGN KEY constraint failed")
    );
    connection
        .execute_batch(
            "INSERT INTO Todo (title, ownerId) VALUES ('t', 1);
             INSERT INTO Person VALUES ('p');
             INSERT INTO _PersonToTodo VALUES ('p', 1)",
        )
        .unwrap();
    assert!(failure("INSERT INTO _PersonToTodo VALUES ('p', 1)").contains("UNIQUE constraint failed"));
    // The partial index minds todos that are not done.
    assert!(
        failure("INSERT INTO Todo (title, ownerId) VALUES ('t', 1)").contains("UNIQUE constraint failed")
    );
    connection.execute_batch("INSERT INTO Todo (title, ownerId, done) VALUES ('t', 1, true)").unwrap();
    connection.execute_batch("DELETE FROM User").unwrap();
    for table in ["Todo", "_PersonToTodo"] {
        assert_eq!(text(&connection, &format!("SELECT CAST(count(*) AS TEXT) FROM {table}")), "0", "{table}");
    }
}

#[test]
fn a_required_parent_cannot_be_deleted_and_an_optional_one_is_let_go() {
    let connection = database("self_relations");
    connection
        .execute_batch("INSERT INTO Node (id) VALUES (1); INSERT INTO Node (id, parentId) VALUES (2, 1)")
        .unwrap();
    connection.execute_batch("UPDATE Node SET id = 5 WHERE id = 1").unwrap();
    assert_eq!(text(&connection, "SELECT CAST(parentId AS TEXT) FROM Node WHERE id = 2"), "5");
    connection.execute_batch("DELETE FROM Node WHERE id = 5").unwrap();
    assert_eq!(text(&connection, "SELECT ifnull(parentId, 'none') FROM Node WHERE id = 2"), "none");
    let connection = database("eight_relations");
    connection
        .execute_batch("INSERT INTO Hub (id) VALUES (1); INSERT INTO Spoke3 (hubId) VALUES (1)")
        .unwrap();
    let error = connection.execute_batch("DELETE FROM Hub").unwrap_err();
    assert!(error.to_string().contains("FOREIGN KEY constraint failed"), "{error}");
}

#[test]
fn names_are_quoted_whatever_they_hold() {
    let source = r#"
        model A {
          id     Int    @id @map("a \"quoted\" `id`; --")
          select String @unique @default("'; DROP TABLE x; --") @map("group")
          e      E      @default(Q)
          @@map("order by \"1\"")
        }
        enum E {
          Q @map("it's; \"q\"")
        }
    "#;
    let schema = Schema::parse_for(&[SourceFile::new("a.prisma", source)], &[Provider::Sqlite]).unwrap();
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(&create_ddl(&schema, Provider::Sqlite).unwrap().to_script()).unwrap();
    connection.execute_batch(r#"INSERT INTO "order by ""1""" DEFAULT VALUES"#).unwrap();
    let row = r#"SELECT "group" || '|' || e FROM "order by ""1""""#;
    assert_eq!(text(&connection, row), r#"'; DROP TABLE x; --|it's; "q""#);
}

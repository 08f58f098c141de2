//! The quickstart on SQLite, its effects read with the sqlite3 library.

mod support;

#[test]
fn twice_and_in_a_database_that_holds_other_things() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("of a user.db");
    let second = rusqlite::Connection::open(&path).unwrap();
    second.execute_batch("CREATE VIEW User AS SELECT 1 AS x").unwrap();
    let url = format!("sqlite:{}", path.display());
    let printed = support::run(&url);
    assert!(printed.starts_with("Connected through the adapter `sqlite`.\n"), "{printed}");
    assert!(printed.contains("kind UniqueViolation, fields [\"email\"]"), "{printed}");
    assert_eq!(support::run(&url), printed, "it can be run twice");

    let mut users = second.prepare("SELECT id, email, name FROM quickstart_users ORDER BY id").unwrap();
    let users: Vec<(i64, String, Option<String>)> = users
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(users.len(), support::LEFT.len());
    for ((id, email, name), (expected_email, expected_name, todos)) in users.into_iter().zip(support::LEFT) {
        assert_eq!((&*email, name.as_deref()), (expected_email, expected_name));
        let mut found =
            second.prepare("SELECT title, done FROM quickstart_todos WHERE userId = ?1 ORDER BY id").unwrap();
        let found: Vec<(String, bool)> = found
            .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let expected: Vec<_> = todos.iter().map(|(title, done)| ((*title).to_owned(), *done)).collect();
        assert_eq!(found, expected);
    }
    let others: i64 = second.query_row("SELECT x FROM User", [], |row| row.get(0)).unwrap();
    assert_eq!(others, 1, "what was there is as it was");
}

//! Scripts that are split run as they would whole.

use drivetrain_adapter_api::Dialect;
use drivetrain_sql::script::split;

use super::server::Sqlite;

const SCRIPT: &str = r#"
-- a comment; with a semicolon
CREATE TABLE "a;b" (id INTEGER PRIMARY KEY, [c;d] TEXT, `e;f` TEXT DEFAULT 'x;''y');
/* another; one */
CREATE TRIGGER t AFTER INSERT ON "a;b" WHEN new.id > 0 BEGIN
    UPDATE "a;b" SET [c;d] = CASE WHEN new.id = 1 THEN 'one;' ELSE 'END;' END WHERE id = new.id;
    SELECT 1; -- END;
END;
CREATE TEMP TRIGGER u AFTER UPDATE ON "a;b" BEGIN SELECT 1; END;
INSERT INTO "a;b" (id) VALUES (1), (2);
;;
EXPLAIN CREATE TRIGGER v AFTER DELETE ON "a;b" BEGIN SELECT 1; END
"#;

#[test]
fn triggers_quotes_and_comments() {
    let sqlite = Sqlite::with("");
    let statements = split(Dialect::Sqlite, SCRIPT).unwrap();
    assert_eq!(statements.len(), 5);
    for statement in &statements[..4] {
        sqlite.run(statement.text);
    }
    sqlite.run("CREATE VIEW v AS SELECT group_concat([c;d] || `e;f`) AS all_of_them FROM \"a;b\"");
    let rows = sqlite.rows(&super::lower(crate::support::build::select("v", &["all_of_them"]), vec![]));
    assert_eq!(rows, [[Some("one;x;'y,END;x;'y".to_owned())]]);
}

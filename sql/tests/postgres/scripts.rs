//! Scripts that are split run as they would whole.

use drivetrain_adapter_api::Dialect;
use drivetrain_sql::script::split;

use super::server::Postgres;
use crate::support::build::select;

const SCRIPT: &str = r#"
-- a comment; with a semicolon
CREATE TABLE "a;b" (id int, "c;d" text DEFAULT 'x;''y', e text DEFAULT E'\';' '\';'); /* nested /* ; */ ; */
CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'a;b'; END; $$;
CREATE FUNCTION g() RETURNS text LANGUAGE sql AS $q$ SELECT $$;$$ $q$;
CREATE OR REPLACE FUNCTION h(x int) RETURNS text LANGUAGE sql BEGIN ATOMIC
    SELECT 1;
    SELECT CASE WHEN x = 1 THEN 'one;' ELSE 'END;' END AS end;
END;
CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC INSERT INTO "a;b" (id) VALUES (5); END;
CREATE RULE r AS ON DELETE TO "a;b" DO INSTEAD (SELECT 1; SELECT 2);
INSERT INTO "a;b" VALUES (1), (2);
CALL p();
DO $$ BEGIN PERFORM 1; PERFORM 2; END $$;
CREATE VIEW v AS SELECT string_agg("c;d" || e || f() || g() || h(1), '' ORDER BY id) AS "all" FROM "a;b" WHERE id = 1
"#;

#[test]
fn bodies_quotes_and_comments() {
    let script = SCRIPT.replace("E'\\';' '\\';'", "E'\\';'\n  '\\';'");
    let postgres = Postgres::with("");
    let statements = split(Dialect::Postgres, &script).unwrap();
    assert_eq!(statements.len(), 10);
    for statement in statements {
        postgres.run(statement.text);
    }
    let rows = postgres.rows(&super::lower(select("v", &["all"]), vec![]));
    assert_eq!(rows, [[Some("x;'y';';a;b;one;".to_owned())]]);
}

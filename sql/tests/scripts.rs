//! The splitter: what it gives for each dialect, what it refuses, and that it loses nothing.

use drivetrain_adapter_api::{Dialect, ErrorKind};
use drivetrain_sql::script::split;
use proptest::prelude::*;

const ALL: [Dialect; 3] = [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite];

fn texts(dialect: Dialect, script: &str) -> Vec<&str> {
    split(dialect, script).unwrap().into_iter().map(|statement| statement.text).collect()
}

fn error(dialect: Dialect, script: &str) -> String {
    let error = split(dialect, script).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Syntax);
    assert!(error.position().is_some());
    error.message().to_owned()
}

#[test]
fn what_is_the_same_everywhere() {
    for dialect in ALL {
        assert_eq!(texts(dialect, "select 1; select 2;"), ["select 1", "select 2"]);
        assert_eq!(texts(dialect, " ;; \n select 1 -- one; \n ;\n"), ["select 1 -- one;"]);
        assert_eq!(
            texts(dialect, "select ';', 'it''s;', \"a;b\"\"c;\"; select 2"),
            ["select ';', 'it''s;', \"a;b\"\"c;\"", "select 2"]
        );
        assert_eq!(
            texts(dialect, "/* a; */ select /* b; */ 1; /* only; a comment */ -- and; another"),
            ["/* a; */ select /* b; */ 1"]
        );
        assert_eq!(texts(dialect, ""), [""; 0]);
        assert_eq!(texts(dialect, "\u{feff}select 1"), ["select 1"]);
        assert_eq!(texts(dialect, "select 'ü☃😀;' ; select 2"), ["select 'ü☃😀;'", "select 2"]);
    }
}

#[test]
fn offsets_are_those_of_the_script() {
    let script = "\n-- ☃\nselect 1;\n  select 2  ;";
    let statements = split(Dialect::Postgres, script).unwrap();
    for statement in &statements {
        assert!(script[statement.offset..].starts_with(statement.text));
    }
    assert_eq!(statements[1].offset, script.find("select 2").unwrap());
}

#[test]
fn what_does_not_end_is_refused_with_its_place() {
    for dialect in ALL {
        let message = error(dialect, "select 1;\nselect 'ü☃', 'abc;\nselect 2;");
        assert!(message.contains("a text in quotes does not end (line 2, column 14)"), "{message}");
        assert!(error(dialect, "select 1 /* ").contains("a comment does not end (line 1, column 10)"));
        assert!(error(dialect, "select \"a").contains("does not end (line 1, column 8)"));
    }
    assert!(
        error(Dialect::Postgres, "select $a$ ; $b$")
            .contains("a text in $a$ does not end (line 1, column 8)")
    );
    assert!(
        error(Dialect::Postgres, "select (1; select 2")
            .contains("a parenthesis is not closed (line 1, column 8)")
    );
    assert!(error(Dialect::Postgres, "/* /* */ select 1").contains("comment"));
    assert!(error(Dialect::Sqlite, "select [a").contains("a name in brackets"));
    assert!(error(Dialect::MySql, "select `a``").contains("a name in quotes"));
    assert!(error(Dialect::MySql, "select 'a\\'").contains("a text in quotes"));
    assert!(error(Dialect::MySql, "select 'a\\").contains("a text in quotes"));
}

#[test]
fn commands_of_the_shells_are_refused() {
    assert!(
        error(Dialect::Postgres, "select 1;\n\\c other")
            .contains("commands of psql are not SQL (line 2, column 1)")
    );
    let copy = split(Dialect::Postgres, "copy t (a, b) from stdin;\n1\t2\n\\.").unwrap_err();
    assert_eq!((copy.kind(), copy.position()), (ErrorKind::Unsupported, Some(20)));
    assert!(copy.message().contains("COPY FROM STDIN"), "{copy}");
    assert_eq!(
        texts(Dialect::Postgres, "copy t to stdout; select 1 from stdin"),
        ["copy t to stdout", "select 1 from stdin"]
    );
    assert!(error(Dialect::Sqlite, ".mode csv\nselect 1").contains("commands of the SQLite shell"));
    assert!(error(Dialect::MySql, "select 1\\G").contains("commands of the mysql client"));
    assert!(error(Dialect::MySql, "DELIMITER\nselect 1").contains("DELIMITER"));
}

#[test]
fn quotes_of_postgres() {
    let one = |script: &str| {
        let whole = format!("{script}; select 2");
        assert_eq!(texts(Dialect::Postgres, &whole), [script.trim_end(), "select 2"]);
    };
    one(r"select 'a\'");
    one(r"select E'a\';b', e'\\', E'a''b;'");
    one("select E'a'\n  'b\\';c'");
    one("select E'a' -- a comment\n  'b\\';c'");
    one("select E'a' 'b\\'");
    one(r#"select U&'\0061;' , U&"\0061;" , N'a;', B'1', X'f;'"#);
    one("select $$a;b$$, $a$ $$;$$ $b$ ; $a$, $ä1$;$ä1$");
    one("select a$b$c");
    one("select $1, $2");
    one("select $1$$;$$");
    one("select nested /* a /* b; */ c; */ , 1");
    one("select 1 - - 1 -- a; comment\n");
    one("create rule r as on delete to t do (select 1; select 2)");
}

#[test]
fn bodies_of_postgres() {
    let routine = "create or replace function f(a int) returns int begin atomic\n  select case when a = 1 then 2 else 3 end as end; \
                   select 4; end";
    assert_eq!(texts(Dialect::Postgres, &format!("{routine}; select 1;")), [routine, "select 1"]);
    let procedure = "CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES (1); END";
    assert_eq!(
        texts(Dialect::Postgres, &format!("begin; {procedure}; end; commit")),
        ["begin", procedure, "end", "commit"]
    );
    assert!(
        error(Dialect::Postgres, "create function f() begin atomic select 1;")
            .contains("BEGIN ATOMIC has no END (line 1, column 21)")
    );
}

#[test]
fn triggers_of_sqlite() {
    let trigger = "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; UPDATE a SET b = 'END;'; END";
    assert_eq!(texts(Dialect::Sqlite, &format!("{trigger}; SELECT 1")), [trigger, "SELECT 1"]);
    assert_eq!(texts(Dialect::Sqlite, trigger), [trigger]);
    let explained = format!("EXPLAIN QUERY PLAN {}", trigger.replace("TEMP ", ""));
    assert_eq!(texts(Dialect::Sqlite, &format!("{explained};")), [explained]);
    assert_eq!(
        texts(Dialect::Sqlite, "BEGIN; SELECT 1; END; SELECT [a;b], `c;d`"),
        ["BEGIN", "SELECT 1", "END", "SELECT [a;b], `c;d`"]
    );
    assert!(error(Dialect::Sqlite, "CREATE TRIGGER t BEGIN SELECT 1;").contains("a trigger has no END"));
}

#[test]
fn quotes_and_comments_of_mysql() {
    let one = |script: &str| {
        let whole = format!("{script}; select 2");
        assert_eq!(texts(Dialect::MySql, &whole), [script.trim_end(), "select 2"]);
    };
    one(r#"select 'a\';b', "c\";d", `e;\`"#);
    one("select 1 # a; comment\n");
    one("select 1 -- a; comment\n");
    one("select 1--1");
    one("/*!40101 SET NAMES utf8mb4; 'a*/;' /* b */ */");
    one("select /*+ hint; */ 1");
}

#[test]
fn bodies_of_mysql() {
    for routine in [
        "CREATE DEFINER=`a`@`%` PROCEDURE p(IN a INT) BEGIN DECLARE x INT; IF a THEN SET x = IF(a, 1, 2); ELSEIF b THEN \
         SELECT CASE WHEN a THEN 1 END; END IF; WHILE x DO SET x = x - 1; END WHILE; l: LOOP LEAVE l; END LOOP l; REPEAT SET \
         x = REPEAT('a', 2); UNTIL x END REPEAT; CASE x WHEN 1 THEN IF a THEN SELECT 1; END IF; ELSE BEGIN END; END CASE; END",
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = CASE WHEN 1 THEN 2 END",
        "CREATE PROCEDURE p() IF 1 THEN SELECT 1; ELSE SELECT 2; END IF",
        "CREATE PROCEDURE IF NOT EXISTS p() SELECT 1",
        "CREATE FUNCTION f() RETURNS INT RETURN 1",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM t; DELETE FROM u; END",
        "CREATE PROCEDURE p() BEGIN SELECT t.end, @begin, `case` FROM t; END",
        "BEGIN NOT ATOMIC SELECT 1; END",
    ] {
        assert_eq!(
            texts(Dialect::MySql, &format!("{routine}; SELECT 1;")),
            [routine, "SELECT 1"],
            "{routine}"
        );
    }
    assert_eq!(texts(Dialect::MySql, "BEGIN; SELECT 1; COMMIT"), ["BEGIN", "SELECT 1", "COMMIT"]);
    assert_eq!(
        texts(Dialect::MySql, "CREATE TABLE event (a INT); SELECT 1"),
        ["CREATE TABLE event (a INT)", "SELECT 1"]
    );
    assert!(error(Dialect::MySql, "CREATE PROCEDURE p() BEGIN SELECT 1;").contains("BEGIN has no END"));
    assert!(error(Dialect::MySql, "CREATE PROCEDURE p() BEGIN END IF; END").contains("END IF closes no IF"));
}

#[test]
fn delimiters_of_the_mysql_client() {
    let script = "SELECT 1;\nDELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT '$$'; END$$\nSELECT 2; SELECT 3 $$\n\
                  delimiter ;\nSELECT 4; SELECT 5";
    assert_eq!(
        texts(Dialect::MySql, script),
        [
            "SELECT 1",
            "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT '$$'; END",
            "SELECT 2; SELECT 3",
            "SELECT 4",
            "SELECT 5"
        ]
    );
    assert_eq!(texts(Dialect::MySql, "DELIMITER //\nSELECT 1//\nSELECT 2 //"), ["SELECT 1", "SELECT 2"]);
}

/// Pieces that mean something to a lexer.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            ";",
            "'",
            "''",
            "\"",
            "`",
            "[",
            "]",
            "\\",
            "$$",
            "$a$",
            "$1",
            "--",
            "-- ",
            "#",
            "/*",
            "*/",
            "/*!",
            "\n",
            " ",
            "(",
            ")",
            ".",
            "@",
            "//",
            "CREATE",
            "FUNCTION",
            "PROCEDURE",
            "TRIGGER",
            "TEMP",
            "BEGIN",
            "ATOMIC",
            "END",
            "CASE",
            "IF",
            "THEN",
            "WHEN",
            "LOOP",
            "REPEAT",
            "DELIMITER ",
            "DELIMITER //\n",
            "E'",
            "U&'",
            "AS",
            "COPY",
            "FROM",
            "STDIN",
            "OR",
            "REPLACE",
            "NOT",
            "é",
            "😀",
            "a",
            "1",
            "\u{feff}",
            "\0",
        ])
        .prop_map(str::to_owned),
        ".{0,3}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The statements stand in the script in order, and what is between them is nothing that is run.
    #[test]
    fn nothing_is_lost_and_nothing_panics(pieces in prop::collection::vec(piece(), 0..20), spaced in any::<bool>()) {
        let script = pieces.join(if spaced { " " } else { "" });
        for dialect in ALL {
            let Ok(statements) = split(dialect, &script) else { continue };
            let mut at = 0;
            let mut between = Vec::new();
            for statement in &statements {
                prop_assert!(!statement.text.is_empty());
                prop_assert_eq!(script.get(statement.offset..statement.offset + statement.text.len()), Some(statement.text));
                prop_assert!(statement.offset >= at);
                between.push(&script[at..statement.offset]);
                at = statement.offset + statement.text.len();
            }
            between.push(&script[at..]);
            for gap in between {
                // What separates statements: semicolons, comments, and the commands of MySQL's client.
                let rest = gap.trim_start_matches([';', '\u{feff}']);
                if dialect != Dialect::MySql || !script.to_uppercase().contains("DELIMITER") {
                    let left = split(dialect, rest);
                    prop_assert!(left.is_err() || left.is_ok_and(|left| left.is_empty()), "{:?} of {:?}", gap, script);
                }
            }
        }
    }

    /// A statement by itself is one statement.
    #[test]
    fn a_statement_is_not_split_again(pieces in prop::collection::vec(piece(), 0..20), spaced in any::<bool>()) {
        // A byte order mark is space at the beginning of a script only.
        let script = pieces.join(if spaced { " " } else { "" }).replace('\u{feff}', "");
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            let Ok(statements) = split(dialect, &script) else { continue };
            for statement in statements {
                let again = split(dialect, statement.text).unwrap();
                prop_assert_eq!(again.len(), 1, "{:?} of {:?}", statement.text, &script);
                prop_assert_eq!(again[0].text, statement.text);
            }
        }
    }
}

//! Responses, good and bad.

use drivetrain_adapter_api::{ErrorKind, Value};
use drivetrain_postgres_core::types::TypeRegistry;

use super::{batch, single};

const FIELD: &str =
    r#"{"name":"n","dataTypeID":23,"tableID":0,"columnID":0,"dataTypeSize":4,"format":"text"}"#;

fn body(fields: &str, rows: &str, command: &str, count: &str) -> String {
    format!(
        r#"{{"fields":[{fields}],"rows":{rows},"command":{command},"rowCount":{count},"rowAsArray":true}}"#
    )
}

fn complaint(text: &str) -> String {
    let error = single(text.as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{text}");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("canary"), "{shown}");
    error.message().to_owned()
}

#[test]
fn rows_are_what_they_say() {
    let text = body(&format!("{FIELD},{FIELD}"), r#"[["1",null],["\u002d2","3"]]"#, r#""SELECT""#, "2");
    let result = single(text.as_bytes()).unwrap().into_result(&TypeRegistry::new()).unwrap();
    assert_eq!(result.affected, None);
    let cell = |row, column| result.rows.cell(row, column).unwrap().to_value().unwrap();
    assert_eq!([cell(0, 0), cell(0, 1)], [Value::Int32(1), Value::NULL]);
    assert_eq!([cell(1, 0), cell(1, 1)], [Value::Int32(-2), Value::Int32(3)]);
    assert_eq!(result.rows.columns()[1].type_oid, Some(23));
}

#[test]
fn rows_may_come_before_their_fields() {
    let text = format!(
        r#" {{"rowCount":1,"rows":[["5"]],"x":{{"y":[1,{{}}]}},"command":"INSERT","fields":[{FIELD}]}} "#
    );
    let response = single(text.as_bytes()).unwrap();
    assert_eq!(response.rows.texts().collect::<Vec<_>>(), [[Some("5")]]);
    assert_eq!(response.affected(), Some(1));
}

#[test]
fn only_changes_are_counted() {
    let affected = |command: &str, count: &str| {
        single(body("", "[]", &format!("{command:?}"), count).as_bytes()).map(|response| response.affected())
    };
    assert_eq!(affected("UPDATE", "0").unwrap(), Some(0));
    assert_eq!(affected("MERGE", "3").unwrap(), Some(3));
    assert_eq!(affected("SELECT", "7").unwrap(), None);
    assert_eq!(affected("CREATE", "null").unwrap(), None);
    assert_eq!(affected("", "null").unwrap(), None);
    assert_eq!(affected("DELETE", "null").unwrap_err().kind(), ErrorKind::Protocol, "a count is missing");
}

#[test]
fn rows_without_cells_are_rows() {
    let text = body("", "[[],[],[]]", r#""SELECT""#, "3");
    let result = single(text.as_bytes()).unwrap().into_result(&TypeRegistry::new()).unwrap();
    assert_eq!((result.rows.len(), result.rows.columns().len()), (3, 0));
}

#[test]
fn what_is_no_answer_is_refused_without_being_shown() {
    let good = body(FIELD, r#"[["1"]]"#, r#""SELECT""#, "1");
    single(good.as_bytes()).unwrap();
    assert!(complaint("").contains("empty"));
    assert!(complaint(&good[..good.len() - 1]).contains("too early"));
    assert!(complaint(&format!("{good}{{}}")).contains("not JSON"));
    assert!(complaint(&format!("\u{feff}{good}")).contains("not JSON"));
    assert!(complaint("<html>canary</html>").contains("not JSON"));
    for other in ["null", "17", "\"canary\"", "[]", "{\"canary\":1}"] {
        complaint(other);
    }
    for key in ["fields", "rows", "command", "rowCount"] {
        let without = good.replacen(&format!("{key:?}:"), "\"other\":", 1);
        assert!(complaint(&without).contains(&format!("missing field `{key}`")), "{key}");
        let twice = good.replacen('{', &format!("{{\"{key}\":null,"), 1);
        complaint(&twice);
    }
    let twice = good.replacen('{', &format!("{{\"fields\":[{FIELD}],"), 1);
    assert!(complaint(&twice).contains("duplicate field `fields`"));
    for rows in [
        "null",
        "\"canary\"",
        "{\"canary\":1}",
        "[{\"n\":\"canary\"}]",
        "[[1]]",
        "[[true]]",
        "[[[]]]",
        "[[{}]]",
    ] {
        complaint(&body(FIELD, rows, r#""SELECT""#, "1"));
    }
    for rows in ["[[]]", r#"[["1","canary"]]"#, r#"[["1"],["1","canary"]]"#] {
        assert!(complaint(&body(FIELD, rows, r#""SELECT""#, "1")).contains("number"), "{rows}");
    }
    for count in ["-1", "1.5", "\"1\"", "18446744073709551616", "[]"] {
        complaint(&body(FIELD, r#"[["1"]]"#, r#""SELECT""#, count));
    }
    assert!(single(b"\xff\xfe{}").unwrap_err().message().contains("UTF-8"));
    complaint(&body(FIELD, r#"[["\ud800"]]"#, r#""SELECT""#, "1"));
    complaint(&format!(r#"{{"deep":{}"#, "[".repeat(1 << 20)));
}

#[test]
fn a_batch_has_a_result_for_each_statement() {
    let one = body(FIELD, r#"[["1"]]"#, r#""SELECT""#, "1");
    let text = format!(r#"{{"results":[{one},{one}]}}"#);
    assert_eq!(batch(text.as_bytes(), 2).unwrap().len(), 2);
    assert!(batch(text.as_bytes(), 3).unwrap_err().message().contains("3 statements with 2"));
    assert_eq!(batch(br#"{"results":[]}"#, 0).unwrap().len(), 0);
    assert!(batch(one.as_bytes(), 1).unwrap_err().message().contains("`results`"));
}

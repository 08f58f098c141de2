//! The recorded traffic of the real endpoint: its responses are read, its requests are those that would be sent.

use std::borrow::Cow;
use std::time::Duration;

use drivetrain_adapter_api::{ErrorKind, Value as Cell};
use drivetrain_adapter_neon_http::wire::error::{Answered, Asked, failure};
use drivetrain_adapter_neon_http::wire::{Response, Statement, request, response};
use drivetrain_postgres_core::types::TypeRegistry;
use serde_json::Value;

struct Exchange {
    name: String,
    status: u16,
    headers: Vec<(String, String)>,
    request: String,
    response: String,
}

impl Exchange {
    fn has(&self, header: &str) -> bool {
        self.headers.iter().any(|(name, value)| name.eq_ignore_ascii_case(header) && value == "true")
    }

    fn is_batch(&self) -> bool {
        self.request.contains("\"queries\"")
    }
}

fn exchanges() -> Vec<Exchange> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/golden/neon-http.jsonl");
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let field = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let read = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let headers = line["headers"].as_object().unwrap().iter();
        Exchange {
            name: field(&line, "name"),
            status: line["status"].as_u64().unwrap().try_into().unwrap(),
            headers: headers
                .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect(),
            request: field(&line, "body"),
            response: field(&line, "resp"),
        }
    };
    let exchanges: Vec<_> = text.lines().map(read).collect();
    assert!(exchanges.len() > 100, "{} exchanges", exchanges.len());
    exchanges
}

fn texts(response: &Response<'_>) -> Vec<Vec<Option<String>>> {
    let owned = |row: Vec<Option<&str>>| row.into_iter().map(|cell| cell.map(str::to_owned)).collect();
    response.rows.texts().map(owned).collect()
}

#[test]
fn every_response_in_the_form_that_is_asked_for_is_read() {
    let (mut read, mut cells) = (0, 0);
    for exchange in exchanges().iter().filter(|exchange| exchange.status == 200 && !exchange.is_batch()) {
        let expected: Value = serde_json::from_str(&exchange.response).unwrap_or(Value::Null);
        let no_rows = expected["rows"].as_array().is_some_and(Vec::is_empty);
        if !(exchange.has("neon-raw-text-output") && exchange.has("neon-array-mode") || no_rows) {
            // Rows as objects and cells as numbers are refused, not guessed; those that are texts anyway are read.
            if expected["rows"].as_array().is_some_and(|rows| rows.iter().all(Value::is_object)) {
                let refused = response::single(exchange.response.as_bytes()).unwrap_err();
                assert_eq!(refused.kind(), ErrorKind::Protocol, "{}", exchange.name);
            }
            continue;
        }
        read += 1;
        let name = &exchange.name;
        let response =
            response::single(exchange.response.as_bytes()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(response.command, expected["command"].as_str().unwrap(), "{name}");
        assert_eq!(response.row_count, expected["rowCount"].as_u64(), "{name}");
        let expected_rows: Vec<Vec<Option<String>>> =
            serde_json::from_value(expected["rows"].clone()).unwrap();
        assert_eq!(texts(&response), expected_rows, "{name}");
        let fields = expected["fields"].as_array().unwrap();
        assert_eq!(response.fields.len(), fields.len(), "{name}");
        for (field, expected) in response.fields.iter().zip(fields) {
            assert_eq!(field.name, expected["name"].as_str().unwrap(), "{name}");
            assert_eq!(u64::from(field.type_oid), expected["dataTypeID"].as_u64().unwrap(), "{name}");
        }
        let result = response.into_result(&TypeRegistry::new()).unwrap();
        for (row, expected) in expected_rows.iter().enumerate() {
            for (column, expected) in expected.iter().enumerate() {
                let cell = result.rows.cell(row, column).unwrap_or_else(|e| panic!("{name}, {column}: {e}"));
                assert_eq!(cell.is_null(), expected.is_none(), "{name}, {column}");
                cells += 1;
            }
        }
    }
    assert!(read > 40 && cells > 50, "{read} responses with {cells} cells");
}

#[test]
fn values_are_those_that_the_database_wrote() {
    let exchanges = exchanges();
    let cells = |name: &str| -> Vec<Cell> {
        let exchange = exchanges.iter().find(|exchange| exchange.name == name).unwrap();
        let response = response::single(exchange.response.as_bytes()).unwrap();
        let result = response.into_result(&TypeRegistry::new()).unwrap();
        let columns = result.rows.columns().len();
        (0..columns).map(|column| result.rows.cell(0, column).unwrap().to_value().unwrap()).collect()
    };
    let money = Cell::OtherText { type_name: "money".to_owned(), text: "$6.00".to_owned() };
    let decimal = Cell::Decimal("5".parse().unwrap());
    let ints = [Cell::Int16(1), Cell::Int32(2), Cell::Int64(3), Cell::Int64(4), decimal, money];
    assert_eq!(cells("o_raw_ints"), ints);
    let floats = cells("o_raw_floats");
    assert!(floats.contains(&Cell::Float64(1e300)) && floats.contains(&Cell::Float64(-0.0)), "{floats:?}");
    assert!(cells("o_raw_json").iter().any(|cell| matches!(cell, Cell::Json(_))));
    assert!(cells("o_raw_arrays").iter().all(|cell| matches!(cell, Cell::Array(_))));
    assert!(matches!(&cells("o_raw_vec")[0], Cell::Array(_)));
}

#[test]
fn every_error_is_told_as_what_it_is() {
    let kinds = |name: &str| match name {
        "p_few" | "p_many" => ErrorKind::ParameterCount,
        "e_syntax" => ErrorKind::Syntax,
        "e_undef_col" => ErrorKind::UndefinedColumn,
        "e_unique" => ErrorKind::UniqueViolation,
        "e_fk_now" => ErrorKind::ForeignKeyViolation,
        "e_notnull" => ErrorKind::NotNullViolation,
        "e_div0" | "b_err_mid" => ErrorKind::DivisionByZero,
        "b_ro_write" => ErrorKind::ReadOnly,
        "a_badpw" => ErrorKind::AuthenticationFailed,
        "a_garbage" | "a_missing" => ErrorKind::Config,
        "h_get" | "h_slash" => ErrorKind::UnsupportedServer,
        _ => ErrorKind::Database,
    };
    let mut named = 0;
    for exchange in exchanges().iter().filter(|exchange| exchange.status != 200) {
        let (name, body) = (&exchange.name, exchange.response.as_bytes());
        let answer = Answered { status: exchange.status, retry_after: None, body };
        let error = failure(&answer, Asked::Write, Duration::ZERO).error;
        let expected: Value = serde_json::from_slice(body).unwrap();
        let text = |key: &str| expected[key].as_str().filter(|text| !text.is_empty());
        assert_eq!(error.sqlstate().map(|state| state.to_string()).as_deref(), text("code"), "{name}");
        assert_eq!(error.constraint(), text("constraint"), "{name}");
        assert_eq!(error.table(), text("table"), "{name}");
        assert_eq!(error.schema(), text("schema"), "{name}");
        assert_eq!(error.server_message(), text("message"), "{name}");
        assert_eq!(error.server_detail(), text("detail"), "{name}");
        assert_eq!(error.position().map(|at| at.to_string()).as_deref(), text("position"), "{name}");
        if kinds(name) != ErrorKind::Database {
            assert_eq!(error.kind(), kinds(name), "{name}");
            named += 1;
        }
    }
    assert!(named >= 14, "{named} errors of a known kind");
}

#[test]
fn batches_are_read_where_cells_are_texts() {
    let exchanges = exchanges();
    let body = |name: &str| {
        exchanges.iter().find(|exchange| exchange.name == name).unwrap().response.as_bytes().to_vec()
    };
    assert_eq!(response::batch(&body("b_empty"), 0).unwrap().len(), 0);
    let levels = body("b_lv_Serializable");
    let results = response::batch(&levels, 1).unwrap();
    assert_eq!(texts(&results[0])[0][0].as_deref(), Some("serializable"));
    // Those with numbers as cells are not in the form that is asked for, and are refused rather than guessed.
    assert_eq!(response::batch(&body("b_ok"), 3).unwrap_err().kind(), ErrorKind::Protocol);
}

#[test]
fn requests_are_those_that_were_recorded() {
    let mut compared = 0;
    for exchange in exchanges() {
        let Ok(recorded) = serde_json::from_str::<Value>(&exchange.request) else { continue };
        let read = |query: &Value| -> Option<Statement<'static>> {
            let object = query.as_object()?;
            if object.keys().any(|key| key != "query" && key != "params") {
                return None;
            }
            let params: Vec<Option<String>> = serde_json::from_value(object.get("params")?.clone()).ok()?;
            let text = Cow::Owned(object.get("query")?.as_str()?.to_owned());
            Some(Statement { text, params: params.into_iter().map(|param| param.map(Cow::Owned)).collect() })
        };
        let body = if let Some(queries) = recorded["queries"].as_array() {
            let Some(statements) = queries.iter().map(read).collect::<Option<Vec<_>>>() else { continue };
            request::batch(&statements, 1 << 20).unwrap()
        } else {
            let Some(statement) = read(&recorded) else { continue };
            request::single(&statement, 1 << 20).unwrap()
        };
        compared += 1;
        // The recorder wrote blanks behind colons and commas, and letters beyond ASCII as escapes.
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), recorded, "{}", exchange.name);
        if !exchange.request.contains(": ") && exchange.request.is_ascii() {
            assert_eq!(body, exchange.request, "{}", exchange.name);
        }
    }
    assert!(compared > 60, "{compared} requests");
}

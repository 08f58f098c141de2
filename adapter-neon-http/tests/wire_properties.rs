//! Every text survives the way through JSON, in both directions.

use std::borrow::Cow;
use std::time::Duration;

use drivetrain_adapter_neon_http::wire::error::{Answered, Asked, failure};
use drivetrain_adapter_neon_http::wire::{Statement, request, response};
use proptest::prelude::*;
use serde_json::{Value, json};

fn rows() -> impl Strategy<Value = (usize, Vec<Vec<Option<String>>>)> {
    (0_usize..6).prop_flat_map(|width| {
        let row = prop::collection::vec(prop::option::of(any::<String>()), width);
        (Just(width), prop::collection::vec(row, 0..6))
    })
}

proptest! {
    #[test]
    fn texts_of_requests_are_read_as_they_were(text: String, params: Vec<Option<String>>) {
        let statement = Statement {
            text: Cow::Borrowed(&text),
            params: params.iter().map(|param| param.as_deref().map(Cow::Borrowed)).collect(),
        };
        let body = request::single(&statement, usize::MAX).unwrap();
        let read: Value = serde_json::from_slice(&body).unwrap();
        prop_assert_eq!(&read, &json!({"query": text, "params": params}));
        let body = request::batch(&[statement.clone(), statement], usize::MAX).unwrap();
        let both: Value = serde_json::from_slice(&body).unwrap();
        prop_assert_eq!(both, json!({"queries": [read.clone(), read]}));
    }

    #[test]
    fn texts_of_responses_are_read_as_they_were((width, rows) in rows(), name: String, command: String) {
        prop_assume!(!["INSERT", "UPDATE", "DELETE", "MERGE"].contains(&command.as_str()));
        let fields: Vec<_> = (0..width).map(|_| json!({"name": name, "dataTypeID": 25})).collect();
        let body = json!({"fields": fields, "rows": rows, "command": command, "rowCount": null}).to_string();
        let response = response::single(body.as_bytes()).unwrap();
        let read: Vec<Vec<Option<String>>> = response
            .rows
            .texts()
            .map(|row| row.into_iter().map(|cell| cell.map(str::to_owned)).collect())
            .collect();
        prop_assert_eq!(read, rows);
        prop_assert!(response.fields.iter().all(|field| field.name == name));
        prop_assert_eq!(&response.command, &command);
        // Cut anywhere, it is no answer.
        for end in (0..body.len()).step_by(7) {
            prop_assert!(response::single(&body.as_bytes()[..end]).is_err());
        }
    }

    #[test]
    fn nothing_in_an_error_makes_it_panic(status in 100_u16..=599, body: Vec<u8>, text: String) {
        for body in [body, json!({"message": text, "code": text, "position": text}).to_string().into_bytes()] {
            let answer = Answered { status, retry_after: Some(&text), body: &body };
            for asked in [Asked::Read, Asked::Write, Asked::ReadTransaction, Asked::WriteTransaction] {
                let failure = failure(&answer, asked, Duration::from_secs(1 << 31));
                prop_assert!(!failure.error.message().is_empty());
            }
        }
    }
}

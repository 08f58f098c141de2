//! The response to a single statement: no panic, and what is read is what a reader of any JSON sees there.
#![no_main]

use drivetrain_adapter_neon_http::wire::response;
use drivetrain_postgres_core::types::TypeRegistry;
use libfuzzer_sys::fuzz_target;

/// What a plain reader takes from the same bytes.
#[derive(serde::Deserialize)]
struct Plain {
    rows: Vec<Vec<Option<String>>>,
}

fuzz_target!(|body: &[u8]| {
    let Ok(read) = response::single(body) else { return };
    let Plain { rows } = serde_json::from_slice(body).expect("rows are arrays of texts and nulls");
    let texts = read.rows.texts().map(|row| row.into_iter().map(|cell| cell.map(str::to_owned)).collect());
    assert_eq!(texts.collect::<Vec<Vec<_>>>(), rows);
    let (columns, height) = (read.fields.len(), rows.len());
    let result = read.into_result(&TypeRegistry::new()).expect("rows fit their columns");
    assert_eq!((result.rows.columns().len(), result.rows.len()), (columns, height));
    for (row, cells) in rows.iter().enumerate() {
        for (column, expected) in cells.iter().enumerate() {
            if let Ok(cell) = result.rows.cell(row, column) {
                assert_eq!(cell.is_null(), expected.is_none());
            }
        }
    }
});

//! The text of a cell of any type: no panic, and what is read is read the same again from what it is written as.
#![no_main]

use std::sync::Arc;

use bytes::Bytes;
use drivetrain_adapter_api::{RowSet as _, Value};
use drivetrain_postgres_core::codec::{Format, PgColumn, PgRowsBuilder, text_encode};
use drivetrain_postgres_core::types::{TypeInfo, TypeKind, TypeRegistry};
use libfuzzer_sys::fuzz_target;

/// Types of the database's own: an enum, a domain, an array and a range of them, a type of an extension.
fn registry() -> TypeRegistry {
    let of = |oid: u32, kind: TypeKind| TypeInfo {
        oid,
        schema: Some("s".into()),
        name: format!("t{oid}").into(),
        kind,
    };
    let registry = TypeRegistry::new();
    registry.learn([
        of(20_000, TypeKind::Enum),
        of(20_001, TypeKind::Domain(1114)),
        of(20_002, TypeKind::Array { element: 20_000, delimiter: b',' }),
        of(20_003, TypeKind::Array { element: 20_001, delimiter: b';' }),
        of(20_004, TypeKind::Range(20_001)),
        of(20_005, TypeKind::Domain(20_005)),
        of(20_006, TypeKind::Base),
    ]);
    registry
}

fn read(registry: &TypeRegistry, oid: u32, text: &[u8]) -> Option<Value> {
    let columns: Arc<[PgColumn]> = [PgColumn::new("c", oid, Format::Text, registry)].into();
    let mut body = 1_u16.to_be_bytes().to_vec();
    body.extend((text.len() as u32).to_be_bytes());
    body.extend(text);
    let mut builder = PgRowsBuilder::new(columns);
    builder.push(Bytes::from(body)).ok()?;
    let rows = builder.finish();
    rows.cell(0, 0).ok()?.to_value().ok()
}

fuzz_target!(|input: (u16, &[u8])| {
    let (choice, text) = input;
    let registry = registry();
    // Built-in types have ids up to 6157.
    let oid = if choice % 8 == 0 { 20_000 + u32::from(choice / 8) % 8 } else { u32::from(choice) % 6_200 };
    let Some(value) = read(&registry, oid, text) else { return };
    let Ok(Some(written)) = text_encode(&value) else { return };
    if let Some(again) = read(&registry, oid, written.as_bytes()) {
        assert_eq!(again, value, "type {oid}: {written:?}");
    }
});

use drivetrain_adapter_api::{DbType, ErrorKind};

use super::{CATALOG_COLUMNS, TypeInfo, TypeKind, TypeRegistry, catalog_query, parse_catalog_row};

fn info(oid: u32, name: &str, kind: TypeKind) -> TypeInfo {
    TypeInfo { oid, schema: Some("public".into()), name: name.into(), kind }
}

#[test]
fn built_in_types_need_no_question() {
    let registry = TypeRegistry::new();
    assert_eq!(registry.unknown([16, 23, 25, 1009, 3904, 4451, 6150, 2249, 2278]), [0; 0]);
    assert_eq!(registry.db_type(20), DbType::Int64);
    assert_eq!(registry.db_type(1016), DbType::array(DbType::Int64));
    assert_eq!(registry.db_type(869).to_string(), "inet");
    assert_eq!(registry.db_type(99_999), DbType::Unknown);
    let box_array = TypeKind::Array { element: 603, delimiter: b';' };
    assert_eq!(registry.get(1020).unwrap().kind, box_array);
}

#[test]
fn a_type_is_known_when_all_that_it_is_made_of_is() {
    let registry = TypeRegistry::new();
    registry.learn([info(50_000, "_moods", TypeKind::Array { element: 50_001, delimiter: b',' })]);
    assert_eq!(registry.unknown([50_000, 23, 50_000, 60_000]), [50_000, 60_000]);
    registry.learn([info(50_001, "mood", TypeKind::Domain(50_002))]);
    assert_eq!(registry.unknown([50_000]), [50_000]);
    registry.learn([info(50_002, "base_mood", TypeKind::Enum)]);
    assert_eq!(registry.unknown([50_000]), [0; 0]);
    assert_eq!(registry.db_type(50_000).element().map(DbType::carrier), Some(&DbType::Enum));
}

#[test]
fn what_a_broken_server_says_ends() {
    let registry = TypeRegistry::new();
    registry.learn([
        info(50_000, "a", TypeKind::Domain(50_001)),
        info(50_001, "b", TypeKind::Array { element: 50_000, delimiter: b',' }),
        info(23, "int4", TypeKind::Enum),
    ]);
    assert_eq!(registry.unknown([50_000]), [0; 0]);
    registry.db_type(50_000);
    assert_eq!(registry.db_type(23), DbType::Int32, "a built-in type stays what it is");
}

#[test]
fn rows_of_the_catalog() {
    let read = |cells: [Option<&str>; CATALOG_COLUMNS]| parse_catalog_row(&cells);
    let row = [Some("50000"), Some("public"), Some("mood"), Some("e"), None, Some(",")];
    assert_eq!(read(row).unwrap(), info(50_000, "mood", TypeKind::Enum));
    let row = [Some("50001"), Some("public"), Some("_b"), Some("a"), Some("603"), Some(";")];
    assert_eq!(read(row).unwrap().kind, TypeKind::Array { element: 603, delimiter: b';' });
    let row = [Some("1"), Some("pg_catalog"), Some("x"), Some("b"), Some("0"), Some(",")];
    assert_eq!(read(row).unwrap(), TypeInfo { schema: None, ..info(1, "x", TypeKind::Base) });
    for wrong in [
        [Some("x"), Some("public"), Some("mood"), Some("e"), None, Some(",")],
        [Some("1"), None, Some("mood"), Some("e"), None, Some(",")],
        [Some("1"), Some("public"), Some("mood"), Some("d"), None, Some(",")],
        [Some("1"), Some("public"), Some("mood"), Some("?"), None, Some(",")],
        [Some("1"), Some("public"), Some("mood"), Some("e"), None, Some("")],
    ] {
        assert_eq!(read(wrong).unwrap_err().kind(), ErrorKind::Protocol, "{wrong:?}");
    }
    assert!(catalog_query(&[1, 2]).contains("IN (1,2)"));
}

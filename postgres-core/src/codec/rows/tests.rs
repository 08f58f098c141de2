use super::*;

const BYTEA: u32 = 17;
const INT4: u32 = 23;
const DATE: u32 = 1082;

fn columns(of: &[(u32, Format)]) -> Arc<[PgColumn]> {
    let registry = TypeRegistry::new();
    of.iter().map(|(oid, format)| PgColumn::new(format!("c{oid}"), *oid, *format, &registry)).collect()
}

fn body(cells: &[Option<&[u8]>]) -> Bytes {
    let mut body = u16::try_from(cells.len()).unwrap().to_be_bytes().to_vec();
    for cell in cells {
        let length = cell.map_or(-1, |cell| i32::try_from(cell.len()).unwrap());
        body.extend(length.to_be_bytes());
        body.extend(cell.unwrap_or_default());
    }
    body.into()
}

#[test]
fn cells_are_decoded_where_they_stand() {
    let mut rows = PgRowsBuilder::new(columns(&[(INT4, Format::Binary), (BYTEA, Format::Binary)]));
    rows.push(body(&[Some(&[0, 0, 0, 7]), Some(b"")])).unwrap();
    rows.push(body(&[None, Some(&[1, 2])])).unwrap();
    assert_eq!((rows.len(), rows.bytes()), (2, 14 + 12));
    let rows = rows.finish();
    assert_eq!(rows.cell(0, 0).unwrap(), ValueRef::Int32(7));
    assert_eq!(rows.cell(0, 1).unwrap(), ValueRef::Bytes(b""), "empty is not NULL");
    assert_eq!(rows.cell(1, 0).unwrap(), ValueRef::Null);
    assert_eq!(rows.cell(1, 1).unwrap(), ValueRef::Bytes(&[1, 2]));
    assert_eq!(rows.cell(2, 0).unwrap_err().kind(), ErrorKind::NoColumn);
    assert_eq!(rows.cell(0, 2).unwrap_err().kind(), ErrorKind::NoColumn);
}

#[test]
fn what_has_to_be_made_is_made_once() {
    let mut rows = PgRowsBuilder::new(columns(&[(BYTEA, Format::Text)]));
    rows.push(body(&[Some(b"\\x0102")])).unwrap();
    rows.push(body(&[Some(b"a\\000")])).unwrap();
    let rows = rows.finish();
    let (ValueRef::Bytes(first), ValueRef::Bytes(again)) =
        (rows.cell(0, 0).unwrap(), rows.cell(0, 0).unwrap())
    else {
        panic!("bytes")
    };
    assert_eq!(first, [1, 2]);
    assert!(std::ptr::eq(first, again));
    assert_eq!(rows.cell(1, 0).unwrap(), ValueRef::Bytes(b"a\0"));
}

#[test]
fn a_cell_that_cannot_be_read_leaves_the_others_readable() {
    let mut rows = PgRowsBuilder::new(columns(&[(INT4, Format::Binary), (DATE, Format::Text)]));
    rows.push(body(&[Some(&[7]), Some(b"31.12.2024")])).unwrap();
    rows.push(body(&[Some(&[0, 0, 0, 7]), Some(b"2024-12-31")])).unwrap();
    let rows = rows.finish();
    let error = rows.cell(0, 0).unwrap_err();
    assert_eq!((error.kind(), error.column()), (ErrorKind::Protocol, Some("c23")));
    assert_eq!(
        rows.cell(0, 1).unwrap_err().to_string(),
        "the cell at row 0, column 1 of type date cannot be read: the text is not a date (YYYY-MM-DD) \
         (column c1082); the session's DateStyle must be ISO"
    );
    assert_eq!(rows.cell(1, 0).unwrap(), ValueRef::Int32(7));
    assert!(rows.cell(1, 1).is_ok());
}

#[test]
fn a_body_of_another_form_is_not_taken() {
    let mut rows = PgRowsBuilder::new(columns(&[(INT4, Format::Text), (INT4, Format::Text)]));
    for wrong in [
        &b""[..],
        b"\0",
        b"\0\x01\xff\xff\xff\xff",
        b"\0\x02\xff\xff\xff\xff",
        b"\0\x02\xff\xff\xff\xff\0\0\0\x021",
        b"\0\x02\xff\xff\xff\xff\xff\xff\xff\xfe",
        b"\0\x02\xff\xff\xff\xff\x7f\xff\xff\xff1",
        b"\0\x02\xff\xff\xff\xff\0\0\0\x0111",
    ] {
        let error = rows.push(Bytes::from_static(wrong)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{wrong:?}");
    }
    rows.push(body(&[None, Some(b"1")])).unwrap();
    let rows = rows.finish();
    assert_eq!((rows.len(), rows.cell(0, 1).unwrap()), (1, ValueRef::Int32(1)));

    let mut none = PgRowsBuilder::new(columns(&[]));
    none.push(Bytes::from_static(b"\0\0")).unwrap();
    assert_eq!(none.finish().len(), 1, "a row of no columns is a row");
}

#[test]
fn columns_tell_their_type() {
    let column = columns(&[(INT4, Format::Binary)])[0].column();
    assert_eq!((&*column.name, column.type_oid), ("c23", Some(INT4)));
    assert_eq!(column.ty, drivetrain_adapter_api::DbType::Int32);
}

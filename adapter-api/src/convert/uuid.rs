//! `uuid`: `Uuid`.

use uuid::Uuid as CrateUuid;

use crate::decode::ArrayElement;
use crate::value::Uuid;
use crate::{DbType, FromCell, Result, ToValue, Value, ValueRef};

impl From<CrateUuid> for Uuid {
    fn from(uuid: CrateUuid) -> Self {
        Self::from_bytes(uuid.into_bytes())
    }
}

impl From<Uuid> for CrateUuid {
    fn from(uuid: Uuid) -> Self {
        Self::from_bytes(uuid.into_bytes())
    }
}

impl FromCell<'_> for CrateUuid {
    /// Text and sixteen bytes are read too.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        Uuid::from_cell(cell).map(Into::into)
    }
}

impl ToValue for CrateUuid {
    fn db_type() -> DbType {
        DbType::Uuid
    }

    fn to_value(self) -> Value {
        Value::Uuid(self.into())
    }
}

impl ArrayElement for CrateUuid {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn bytes_and_text_are_read() {
        let text = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
        let uuid: CrateUuid = text.parse().unwrap();
        assert_eq!(CrateUuid::from_cell(ValueRef::Text(text)).unwrap(), uuid);
        assert_eq!(CrateUuid::from_cell(ValueRef::Bytes(uuid.as_bytes())).unwrap(), uuid);
        assert_eq!(uuid.to_value(), Value::Uuid(text.parse().unwrap()));
        let error = CrateUuid::from_cell(ValueRef::Text("f81d4fae")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue);
    }

    proptest::proptest! {
        #[test]
        fn there_and_back(bytes: [u8; 16]) {
            let uuid = CrateUuid::from_bytes(bytes);
            let value = uuid.to_value();
            proptest::prop_assert_eq!(CrateUuid::from_cell(value.as_ref()).unwrap(), uuid);
            let Value::Uuid(ours) = value else { panic!("a UUID") };
            proptest::prop_assert_eq!(ours.to_string(), uuid.to_string());
        }
    }
}

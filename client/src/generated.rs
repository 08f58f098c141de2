//! What generated code calls beside the types it implements.

/// Implements reading, writing, comparing and serializing for a generated enum that has `ALL` and `label`.
#[doc(hidden)]
#[macro_export]
macro_rules! generated_enum {
    ($name:ident, $type_name:literal) => {
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.label())
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::Error;

            fn from_str(label: &str) -> ::core::result::Result<Self, $crate::Error> {
                Self::ALL.iter().copied().find(|value| value.label() == label).ok_or_else(|| {
                    $crate::Error::decode(concat!(
                        "a label is not one of the enum `",
                        $type_name,
                        "` of the schema"
                    ))
                    .with_hint("the database has a newer enum: generate the client again")
                })
            }
        }

        impl $crate::FromCell<'_> for $name {
            fn from_cell(cell: $crate::ValueRef<'_>) -> $crate::Result<Self> {
                <&str as $crate::FromCell<'_>>::from_cell(cell)?.parse()
            }
        }

        impl $crate::ToValue for $name {
            fn db_type() -> $crate::DbType {
                $crate::DbType::Enum
            }

            fn to_value(self) -> $crate::Value {
                $crate::Value::Enum(self.label().to_owned())
            }
        }

        impl $crate::decode::ArrayElement for $name {}

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.label())
            }
        }
    };
}

//! What decoders give: a value that borrows from the row, or text and bytes that had to be made.

use std::borrow::Cow;

use drivetrain_adapter_api::{Error, Value, ValueRef};

use crate::types::{Codec, Resolved, Scalar};

/// Why a cell cannot be read. Never holds the cell's content.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) reason: Cow<'static, str>,
    pub(super) hint: Option<&'static str>,
}

impl Fault {
    pub(super) fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into(), hint: None }
    }

    pub(super) fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::new(error.message().to_owned())
    }
}

pub(super) type Decode<T> = Result<T, Fault>;

/// A decoded cell.
#[derive(Debug)]
pub(super) enum Decoded<'a> {
    Value(ValueRef<'a>),
    Made(Made),
}

/// Text or bytes that do not stand in the row as they are.
#[derive(Debug)]
pub(super) enum Made {
    Text(Box<str>),
    Bytes(Box<[u8]>),
}

impl Made {
    pub(super) fn text(text: impl Into<Box<str>>) -> Decoded<'static> {
        Decoded::Made(Self::Text(text.into()))
    }

    /// The value, borrowed from here.
    pub(super) fn value<'a>(&'a self, ty: &'a Resolved) -> ValueRef<'a> {
        match self {
            Self::Text(text) if matches!(ty.codec, Codec::Scalar(Scalar::Char)) => ValueRef::Text(text),
            Self::Text(text) => ValueRef::OtherText { type_name: &ty.name, text },
            Self::Bytes(bytes) => ValueRef::Bytes(bytes),
        }
    }
}

impl Decoded<'_> {
    /// The value, owned, as the element of an array.
    pub(super) fn into_value(self, ty: &Resolved) -> Decode<Value> {
        Ok(match self {
            Self::Value(value) => value.to_value()?,
            Self::Made(Made::Bytes(bytes)) => Value::Bytes(bytes.into()),
            Self::Made(made) => made.value(ty).to_value()?,
        })
    }
}

/// The text in UTF-8 that every session asks for.
pub(super) fn utf8(bytes: &[u8]) -> Decode<&str> {
    std::str::from_utf8(bytes).map_err(|_| {
        Fault::new("the text is not UTF-8").with_hint("the session's client_encoding must be UTF8")
    })
}

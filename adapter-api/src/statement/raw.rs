//! SQL text of one dialect.

use std::sync::Arc;

/// SQL text with places for values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RawSql {
    /// Text with the dialect's own placeholders, sent as it is.
    Native {
        /// The text.
        text: Arc<str>,
        /// How many values it takes.
        parameters: usize,
    },
    /// Text in parts, with values between them: the placeholders are put in by the lowering, so that the same
    /// parts serve every dialect. Nothing inside the text is taken for a placeholder.
    Parts(Vec<RawPart>),
}

/// A part of raw SQL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RawPart {
    /// Text, put in as it is.
    Text(Arc<str>),
    /// The value with that number.
    Value(u32),
    /// A name, quoted as the dialect does.
    Ident(super::Ident),
}

impl RawSql {
    /// Text with the dialect's own placeholders for that many values.
    pub fn native(text: impl Into<Arc<str>>, parameters: usize) -> Self {
        Self::Native { text: text.into(), parameters }
    }
}

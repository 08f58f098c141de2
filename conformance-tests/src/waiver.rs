//! Waivers: cases that are known to fail because of a limit of the server.

/// A case that fails for a reason that is not the adapter's to mend. Strict: it must fail, and in the recorded way;
/// a waived case that passes, or fails otherwise, is a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiver {
    /// The case.
    pub case: String,
    /// The limit of the server, for the report.
    pub reason: String,
    /// A part of the failure's text, by which it is known.
    pub failure: String,
}

impl Waiver {
    /// `case` fails, with `failure` in its text, because of `reason`.
    pub fn new(case: impl Into<String>, failure: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { case: case.into(), reason: reason.into(), failure: failure.into() }
    }
}

//! What happened when a script was run.

use std::fmt;

use drivetrain_adapter_api::Error;

use super::script::{Script, Sign};

/// Where in the life of a transaction something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Begin,
    Statement,
    Commit,
    Abort,
}

impl Place {
    /// The word for it in the matrix.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Statement => "statement",
            Self::Commit => "commit",
            Self::Abort => "abort",
        }
    }
}

/// A step that was done.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) transaction: usize,
    pub(super) place: Place,
    /// The name of a read.
    pub(super) name: Option<&'static str>,
    /// Whether it had to wait for somebody.
    pub(super) waited: bool,
    pub(super) outcome: Result<Vec<(i64, i64)>, Error>,
}

/// All steps that were done, and the rows in the end.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) events: Vec<Event>,
    pub(super) left: Vec<(i64, i64)>,
}

impl Log {
    /// Whether the anomaly has occurred.
    pub(super) fn shows(&self, script: &Script) -> bool {
        script.anomaly.iter().any(|signs| signs.iter().all(|sign| self.has(*sign)))
    }

    fn has(&self, sign: Sign) -> bool {
        match sign {
            Sign::Saw(name, row) => self.events.iter().any(|event| {
                event.name == Some(name) && event.outcome.as_ref().is_ok_and(|rows| rows.contains(&row))
            }),
            Sign::Committed(transactions) => transactions.iter().all(|transaction| {
                self.events.iter().any(|event| {
                    event.transaction == *transaction && event.place == Place::Commit && event.outcome.is_ok()
                })
            }),
            Sign::Left(rows) => self.left == rows,
            Sign::LeftOther(rows) => self.left != rows,
        }
    }

    /// The errors, and where each came from.
    pub(super) fn errors(&self) -> impl Iterator<Item = (Place, &Error)> {
        self.events.iter().filter_map(|event| Some((event.place, event.outcome.as_ref().err()?)))
    }

    /// Whether anybody had to wait.
    pub(super) fn has_waits(&self) -> bool {
        self.events.iter().any(|event| event.waited)
    }
}

/// One line for people: `1:statement 2:statement(waited) 1:commit 2:statement=SerializationFailure`.
impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for event in &self.events {
            write!(f, "{}:{}", event.transaction, event.place.name())?;
            if event.waited {
                f.write_str("(waited)")?;
            }
            match (&event.outcome, event.name) {
                (Ok(rows), Some(name)) => write!(f, "={name}{rows:?} ")?,
                (Ok(_), None) => f.write_str(" ")?,
                (Err(error), _) => write!(f, "={:?} ", error.kind())?,
            }
        }
        write!(f, "and left {:?}", self.left)
    }
}

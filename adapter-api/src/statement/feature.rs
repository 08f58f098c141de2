//! What a statement asks of a database beyond plain SQL, so that the shared check can refuse it early.

/// Something that not every database can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is the capability of the same name")]
pub enum Feature {
    ReturningInsert,
    ReturningUpdate,
    ReturningDelete,
    Upsert,
    DataModifyingCtes,
    Lateral,
    JsonRows,
    Arrays,
    DistinctOn,
    Sequences,
    RowLocks,
    SkipLocked,
    DefaultInRows,
    RawSql,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::ReturningInsert,
        Self::ReturningUpdate,
        Self::ReturningDelete,
        Self::Upsert,
        Self::DataModifyingCtes,
        Self::Lateral,
        Self::JsonRows,
        Self::Arrays,
        Self::DistinctOn,
        Self::Sequences,
        Self::RowLocks,
        Self::SkipLocked,
        Self::DefaultInRows,
        Self::RawSql,
    ];
}

/// A set of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Features(u32);

impl Features {
    /// No feature.
    pub const NONE: Self = Self(0);

    /// Whether `feature` is in it.
    pub const fn contains(self, feature: Feature) -> bool {
        self.0 & (1 << feature as u32) != 0
    }

    /// Puts `feature` in.
    pub fn insert(&mut self, feature: Feature) {
        self.0 |= 1 << feature as u32;
    }

    /// The features, in the order of [`Feature::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::ALL.into_iter().filter(move |feature| self.contains(*feature))
    }
}

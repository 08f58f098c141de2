//! Names the database gives to constraints and tables nobody named, as Prisma makes them:
//! `{table}_pkey`, `{table}_{columns}_key`, `_idx`, `_fkey`, cut at the end of the first part where too long.

use crate::model::{ConstraintName, JoinSide, JoinTable};

/// `stem` cut on a character boundary so that it and `suffix` together are at most `limit` bytes.
pub(crate) fn cut(stem: &str, suffix: &str, limit: usize) -> String {
    let room = limit.saturating_sub(suffix.len());
    let end = stem.floor_char_boundary(room.min(stem.len()));
    format!("{}{suffix}", &stem[..end])
}

pub(crate) fn primary_key(table: &str) -> ConstraintName {
    ConstraintName::made(table.to_owned(), "_pkey")
}

pub(crate) fn unique(table: &str, columns: &[&str]) -> ConstraintName {
    ConstraintName::made(format!("{table}_{}", columns.join("_")), "_key")
}

pub(crate) fn index(table: &str, columns: &[&str]) -> ConstraintName {
    ConstraintName::made(format!("{table}_{}", columns.join("_")), "_idx")
}

pub(crate) fn foreign_key(table: &str, columns: &[&str]) -> ConstraintName {
    ConstraintName::made(format!("{table}_{}", columns.join("_")), "_fkey")
}

/// The name of a relation nobody named: both models in byte order.
pub(crate) fn relation(one: &str, other: &str) -> String {
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    format!("{first}To{second}")
}

/// The names of the table of an implicit many-to-many relation.
impl JoinTable {
    /// `_X_AB_pkey`: the primary key over both columns, which Postgres has.
    pub fn primary_key_name(&self) -> ConstraintName {
        ConstraintName::made(self.db_name.clone(), "_AB_pkey")
    }

    /// `_X_AB_unique`: the unique index over both columns, which the others have.
    pub fn unique_name(&self) -> ConstraintName {
        ConstraintName::made(self.db_name.clone(), "_AB_unique")
    }

    /// `_X_B_index`: the index over column `B`.
    pub fn index_name(&self) -> ConstraintName {
        ConstraintName::made(self.db_name.clone(), "_B_index")
    }

    /// `_X_A_fkey` or `_X_B_fkey`: the foreign key of a column.
    pub fn foreign_key_name(&self, side: JoinSide) -> ConstraintName {
        let suffix = match side {
            JoinSide::A => "_A_fkey",
            JoinSide::B => "_B_fkey",
        };
        ConstraintName::made(self.db_name.clone(), suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::{cut, relation, unique};
    use crate::model::Provider;

    #[test]
    fn long_names_are_cut_on_a_character_boundary() {
        assert_eq!(cut("table_a_b", "_key", 63), "table_a_b_key");
        assert_eq!(cut("abcdefgh", "_key", 10), "abcdef_key");
        assert_eq!(cut("abcdeé", "_key", 10), "abcde_key");
        assert_eq!(cut("ab", "_key", 2), "_key");
    }

    #[test]
    fn limits_are_those_of_the_provider() {
        let name = unique(&"t".repeat(80), &["c"]);
        assert_eq!(name.for_provider(Provider::Postgresql).len(), 63);
        assert_eq!(name.for_provider(Provider::Mysql).len(), 64);
        assert_eq!(name.for_provider(Provider::Sqlite).len(), 86);
    }

    #[test]
    fn relations_are_named_in_byte_order() {
        assert_eq!(relation("User", "Post"), "PostToUser");
        assert_eq!(relation("a", "B"), "BToa");
    }
}

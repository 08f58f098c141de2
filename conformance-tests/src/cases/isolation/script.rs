//! What a script is made of: steps of transactions, in an order, and the signs of its anomaly.

/// Transactions that are run step by step, in exactly this order as far as none of them waits.
///
/// The table has the rows `(1, 10)` and `(2, 20)`, and all transactions have begun before the first step.
#[derive(Debug)]
pub(super) struct Script {
    /// The anomaly, as Adya and Hermitage (<https://github.com/ept/hermitage>) name it.
    pub(super) name: &'static str,
    /// How many transactions there are.
    pub(super) transactions: usize,
    /// What they do. The steps of one that waits are done when it goes on, before anybody else's.
    pub(super) steps: &'static [Step],
    /// When the anomaly has occurred: if all signs of any of these lists are there.
    pub(super) anomaly: &'static [&'static [Sign]],
}

/// What one transaction does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// Which one, counted from 1.
    pub(super) transaction: usize,
    /// What.
    pub(super) act: Act,
}

/// What a transaction does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    /// Runs a statement, from a template.
    Run(&'static str),
    /// Reads rows, from a template; the name is for signs.
    Read(&'static str, &'static str),
    /// Commits.
    Commit,
    /// Rolls back.
    Abort,
}

/// A sign of an anomaly.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    /// The read of that name gave that row.
    Saw(&'static str, (i64, i64)),
    /// Those transactions committed.
    Committed(&'static [usize]),
    /// These are the rows in the end.
    Left(&'static [(i64, i64)]),
    /// The rows in the end are others.
    LeftOther(&'static [(i64, i64)]),
}

pub(super) const fn run(transaction: usize, sql: &'static str) -> Step {
    Step { transaction, act: Act::Run(sql) }
}

pub(super) const fn read(transaction: usize, name: &'static str, sql: &'static str) -> Step {
    Step { transaction, act: Act::Read(name, sql) }
}

pub(super) const fn commit(transaction: usize) -> Step {
    Step { transaction, act: Act::Commit }
}

pub(super) const fn abort(transaction: usize) -> Step {
    Step { transaction, act: Act::Abort }
}

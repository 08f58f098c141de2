//! The thirteen scripts, in the order of the cases ISO-01 to ISO-13.

use super::script::Sign::{Committed, Left, LeftOther, Saw};
use super::script::{Script, abort, commit, read, run};

const ALL: &str = "select id, v from {t:t} order by id";
const ONE: &str = "select id, v from {t:t} where id = 1";
const TWO: &str = "select id, v from {t:t} where id = 2";
const THIRDS: &str = "select id, v from {t:t} where v % 3 = 0 order by id";

pub(super) const SCRIPTS: [Script; 13] = [
    // Two transactions write the same rows, one in between the writes of the other.
    Script {
        name: "G0",
        transactions: 2,
        steps: &[
            run(1, "update {t:t} set v = 11 where id = 1"),
            run(2, "update {t:t} set v = 12 where id = 1"),
            run(1, "update {t:t} set v = 21 where id = 2"),
            commit(1),
            run(2, "update {t:t} set v = 22 where id = 2"),
            commit(2),
        ],
        anomaly: &[&[Left(&[(1, 11), (2, 22)])], &[Left(&[(1, 12), (2, 21)])]],
    },
    // What is read was never committed.
    Script {
        name: "G1a",
        transactions: 2,
        steps: &[
            run(1, "update {t:t} set v = 101 where id = 1"),
            read(2, "before", ALL),
            abort(1),
            read(2, "after", ALL),
            commit(2),
        ],
        anomaly: &[&[Saw("before", (1, 101))], &[Saw("after", (1, 101))]],
    },
    // What is read is not what was committed in the end.
    Script {
        name: "G1b",
        transactions: 2,
        steps: &[
            run(1, "update {t:t} set v = 101 where id = 1"),
            read(2, "before", ALL),
            run(1, "update {t:t} set v = 11 where id = 1"),
            commit(1),
            read(2, "after", ALL),
            commit(2),
        ],
        anomaly: &[&[Saw("before", (1, 101))], &[Saw("after", (1, 101))]],
    },
    // Each reads what the other wrote.
    Script {
        name: "G1c",
        transactions: 2,
        steps: &[
            run(1, "update {t:t} set v = 11 where id = 1"),
            run(2, "update {t:t} set v = 22 where id = 2"),
            read(1, "one", TWO),
            read(2, "two", ONE),
            commit(1),
            commit(2),
        ],
        anomaly: &[&[Saw("one", (2, 22)), Saw("two", (1, 11))]],
    },
    // A part of a transaction that was seen is gone again.
    Script {
        name: "OTV",
        transactions: 3,
        steps: &[
            run(1, "update {t:t} set v = 11 where id = 1"),
            run(1, "update {t:t} set v = 19 where id = 2"),
            run(2, "update {t:t} set v = 12 where id = 1"),
            commit(1),
            read(3, "first", ALL),
            run(2, "update {t:t} set v = 18 where id = 2"),
            read(3, "second", ALL),
            commit(2),
            read(3, "third", ALL),
            commit(3),
        ],
        anomaly: &[
            &[Saw("first", (1, 12)), Saw("first", (2, 19))],
            &[Saw("second", (1, 12)), Saw("second", (2, 19))],
            &[Saw("third", (1, 12)), Saw("third", (2, 19))],
        ],
    },
    // Rows appear that fulfil a predicate which was read before.
    Script {
        name: "PMP",
        transactions: 2,
        steps: &[
            read(1, "before", "select id, v from {t:t} where v = 30"),
            run(2, "insert into {t:t} values (3, 30)"),
            commit(2),
            read(1, "after", THIRDS),
            commit(1),
        ],
        anomaly: &[&[Saw("after", (3, 30))]],
    },
    // A write by a predicate does not meet the rows that were read by it.
    Script {
        name: "PMP-write",
        transactions: 2,
        steps: &[
            read(2, "before", "select id, v from {t:t} where v = 20"),
            run(1, "update {t:t} set v = v + 10"),
            run(2, "delete from {t:t} where v = 20"),
            commit(1),
            read(2, "after", "select id, v from {t:t} where v = 20"),
            commit(2),
        ],
        // Who read row 2 comes first in any serial order: it is deleted, and row 1 becomes 20.
        anomaly: &[&[Committed(&[1, 2]), Saw("before", (2, 20)), LeftOther(&[(1, 20)])]],
    },
    // Both read a row and write it by what they read: one write is lost.
    Script {
        name: "P4",
        transactions: 2,
        steps: &[
            read(1, "one", ONE),
            read(2, "two", ONE),
            run(1, "update {t:t} set v = 11 where id = 1"),
            run(2, "update {t:t} set v = 12 where id = 1"),
            commit(1),
            commit(2),
        ],
        anomaly: &[&[Committed(&[1, 2]), Saw("one", (1, 10)), Saw("two", (1, 10))]],
    },
    // Of two rows that are written together one is read as it was, one as it became.
    Script {
        name: "G-single",
        transactions: 2,
        steps: &[
            read(1, "first", ONE),
            read(2, "one", ONE),
            read(2, "two", TWO),
            run(2, "update {t:t} set v = 12 where id = 1"),
            run(2, "update {t:t} set v = 18 where id = 2"),
            commit(2),
            read(1, "second", TWO),
            commit(1),
        ],
        anomaly: &[&[Saw("first", (1, 10)), Saw("second", (2, 18))]],
    },
    // The same, where the second is written by a predicate.
    Script {
        name: "G-single-write",
        transactions: 2,
        steps: &[
            read(1, "first", ONE),
            read(2, "all", ALL),
            run(2, "update {t:t} set v = 12 where id = 1"),
            run(2, "update {t:t} set v = 18 where id = 2"),
            commit(2),
            run(1, "delete from {t:t} where v = 20"),
            read(1, "second", TWO),
            commit(1),
        ],
        // Who read row 1 as it was comes first in any serial order, and deletes row 2.
        anomaly: &[&[Committed(&[1, 2]), Saw("first", (1, 10)), LeftOther(&[(1, 12)])]],
    },
    // Each writes what the other read: write skew.
    Script {
        name: "G2-item",
        transactions: 2,
        steps: &[
            read(1, "one", ALL),
            read(2, "two", ALL),
            run(1, "update {t:t} set v = 11 where id = 1"),
            run(2, "update {t:t} set v = 21 where id = 2"),
            commit(1),
            commit(2),
        ],
        anomaly: &[&[Committed(&[1, 2]), Saw("one", (2, 20)), Saw("two", (1, 10))]],
    },
    // The same by predicates: each inserts what the other would have read.
    Script {
        name: "G2",
        transactions: 2,
        steps: &[
            read(1, "one", THIRDS),
            read(2, "two", THIRDS),
            run(1, "insert into {t:t} values (3, 30)"),
            run(2, "insert into {t:t} values (4, 42)"),
            commit(1),
            commit(2),
        ],
        anomaly: &[&[Committed(&[1, 2])]],
    },
    // A cycle of two such edges, the third transaction of which only reads (Fekete, O'Neil and O'Neil).
    Script {
        name: "G2-two-edges",
        transactions: 3,
        steps: &[
            read(1, "one", ALL),
            run(2, "update {t:t} set v = v + 5 where id = 2"),
            commit(2),
            read(3, "three", ALL),
            commit(3),
            run(1, "update {t:t} set v = 0 where id = 1"),
            commit(1),
        ],
        anomaly: &[&[
            Committed(&[1, 2, 3]),
            Saw("one", (2, 20)),
            Saw("three", (1, 10)),
            Saw("three", (2, 25)),
        ]],
    },
];

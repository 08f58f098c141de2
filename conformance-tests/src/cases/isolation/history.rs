//! Judges histories of transactions that append to lists and read them: a small Elle.
//!
//! Every value is appended once, so a list that was read tells which transactions came before, and in which order. From
//! that follow the edges of Adya's graph: who overwrote whom (ww), who read whose write (wr), who overwrote what was
//! read (rw). A cycle of ww and wr is G1c; one with rw too is G2.

use std::collections::{BTreeMap, BTreeSet};

/// What a transaction did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// It appended the value to the list.
    Append(u32, u64),
    /// It read the list.
    Read(u32, Vec<u64>),
}

/// A transaction that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Past {
    pub(super) committed: bool,
    pub(super) acts: Vec<Act>,
}

/// All transactions, and the lists in the end.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) past: Vec<Past>,
    pub(super) left: BTreeMap<u32, Vec<u64>>,
}

impl History {
    /// The first anomaly that is found: of those that READ COMMITTED forbids, and if `serializable` of all.
    ///
    /// # Errors
    /// What it is.
    pub(super) fn check(&self, serializable: bool) -> Result<(), String> {
        let writers = self.writers()?;
        self.check_lists(&writers)?;
        self.check_reads(&writers)?;
        let graph = self.graph(&writers, serializable);
        match cycle(&graph) {
            None => Ok(()),
            Some(cycle) if serializable => Err(format!("a cycle of dependencies (G1c or G2): {cycle:?}")),
            Some(cycle) => Err(format!("a cycle of what was read and overwritten (G1c): {cycle:?}")),
        }
    }

    fn committed(&self) -> impl Iterator<Item = (usize, &Past)> {
        self.past.iter().enumerate().filter(|(_, past)| past.committed)
    }

    /// Who appended each value.
    fn writers(&self) -> Result<BTreeMap<(u32, u64), usize>, String> {
        let mut writers = BTreeMap::new();
        for (number, past) in self.past.iter().enumerate() {
            for act in &past.acts {
                if let Act::Append(list, value) = act
                    && writers.insert((*list, *value), number).is_some()
                {
                    return Err(format!("the history appends {value} twice"));
                }
            }
        }
        Ok(writers)
    }

    /// The lists in the end hold what was committed, each value once, and nothing else.
    fn check_lists(&self, writers: &BTreeMap<(u32, u64), usize>) -> Result<(), String> {
        for (list, values) in &self.left {
            let distinct: BTreeSet<_> = values.iter().collect();
            if distinct.len() != values.len() {
                return Err(format!("list {list} holds a value twice: {values:?}"));
            }
            for value in values {
                let writer = writers.get(&(*list, *value)).and_then(|number| self.past.get(*number));
                if writer.is_none_or(|writer| !writer.committed) {
                    return Err(format!("list {list} holds {value}, which nobody committed"));
                }
            }
        }
        for ((list, value), number) in writers {
            let kept = self.left.get(list).is_some_and(|values| values.contains(value));
            if self.past[*number].committed && !kept {
                return Err(format!("an append was lost: {value} to list {list}"));
            }
        }
        Ok(())
    }

    /// No read that was committed saw what was aborted (G1a), a part of what somebody did (G1b), or another order than
    /// that of the end.
    fn check_reads(&self, writers: &BTreeMap<(u32, u64), usize>) -> Result<(), String> {
        for (reader, past) in self.committed() {
            for act in &past.acts {
                let Act::Read(list, values) = act else { continue };
                let whole = self.left.get(list).map_or(&[][..], Vec::as_slice);
                for value in values {
                    let Some(writer) = writers.get(&(*list, *value)) else {
                        return Err(format!("transaction {reader} read {value}, which nobody wrote"));
                    };
                    if !self.past[*writer].committed {
                        return Err(format!("an aborted read (G1a): {reader} read {value} of {writer}"));
                    }
                }
                if !whole.starts_with(values) {
                    return Err(format!(
                        "{reader} read {values:?} of list {list}, which is {whole:?} in the end"
                    ));
                }
                let Some(last) = values.last() else { continue };
                let writer = writers[&(*list, *last)];
                let is_part = whole.get(values.len()).is_some_and(|next| writers[&(*list, *next)] == writer);
                if writer != reader && is_part {
                    return Err(format!("an intermediate read (G1b): {reader} read {last} of {writer}"));
                }
            }
        }
        Ok(())
    }

    /// Who must come before whom.
    fn graph(&self, writers: &BTreeMap<(u32, u64), usize>, with_rw: bool) -> Vec<BTreeSet<usize>> {
        let mut graph = vec![BTreeSet::new(); self.past.len()];
        let mut edge = |before: usize, after: usize| {
            if before != after {
                graph[before].insert(after);
            }
        };
        for (list, values) in &self.left {
            for pair in values.windows(2) {
                edge(writers[&(*list, pair[0])], writers[&(*list, pair[1])]);
            }
        }
        for (reader, past) in self.committed() {
            for act in &past.acts {
                let Act::Read(list, values) = act else { continue };
                if let Some(last) = values.last() {
                    edge(writers[&(*list, *last)], reader);
                }
                let next = self.left.get(list).and_then(|whole| whole.get(values.len()));
                if let Some(next) = next
                    && with_rw
                {
                    edge(reader, writers[&(*list, *next)]);
                }
            }
        }
        graph
    }
}

/// Those that are left when all that have nobody before them are taken away, again and again: on cycles, or behind
/// them.
fn cycle(graph: &[BTreeSet<usize>]) -> Option<Vec<usize>> {
    let mut before = vec![0_usize; graph.len()];
    for after in graph.iter().flatten() {
        before[*after] += 1;
    }
    let mut free: Vec<_> = (0..graph.len()).filter(|number| before[*number] == 0).collect();
    let mut left: BTreeSet<_> = (0..graph.len()).collect();
    while let Some(number) = free.pop() {
        left.remove(&number);
        for after in &graph[number] {
            before[*after] -= 1;
            if before[*after] == 0 {
                free.push(*after);
            }
        }
    }
    if left.is_empty() { None } else { Some(left.into_iter().collect()) }
}

#[cfg(test)]
mod tests {
    use super::Act::{Append, Read};
    use super::*;

    fn history(past: &[(bool, &[Act])], left: &[(u32, &[u64])]) -> History {
        let past = past.iter().map(|(committed, acts)| Past { committed: *committed, acts: acts.to_vec() });
        History {
            past: past.collect(),
            left: left.iter().map(|(list, values)| (*list, values.to_vec())).collect(),
        }
    }

    #[test]
    fn what_fits_in_an_order_is_right() {
        let right = history(
            &[
                (true, &[Append(1, 10), Append(2, 20)]),
                (true, &[Read(1, vec![10]), Append(1, 11)]),
                (false, &[Append(1, 12), Read(1, vec![10, 12])]),
                (true, &[Read(1, vec![10, 11]), Read(2, vec![20])]),
            ],
            &[(1, &[10, 11]), (2, &[20])],
        );
        assert_eq!(right.check(true), Ok(()));
    }

    #[test]
    fn each_anomaly_is_found() {
        let expect = |history: History, serializable, what: &str| {
            let found = history.check(serializable).unwrap_err();
            assert!(found.contains(what), "{found}");
        };
        let aborted = history(&[(false, &[Append(1, 10)]), (true, &[Read(1, vec![10])])], &[(1, &[])]);
        expect(aborted, false, "G1a");
        let part = [Append(1, 10), Append(1, 11)];
        let intermediate = history(&[(true, &part), (true, &[Read(1, vec![10])])], &[(1, &[10, 11])]);
        expect(intermediate, false, "G1b");
        let circular = history(
            &[(true, &[Append(1, 10), Read(2, vec![20])]), (true, &[Append(2, 20), Read(1, vec![10])])],
            &[(1, &[10]), (2, &[20])],
        );
        expect(circular, false, "G1c");
        let lost = history(&[(true, &[Append(1, 10)]), (true, &[Append(1, 11)])], &[(1, &[11])]);
        expect(lost, false, "lost");
        let zombie = history(&[(false, &[Append(1, 10)])], &[(1, &[10])]);
        expect(zombie, false, "nobody committed");
        let skew = || {
            history(
                &[(true, &[Read(2, vec![]), Append(1, 10)]), (true, &[Read(1, vec![]), Append(2, 20)])],
                &[(1, &[10]), (2, &[20])],
            )
        };
        assert_eq!(skew().check(false), Ok(()), "READ COMMITTED allows it");
        expect(skew(), true, "G2");
    }
}

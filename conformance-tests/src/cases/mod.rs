//! The cases, a module for each group.

mod abstract_queries;
mod cancellation;
mod capabilities;
mod concurrency;
mod counts;
mod definitions;
mod errors;
mod faults;
mod helpers;
mod hygiene;
mod info;
mod isolation;
mod logins;
mod null;
mod observability;
mod parameters;
mod pool;
mod replies;
mod results;
mod security;
mod statements;
mod transactions;
mod transports;
mod values;

use crate::case::Case;

/// Every case, in the order of reports.
pub(crate) fn all() -> impl Iterator<Item = &'static Case> {
    [
        info::CASES,
        values::CASES,
        null::CASES,
        parameters::CASES,
        results::CASES,
        counts::CASES,
        transactions::CASES,
        isolation::CASES,
        errors::CASES,
        cancellation::CASES,
        pool::CASES,
        concurrency::CASES,
        faults::CASES,
        security::CASES,
        observability::CASES,
        statements::CASES,
        transports::CASES,
        capabilities::CASES,
        definitions::CASES,
        hygiene::CASES,
        abstract_queries::CASES,
    ]
    .into_iter()
    .flat_map(|tables| tables.iter().copied().flatten())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn every_case_has_a_name_of_its_own_and_says_what_it_checks() {
        let mut names = HashSet::new();
        for case in super::all() {
            assert!(names.insert(case.id), "{} is there twice", case.id);
            assert!(!case.title.is_empty() && !case.obligations.is_empty(), "{} says too little", case.id);
        }
    }
}

//! Which tests need which server, and how to tell cargo's test runners to leave them out.
//!
//! The convention: a test binary (`tests/NAME.rs`) that needs a server starts with that server's name.

use crate::servers::Kind;
use crate::workspace::Package;

/// The test binaries that need the server, as `package::target`.
pub(crate) fn needing(packages: &[Package], kind: Kind) -> Vec<String> {
    let targets =
        packages.iter().flat_map(|package| package.test_targets.iter().map(move |target| (package, target)));
    targets
        .filter(|(_, target)| kind.is_needed_by(target))
        .map(|(package, target)| format!("{}::{target}", package.name))
        .collect()
}

/// The nextest filter that leaves out what needs one of these servers.
pub(crate) fn nextest_filter(excluded: &[Kind]) -> Option<String> {
    let parts: Vec<String> = excluded
        .iter()
        .map(|kind| format!("not (kind(test) and binary(/^{}/))", kind.test_prefix()))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// The arguments that make `cargo test` run everything but what needs one of these servers.
pub(crate) fn cargo_test_targets(packages: &[Package], excluded: &[Kind]) -> Vec<String> {
    let mut arguments: Vec<String> = ["--bins", "--examples"].map(String::from).to_vec();
    // Where no package has a library, cargo refuses to look for one.
    if packages.iter().any(|package| package.has_library) {
        arguments.push("--lib".to_owned());
    }
    let mut targets: Vec<&String> = packages
        .iter()
        .flat_map(|package| &package.test_targets)
        .filter(|target| !excluded.iter().any(|kind| kind.is_needed_by(target)))
        .collect();
    targets.sort();
    targets.dedup();
    arguments.extend(targets.into_iter().flat_map(|target| ["--test".to_owned(), target.clone()]));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages() -> Vec<Package> {
        let package = |name: &str, targets: &[&str]| Package {
            name: name.into(),
            has_library: true,
            test_targets: targets.iter().map(ToString::to_string).collect(),
            features: vec![],
        };
        vec![package("a", &["postgres_tls", "plain"]), package("b", &["plain", "postgresql", "my_postgres"])]
    }

    #[test]
    fn the_name_tells_who_needs_a_server() {
        assert_eq!(needing(&packages(), Kind::Postgres), ["a::postgres_tls", "b::postgresql"]);
    }

    #[test]
    fn runners_are_told_to_leave_them_out() {
        assert_eq!(nextest_filter(&[]), None);
        let filter = nextest_filter(&[Kind::Postgres]).unwrap();
        assert_eq!(filter, "not (kind(test) and binary(/^postgres/))");
        let arguments = cargo_test_targets(&packages(), &[Kind::Postgres]);
        assert_eq!(arguments, ["--bins", "--examples", "--lib", "--test", "my_postgres", "--test", "plain"]);
        let without_library: Vec<Package> =
            packages().into_iter().map(|package| Package { has_library: false, ..package }).collect();
        assert!(!cargo_test_targets(&without_library, &[]).contains(&"--lib".to_owned()));
        assert!(cargo_test_targets(&packages(), &[]).contains(&"postgres_tls".to_owned()));
    }
}

//! Finds the programs of a server that is installed already.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process;

/// Where to look, in this order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search<'a> {
    /// The programs that must all be in one folder.
    pub(crate) programs: &'a [&'a str],
    /// A program and arguments that print that folder.
    pub(crate) asked: Option<(&'a str, &'a str)>,
    /// Parents, name prefixes and tails of well-known folders, as in `/usr/lib/postgresql/` `15` `/bin`.
    pub(crate) well_known: &'a [(&'a str, &'a str, &'a str)],
}

/// The first folder that holds all the programs: asked, well known (newest version first), then on PATH.
/// Homebrew's folders, being keg-only and off PATH, come last.
pub(crate) fn folder(search: Search<'_>) -> Option<PathBuf> {
    let asked = search.asked.and_then(|(program, argument)| {
        let printed = process::capture(Command::new(program).arg(argument)).ok()?;
        Some(PathBuf::from(printed.trim()))
    });
    let (homebrew, system): (Vec<_>, Vec<_>) =
        search.well_known.iter().partition(|(parent, _, _)| parent.ends_with("/opt"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    asked
        .into_iter()
        .chain(system.into_iter().flat_map(versions))
        .chain(std::env::split_paths(&path))
        .chain(homebrew.into_iter().flat_map(versions))
        .find(|folder| search.programs.iter().all(|program| folder.join(program).is_file()))
}

/// The folders `parent/prefix*tail`, newest version first.
fn versions((parent, prefix, tail): &(&str, &str, &str)) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with(prefix))
        .collect();
    names.sort_by_key(|name| std::cmp::Reverse(version(name)));
    names.iter().map(|name| Path::new(parent).join(name).join(tail)).collect()
}

/// The first number in a name, as in `postgresql@17`.
fn version(name: &str) -> u32 {
    let digits: String =
        name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(parent: &Path, names: &[&str]) {
        for name in names {
            std::fs::create_dir_all(parent.join(name).join("bin")).unwrap();
            std::fs::write(parent.join(name).join("bin/served"), "").unwrap();
        }
    }

    #[test]
    fn the_newest_version_wins() {
        let temp = tempfile::tempdir().unwrap();
        place(temp.path(), &["9", "17", "15"]);
        let parent = temp.path().to_str().unwrap();
        let search = Search { programs: &["served"], asked: None, well_known: &[(parent, "", "bin")] };
        assert_eq!(folder(search), Some(temp.path().join("17/bin")));
    }

    #[test]
    fn a_folder_without_every_program_is_passed_over() {
        let temp = tempfile::tempdir().unwrap();
        place(temp.path(), &["served@16"]);
        let parent = temp.path().to_str().unwrap();
        let well_known = &[(parent, "served@", "bin")][..];
        let programs = &["served", "made-up-initialiser"][..];
        assert_eq!(folder(Search { programs, asked: None, well_known }), None);
        assert!(
            folder(Search { programs: &["served"], asked: Some(("no-such-program", "x")), well_known })
                .is_some()
        );
    }
}

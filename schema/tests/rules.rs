//! One small schema per way to break a rule, in `tests/rules/<code>.prisma` or
//! `tests/rules/<code>-<variant>.prisma`, with the diagnostics expected for it in the `.txt` beside it.
//! `UPDATE_GOLDEN=1` writes the expected texts anew.
//!
//! A first line `// providers: a, b` names the databases the schema is checked for besides its own.

use std::collections::BTreeSet;
use std::path::PathBuf;

use drivetrain_schema::{Diagnostics, Provider, Rule, Schema, SourceFile};

mod golden;

struct Case {
    name: String,
    path: PathBuf,
    rule: Rule,
}

fn cases() -> Vec<Case> {
    let folder = golden::tests_folder().join("rules");
    let mut cases: Vec<Case> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "prisma"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let fits = |rule: &&Rule| {
                name.strip_prefix(rule.code()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            };
            let rule = Rule::ALL.iter().filter(fits).max_by_key(|rule| rule.code().len());
            Case { rule: *rule.unwrap_or_else(|| panic!("{name} is no rule")), name, path }
        })
        .collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

fn diagnostics(case: &Case) -> Diagnostics {
    let text = std::fs::read_to_string(&case.path).unwrap();
    let providers: Vec<Provider> = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("// providers: "))
        .map(|names| names.split(", ").map(|name| name.parse().unwrap()).collect())
        .unwrap_or_default();
    let source = SourceFile::new(format!("{}.prisma", case.name), text);
    match Schema::parse_with_warnings(&[source], &providers) {
        Ok((_, warnings)) => warnings,
        Err(errors) => errors,
    }
}

#[test]
fn each_mistake_breaks_its_rule_and_no_other() {
    let wrong: Vec<String> = cases()
        .iter()
        .filter_map(|case| {
            let found = diagnostics(case);
            let rules: BTreeSet<Rule> = found.iter().map(|diagnostic| diagnostic.rule).collect();
            (rules != BTreeSet::from([case.rule])).then(|| format!("{}: {rules:?}\n{found}", case.name))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_rule_has_a_case() {
    let tested: BTreeSet<Rule> = cases().iter().map(|case| case.rule).collect();
    let missing: Vec<&Rule> = Rule::ALL.iter().filter(|rule| !tested.contains(rule)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn each_diagnostic_says_where_and_how_to_mend_it() {
    for case in cases() {
        for diagnostic in &diagnostics(&case) {
            assert!(diagnostic.help.is_some(), "{}: no mend in `{}`", case.name, diagnostic.message);
        }
    }
}

#[test]
fn the_texts_are_as_expected() {
    let texts = cases().into_iter().map(|case| {
        let text = diagnostics(&case).to_string();
        (case.path.with_extension("txt"), text)
    });
    golden::compare(texts);
}

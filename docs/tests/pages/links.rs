//! Links lead somewhere, and every page is in the summary.

use std::collections::BTreeMap;
use std::fs;

use super::support::{Page, folder, page, pages};

/// The targets of the links in a Markdown text.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target).collect()
}

/// The anchor that mdBook, and GitHub, give a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

fn anchors(page: &Page) -> Vec<String> {
    let prose = page.prose();
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
}

#[test]
fn links_lead_somewhere() {
    let pages = pages();
    let known: BTreeMap<&str, Vec<String>> =
        pages.iter().map(|page| (page.name.as_str(), anchors(page))).collect();
    for page in &pages {
        for target in links(&page.prose()) {
            if target.starts_with("https://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            if file.ends_with(".png") {
                assert!(
                    folder().join("src").join(file).exists(),
                    "{}: there is no picture {file}",
                    page.name
                );
                continue;
            }
            let file = if file.is_empty() { page.name.as_str() } else { file };
            let anchors = known.get(file).unwrap_or_else(|| panic!("{}: there is no page {file}", page.name));
            assert!(
                anchor.is_empty() || anchors.iter().any(|known| known == anchor),
                "{}: {file} has no heading #{anchor}; it has {anchors:?}",
                page.name
            );
        }
    }
}

#[test]
fn every_page_is_in_the_summary_once() {
    let summary = page("SUMMARY.md").prose();
    let mut listed = links(&summary);
    listed.sort_unstable();
    let names: Vec<String> =
        pages().into_iter().map(|page| page.name).filter(|name| name != "SUMMARY.md").collect();
    assert_eq!(listed, names);
}

#[test]
fn what_the_readme_points_at_in_the_repository_is_there() {
    let root = folder().parent().expect("this package is within the repository");
    let readme = fs::read_to_string(root.join("README.md")).expect("there is a README");
    let paths: Vec<String> =
        links(&readme).into_iter().filter(|link| !link.contains("://")).map(str::to_owned).collect();
    assert!(!paths.is_empty());
    for path in paths {
        assert!(root.join(&path).exists(), "there is no {path}");
    }
}

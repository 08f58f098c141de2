//! The example of the README is the one that is compiled.

#[test]
fn the_readme_shows_the_example_that_is_compiled() {
    let readme = include_str!("../../README.md");
    let example = include_str!("../readme/main.rs");
    assert!(
        readme.contains(&format!("```rust\n{example}```\n")),
        "README.md and examples/readme/main.rs differ"
    );
}

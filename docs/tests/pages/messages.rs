//! The compiler's messages on the pages are those that it gives: every snippet that must not compile is compiled, and
//! what the block behind it shows is looked for in what the compiler says.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::support;

/// A snippet that must not compile.
struct Snippet {
    /// Where it stands.
    place: String,
    code: String,
    /// The lines that the page shows of the message; none if it shows nothing.
    shown: Vec<String>,
}

fn snippets() -> Vec<Snippet> {
    let mut found = Vec::new();
    for page in support::pages() {
        let blocks = page.blocks();
        for (at, block) in blocks.iter().enumerate() {
            if block.language != "rust,compile_fail" {
                continue;
            }
            let message =
                blocks.get(at + 1).filter(|next| next.language == "text" && next.text.starts_with("error"));
            found.push(Snippet {
                place: format!("{}, line {}", page.name, block.line),
                code: whole(&block.text),
                shown: message
                    .map(|block| block.text.lines().map(str::to_owned).collect())
                    .unwrap_or_default(),
            });
        }
    }
    found
}

/// A snippet as a program: hidden lines shown, the generated client in a module `db` as a user has it.
fn whole(snippet: &str) -> String {
    let client = format!("include!({:?});", Path::new(env!("OUT_DIR")).join("guide.rs"));
    let mut code: String =
        snippet.lines().map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(line))).collect();
    code = code.replace("include!(concat!(env!(\"OUT_DIR\"), \"/guide.rs\"));", &client);
    if code.contains("use drivetrain_docs::db::*;") {
        code = code.replace("use drivetrain_docs::db::*;", "use db::*;");
        write!(code, "mod db {{ {client} }}\nfn main() {{}}\n").expect("a string can be written to");
    }
    code
}

/// Makes a package with a program for each snippet, which needs nothing but the client.
fn package(snippets: &[Snippet]) -> PathBuf {
    let root = support::folder().parent().expect("this package is within the repository");
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("messages");
    let programs = package.join("src/bin");
    if programs.exists() {
        fs::remove_dir_all(&programs).expect("the folder can be emptied");
    }
    fs::create_dir_all(&programs).expect("the folder can be made");
    let manifest = format!(
        "[package]\nname = \"messages\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\ndrivetrain = {{ path = {:?} }}\n\n\
         [workspace]\n",
        root.join("client")
    );
    fs::write(package.join("Cargo.toml"), manifest).expect("the file can be written");
    fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock")).expect("the workspace has a lock file");
    for (number, snippet) in snippets.iter().enumerate() {
        fs::write(programs.join(format!("s{number}.rs")), &snippet.code).expect("the file can be written");
    }
    package
}

/// What the compiler says of the program `s{number}`: its errors, as they are shown to people.
fn errors(output: &str, number: usize) -> Vec<String> {
    let program = format!("s{number}");
    let messages = output.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    messages
        .filter(|message| {
            message["reason"] == "compiler-message" && message["target"]["name"] == program.as_str()
        })
        .filter(|message| message["message"]["level"] == "error")
        .filter_map(|message| message["message"]["rendered"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn what_must_not_compile_says_what_the_pages_show() {
    let snippets = snippets();
    assert!(snippets.len() > 5, "the pages have such snippets");
    let package = package(&snippets);
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--bins", "--keep-going", "--message-format", "json"])
        .current_dir(&package)
        .env("CARGO_TARGET_DIR", package.join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo can be run");
    let said = String::from_utf8_lossy(&output.stdout);
    let mut complaints = String::new();
    for (number, snippet) in snippets.iter().enumerate() {
        if let Err(complaint) = check(snippet, &errors(&said, number).concat()) {
            writeln!(complaints, "{}: {complaint}", snippet.place).expect("a string can be written to");
        }
    }
    assert!(complaints.is_empty(), "{complaints}\n{}", String::from_utf8_lossy(&output.stderr));
}

fn check(snippet: &Snippet, errors: &str) -> Result<(), String> {
    if errors.is_empty() {
        return Err("it compiles".to_owned());
    }
    // A wrong name would be a mistake of the snippet, and no proof of anything.
    if let Some(code) =
        ["E0412", "E0425", "E0432", "E0433"].iter().find(|code| errors.contains(&format!("[{code}]")))
    {
        return Err(format!("a name is wrong ({code}):\n{errors}"));
    }
    // Lines are numbered with the hidden ones, and aligned to the longest number: neither is compared.
    let words = |line: &str| line.split_once(" | ").map_or(line, |(_, words)| words).trim().to_owned();
    match snippet.shown.iter().find(|line| !errors.contains(&words(line))) {
        Some(line) => Err(format!("the message has no line\n{line}\nIt is\n{errors}")),
        None => Ok(()),
    }
}

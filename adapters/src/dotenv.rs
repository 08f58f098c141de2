//! Reads `.env` files: `NAME=value` lines, as other tools of the trade write them.
//!
//! By hand, because of what the well-known crates do beyond it: they put every variable into the process's
//! environment, which is unsound beside other threads, and expand `$` within values, which eats passwords. Here
//! a file is read for the variables asked for, and only `${NAME}` is expanded, outside of single quotes.

use std::collections::HashMap;
use std::path::Path;

use drivetrain_adapter_api::Error;

/// The variables of a file. Later lines go before earlier ones.
pub(crate) type Variables = HashMap<String, String>;

/// Reads the text of the file at `path`. `outer` gives the variables of the process, for `${NAME}`.
///
/// - Empty lines and lines that begin with `#` are skipped; `export ` before a name is.
/// - A value ends with its line. Spaces around it, and a comment after ` #`, are not part of it.
/// - `'...'` is taken as it is; in `"..."`, `\n`, `\r`, `\t`, `\"`, `\\` and `\$` stand for those characters.
pub(crate) fn parse(
    path: &Path,
    text: &str,
    outer: &dyn Fn(&str) -> Option<String>,
) -> Result<Variables, Error> {
    let mut variables = Variables::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let known = |name: &str| outer(name).or_else(|| variables.get(name).cloned());
        let (name, value) = entry(line, &known).map_err(|what| {
            Error::config(format!("line {} of {} is not readable: {what}", number + 1, path.display()))
        })?;
        variables.insert(name.to_owned(), value);
    }
    Ok(variables)
}

fn entry<'a>(line: &'a str, known: &dyn Fn(&str) -> Option<String>) -> Result<(&'a str, String), String> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, rest) = line.split_once('=').ok_or("it is not of the form NAME=value")?;
    let name = name.trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    if !is_name {
        return Err("what stands before `=` is not a name".to_owned());
    }
    Ok((name, value(rest.trim(), known).map_err(|what| format!("the value of {name} {what}"))?))
}

fn value(text: &str, known: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let Some(quote) = quote else {
        let bare = text.split_once(" #").map_or(text, |(value, _)| value).trim_end();
        return expanded(if bare.starts_with('#') { "" } else { bare }, false, known).map(|(value, _)| value);
    };
    let body = &text[1..];
    let (value, rest) = if quote == '\'' {
        let (value, rest) = body.split_once('\'').ok_or("has no closing quote")?;
        (value.to_owned(), rest)
    } else {
        expanded(body, true, known)?
    };
    let rest = rest.trim_start();
    if rest.is_empty() || rest.starts_with('#') {
        Ok(value)
    } else {
        Err("goes on behind its closing quote".to_owned())
    }
}

/// The text with escapes (up to a closing `"`, if quoted) and `${NAME}` replaced, and what is behind the quote.
fn expanded<'a>(
    text: &'a str,
    quoted: bool,
    known: &dyn Fn(&str) -> Option<String>,
) -> Result<(String, &'a str), String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        rest = &rest[next.len_utf8()..];
        match next {
            '"' if quoted => return Ok((out, rest)),
            '\\' if quoted => {
                let escaped = rest.chars().next().ok_or("has no closing quote")?;
                rest = &rest[escaped.len_utf8()..];
                match escaped {
                    'n' => out.push('\n'),
                    'r' => out.push('\r'),
                    't' => out.push('\t'),
                    '"' | '\\' | '$' => out.push(escaped),
                    other => out.extend(['\\', other]),
                }
            }
            '$' if rest.starts_with('{') => {
                let (name, after) = rest[1..].split_once('}').ok_or("has `${` without `}`")?;
                out.push_str(&known(name).ok_or_else(|| {
                    "refers with ${...} to a variable that is neither set nor on a line before".to_owned()
                })?);
                rest = after;
            }
            other => out.push(other),
        }
    }
    if quoted { Err("has no closing quote".to_owned()) } else { Ok((out, "")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Variables, Error> {
        parse(Path::new(".env"), text, &|name| (name == "OUTER").then(|| "from outside".to_owned()))
    }

    fn one(text: &str) -> String {
        read(text).unwrap().remove("A").unwrap()
    }

    #[test]
    fn values_as_they_are_written() {
        for (line, value) in [
            ("A=b", "b"),
            ("A = b ", "b"),
            ("export A=b", "b"),
            ("A=", ""),
            ("A=b # comment", "b"),
            ("A=b#c", "b#c"),
            ("A=# comment", ""),
            ("A=postgres://u:p%40#$w@h/db?a=b", "postgres://u:p%40#$w@h/db?a=b"),
            ("A='$b # \"c\" \\n'", "$b # \"c\" \\n"),
            (r#"A="b # c" # comment"#, "b # c"),
            (r#"A="b\n\"\\\$\x""#, "b\n\"\\$\\x"),
            ("A=pa$$word$1", "pa$$word$1"),
            ("\u{feff}A=b", "b"),
            ("A=b\r\n", "b"),
            ("# A=c\n\nA=a\nA=b", "b"),
        ] {
            assert_eq!(one(line), value, "{line}");
        }
    }

    #[test]
    fn braces_refer_to_what_is_set_outside_or_before() {
        assert_eq!(one("B=1\nA=${B}${OUTER}x"), "1from outsidex");
        assert_eq!(one("OUTER=inside\nA=\"${OUTER}\""), "from outside");
        assert_eq!(one("A='${B}'"), "${B}");
    }

    #[test]
    fn what_is_not_readable_is_named_by_its_line_and_not_repeated() {
        for (text, says) in [
            ("A=1\ncanary", "line 2 of .env is not readable: it is not of the form NAME=value"),
            ("can ary=1", "what stands before `=` is not a name"),
            ("A='canary", "the value of A has no closing quote"),
            ("A=\"canary\\", "has no closing quote"),
            ("A=\"canary", "has no closing quote"),
            ("A='x' canary", "goes on behind its closing quote"),
            ("A=${canary", "has `${` without `}`"),
            ("A=${canary}", "neither set nor on a line before"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(says) && !error.contains("canary"), "{error}");
        }
    }
}

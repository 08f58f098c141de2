//! The server's command line options, as the key `options` has them.

use drivetrain_adapter_api::{Error, Result};

/// What `options` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Settings by name, from `-c name=value` and `--name=value`.
    pub(crate) settings: Vec<(String, String)>,
    /// Words for Neon's proxy: `endpoint=ID`, `project=ID`, `neon_NAME:VALUE`.
    pub(crate) words: Vec<String>,
}

/// Reads them. Words are separated by blanks; a backslash takes the meaning from what follows, as in libpq.
pub(super) fn parse(text: &str) -> Result<Options> {
    let mut options = Options::default();
    let mut words = split(text).into_iter();
    while let Some(word) = words.next() {
        let setting = if word == "-c" {
            Some(words.next().ok_or_else(|| refused("ends with -c"))?)
        } else if let Some(rest) = word.strip_prefix("--") {
            let (name, value) = rest.split_once('=').ok_or_else(|| refused("has `--` without a value"))?;
            Some(format!("{}={value}", name.replace('-', "_")))
        } else {
            word.strip_prefix("-c").map(str::to_owned)
        };
        match setting {
            Some(setting) => options.settings.push(read_setting(&setting)?),
            None if is_for_the_proxy(&word) => options.words.push(word),
            None => return Err(refused("has something other than settings and words for Neon")),
        }
    }
    Ok(options)
}

fn read_setting(text: &str) -> Result<(String, String)> {
    let (name, value) = text.split_once('=').ok_or_else(|| refused("has a setting without a value"))?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    if name.is_empty() || !name.chars().all(is_name) {
        return Err(refused("has a setting whose name is none"));
    }
    if name.eq_ignore_ascii_case("client_encoding") && !matches!(value, "UTF8" | "utf8" | "UTF-8" | "utf-8") {
        return Err(Error::config("client_encoding is UTF8 always").with_hint("leave it out of `options`"));
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn is_for_the_proxy(word: &str) -> bool {
    word.starts_with("endpoint=")
        || word.starts_with("project=")
        || word.starts_with("neon_") && word.contains(':')
}

fn refused(what: &str) -> Error {
    Error::config(format!("the URL's `options` {what}"))
        .with_hint("it takes -c name=value, --name=value, endpoint=ID, project=ID and neon_NAME:VALUE")
}

fn split(text: &str) -> Vec<String> {
    let (mut words, mut word, mut chars) = (Vec::new(), None::<String>, text.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c if c.is_ascii_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_and_words() {
        let read = parse(r"-c geqo=off  --work-mem=4MB -cTimeZone=UTC endpoint=ep-1 neon_k:v -c a.b=x\ y\\z")
            .unwrap();
        let settings: Vec<_> = read.settings.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(settings, [("geqo", "off"), ("work_mem", "4MB"), ("TimeZone", "UTC"), ("a.b", r"x y\z")]);
        assert_eq!(read.words, ["endpoint=ep-1", "neon_k:v"]);
        assert_eq!(parse(" ").unwrap(), Options::default());
    }

    #[test]
    fn nothing_is_passed_over() {
        for text in
            ["-c", "-c geqo", "--geqo", "-c =1", "-c a'b=1", "-e", "geqo=off", "-c client_encoding=latin1"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("-c client_encoding=UTF8").is_ok());
    }
}

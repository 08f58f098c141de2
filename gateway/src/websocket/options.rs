//! Which parameters of a start-up packet reach the database.

use super::packet::Startup;

/// The parameters that are forwarded, besides user, database and `client_encoding`.
///
/// Neon's proxy forwards `application_name`, `replication` and `options`, the latter without the tokens that are meant for
/// itself, and drops everything else in silence, unless `options` has `neon_proxy_params_compat:true`.
pub(super) fn forwarded(startup: &Startup) -> Vec<(String, String)> {
    let options = startup.get("options").map(tokens).unwrap_or_default();
    let all = options.contains(&"neon_proxy_params_compat:true");
    let mut forwarded = Vec::new();
    for (name, value) in &startup.parameters {
        match name.as_str() {
            "user" | "database" | "client_encoding" => {}
            "options" => {
                let kept: Vec<&str> = options.iter().copied().filter(|token| !is_for_proxy(token)).collect();
                if !kept.is_empty() {
                    forwarded.push((name.clone(), kept.join(" ")));
                }
            }
            "application_name" | "replication" => forwarded.push((name.clone(), value.clone())),
            other if all && !is_protocol_option(other) => forwarded.push((name.clone(), value.clone())),
            _ => {}
        }
    }
    forwarded
}

/// Whether `options` says which endpoint is meant.
pub(super) fn names_endpoint(startup: &Startup) -> bool {
    startup.get("options").is_some_and(|options| tokens(options).into_iter().any(is_endpoint))
}

/// Whether it is an option of the protocol itself.
pub(super) fn is_protocol_option(name: &str) -> bool {
    name.starts_with("_pq_.")
}

/// Whether the text says which endpoint is meant: `endpoint=ep-cool-darkness-123456`, or `project=` by its older name.
pub(super) fn is_endpoint(text: &str) -> bool {
    text.starts_with("endpoint=") || text.starts_with("project=")
}

fn is_for_proxy(token: &str) -> bool {
    let named = token.strip_prefix("neon_").and_then(|rest| rest.split_once(':'));
    is_endpoint(token) || named.is_some_and(|(name, value)| !name.is_empty() && !value.is_empty())
}

/// The text split at spaces that no backslash escapes, with the backslashes left as they are for the database.
fn tokens(options: &str) -> Vec<&str> {
    let mut escaped = false;
    let is_border = |letter: char| {
        let border = letter.is_ascii_whitespace() && !escaped;
        escaped = letter == '\\' && !escaped;
        border
    };
    options.split(is_border).filter(|token| !token.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parameters: &[(&str, &str)]) -> Vec<(String, String)> {
        let parameters = parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        forwarded(&Startup { minor: 0, parameters })
    }

    #[test]
    fn what_neon_forwards_is_forwarded() {
        let sent = [
            ("user", "u"),
            ("database", "d"),
            ("client_encoding", "LATIN1"),
            ("application_name", "a"),
            ("statement_timeout", "5"),
            ("_pq_.x", "1"),
            ("options", r"endpoint=ep-1 -c search_path=a\ b neon_x:y"),
        ];
        let expected =
            [("application_name".into(), "a".into()), ("options".into(), r"-c search_path=a\ b".into())];
        assert_eq!(of(&sent), expected);
    }

    #[test]
    fn everything_is_forwarded_when_asked_for() {
        let sent =
            [("statement_timeout", "5"), ("_pq_.x", "1"), ("options", " neon_proxy_params_compat:true ")];
        assert_eq!(of(&sent), [("statement_timeout".into(), "5".into())]);
    }

    #[test]
    fn a_backslash_keeps_a_space() {
        assert_eq!(tokens(r" a\ b  c\\ d "), [r"a\ b", r"c\\", "d"]);
    }
}

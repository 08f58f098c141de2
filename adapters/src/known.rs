//! The adapters there are: their names, the URLs they take, and whether this version has them.

use drivetrain_adapter_api::Error;

use crate::url::Url;

/// The adapters that this version has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    NeonHttp,
    Postgres,
    Sqlite,
}

/// An adapter that is known by name.
struct Known {
    name: &'static str,
    schemes: &'static [&'static str],
    /// `None` for those that no version has yet.
    kind: Option<Kind>,
}

/// Where several take a scheme, the first is meant if none is named.
const ALL: [Known; 5] = [
    Known { name: "postgres", schemes: &["postgres", "postgresql"], kind: Some(Kind::Postgres) },
    Known { name: "sqlite", schemes: &["sqlite", "file"], kind: Some(Kind::Sqlite) },
    Known { name: "mysql", schemes: &["mysql", "mariadb"], kind: None },
    Known { name: "neon-http", schemes: &["postgres", "postgresql"], kind: Some(Kind::NeonHttp) },
    Known { name: "planetscale", schemes: &["mysql"], kind: None },
];

/// The adapter for the URL: the one that is named, or the one that the scheme stands for.
pub(crate) fn pick(url: &Url, name: Option<&str>) -> Result<Kind, Error> {
    let named = name.map(by_name).transpose()?;
    let scheme = url.scheme().ok_or_else(no_scheme)?;
    let by_scheme = ALL.iter().find(|known| known.schemes.contains(&scheme.as_str()));
    let known = match (named, by_scheme) {
        (Some(named), _) if !named.schemes.contains(&scheme.as_str()) => {
            return Err(does_not_fit(named, url, &scheme));
        }
        (Some(known), _) | (None, Some(known)) => known,
        (None, None) => return Err(unknown_scheme(&scheme)),
    };
    known.kind.ok_or_else(|| {
        let there: Vec<_> = ALL.iter().filter(|known| known.kind.is_some()).map(|known| known.name).collect();
        Error::config(format!("the adapter `{}` is not part of this version", known.name))
            .with_hint(format!("this version has: {}", there.join(", ")))
    })
}

fn by_name(name: &str) -> Result<&'static Known, Error> {
    ALL.iter().find(|known| known.name == name).ok_or_else(|| {
        let names: Vec<_> = ALL.iter().map(|known| known.name).collect();
        let hint = match nearest(name, &names) {
            Some(near) => format!("did you mean `{near}`? The adapters are: {}", names.join(", ")),
            None => format!("the adapters are: {}", names.join(", ")),
        };
        Error::config(format!("there is no adapter named {name:?}")).with_hint(hint)
    })
}

fn does_not_fit(named: &Known, url: &Url, scheme: &str) -> Error {
    let takes = named.schemes.iter().map(|scheme| shown(scheme)).collect::<Vec<_>>().join(" or ");
    let fitting: Vec<_> =
        ALL.iter().filter(|known| known.schemes.contains(&scheme)).map(|known| known.name).collect();
    let hint = if fitting.is_empty() {
        format!("give it a URL that begins with {takes}")
    } else {
        format!(
            "give it a URL that begins with {takes}, or choose an adapter for {} URLs: {}",
            shown(scheme),
            fitting.join(", ")
        )
    };
    Error::config(format!("the adapter `{}` takes {takes} URLs, and the database URL is {url}", named.name))
        .with_hint(hint)
}

fn unknown_scheme(scheme: &str) -> Error {
    let mut schemes: Vec<_> = ALL.iter().flat_map(|known| known.schemes).copied().collect();
    schemes.sort_unstable();
    schemes.dedup();
    let all = schemes.iter().map(|scheme| shown(scheme)).collect::<Vec<_>>().join(", ");
    let hint = match nearest(scheme, &schemes) {
        Some(near) => format!("did you mean {}? Known are: {all}", shown(near)),
        None => format!("known are: {all}"),
    };
    Error::config(format!("no adapter takes {scheme}:// URLs")).with_hint(hint)
}

fn no_scheme() -> Error {
    Error::config("the database URL has no scheme that says which database it is").with_hint(
        "write it as postgres://user:password@host/database for Postgres, or sqlite:./dev.db for SQLite",
    )
}

/// The scheme as a URL begins with it.
fn shown(scheme: &str) -> String {
    if matches!(scheme, "sqlite" | "file") { format!("{scheme}:") } else { format!("{scheme}://") }
}

/// The one of `names` that `name` is most likely a slip of.
pub(crate) fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let name = name.to_lowercase();
    names
        .iter()
        .map(|known| (strsim::damerau_levenshtein(&name, known), *known))
        .filter(|(distance, known)| *distance <= known.len().max(3) / 3 || known.starts_with(&name))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(url: &str, name: Option<&str>) -> String {
        let error = pick(&Url::new(url), name).unwrap_err();
        assert_eq!(error.kind(), drivetrain_adapter_api::ErrorKind::Config);
        error.to_string()
    }

    #[test]
    fn the_scheme_suffices_where_it_is_clear() {
        let picked = |url: &str, name| pick(&Url::new(url), name).unwrap();
        for url in ["postgres://h/db", "postgresql://h/db", "POSTGRES://h/db"] {
            assert_eq!(picked(url, None), Kind::Postgres);
            assert_eq!(picked(url, Some("postgres")), Kind::Postgres);
            assert_eq!(picked(url, Some("neon-http")), Kind::NeonHttp);
        }
        for url in ["sqlite:dev.db", "sqlite::memory:", "sqlite://dev.db", "file:dev.db"] {
            assert_eq!(picked(url, None), Kind::Sqlite);
            assert_eq!(picked(url, Some("sqlite")), Kind::Sqlite);
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_names() {
        let text = error("postgres://h/db", Some("postgers"));
        assert!(text.contains("no adapter named \"postgers\""), "{text}");
        assert!(text.contains("did you mean `postgres`?"), "{text}");
        assert!(text.contains("postgres, sqlite, mysql, neon-http, planetscale"), "{text}");
        assert!(error("postgres://h/db", Some("SQLite")).contains("did you mean `sqlite`?"));
        assert!(error("postgres://h/db", Some("neon")).contains("did you mean `neon-http`?"));
        assert!(!error("postgres://h/db", Some("oracle")).contains("did you mean"));
    }

    #[test]
    fn an_unknown_scheme_is_answered_with_the_schemes() {
        let text = error("postgre://user:canary@host/db", None);
        assert!(text.contains("no adapter takes postgre:// URLs"), "{text}");
        assert!(text.contains("did you mean postgres://?"), "{text}");
        assert!(!text.contains("canary"));
        assert!(error("https://h/db", None).contains("file:, mariadb://, mysql://, postgres://"));
    }

    #[test]
    fn a_url_without_a_scheme_is_not_repeated() {
        for url in ["canary:canary@host/db", "canary", "", "./canary.db"] {
            let text = error(url, None);
            assert!(text.contains("has no scheme") && !text.contains("canary"), "{text}");
        }
    }

    #[test]
    fn planned_adapters_are_not_there_yet() {
        assert!(
            error("mysql://u:canary@h/db", None)
                .starts_with("the adapter `mysql` is not part of this version")
        );
        let text = error("mysql://h/db", Some("planetscale"));
        assert!(text.contains("this version has: postgres, sqlite, neon-http"), "{text}");
    }

    #[test]
    fn an_adapter_that_does_not_fit_its_url() {
        let text = error("postgres://user:canary@db.example.com/canary", Some("sqlite"));
        assert!(
            text.contains(
                "`sqlite` takes sqlite: or file: URLs, and the database URL is postgres://db.example.com"
            ),
            "{text}"
        );
        assert!(text.contains("choose an adapter for postgres:// URLs: postgres, neon-http"), "{text}");
        assert!(!text.contains("canary"));
        assert!(error("https://h/db", Some("postgres")).contains("postgres:// or postgresql:// URLs"));
    }
}

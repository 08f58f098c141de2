//! Which of several sources decides, and what is said where none does.

use std::fs;

use super::*;

/// A folder with a folder in it, and the files of both.
fn folders(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("inner")).unwrap();
    for (name, text) in files {
        fs::write(root.path().join(name), text).unwrap();
    }
    root
}

/// What is loaded from the inner folder, with these variables.
fn load(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<Settings, Error> {
    let root = folders(files);
    let lookup = |name: &str| {
        Ok(variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    };
    let surroundings = Surroundings::of_folder(&root.path().join("inner"), &lookup)?;
    Settings::found(&surroundings)?.ok_or_else(|| nothing_found(&surroundings))
}

#[track_caller]
fn is(settings: &Settings, url: &str, adapter: Option<&str>) {
    assert_eq!((settings.url.secret(), settings.adapter()), (url, adapter));
}

const FILE: (&str, &str) = ("drivetrain.toml", "[database]\nurl = 'sqlite:file.db'\nadapter = 'sqlite'");

#[test]
fn variables_go_before_dotenv_and_that_before_the_file() {
    let dotenv = ("inner/.env", "DATABASE_URL=sqlite:dotenv.db\nDRIVETRAIN_ADAPTER=of-dotenv");
    let process = [("DATABASE_URL", "sqlite:process.db"), ("DRIVETRAIN_ADAPTER", "of-process")];
    is(&load(&[FILE, dotenv], &process).unwrap(), "sqlite:process.db", Some("of-process"));
    is(&load(&[FILE, dotenv], &[]).unwrap(), "sqlite:dotenv.db", Some("of-dotenv"));
    is(&load(&[FILE], &process[..1]).unwrap(), "sqlite:process.db", Some("sqlite"));
    is(&load(&[FILE], &[]).unwrap(), "sqlite:file.db", Some("sqlite"));
    is(&load(&[FILE, dotenv], &[("DATABASE_URL", "")]).unwrap(), "sqlite:dotenv.db", Some("of-dotenv"));
}

#[test]
fn an_endpoint_is_found_where_the_adapter_is() {
    let file =
        ("drivetrain.toml", "database.url = 'sqlite:f.db'\ndatabase.endpoint = 'https://file.example/sql'");
    let endpoint = |settings: Settings| settings.endpoint.map(|url| url.secret().to_owned());
    assert_eq!(endpoint(load(&[file], &[]).unwrap()).as_deref(), Some("https://file.example/sql"));
    let variable = [("DATABASE_ENDPOINT", "http://127.0.0.1:4444/sql")];
    assert_eq!(endpoint(load(&[file], &variable).unwrap()).as_deref(), Some("http://127.0.0.1:4444/sql"));
    assert_eq!(endpoint(load(&[FILE], &[]).unwrap()), None);
    let shown = format!("{:?}", Settings::new("sqlite:a.db").with_endpoint("https://u:canary@h/canary"));
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn the_nearest_files_are_taken() {
    let near = ("inner/drivetrain.toml", "[database]\nurl = 'sqlite:near.db'");
    is(&load(&[FILE, near], &[]).unwrap(), "sqlite:near.db", None);
    let far = (".env", "DATABASE_URL=sqlite:far.db");
    is(&load(&[near, far], &[]).unwrap(), "sqlite:far.db", None);
}

#[test]
fn a_file_can_name_the_variable() {
    let file = ("drivetrain.toml", "[database]\nurl = 'env:APP_DB'");
    let others = ("DATABASE_URL", "sqlite:of-another-tool.db");
    is(&load(&[file], &[others, ("APP_DB", "sqlite:app.db")]).unwrap(), "sqlite:app.db", None);
    is(&load(&[file, (".env", "APP_DB=sqlite:dotenv.db")], &[]).unwrap(), "sqlite:dotenv.db", None);

    let error = load(&[file], &[others]).unwrap_err().to_string();
    assert!(error.contains("the environment variable APP_DB, which"), "{error}");
    assert!(
        error.contains("drivetrain.toml names for the database's URL, is not set; set APP_DB"),
        "{error}"
    );
}

#[test]
fn where_nothing_says_anything() {
    let error = load(&[("drivetrain.toml", "schema = 'schema.prisma'")], &[]).unwrap_err();
    assert_eq!(error.kind(), drivetrain_adapter_api::ErrorKind::Config);
    assert!(error.to_string().contains("DATABASE_URL is not set"), "{error}");
    assert!(error.to_string().contains("drivetrain.toml has no `database.url`"), "{error}");
    let unset = |_: &str| Ok(None);
    let error = nothing_found(&Surroundings::variables(&unset)).to_string();
    assert!(error.contains("there is no drivetrain.toml in this folder or above it"), "{error}");
}

#[test]
fn a_default_is_for_where_nothing_is_said_and_not_for_mistakes() {
    let unset = |_: &str| Ok(None);
    let adapter = |name: &str| Ok((name == ADAPTER_VARIABLE).then(|| "sqlite".to_owned()));
    let set = |name: &str| Ok((name == URL_VARIABLE).then(|| "sqlite:set.db".to_owned()));
    let or = |lookup: &dyn Fn(&str) -> Result<Option<String>, Error>| {
        Settings::found_or(&Surroundings::variables(lookup), "sqlite:default.db").unwrap()
    };
    is(&or(&unset), "sqlite:default.db", None);
    is(&or(&adapter), "sqlite:default.db", Some("sqlite"));
    is(&or(&set), "sqlite:set.db", None);

    let root = folders(&[("drivetrain.toml", "database.url = 'env:APP_DB'")]);
    let surroundings = Surroundings::of_folder(root.path(), &unset).unwrap();
    assert!(Settings::found_or(&surroundings, "sqlite:default.db").is_err());
}

#[test]
fn files_that_are_not_readable_are_errors() {
    for files in [[(".env", "canary")], [("drivetrain.toml", "canary")]] {
        let error = load(&files, &[("DATABASE_URL", "sqlite:dev.db")]).unwrap_err().to_string();
        assert!(error.contains("line 1") && !error.contains("canary"), "{error}");
    }
}

#[test]
fn debug_shows_scheme_and_host_only() {
    let settings = Settings::new("postgres://user:canary@db.example.com:5432/canary?sslkey=canary");
    let shown = format!("{settings:?}");
    assert!(shown.contains("postgres://db.example.com") && !shown.contains("canary"), "{shown}");
    assert!(!shown.contains("user"), "{shown}");
}

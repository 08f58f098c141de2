//! What the workspace holds: its root, its packages, their features and test targets, as cargo tells it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::process;

/// The folder of the root Cargo.toml.
pub(crate) fn root() -> PathBuf {
    // Cargo sets the variable when it runs this program; a copy run by hand falls back to where it was built.
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .filter(|_| std::env::var_os("CARGO_PKG_NAME").is_some_and(|n| n == "xtask"));
    let own = own.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or_else(|| own.clone(), Path::to_path_buf)
}

/// A package of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    /// Its name in Cargo.toml.
    pub(crate) name: String,
    /// Whether it has a library (so: doc tests).
    pub(crate) has_library: bool,
    /// The names of its `tests/*.rs`.
    pub(crate) test_targets: Vec<String>,
    /// The names of its features, without `default`.
    pub(crate) features: Vec<String>,
}

/// The packages of the workspace.
pub(crate) fn packages() -> Result<Vec<Package>, String> {
    let json = process::capture(&mut process::cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
    parse(&json)
}

/// The packages with these names, or all when there are none; a name that no package has is an error.
pub(crate) fn select(all: Vec<Package>, names: &[String]) -> Result<Vec<Package>, String> {
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|package| package.name != **name)) {
        let known: Vec<&str> = all.iter().map(|package| package.name.as_str()).collect();
        return Err(format!("no package is called {unknown:?}; there are: {}", known.join(", ")));
    }
    Ok(all.into_iter().filter(|package| names.is_empty() || names.contains(&package.name)).collect())
}

fn parse(json: &str) -> Result<Vec<Package>, String> {
    let metadata: Value =
        serde_json::from_str(json).map_err(|error| format!("cargo metadata is not JSON: {error}"))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    packages.iter().map(package).collect()
}

fn package(json: &Value) -> Result<Package, String> {
    let name = json["name"].as_str().ok_or("cargo metadata has a package without a name")?.to_owned();
    let targets = json["targets"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of_kind = |kinds: &'static [&'static str]| {
        targets.iter().filter(move |target| {
            let own = target["kind"].as_array().map(Vec::as_slice).unwrap_or_default();
            own.iter().filter_map(Value::as_str).any(|kind| kinds.contains(&kind))
        })
    };
    let features = json["features"].as_object();
    Ok(Package {
        name,
        has_library: of_kind(&["lib", "rlib", "proc-macro", "cdylib"]).next().is_some(),
        test_targets: of_kind(&["test"])
            .filter_map(|target| target["name"].as_str())
            .map(str::to_owned)
            .collect(),
        features: features
            .map(|features| features.keys().filter(|name| *name != "default").cloned().collect())
            .unwrap_or_default(),
    })
}

/// The folder of the Chinook scripts, where it stands beside the repository.
pub(crate) fn chinook() -> Option<String> {
    let folder = root().join("../shared/data/chinook");
    folder.is_dir().then(|| folder.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"{"packages": [
        {"name": "a", "features": {"default": ["x"], "x": []},
         "targets": [{"kind": ["lib"], "name": "a"}, {"kind": ["test"], "name": "postgres_tls"}]},
        {"name": "b", "features": {}, "targets": [{"kind": ["bin"], "name": "b"}]}
    ]}"#;

    #[test]
    fn metadata_is_read() {
        let packages = parse(METADATA).unwrap();
        let expected = Package {
            name: "a".into(),
            has_library: true,
            test_targets: vec!["postgres_tls".into()],
            features: vec!["x".into()],
        };
        assert_eq!(packages[0], expected);
        assert!(!packages[1].has_library);
    }

    #[test]
    fn selecting_an_unknown_package_names_it_and_the_known_ones() {
        let all = parse(METADATA).unwrap();
        assert_eq!(select(all.clone(), &[]).unwrap().len(), 2);
        assert_eq!(select(all.clone(), &["b".into()]).unwrap()[0].name, "b");
        let error = select(all, &["c".into()]).unwrap_err();
        assert!(error.contains("\"c\"") && error.contains("a, b"), "{error}");
    }

    #[test]
    fn this_workspace_is_found() {
        assert!(packages().unwrap().iter().any(|package| package.name == "xtask"));
    }
}

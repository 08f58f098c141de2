//! Generates the client from a build script.
//!
//! `build.rs`:
//!
//! ```no_run
//! drivetrain_codegen::build::Builder::new().run_or_exit();
//! ```
//!
//! and in the program:
//!
//! ```text
//! mod db {
//!     include!(concat!(env!("OUT_DIR"), "/db.rs"));
//! }
//! ```
//!
//! Everything has a default: the schema is `schema.prisma` beside `Cargo.toml`, and `drivetrain.toml` there is read if it exists.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use drivetrain_schema::{Schema, SourceFile};

use crate::{Config, Error, Options, TypeKey, generate};

/// Generates the client from a build script. See the [module](self).
#[derive(Debug, Clone)]
#[must_use = "nothing is generated until it runs"]
pub struct Builder {
    folder: PathBuf,
    out_folder: Option<PathBuf>,
    schema: Option<PathBuf>,
    config: Option<PathBuf>,
    out: PathBuf,
    types: Vec<(TypeKey, String)>,
    module_path: Option<String>,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

/// What a run found and what it tells cargo.
#[derive(Debug, Default)]
struct Run {
    /// What the output depends on.
    inputs: Vec<PathBuf>,
    warnings: Vec<String>,
}

impl Builder {
    /// With the defaults.
    pub fn new() -> Self {
        Self {
            folder: PathBuf::new(),
            out_folder: None,
            schema: None,
            config: None,
            out: PathBuf::from("db.rs"),
            types: Vec::new(),
            module_path: None,
        }
    }

    /// The schema: a file, or a folder whose `.prisma` files make it together. Relative to `Cargo.toml`. It goes before the
    /// `schema` of the configuration; without either it is `schema.prisma`.
    pub fn schema(mut self, path: impl Into<PathBuf>) -> Self {
        self.schema = Some(path.into());
        self
    }

    /// The configuration, which must exist then. Without this it is `drivetrain.toml`, if that exists. Relative to
    /// `Cargo.toml`.
    pub fn config(mut self, path: impl Into<PathBuf>) -> Self {
        self.config = Some(path.into());
        self
    }

    /// The file to write, relative to `OUT_DIR`. Without this it is `db.rs`.
    pub fn out(mut self, path: impl Into<PathBuf>) -> Self {
        self.out = path.into();
        self
    }

    /// The Rust type for a sort of fields. It goes before the `[types]` of the configuration. See [`Options::with_type`].
    pub fn with_type(mut self, key: TypeKey, path: impl Into<String>) -> Self {
        self.types.push((key, path.into()));
        self
    }

    /// Where the generated module is. See [`Options::with_module_path`].
    pub fn module_path(mut self, path: impl Into<String>) -> Self {
        self.module_path = Some(path.into());
        self
    }

    /// Relative paths begin there rather than at the current folder, which for a build script is that of `Cargo.toml`.
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.folder = path.into();
        self
    }

    /// Stands in for `OUT_DIR`.
    pub fn out_folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.out_folder = Some(path.into());
        self
    }

    /// Generates the client, tells cargo on standard output what it depends on and what the schema is warned of, and
    /// gives the path of the written file.
    ///
    /// # Errors
    /// If a file cannot be read or written, or the configuration or the schema has mistakes. The error's text shows them all.
    pub fn run(&self) -> Result<PathBuf, Error> {
        let mut run = Run::default();
        let text = self.generate(&mut run);
        tell_cargo(&run)?;
        let folder = match &self.out_folder {
            Some(folder) => folder.clone(),
            None => out_dir(std::env::var_os("OUT_DIR"))?,
        };
        write(&folder.join(&self.out), &text?)
    }

    /// As [`run`](Self::run); prints the error and ends the process with 1 if there is one.
    pub fn run_or_exit(&self) {
        if let Err(error) = self.run() {
            // Where even this cannot be written, the exit code has to do.
            let _ = writeln!(std::io::stderr(), "{error}");
            std::process::exit(1);
        }
    }

    fn generate(&self, run: &mut Run) -> Result<String, Error> {
        let config = self.read_config(run)?;
        let relative = self.schema.as_ref().or(config.schema.as_ref());
        let path = relative.map_or(Path::new("schema.prisma"), PathBuf::as_path);
        let sources = self.sources(path, run)?;
        let (schema, warnings) =
            Schema::parse_with_warnings(&sources, &config.providers).map_err(Error::schema)?;
        if !warnings.is_empty() {
            run.warnings.push(warnings.to_string());
        }
        generate(&schema, &self.options(config.options)?)
    }

    fn options(&self, mut options: Options) -> Result<Options, Error> {
        for (key, path) in &self.types {
            options = options.with_type(*key, path)?;
        }
        match &self.module_path {
            Some(path) => options.with_module_path(path),
            None => Ok(options),
        }
    }

    /// The configuration, with its path of the schema relative to the same folder as all others.
    fn read_config(&self, run: &mut Run) -> Result<Config, Error> {
        let stated = self.config.as_deref();
        let path = stated.unwrap_or(Path::new("drivetrain.toml"));
        let file = self.folder.join(path);
        if stated.is_none() && !file.exists() {
            // To name a file that does not exist would make cargo run the script every time.
            return Ok(Config::default());
        }
        run.inputs.push(file.clone());
        let text = std::fs::read_to_string(&file)
            .map_err(|error| Error::file("read the configuration", path, error))?;
        let mut config = Config::parse(&path.to_string_lossy(), &text)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.schema = config.schema.map(|schema| folder.join(schema));
        Ok(config)
    }

    /// The files of the schema, named as they were given.
    fn sources(&self, path: &Path, run: &mut Run) -> Result<Vec<SourceFile>, Error> {
        let full = self.folder.join(path);
        if full.exists() {
            run.inputs.push(full.clone());
        }
        let names = if full.is_dir() { prisma_files(&full, path)? } else { vec![path.to_owned()] };
        if names.is_empty() {
            return Err(Error::environment(format!(
                "the folder `{}` has no file that ends in `.prisma`",
                path.display()
            )));
        }
        let read = |name: PathBuf| {
            let text = std::fs::read_to_string(self.folder.join(&name))
                .map_err(|error| Error::file("read the schema", &name, error))?;
            Ok(SourceFile::new(name.to_string_lossy(), text))
        };
        names.into_iter().map(read).collect()
    }
}

/// The schema files of a folder and those within it, in the order of their names.
fn prisma_files(full: &Path, shown: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |error| Error::file("read the folder of the schema", shown, error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(full).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = shown.join(entry.file_name());
        if entry.path().is_dir() {
            files.extend(prisma_files(&entry.path(), &name)?);
        } else if name.extension().is_some_and(|extension| extension == "prisma") {
            files.push(name);
        }
    }
    files.sort();
    Ok(files)
}

fn out_dir(variable: Option<OsString>) -> Result<PathBuf, Error> {
    variable.map(PathBuf::from).ok_or_else(|| {
        Error::environment("OUT_DIR is not set: this is for a build script, which cargo runs; elsewhere name an `out_folder`")
    })
}

fn tell_cargo(run: &Run) -> Result<(), Error> {
    let inputs = run.inputs.iter().map(|path| format!("cargo::rerun-if-changed={}\n", path.display()));
    let warnings =
        run.warnings.iter().flat_map(|text| text.lines()).map(|line| format!("cargo::warning={line}\n"));
    let text: String = inputs.chain(warnings).collect();
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| Error::file("write to", "standard output", error))
}

/// Writes the file, unless it has that text already: then what depends on it need not be built again.
fn write(path: &Path, text: &str) -> Result<PathBuf, Error> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(path.to_owned());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Error::file("make the folder", folder, error))?;
    }
    std::fs::write(path, text).map_err(|error| Error::file("write", path, error))?;
    Ok(path.to_owned())
}

//! `datasource` and `generator` blocks.

use std::fmt;
use std::str::FromStr;

use crate::source::Span;

/// A kind of database the language knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// `postgresql` (or `postgres`).
    Postgresql,
    /// `mysql`, also for MariaDB and PlanetScale.
    Mysql,
    /// `sqlite`.
    Sqlite,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Postgresql, Self::Mysql, Self::Sqlite];

    /// The name used in `provider = "..."`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
        }
    }

    /// The greatest length in bytes of a table's, column's or constraint's name. MySQL counts characters
    /// and SQLite has no limit; what is used here is what Prisma uses, so that made names are the same.
    pub fn identifier_limit(self) -> usize {
        match self {
            Self::Postgresql => 63,
            Self::Mysql => 64,
            Self::Sqlite => 10_000,
        }
    }

    /// Whether a column may hold a list of scalars.
    pub fn has_scalar_lists(self) -> bool {
        self == Self::Postgresql
    }

    /// Whether tables live in named schemas that `@@schema` can choose.
    pub fn has_db_schemas(self) -> bool {
        self == Self::Postgresql
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Accepts the names of [`Provider::name`] and `postgres`.
impl FromStr for Provider {
    type Err = UnknownProvider;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "postgresql" | "postgres" => Ok(Self::Postgresql),
            "mysql" => Ok(Self::Mysql),
            "sqlite" => Ok(Self::Sqlite),
            _ => Err(UnknownProvider(name.to_owned())),
        }
    }
}

/// The name is not that of a [`Provider`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownProvider(pub String);

impl fmt::Display for UnknownProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown provider `{}`; use `postgresql`, `mysql` or `sqlite`", self.0)
    }
}

impl std::error::Error for UnknownProvider {}

/// How relations between tables are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RelationMode {
    /// By foreign keys of the database.
    #[default]
    ForeignKeys,
    /// By the client; the database has no foreign keys.
    Prisma,
}

/// A text given as such or as the name of an environment variable.
#[derive(Clone, PartialEq, Eq)]
pub enum EnvOrLiteral {
    /// `env("NAME")`.
    Env(String),
    /// `"text"`. It may be a connection string, so `Debug` does not show it.
    Literal(String),
}

impl fmt::Debug for EnvOrLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => f.debug_tuple("Env").field(name).finish(),
            Self::Literal(_) => f.write_str("Literal(..)"),
        }
    }
}

/// The `datasource` block.
#[derive(Debug, Clone, PartialEq)]
pub struct Datasource {
    /// The block's name, by custom `db`.
    pub name: String,
    /// The kind of database.
    pub provider: Provider,
    /// `relationMode`.
    pub relation_mode: RelationMode,
    /// `schemas`: the database schemas models and enums are spread over. Empty unless stated.
    pub schemas: Vec<String>,
    /// `extensions` of Postgres.
    pub extensions: Vec<Extension>,
    /// `url`, as schemas up to Prisma 6 have it.
    pub url: Option<EnvOrLiteral>,
    /// `directUrl`.
    pub direct_url: Option<EnvOrLiteral>,
    /// `shadowDatabaseUrl`.
    pub shadow_database_url: Option<EnvOrLiteral>,
    /// The `///` lines above the block.
    pub documentation: Option<String>,
    /// The block's name in the source.
    pub span: Span,
}

/// One entry of `extensions = [name(map: "..", schema: "..", version: "..")]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Name in the schema.
    pub name: String,
    /// Name in the database: `map`, else the name.
    pub db_name: String,
    /// The database schema it is installed in.
    pub schema: Option<String>,
    /// The version asked for.
    pub version: Option<String>,
}

/// A `generator` block.
#[derive(Debug, Clone, PartialEq)]
pub struct Generator {
    /// The block's name.
    pub name: String,
    /// `provider`.
    pub provider: EnvOrLiteral,
    /// `output`.
    pub output: Option<String>,
    /// `previewFeatures`.
    pub preview_features: Vec<String>,
    /// Every other property in order. Their meaning belongs to the generator.
    pub properties: Vec<(String, ConfigValue)>,
    /// The `///` lines above the block.
    pub documentation: Option<String>,
    /// The block's name in the source.
    pub span: Span,
}

/// The value of a generator's property.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfigValue {
    /// A string or `env("..")`.
    Text(EnvOrLiteral),
    /// A number, as written.
    Number(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A list.
    List(Vec<Self>),
}

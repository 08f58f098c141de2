//! Picks a Drivetrain adapter by URL and configuration, and puts the usual layers around it.
//!
//! ```no_run
//! # async fn example() -> Result<(), drivetrain_adapter_api::Error> {
//! // DATABASE_URL, or `url` in drivetrain.toml, decides which database it is.
//! let adapter = drivetrain_adapters::connect(drivetrain_adapters::Settings::load()?).await?;
//! println!("connected to {}", adapter.name());
//! # Ok(())
//! # }
//! ```
//!
//! # What decides
//!
//! | | the variable | in `drivetrain.toml`, under `[database]` |
//! |---|---|---|
//! | the database | `DATABASE_URL` | `url = "env:NAME"`, or the URL itself |
//! | the adapter | `DRIVETRAIN_ADAPTER` | `adapter = "postgres"` |
//! | its HTTP endpoint, if it has one | `DATABASE_ENDPOINT` | `endpoint = "https://..."` |
//!
//! Variables are those of the process, and for those that are not set, the ones in a `.env` file; they go before
//! `drivetrain.toml`. Both files are looked for in the current folder, then in the folders above it; the nearest is
//! taken. A file that names a variable (`env:NAME`) names it instead of `DATABASE_URL`.
//!
//! The adapter need not be named where the URL's scheme has only one:
//!
//! | scheme | adapter | cargo feature |
//! |---|---|---|
//! | `postgres://`, `postgresql://` | `postgres` | `postgres` |
//! | `postgres://`, `postgresql://` | `neon-http`, if it is named | `neon-http` |
//! | `sqlite:`, `file:` | `sqlite` | `sqlite` |
//!
//! Adapters that are not compiled in, names that do not exist, and adapters that do not fit their URL are errors of
//! the kind [`Config`](drivetrain_adapter_api::ErrorKind::Config) that say what to change. No message, and no `Debug`,
//! shows a URL: of a URL only the scheme and the host are ever named.

mod connect;
mod dotenv;
mod file;
mod known;
mod settings;
mod surroundings;
mod url;

pub use connect::{connect, connect_url, connect_with_default};
pub use settings::Settings;

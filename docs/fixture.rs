//! Databases for the snippets: in memory, with the tables of the guide's schema, empty or with a few records.

use drivetrain::{Adapter as _, SharedAdapter};
use drivetrain_migrate::create_ddl;
use drivetrain_schema::{Provider, Schema};

use crate::db::{Client, Models as _, todo, user};
use crate::db::{list, profile, tag};

/// What a snippet ends with.
pub type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A database in memory with the tables of that schema, which is one for SQLite.
///
/// # Errors
/// If the schema has mistakes, or the database cannot be made.
pub async fn memory(schema: &str) -> Result<SharedAdapter, Box<dyn std::error::Error>> {
    let schema = Schema::parse("schema.prisma", schema)?;
    let adapter = drivetrain_adapters::connect_url("sqlite::memory:").await?;
    adapter.script(&create_ddl(&schema, Provider::Sqlite)?.to_script()).await?;
    Ok(adapter)
}

async fn open() -> Result<Client, Box<dyn std::error::Error>> {
    Ok(Client::new(memory(include_str!("schemas/guide.prisma")).await?)?)
}

/// Ada with three todos and Grace with one, who is new.
async fn seed(db: &Client) -> Outcome {
    let work = db.list().create(list::new().name("work")).await?;
    db.user()
        .create(
            user::new()
                .email("ada@example.com")
                .name("Ada")
                .visits(3)
                .profile(profile::new().bio("The first programmer."))
                .todos([
                    todo::new()
                        .title("write the first program")
                        .priority(1)
                        .list_id(work.id)
                        .tags([tag::new().name("urgent"), tag::new().name("fun")]),
                    todo::new().title("explain it in notes").priority(2).done(true),
                    todo::new().title("rest"),
                ]),
        )
        .await?;
    db.user()
        .create(user::new().email("grace@example.com").todos([todo::new().title("find the bug").done(true)]))
        .await?;
    Ok(())
}

/// Runs a snippet.
///
/// # Panics
/// If the snippet does not end well: it is a test.
pub fn block_on(snippet: impl Future<Output = Outcome>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let outcome = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(snippet));
    if let Err(error) = outcome {
        panic!("the snippet ended with an error: {error}");
    }
}

/// Runs a snippet on a database with two users: Ada with three todos and Grace with one.
///
/// # Panics
/// If the snippet does not end well.
pub fn run(snippet: impl AsyncFnOnce(Client) -> Outcome) {
    block_on(async {
        let db = open().await?;
        seed(&db).await?;
        snippet(db).await
    });
}

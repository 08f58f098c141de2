//! What is to be done, in a database.

mod db {
    include!(concat!(env!("OUT_DIR"), "/db.rs"));
}

use db::*;
use drivetrain_migrate::create_ddl;
use drivetrain_schema::{Provider, Schema};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let db = Client::new(drivetrain_adapters::connect_with_default("sqlite::memory:").await?)?;
    create_tables(&db).await?;

    let ada = db
        .user()
        .create(user::new().email("ada@example.com").todos([
            todo::new().title("write the first program"),
            todo::new().title("explain it in notes").done(true),
        ]))
        .await?;
    println!("created user {}", ada.id);

    let users = db
        .user()
        .find_many()
        .filter(user::email.ends_with("@example.com"))
        .include(user::todos.filter(todo::done.equals(false)))
        .await?;
    for user in &users {
        println!("{} still has to:", user.email);
        for todo in &user.todos {
            println!("- {}", todo.title);
        }
    }

    db.close().await?;
    Ok(())
}

/// The database in memory is empty: it gets the tables of the schema.
async fn create_tables(db: &Client) -> Result<(), Box<dyn std::error::Error>> {
    let schema = Schema::parse("schema.prisma", include_str!("../schema.prisma"))?;
    db.script(&create_ddl(&schema, Provider::Sqlite)?.to_script()).await?;
    Ok(())
}

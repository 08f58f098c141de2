//! The story of users with things to do, from an empty database.
//!
//! `cargo run --example quickstart` runs it on an embedded SQLite database; with `DATABASE_URL=postgres://...` the same
//! program runs on Postgres. It works on tables of its own, and can be run again and again.

/// The client that `build.rs` made of `schema.prisma`.
mod db {
    include!(concat!(env!("OUT_DIR"), "/quickstart.rs"));
}
mod tables;

use db::*;
use drivetrain::Error;

/// Where the story is told if `DATABASE_URL` does not say otherwise.
const DEFAULT_URL: &str = "sqlite:quickstart.db";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The adapter is chosen by configuration; the code below does not know which one it is.
    let adapter = drivetrain_adapters::connect(tables::settings(DEFAULT_URL)?).await?;
    println!("Connected through the adapter `{}`.", adapter.name());
    let db = Client::new(adapter)?;
    tables::create(&db).await?;

    create(&db).await?;
    find(&db).await?;
    change(&db).await?;
    fail(&db).await?;
    transact(&db).await?;
    page(&db).await?;

    db.close().await?;
    println!("\nThat is all. Read on in docs/, or change examples/quickstart and run it again.");
    Ok(())
}

/// A user with nested todos is created as a whole or not at all.
async fn create(db: &Client) -> Result<(), Error> {
    println!("\nCreating users with their todos:");
    let ada = db
        .user()
        .create(user::new().email("ada@example.com").name("Ada").todos([
            todo::new().title("write the first program"),
            todo::new().title("explain it in notes").done(true),
        ]))
        .include(user::todos)
        .await?;
    // `ada.todos` is a Vec, since it was included. Without the include this line would not compile.
    println!("  {} has {} todos, the first is {:?}", ada.email, ada.todos.len(), ada.todos[0].title);

    let grace = db
        .user()
        .create(user::new().email("grace@example.com").name("Grace").todos([
            todo::new().title("find the bug"),
            todo::new().title("tape it into the logbook"),
            todo::new().title("build a compiler").done(true),
        ]))
        .include(user::todos)
        .await?;
    println!("  {} has {} todos", grace.email, grace.todos.len());

    let more = db
        .user()
        .create_many([user::new().email("alan@example.com"), user::new().email("kay@example.com")])
        .await?;
    println!("  and {more} users without any");
    Ok(())
}

/// Relations come along with `include`, with conditions and an order of their own.
async fn find(db: &Client) -> Result<(), Error> {
    println!("\nFinding the first user with id 2, including todos:");
    let found = db.user().find_first().filter(user::id.equals(2)).include(user::todos).await?;
    match &found {
        Some(user) => {
            println!("  {} {}", user.id, user.email);
            for todo in &user.todos {
                println!("    [{}] {}", if todo.done { "x" } else { " " }, todo.title);
            }
        }
        None => println!("  there is none"),
    }

    println!("\nOpen todos with an `i`, in order of their title:");
    let open = db
        .todo()
        .find_many()
        .filter(todo::done.equals(false) & todo::title.contains("i"))
        .order_by(todo::title.asc())
        .include(todo::user)
        .await?;
    for todo in &open {
        println!("  {:?} of {}", todo.title, todo.user.email);
    }

    let busy = db.user().count().filter(user::todos.some(todo::done.equals(false))).await?;
    println!("\n{busy} users have something left to do.");
    Ok(())
}

/// Updates give the record as it is afterwards.
async fn change(db: &Client) -> Result<(), Error> {
    println!("\nUpdating:");
    let ada =
        db.user().update(user::email.equals("ada@example.com"), [user::name.set("Ada Lovelace")]).await?;
    println!("  user {} is now {}", ada.id, ada.name.as_deref().unwrap_or("nameless"));
    let done = db.todo().update_many(todo::user_id.equals(ada.id), [todo::done.set(true)]).await?;
    println!("  {done} todos of hers are done");
    Ok(())
}

/// Errors are typed, and speak of the fields of the schema.
async fn fail(db: &Client) -> Result<(), Error> {
    println!("\nCreating a user whose email is taken:");
    match db.user().create(user::new().email("ada@example.com")).await {
        Ok(user) => println!("  unexpected: created {}", user.id),
        Err(error) if error.is_unique_violation(user::email) => {
            println!("  refused: {}", error.message());
            println!("  kind {:?}, fields {:?}", error.kind(), error.fields());
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// A transaction that ends with an error leaves nothing behind.
async fn transact(db: &Client) -> Result<(), Error> {
    println!("\nA transaction that changes its mind:");
    let before = db.user().count().await?;
    let result = db
        .transaction(async |tx: &mut Tx| {
            tx.user().create(user::new().email("nobody@example.com")).await?;
            println!("  inside there are {} users", tx.user().count().await?);
            // Any error rolls back; this one says so on purpose.
            Err::<(), _>(Error::misuse("we changed our mind"))
        })
        .await;
    if let Err(error) = result {
        println!("  rolled back: {error}");
    }
    println!(
        "  outside there are {} users, as before: {}",
        db.user().count().await?,
        db.user().count().await? == before
    );
    Ok(())
}

/// A page and the total come in one round trip.
async fn page(db: &Client) -> Result<(), Error> {
    println!("\nThe second page of two todos each:");
    let page = db.todo().find_many().order_by(todo::title.asc()).page(2, 2).await?;
    for todo in &page.items {
        println!("  {}", todo.title);
    }
    println!("  page {} of {}, {} todos in all", page.number, page.pages(), page.total);
    Ok(())
}

//! A short tour.

mod db {
    include!(concat!(env!("OUT_DIR"), "/quickstart.rs")); // generated from schema.prisma
}
use db::*;

#[tokio::main]
async fn main() -> Result<(), drivetrain::Error> {
    // sqlite:, postgres://, ...: the adapter is a matter of configuration.
    let db = Client::new(drivetrain_adapters::connect_with_default("sqlite:quickstart.db").await?)?;

    let ada = db
        .user()
        .create(user::new().email("ada@example.com").todos([todo::new().title("write a program")]))
        .include(user::todos) // `ada.todos` is a Vec now; without this line it would not compile
        .await?;
    println!("{} has to {}", ada.email, ada.todos[0].title);

    let open = db
        .todo()
        .find_many()
        .filter(todo::done.equals(false) & todo::user.is(user::email.ends_with("@example.com")))
        .order_by(todo::title.asc())
        .await?;

    db.transaction(async |tx: &mut Tx| {
        for todo in &open {
            tx.todo().update(todo::id.equals(todo.id), [todo::done.set(true)]).await?;
        }
        Ok(())
    })
    .await
}

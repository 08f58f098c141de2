#[path = "../sample/mod.rs"]
mod db;

use db::*;

fn greet(user: &User![todos]) {
    println!("{}", user.todos.len());
}

async fn mistake(db: &Client) -> drivetrain::Result<()> {
    let user = db.user().find_first().required().await?;
    greet(&user);
    Ok(())
}

fn main() {}

#[path = "../sample/mod.rs"]
mod db;

use db::*;

async fn mistakes(db: &Client) -> drivetrain::Result<()> {
    db.user().find_many().include(todo::user).await?;
    db.user().find_many().include(user::email).await?;
    Ok(())
}

fn main() {}

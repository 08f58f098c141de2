#[path = "../sample/mod.rs"]
mod db;

use db::*;

async fn mistakes(db: &Client) -> drivetrain::Result<()> {
    let users: Vec<User![todo]> = db.user().find_many().include(user::todos).await?;
    db.user().find_many().include(user::todo).await?;
    Ok(())
}

fn main() {}

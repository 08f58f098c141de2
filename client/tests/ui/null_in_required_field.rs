#[path = "../sample/mod.rs"]
mod db;

use db::*;

async fn mistakes(db: &Client) -> drivetrain::Result<()> {
    db.user().update(user::id.equals(1), [user::email.set(None::<String>)]).await?;
    db.user().find_many().filter(user::email.is_null()).await?;
    Ok(())
}

fn main() {}

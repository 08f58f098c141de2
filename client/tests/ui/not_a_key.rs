#[path = "../sample/mod.rs"]
mod db;

use db::*;

async fn mistakes(db: &Client) -> drivetrain::Result<()> {
    db.user().find_unique(user::name.equals("Ada")).await?;
    db.user().find_unique(user::id.gt(1)).await?;
    db.user().delete(user::id.equals(1) | user::id.equals(2)).await?;
    db.user().find_unique(1).await?;
    Ok(())
}

fn main() {}

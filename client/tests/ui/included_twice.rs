#[path = "../sample/mod.rs"]
mod db;

use db::*;

async fn mistakes(db: &Client) -> drivetrain::Result<()> {
    db.user().find_many().include(user::todos).include(user::todos).await?;
    Ok(())
}

fn main() {}

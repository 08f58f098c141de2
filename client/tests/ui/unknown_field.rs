#[path = "../sample/mod.rs"]
mod db;

use db::*;

async fn mistakes(db: &Client) -> drivetrain::Result<()> {
    let user = db.user().find_unique(user::id.equals(1)).required().await?;
    println!("{}", user.emial);
    db.user().find_many().filter(user::emial.equals("ada@example.com")).await?;
    db.user().create(user::new().emial("ada@example.com")).await?;
    Ok(())
}

fn main() {}

#[path = "../sample/mod.rs"]
mod db;

use db::*;

async fn mistake(db: &Client) -> drivetrain::Result<()> {
    let todo = todo::new().title("write the first program").user_id(1);
    db.user().create(user::new().email("ada@example.com").todos([todo])).await?;
    Ok(())
}

fn main() {}

#[path = "../sample/mod.rs"]
mod db;

use db::*;

async fn mistakes(db: &Client) -> drivetrain::Result<()> {
    db.user().find_many().filter(user::email.equals(1)).await?;
    db.todo().update(todo::id.equals(1), [todo::done.set("yes")]).await?;
    db.user().create(user::new().email(Some("ada@example.com"))).await?;
    db.user().create(user::new().email("ada@example.com").name(1)).await?;
    db.user().find_many().filter(user::id.contains("1")).await?;
    db.user().find_many().filter(user::role.gt(Role::Member)).await?;
    Ok(())
}

fn main() {}

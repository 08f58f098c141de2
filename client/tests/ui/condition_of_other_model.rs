#[path = "../sample/mod.rs"]
mod db;

use db::*;

async fn mistakes(db: &Client) -> drivetrain::Result<()> {
    db.user().find_many().filter(todo::done.equals(true)).await?;
    db.user().find_many().filter(user::todos.some(user::name.is_null())).await?;
    db.user().find_many().order_by(todo::title.asc()).await?;
    db.user().update(user::id.equals(1), [todo::done.set(true)]).await?;
    db.user().find_unique(todo::id.equals(1)).await?;
    db.user().create(todo::new().title("write the first program").user_id(1)).await?;
    Ok(())
}

fn main() {}

//! The records of a view can only be read.

#[path = "../sample/mod.rs"]
mod db;
use db::*;

async fn example(db: Client) -> drivetrain::Result<()> {
    db.left().find_many().filter(left::todos.gt(0)).await?;
    db.left().update(left::user_id.equals(1), [left::todos.set(0)]).await?;
    db.left().delete_many(()).await?;
    Ok(())
}

fn main() {}

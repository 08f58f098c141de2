#[path = "../sample/mod.rs"]
mod db;

use db::*;

async fn one(db: &Client) -> drivetrain::Result<()> {
    db.user().create(user::new().name("Ada")).await?;
    Ok(())
}

async fn one_of_two(db: &Client) -> drivetrain::Result<()> {
    db.todo().create(todo::new().title("write the first program")).await?;
    Ok(())
}

async fn many(db: &Client) -> drivetrain::Result<()> {
    db.todo().create_many([todo::new().user_id(1)]).await?;
    Ok(())
}

async fn nested(db: &Client) -> drivetrain::Result<()> {
    db.user().create(user::new().email("ada@example.com").todos([todo::new().done(true)])).await?;
    Ok(())
}

fn main() {}

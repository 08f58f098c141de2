#[path = "../sample/mod.rs"]
mod db;

use db::*;

async fn index(db: &Client) -> drivetrain::Result<()> {
    let user = db.user().find_first().required().await?;
    println!("{}", user.todos[0].title);
    Ok(())
}

async fn iterate(db: &Client) -> drivetrain::Result<()> {
    let user = db.user().find_first().required().await?;
    for todo in user.todos {
        println!("{}", todo.title);
    }
    for todo in &user.todos {
        println!("{}", todo.title);
    }
    Ok(())
}

async fn length(db: &Client) -> drivetrain::Result<()> {
    let user = db.user().find_first().required().await?;
    println!("{}", user.todos.len());
    Ok(())
}

async fn field(db: &Client) -> drivetrain::Result<()> {
    let todo = db.todo().find_first().required().await?;
    println!("{}", todo.user.email);
    Ok(())
}

async fn of_a_related_record(db: &Client) -> drivetrain::Result<()> {
    let todo = db.todo().find_first().include(todo::user).required().await?;
    println!("{}", todo.user.todos.len());
    Ok(())
}

async fn perhaps(db: &Client) -> drivetrain::Result<()> {
    let user = db.user().find_first().include_if(true, user::todos).required().await?;
    println!("{}", user.todos[0].title);
    Ok(())
}

fn main() {}

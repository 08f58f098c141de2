//! The generated types, as users write with them. What is here must compile.

mod sample;

use drivetrain::Result;
use sample::*;

async fn reads(db: &Client) -> Result<()> {
    let user: Option<User> = db.user().find_unique(user::id.equals(2)).await?;
    let _ = user.map(|user| user.email.len());
    let users: Vec<User![todos]> =
        db.user().find_many().filter(user::name.contains("a")).include(user::todos).await?;
    let _ = users[0].todos[0].title.len();
    let nested: Vec<User![todos[user]]> = db
        .user()
        .find_many()
        .filter(user::todos.some(todo::done.equals(false)) | user::name.is_null())
        .order_by(user::email.asc())
        .include(
            user::todos
                .filter(todo::done.equals(false))
                .order_by(todo::title.desc())
                .take(3)
                .include(todo::user),
        )
        .await?;
    let _ = nested[0].todos[0].user.email.len();
    let perhaps = db.user().find_first().include_if(true, user::todos).await?;
    let _ = perhaps.and_then(|user| user.todos.loaded()).map(|todos| todos.len());
    let todo = db
        .todo()
        .find_first()
        .filter(todo::user.is(user::email.equals("x")))
        .include(todo::user)
        .required()
        .await?;
    let _ = todo.user.id;
    let _ = db.user().find_many().page(1, 10).await?.total;
    let _ = db.user().count().filter(user::role.equals(Role::Admin)).await?;
    Ok(())
}

async fn writes(db: &Client) -> Result<()> {
    let user = db
        .user()
        .create(
            user::new()
                .email("a")
                .name("b")
                .todos([todo::new().title("x"), todo::new().title("y").done(true)]),
        )
        .include(user::todos)
        .await?;
    let _ = user.todos.len();
    db.user()
        .create_many([user::new().email("a"), user::new().email(String::from("b"))])
        .skip_duplicates()
        .await?;
    db.user().update(user::id.equals(1), [user::name.set("x"), user::email.set("y")]).await?;
    db.todo().update_many(todo::done.equals(false), [todo::done.set(true)]).await?;
    db.user().upsert(user::email.equals("x"), user::new().email("x"), [user::name.set(None::<&str>)]).await?;
    db.user().delete(user::email.equals("x")).await?;
    db.user().delete_many(()).await?;
    Ok(())
}

async fn transactions(db: &Client) -> Result<()> {
    let email = String::from("a");
    db.transaction(async |tx: &mut Tx| {
        tx.user().create(user::new().email(&email)).await?;
        tx.transaction(async |tx: &mut Tx| tx.user().count().await).await
    })
    .await?;
    let tx = db.begin().isolation(drivetrain::IsolationLevel::Serializable).await?;
    tx.user().count().await?;
    tx.commit().await?;
    db.transaction_retrying(
        drivetrain::TransactionOptions::new(),
        |tx| async move { tx.user().count().await },
    )
    .await?;
    let rows: Vec<(i32, String)> = db.sql("select 1, 'a'").fetch().await?;
    let _ = rows;
    Ok(())
}

#[test]
fn futures_are_send() {
    fn assert_send<T: Send>(_: impl Fn(&'static Client) -> T) {}
    assert_send(reads);
    assert_send(writes);
    assert_send(transactions);
}

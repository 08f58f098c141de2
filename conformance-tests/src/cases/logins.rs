//! Users of a case's own at the server: to log in with secrets that the suite knows, with few rights, or wrongly.

use drivetrain_adapter_api::Dialect;

use crate::harness::Setup;
use crate::{Context, Outcome, Stop};

/// A user at the server, who may use the namespace of the case.
#[derive(Clone)]
pub(super) struct Login {
    /// The user's name.
    pub(super) user: String,
    /// The password.
    pub(super) password: String,
}

impl Login {
    /// Makes the user `name` with that password. `options` are Postgres's of `CREATE ROLE`.
    ///
    /// # Errors
    /// What the server says; `not-run` where the oracle may not make users.
    pub(super) async fn create(cx: &Context, name: &str, password: &str, options: &str) -> Outcome<Self> {
        let login = Self { user: name.to_owned(), password: password.to_owned() };
        let (user, secret) = (login.quoted(cx), cx.literal(password));
        let schema = cx.naming().schema.clone().unwrap_or_default();
        let grants = match cx.dialect() {
            Dialect::Postgres => vec![
                format!("create role {user} login password {secret} {options}"),
                format!("grant usage on schema {} to {user}", cx.sql(&format!("{{q:{schema}}}"))),
            ],
            _ => vec![
                format!("create user {user} identified by {secret}"),
                format!("grant usage on *.* to {user}"),
            ],
        };
        let mut oracle = cx.own_oracle().await?;
        for sql in grants {
            oracle.run(&sql).await.map_err(|error| match error.contains("42501") {
                true => Stop::NotRun("the oracle may not make users".to_owned()),
                false => Stop::fail(format!("a user cannot be made: {error}")),
            })?;
        }
        Ok(login)
    }

    /// A user named after the case, with that password.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub(super) async fn new(cx: &Context, password: &str) -> Outcome<Self> {
        Self::create(cx, &format!("{}_user", cx.marker()), password, "").await
    }

    /// The setup of an adapter that logs in as the user.
    pub(super) fn setup(&self, cx: &Context) -> Setup {
        Setup { user: Some(self.user.clone()), password: Some(self.password.clone()), ..cx.setup() }
    }

    /// Removes the user, and hands on how the case ended.
    ///
    /// # Errors
    /// The case's own, else what the server says.
    pub(super) async fn remove(self, cx: &Context, outcome: Outcome) -> Outcome {
        let user = self.quoted(cx);
        let sql = match cx.dialect() {
            Dialect::Postgres => format!("drop owned by {user}; drop role {user}"),
            _ => format!("drop user {user}"),
        };
        let mut oracle = cx.own_oracle().await?;
        let removed = oracle.run(&sql).await;
        outcome?;
        removed.map_err(|error| Stop::fail(format!("the user cannot be removed: {error}")))
    }

    fn quoted(&self, cx: &Context) -> String {
        cx.sql(&format!("{{q:{}}}", self.user))
    }
}

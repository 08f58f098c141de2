//! Passwords and tokens: given once, or asked for each time.

use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::{BoxFuture, Result};

/// Where a password or a token comes from. Its `Debug` does not show it.
#[derive(Clone, Default)]
pub enum Secret {
    /// There is none.
    #[default]
    None,
    /// It is always the same.
    Fixed(String),
    /// It is asked for each time: it changes, or ends.
    Provider(Arc<dyn Fn() -> BoxFuture<'static, Result<String>> + Send + Sync>),
}

impl Secret {
    /// The secret to use now.
    ///
    /// # Errors
    /// What the provider gives.
    pub async fn get(&self) -> Result<Option<String>> {
        match self {
            Self::None => Ok(None),
            Self::Fixed(secret) => Ok(Some(secret.clone())),
            Self::Provider(provider) => provider().await.map(Some),
        }
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Fixed(_) => "given",
            Self::Provider(_) => "asked for",
        })
    }
}

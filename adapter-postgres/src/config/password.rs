//! Where the password comes from.

use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::{BoxFuture, Result};

/// Where the password comes from. Its `Debug` does not show it.
#[derive(Clone)]
pub(crate) enum Password {
    None,
    Fixed(String),
    Provider(Arc<dyn Fn() -> BoxFuture<'static, Result<String>> + Send + Sync>),
}

impl Password {
    /// The password for a connection that is made now.
    pub(crate) async fn get(&self) -> Result<Option<String>> {
        match self {
            Self::None => Ok(None),
            Self::Fixed(password) => Ok(Some(password.clone())),
            Self::Provider(provider) => provider().await.map(Some),
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Fixed(_) => "given",
            Self::Provider(_) => "asked for",
        })
    }
}

//! A harness with a layer around its adapters: so that authors of layers run the suite on theirs.

use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::layer::Layer;
use drivetrain_adapter_api::{Error, SharedAdapter, async_trait};

use crate::harness::{Harness, Namespace, Naming, Setup, Unmade};

/// A layer that is shared.
pub type SharedLayer = Arc<dyn Layer + Send + Sync>;

/// A harness whose adapters have a layer around them. The suite's own capability check is put around the layer, as it is
/// around every adapter; an adapter over a second transport stays as it is, to compare with.
///
/// ```no_run
/// # #[cfg(feature = "command")] {
/// use std::process::ExitCode;
/// use std::sync::Arc;
///
/// use drivetrain_adapter_api::layer::Tracing;
/// use drivetrain_conformance_tests::builtin::SqliteHarness;
/// use drivetrain_conformance_tests::{Layered, shell};
///
/// fn main() -> ExitCode {
///     let harness = Layered::new("sqlite, traced", SqliteHarness::default(), Arc::new(Tracing::new()));
///     shell::main(harness, drivetrain_env::default_runtime)
/// }
/// # }
/// ```
pub struct Layered<H> {
    name: String,
    inner: H,
    layer: SharedLayer,
    changed: Arc<dyn Fn(&mut Setup) + Send + Sync>,
}

impl<H: Harness> Layered<H> {
    /// The adapters of `inner` with `layer` around them, under that name in reports.
    pub fn new(name: impl Into<String>, inner: H, layer: SharedLayer) -> Self {
        Self { name: name.into(), inner, layer, changed: Arc::new(|_| {}) }
    }

    /// The same with what cases ask of their adapters changed before the adapter is made: for layers that stand in for a
    /// way of connecting.
    #[must_use]
    pub fn with_setup(mut self, change: impl Fn(&mut Setup) + Send + Sync + 'static) -> Self {
        self.changed = Arc::new(change);
        self
    }
}

impl<H: fmt::Debug> fmt::Debug for Layered<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layered")
            .field("name", &self.name)
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<H: Harness> Harness for Layered<H> {
    fn name(&self) -> &str {
        &self.name
    }

    async fn namespace(&self, label: &str) -> Result<Box<dyn Namespace>, Error> {
        Ok(Box::new(LayeredNamespace {
            inner: self.inner.namespace(label).await?,
            layer: Arc::clone(&self.layer),
            changed: Arc::clone(&self.changed),
        }))
    }

    fn inner(&self) -> Option<&dyn Harness> {
        Some(&self.inner)
    }
}

struct LayeredNamespace {
    inner: Box<dyn Namespace>,
    layer: SharedLayer,
    changed: Arc<dyn Fn(&mut Setup) + Send + Sync>,
}

impl fmt::Debug for LayeredNamespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayeredNamespace").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[async_trait]
impl Namespace for LayeredNamespace {
    fn naming(&self) -> Naming {
        self.inner.naming()
    }

    async fn adapter(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        let mut setup = setup.clone();
        (self.changed)(&mut setup);
        Ok(self.layer.layer(self.inner.adapter(&setup).await?))
    }

    fn inner(&self) -> Option<&dyn Namespace> {
        Some(&*self.inner)
    }

    async fn remove(&self) -> Result<(), Error> {
        self.inner.remove().await
    }
}

//! A harness whose adapters are reached in single bytes: every case through a network that delivers in the smallest pieces.

use std::sync::Arc;

use drivetrain_adapter_api::{Error, SharedAdapter, async_trait};
use futures_util::lock::Mutex;

use super::TokioProxies;
use crate::faults::{FaultProxy, Plan, Proxies as _, Stage};
use crate::harness::{Harness, Namespace, Naming, Setup, Unmade, Upstream};

/// How many bytes of each connection, one way, come by themselves. Cases that move much more would take minutes.
const SLICED: u64 = 16 << 10;

/// Another harness, with a proxy in front of the server that passes on the first 16 KiB of each connection one byte at a
/// time, both ways.
///
/// That takes time: the deadlines of cases are six times as late then, and those that measure time may fail.
/// Adapters that a case sends through a proxy of its own, or makes from a URL, are left alone.
#[derive(Debug)]
pub struct Sliced(Arc<dyn Harness>);

impl Sliced {
    /// That harness, sliced.
    ///
    /// # Errors
    /// If it has no wire.
    pub fn new(harness: Arc<dyn Harness>) -> Result<Self, String> {
        match harness.upstream() {
            Some(_) => Ok(Self(harness)),
            None => Err(format!("`{}` has no wire that could be sliced", harness.name())),
        }
    }
}

#[async_trait]
impl Harness for Sliced {
    fn name(&self) -> &str {
        self.0.name()
    }

    async fn namespace(&self, label: &str) -> Result<Box<dyn Namespace>, Error> {
        let inner = self.0.namespace(label).await?;
        Ok(Box::new(SlicedNamespace { inner, upstream: self.0.upstream(), proxy: Mutex::default() }))
    }

    fn inner(&self) -> Option<&dyn Harness> {
        Some(&*self.0)
    }
}

#[derive(Debug)]
struct SlicedNamespace {
    inner: Box<dyn Namespace>,
    upstream: Option<Upstream>,
    /// Opened with the first adapter; it ends with the namespace.
    proxy: Mutex<Option<Arc<dyn FaultProxy>>>,
}

#[async_trait]
impl Namespace for SlicedNamespace {
    fn naming(&self) -> Naming {
        self.inner.naming()
    }

    async fn adapter(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        let Some(upstream) =
            self.upstream.as_ref().filter(|_| setup.through.is_none() && setup.url.is_none())
        else {
            return self.inner.adapter(setup).await;
        };
        let mut opened = self.proxy.lock().await;
        let proxy = match &*opened {
            Some(proxy) => proxy,
            None => {
                let proxy = TokioProxies.open(upstream).await.map_err(Error::config)?;
                let stage = Stage { slice: Some(1), slice_until: Some(SLICED), ..Stage::default() };
                proxy.set(Plan { to_server: stage.clone(), to_client: stage, ..Plan::default() });
                opened.insert(proxy)
            }
        };
        let through = Some(proxy.address());
        drop(opened);
        self.inner.adapter(&Setup { through, ..setup.clone() }).await
    }

    fn inner(&self) -> Option<&dyn Namespace> {
        Some(&*self.inner)
    }

    async fn remove(&self) -> Result<(), Error> {
        self.inner.remove().await
    }
}

//! A harness whose adapters are reached in single bytes: every case through a network that delivers in the smallest pieces.

use std::sync::Arc;

use drivetrain_adapter_api::{Error, SharedAdapter, async_trait};
use futures_util::lock::Mutex;

use super::TokioProxies;
use crate::case::{Level, Places};
use crate::dataset::Shape;
use crate::faults::{Damage, FaultProxy, Plan, Proxies as _, Stage};
use crate::harness::{Admin, Harness, Namespace, Naming, Oracle, Setup, TlsFiles, Unmade, Upstream};
use crate::waiver::Waiver;

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

    fn place(&self) -> Option<Places> {
        self.0.place()
    }

    fn has_oracle(&self) -> bool {
        self.0.has_oracle()
    }

    fn has_admin(&self) -> bool {
        self.0.has_admin()
    }

    fn upstream(&self) -> Option<Upstream> {
        self.0.upstream()
    }

    fn has_peer(&self) -> bool {
        self.0.has_peer()
    }

    fn has_url(&self) -> bool {
        self.0.has_url()
    }

    fn has_file(&self) -> bool {
        self.0.has_file()
    }

    fn tls(&self) -> Option<TlsFiles> {
        self.0.tls()
    }

    fn levels(&self) -> &[Level] {
        self.0.levels()
    }

    fn waivers(&self) -> Vec<Waiver> {
        self.0.waivers()
    }

    fn secrets(&self) -> Vec<String> {
        self.0.secrets()
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

    async fn oracle(&self) -> Result<Box<dyn Oracle>, Unmade> {
        self.inner.oracle().await
    }

    async fn define(&self, tables: &[Shape]) -> Result<(), Unmade> {
        self.inner.define(tables).await
    }

    async fn peer(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        self.inner.peer(setup).await
    }

    fn url(&self) -> Option<String> {
        self.inner.url()
    }

    async fn damage(&self, damage: Damage) -> Result<(), Unmade> {
        self.inner.damage(damage).await
    }

    fn admin(&self) -> Option<&dyn Admin> {
        self.inner.admin()
    }

    async fn remove(&self) -> Result<(), Error> {
        self.inner.remove().await
    }
}

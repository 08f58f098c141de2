//! A TLS server in front of Postgres, with throwaway certificates.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use drivetrain_adapter_api::async_trait;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto};

use crate::harness::Upstream;
use crate::tls::{Certificate, TlsServer, TlsServers};

/// Postgres's request for TLS: its length, and the code 80877103 (chapter "Message Formats", SSLRequest).
const REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Makes servers on ports of this machine. Needs a tokio runtime with I/O.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnTlsServers;

#[async_trait]
impl TlsServers for OwnTlsServers {
    async fn open(
        &self,
        upstream: &Upstream,
        certificate: Certificate,
        asks_client: bool,
    ) -> Result<Arc<dyn TlsServer>, String> {
        let opened = Own::open(upstream, certificate, asks_client).await;
        Ok(Arc::new(opened.map_err(|error| error.to_string())?))
    }
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug)]
struct Own {
    address: SocketAddr,
    folder: tempfile::TempDir,
    sessions: Arc<AtomicU64>,
    task: AbortHandle,
}

impl Own {
    async fn open(
        upstream: &Upstream,
        certificate: Certificate,
        asks_client: bool,
    ) -> Result<Self, AnyError> {
        let folder = tempfile::tempdir()?;
        let acceptor = TlsAcceptor::from(Arc::new(configure(folder.path(), certificate, asks_client)?));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let sessions = Arc::new(AtomicU64::new(0));
        let serving = serve(listener, acceptor, upstream.clone(), Arc::clone(&sessions));
        let task = tokio::spawn(serving).abort_handle();
        Ok(Self { address, folder, sessions, task })
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl TlsServer for Own {
    fn address(&self) -> (String, u16) {
        (self.address.ip().to_string(), self.address.port())
    }

    fn authority(&self) -> String {
        self.file("authority.pem")
    }

    fn client(&self) -> (String, String) {
        (self.file("client.pem"), self.file("client.key"))
    }

    fn sessions(&self) -> u64 {
        self.sessions.load(Ordering::SeqCst)
    }
}

/// Writes the files for clients into `folder`, and gives what the server shows.
fn configure(folder: &Path, certificate: Certificate, asks_client: bool) -> Result<ServerConfig, AnyError> {
    let write = |name: &str, pem: String| -> std::io::Result<PathBuf> {
        let path = folder.join(name);
        std::fs::write(&path, pem).map(|()| path)
    };
    let mut params = valid("the suite's authority", &[])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let authority = params.self_signed(&key)?;
    write("authority.pem", authority.pem())?;
    let issuer = Issuer::new(params, key);

    let client_key = KeyPair::generate()?;
    write("client.pem", valid("a client", &["client.example"])?.signed_by(&client_key, &issuer)?.pem())?;
    write("client.key", client_key.serialize_pem())?;

    let host = if certificate == Certificate::OtherHost { "other.example" } else { "127.0.0.1" };
    let mut params = valid(host, &[host])?;
    match certificate {
        Certificate::Expired => params.not_after = rcgen::date_time_ymd(2021, 1, 1),
        Certificate::NotYetValid => params.not_before = rcgen::date_time_ymd(2048, 1, 1),
        _ => {}
    }
    let key = KeyPair::generate()?;
    let shown = match certificate {
        Certificate::SelfSigned => params.self_signed(&key)?,
        _ => params.signed_by(&key, &issuer)?,
    };
    let provider = Arc::new(crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = if asks_client {
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone())?;
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let chain: Vec<CertificateDer<'static>> = vec![shown.der().clone()];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    Ok(builder.with_single_cert(chain, key)?)
}

/// A certificate that is valid now, for those names.
fn valid(common_name: &str, names: &[&str]) -> Result<CertificateParams, rcgen::Error> {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2049, 12, 31);
    Ok(params)
}

/// Serves clients until the task is aborted: they end with the set that holds them.
async fn serve(listener: TcpListener, acceptor: TlsAcceptor, upstream: Upstream, sessions: Arc<AtomicU64>) {
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = clients.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => {
                    let (acceptor, upstream, sessions) =
                        (acceptor.clone(), upstream.clone(), Arc::clone(&sessions));
                    // How a client ends is for the adapter on its other side to tell.
                    clients.spawn(async move { pass(client, &acceptor, &upstream, &sessions).await.is_ok() });
                }
                Err(_) => return,
            }
        }
    }
}

async fn pass(
    mut client: TcpStream,
    acceptor: &TlsAcceptor,
    upstream: &Upstream,
    sessions: &AtomicU64,
) -> std::io::Result<()> {
    let mut request = [0; REQUEST.len()];
    client.read_exact(&mut request).await?;
    if request != REQUEST {
        return Err(std::io::Error::other("the client does not ask for TLS"));
    }
    client.write_all(b"S").await?;
    let mut client = acceptor.accept(client).await?;
    let mut first = [0; 1024];
    let read = client.read(&mut first).await?;
    if read == 0 {
        return Ok(());
    }
    sessions.fetch_add(1, Ordering::SeqCst);
    let mut server = TcpStream::connect((upstream.host.as_str(), upstream.port)).await?;
    server.write_all(&first[..read]).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(drop)
}

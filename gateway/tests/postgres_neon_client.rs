//! Neon's own client, npm `@neondatabase/serverless`, against the gateway: what it can do on Neon it can do here.

mod node;
mod wire;

use drivetrain_gateway::neon::{NeonConfig, NeonGateway};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// Runs the checks of a file against a gateway.
async fn check(file: &'static str, way: &'static str, gateway: NeonGateway, more: &[(&'static str, &str)]) {
    // By name: the certificate is made out to it.
    let address = format!("localhost:{}", gateway.address().port());
    // The host means nothing to the gateway, and must be one that the client does not change.
    let mut url = url::Url::parse(&wire::url()).unwrap();
    url.set_host(Some("localhost")).unwrap();
    let mut environment: Vec<(&str, String)> = vec![
        ("GATEWAY", address),
        ("CONNECTION_STRING", url.to_string()),
        ("GATEWAY_TLS", "0".into()),
        ("RAW", "0".into()),
        ("PIPELINE", "password".into()),
    ];
    environment.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    tokio::task::spawn_blocking(move || {
        let environment: Vec<(&str, &str)> =
            environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        node::run(file, way, &environment);
    })
    .await
    .unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    gateway.shutdown().await;
}

#[tokio::test]
async fn sql_over_http() {
    check("http.mjs", "HTTP", wire::gateway(|config| config).await, &[]).await;
}

#[tokio::test]
async fn websocket_with_the_password_sent_ahead() {
    let gateway = wire::gateway(|config| config).await;
    check("websocket.mjs", "WebSocket, pipelineConnect=password", gateway, &[]).await;
}

#[tokio::test]
async fn websocket_with_the_password_asked_for() {
    let gateway = wire::gateway(|config| config).await;
    check("websocket.mjs", "WebSocket, pipelineConnect=false", gateway, &[("PIPELINE", "false")]).await;
}

#[tokio::test]
async fn websocket_with_the_authentication_of_the_database() {
    let gateway = wire::gateway(|config| config.raw_websockets(true)).await;
    check("websocket.mjs", "WebSocket, raw", gateway, &[("PIPELINE", "false"), ("RAW", "1")]).await;
}

#[tokio::test]
async fn over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "Authority of the gateway's tests");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let trusted = file("ca.pem", authority.self_signed(&authority_key).unwrap().pem());
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &Issuer::new(authority, authority_key))
        .unwrap();
    let certificate = file("certificate.pem", certificate.pem());
    let key = file("key.pem", key.serialize_pem());

    let config = NeonConfig::new(&wire::url()).unwrap().tls(certificate, key).unwrap();
    let gateway = NeonGateway::start(config).await.unwrap();
    let more = [("GATEWAY_TLS", "1"), ("NODE_EXTRA_CA_CERTS", trusted.to_str().unwrap())];
    check("tls.mjs", "TLS", gateway, &more).await;
}

//! URLs and endpoints, good and bad.

use drivetrain_adapter_api::{Error, ErrorKind, Version};
use drivetrain_postgres_core::session::StatementMode;
use futures_util::FutureExt as _;

use super::{NeonConfig, PipelineConnect, Transport};

const CANARY: &str = "canary7f3K";
const HOST: &str = "ep-a-1.us-east-2.aws.neon.tech";

fn read(url: &str) -> NeonConfig {
    NeonConfig::from_url(url).unwrap()
}

fn complaint(url: &str) -> Error {
    let error = NeonConfig::from_url(url).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{url}");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(CANARY), "{shown}");
    error
}

fn header(config: &NeonConfig) -> String {
    config.connection_string().now_or_never().unwrap().unwrap()
}

#[test]
fn only_neons_own_hosts_are_rewritten() {
    let endpoint = |host: &str| read(&format!("postgres://u:p@{host}/d")).endpoint_url().unwrap();
    assert_eq!(endpoint(HOST), "https://api.us-east-2.aws.neon.tech/sql");
    assert_eq!(
        endpoint("ep-a-1-pooler.us-east-2.aws.neon.tech:5432"),
        "https://api.us-east-2.aws.neon.tech/sql"
    );
    assert_eq!(endpoint("ep-a-1.eu.NEON.build"), "https://api.eu.NEON.build/sql");
    for host in [
        "localhost",
        "127.0.0.1",
        "db.example.com",
        "x.pg.psdb.cloud",
        "neon.tech.example.com",
        "ep.notneon.tech",
        "neon.tech",
    ] {
        assert_eq!(endpoint(host), format!("https://{host}/sql"));
        assert_eq!(
            endpoint(&format!("{host}:6432")),
            format!("https://{host}/sql"),
            "the port is Postgres's"
        );
    }
    assert_eq!(endpoint("[::1]:5433"), "https://[::1]/sql");
    let token = read(&format!("postgres://u@{HOST}/d")).auth_token(CANARY);
    assert_eq!(token.endpoint_url().unwrap(), "https://apiauth.us-east-2.aws.neon.tech/sql");
    let explicit = token.endpoint("http://127.0.0.1:4444/sql?x=1");
    assert_eq!(explicit.endpoint_url().unwrap(), "http://127.0.0.1:4444/sql?x=1");
}

#[test]
fn websockets_go_to_the_host_or_beside_the_endpoint() {
    let websocket = |url: &str| read(url).websocket_url().unwrap();
    assert_eq!(websocket(&format!("postgres://u@{HOST}/d")), format!("wss://{HOST}/v2"));
    assert_eq!(
        websocket("postgres://u@x.pg.psdb.cloud:6432/d"),
        "wss://x.pg.psdb.cloud/v2?address=x.pg.psdb.cloud:6432"
    );
    assert_eq!(
        websocket("postgres://u@h/d?endpoint=http://localhost:4444/sql"),
        "ws://localhost:4444/v2?address=h:5432"
    );
    assert_eq!(
        websocket(&format!("postgres://u@{HOST}/d?endpoint=https://api.us-east-2.aws.neon.tech/sql")),
        format!("wss://{HOST}/v2")
    );
    assert_eq!(websocket("postgres://u@h/d?websocket_endpoint=ws://[::1]:99/v1"), "ws://[::1]:99/v1");
}

#[test]
fn credentials_do_not_travel_in_the_clear() {
    for host in ["127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST", "db.localhost", "[::1]"] {
        for port in ["", ":4444"] {
            read(&format!("postgres://u@h/d?endpoint=http://{host}{port}/sql"));
        }
    }
    for host in
        ["10.0.0.1", "db.example.com", "db.localtest.me", "localhost.example.com", "[fe80::1]", "0.0.0.0"]
    {
        let url = format!("postgres://u@h/d?endpoint=http://{host}/sql");
        assert!(complaint(&url).hint().unwrap().contains("allow_insecure_endpoint"), "{host}");
        read(&format!("{url}&allow_insecure_endpoint=true"));
        complaint(&format!("postgres://u@h/d?websocket_endpoint=ws://{host}/v2"));
        read(&url.replace("http:", "https:"));
    }
}

#[test]
fn endpoints_that_are_none_are_refused_without_being_shown() {
    let says = |endpoint: &str| {
        let config = NeonConfig::new("h", "u", "d").endpoint(endpoint);
        let error = config.endpoint_url().unwrap_err();
        assert!(!format!("{error:?}").contains(CANARY));
        assert_eq!(config.websocket_url().unwrap_err().message(), error.message());
        error.message().to_owned()
    };
    assert!(says("localhost").contains("no URL"));
    assert!(says("ftp://localhost/sql").contains("neither https:// nor http://"));
    assert!(says("https://localhost").contains("no path"));
    assert!(says("https://localhost/").contains("no path"));
    assert!(says("https://u:canary7f3K@localhost/sql").contains("credentials"));
    assert!(says("https://localhost:x/sql").contains("port"));
    assert!(says("https://[::1/sql").contains('['));
    assert!(says("https://[::1]x/sql").contains("between"));
    assert!(says("https://local host/sql").contains("characters"));
    assert!(says("https://lücke.example/sql").contains("host"));
    assert!(says("https:///sql").contains("host"));
}

#[test]
fn the_connection_string_is_rebuilt_as_visible_ascii() {
    assert_eq!(header(&read("postgres://app:apppw@localhost/main")), "postgresql://app:apppw@localhost/main");
    let odd = "p:/?#@%w é\u{1f600}";
    let config = read("postgres://al%40ice@db.example.com:6432/my%20shop?options=endpoint%3Dep-1%20neon_k:v")
        .password(odd);
    let text = header(&config);
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text}");
    assert_eq!(
        text,
        "postgresql://al%40ice:p%3A%2F%3F%23%40%25w%20%C3%A9%F0%9F%98%80@db.example.com:6432/my%20shop\
         ?options=endpoint%3Dep-1%20neon_k%3Av"
    );
    let again = read(&text);
    assert_eq!((again.user(), again.database(), again.host()), ("al@ice", "my shop", "db.example.com"));
    assert_eq!(header(&again), text);
    assert_eq!(header(&read("postgres://u@[::1]/d")), "postgresql://u@[::1]/d");
    let asked = read("postgres://u@h/d").password_from(|| Box::pin(async { Ok("now".to_owned()) }));
    assert_eq!(header(&asked), "postgresql://u:now@h/d");
}

#[test]
fn every_key_is_read() {
    let config = read(
        "postgres://u@h/d?endpoint=https://e/sql&websocket_endpoint=wss://w/v2&transport=websocket\
         &pipeline_connect=always&server_version=17.2&max_request_bytes=10&max_response_bytes=20\
         &application_name=my%20app&schema=tenant%22a&statement_timeout=30s&lock_timeout=100\
         &idle_in_transaction_session_timeout=5%20min&options=-c%20geqo%3Doff&sslmode=verify-full\
         &channel_binding=require&sslrootcert=system&target_session_attrs=any&connect_timeout=2.5\
         &connection_limit=3&pool_min=1&pool_timeout=0&pool_idle_timeout=7&pool_max_lifetime=0&pgbouncer=true\
         &statement_cache_size=9&user=v&dbname=e&password=w&host=i&port=7",
    );
    assert_eq!(config.transport, Transport::WebSocket);
    assert_eq!(config.pipeline_connect, PipelineConnect::Always);
    assert_eq!(config.server_version, Version::new(17, 2, 0));
    assert_eq!((config.max_request_bytes, config.max_response_bytes), (10, 20));
    let settings = config.session.settings();
    let settings: Vec<_> = settings.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(
        settings,
        [
            ("geqo", "off"),
            ("application_name", "my app"),
            ("search_path", "\"tenant\"\"a\""),
            ("statement_timeout", "30s"),
            ("lock_timeout", "100"),
            ("idle_in_transaction_session_timeout", "5 min"),
        ]
    );
    assert_eq!((config.pool.max_size, config.pool.min_size, config.cached_statements), (3, 1, 9));
    assert_eq!(config.prepared(), StatementMode::Unnamed);
    assert_eq!(header(&config), "postgresql://v:w@i:7/e");
}

#[test]
fn what_neon_and_planetscale_hand_out_is_taken() {
    let neon = read(
        "postgresql://neondb_owner:npg_x@ep-a-1-pooler.us-east-2.aws.neon.tech/neondb\
         ?sslmode=require&channel_binding=require",
    );
    assert_eq!(neon.prepared(), StatementMode::Unnamed, "a pooler");
    assert!(neon.session.settings().is_empty());
    let planetscale = read(
        "postgresql://u.x:pscale_pw_x@x.pg.psdb.cloud:5432/postgres?sslmode=verify-full&sslrootcert=system",
    );
    assert_eq!(planetscale.endpoint_url().unwrap(), "https://x.pg.psdb.cloud/sql");
    assert_eq!(planetscale.prepared(), StatementMode::Named);
}

#[test]
fn what_cannot_be_honoured_is_refused() {
    let hint = |keys: &str| {
        complaint(&format!("postgres://u:{CANARY}@h/d?{keys}")).hint().unwrap_or_default().to_owned()
    };
    let says = |keys: &str| complaint(&format!("postgres://u:{CANARY}@h/d?{keys}")).message().to_owned();
    assert!(says("sslrootcert=a.pem").contains("`sslrootcert`"));
    assert!(says("sslcert=a.pem").contains("`sslcert`"));
    assert!(says("keepalives=1").contains("`keepalives`"));
    assert!(hint("allow_insecure_password=true").contains("allow_insecure_endpoint"));
    assert!(says("target_session_attrs=read-write").contains("one endpoint"));
    assert!(says("host=a,b").contains("several hosts"));
    assert!(says("host=/run/postgresql").contains("host"));
    assert!(says("sslmode=disable").contains("sslmode=disable"));
    assert!(says("endpoint=http://localhost/sql&sslmode=verify-full").contains("needs TLS"));
    assert!(says("endpoint=http://localhost/sql&channel_binding=require").contains("needs TLS"));
    assert!(says("sslmode=disable&channel_binding=require").contains("needs TLS"));
    read("postgres://u@h/d?endpoint=http://localhost/sql&sslmode=disable");
    assert!(says("transport=tcp").contains("auto, http, websocket"));
    assert!(says("transport=http&pool_max=3").contains("no pool"));
    assert!(says("server_version=11").contains("11"));
    assert!(says("server_version=new").contains("`server_version`"));
    assert!(
        says("options=-c%20default_transaction_read_only%3Don").contains("default_transaction_read_only")
    );
    read("postgres://u@h/d?transport=websocket&options=-c%20default_transaction_read_only%3Don");
    for unreadable in ["DateStyle%3DGerman", "datestyle%3DSQL,\\%20DMY", "extra_float_digits%3D0"] {
        let key = format!("options=-c%20{unreadable}");
        assert!(says(&key).contains("could not be read"), "{unreadable}");
        read(&format!("postgres://u@h/d?transport=websocket&{key}"));
    }
    read("postgres://u@h/d?options=-c%20DateStyle%3DISO,\\%20DMY%20-c%20extra_float_digits%3D3");
    assert!(says("options=-e").contains("`options`"));
    assert!(says("max_response_bytes=0").contains("above 0"));
    assert!(says("pool_max=0").contains("max_size is 0"));
    assert!(hint("endpont=x").contains("`endpoint`"));
    assert!(hint("zzz=3").contains("the known keys are"));
}

#[test]
fn the_configuration_does_not_show_its_secrets() {
    let config = read(&format!("postgres://u:{CANARY}@h/d"))
        .auth_token(CANARY)
        .endpoint(format!("https://h/{CANARY}"));
    let shown = format!("{config:?} {:#?}", config.clone().password(CANARY));
    assert!(!shown.contains(CANARY), "{shown}");
}

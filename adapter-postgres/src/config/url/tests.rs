//! URLs, good and bad.

use std::path::PathBuf;
use std::time::Duration;

use drivetrain_adapter_api::{Error, ErrorKind};
use drivetrain_postgres_core::session::StatementMode;

use super::super::{Address, BindingMode, Host, Password, PostgresConfig, Roots, SslMode, TargetSession};

const CANARY: &str = "canary7f3K";

fn read(url: &str) -> PostgresConfig {
    PostgresConfig::from_url(url).unwrap()
}

fn complaint(url: &str) -> Error {
    let error = PostgresConfig::from_url(url).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{url}");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(CANARY), "{shown}");
    error
}

fn name(name: &str, port: u16) -> Host {
    Host { address: Address::Name(name.to_owned()), port }
}

fn password(config: &PostgresConfig) -> Option<&str> {
    match &config.password {
        Password::Fixed(password) => Some(password),
        Password::None | Password::Provider(_) => None,
    }
}

#[test]
fn the_parts_are_percent_decoded() {
    let config = read("postgres://al%40ice:p%3A%2F%3F%23%40%25w@db.example.com:6432/my%20shop");
    assert_eq!(config.user(), "al@ice");
    assert_eq!(password(&config), Some("p:/?#@%w"));
    assert_eq!(config.database(), "my shop");
    assert_eq!(config.hosts(), [name("db.example.com", 6432)]);
}

#[test]
fn what_is_left_out_has_a_default() {
    let config = read("postgresql://bob@");
    assert_eq!(config.hosts(), [name("localhost", 5432)]);
    assert_eq!(config.database(), "bob", "as the user is called");
    assert_eq!(password(&config), None);
    assert_eq!(config.tls.mode, SslMode::Prefer);
    assert_eq!(config.pool.max_size, 10);
    assert_eq!(read("POSTGRES://bob@h").hosts(), [name("h", 5432)]);
}

#[test]
fn hosts_of_every_sort() {
    assert_eq!(read("postgres://u@[::1]:5433/d").hosts(), [name("::1", 5433)]);
    assert_eq!(read("postgres://u@[fe80::1]/d").hosts()[0].to_string(), "[fe80::1]:5432");
    let several = read("postgres://u@a:1,b,[::1]:3/d");
    assert_eq!(several.hosts(), [name("a", 1), name("b", 5432), name("::1", 3)]);
    for url in ["postgres://u@%2Frun%2Fpg:99/d", "postgres://u@/d?host=/run/pg&port=99"] {
        let config = read(url);
        let folder = Address::Folder(PathBuf::from("/run/pg"));
        assert_eq!(config.hosts(), [Host { address: folder, port: 99 }], "{url}");
        assert_eq!(config.hosts()[0].to_string(), "/run/pg/.s.PGSQL.99");
    }
    assert_eq!(read("postgres://u@/d?host=a,b&port=7").hosts(), [name("a", 7), name("b", 7)]);
}

#[test]
fn every_key_is_read() {
    let config = read(
        "postgres://u@h/d?sslmode=verify-full&sslrootcert=system&sslcert=c.pem&sslkey=k.pem\
         &channel_binding=require&application_name=my%20app&schema=tenant%22a&options=-c%20geqo%3Doff\
         &connect_timeout=2.5&statement_timeout=30s&lock_timeout=100&idle_in_transaction_session_timeout=5%20min\
         &connection_limit=3&pool_min=1&pool_timeout=0&pool_idle_timeout=7&pool_max_lifetime=0&pgbouncer=true\
         &statement_cache_size=9&keepalives=1&keepalives_idle=5&target_session_attrs=read-write\
         &allow_insecure_password=true&user=v&password=w&dbname=e",
    );
    assert_eq!(config.tls.mode, SslMode::VerifyFull);
    assert_eq!(config.tls.roots, Some(Roots::System));
    assert_eq!(config.tls.channel_binding, BindingMode::Require);
    assert_eq!(config.session.application_name.as_deref(), Some("my app"));
    assert_eq!(config.session.search_path.as_deref(), Some("\"tenant\"\"a\""));
    assert_eq!(config.session.statement_timeout.as_deref(), Some("30s"));
    assert_eq!(config.pool.connect_timeout, Duration::from_millis(2500));
    assert_eq!(config.pool.max_size, 3);
    assert_eq!(config.pool.acquire_timeout, None);
    assert_eq!(config.pool.idle_timeout, Some(Duration::from_secs(7)));
    assert_eq!(config.pool.max_lifetime, None);
    assert_eq!(config.mode, StatementMode::Unnamed);
    assert_eq!(config.keepalive, Some(Duration::from_secs(5)));
    assert_eq!(config.target, TargetSession::ReadWrite);
    assert_eq!((config.user(), config.database()), ("v", "e"));
    assert_eq!(password(&config), Some("w"));
    assert_eq!(read("postgres://u@h/d?keepalives=0").keepalive, None);
}

#[test]
fn behind_a_pooler_only_settings_that_poolers_take_are_sent() {
    let names =
        |url: &str| read(url).settings().into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ");
    assert_eq!(names("postgres://u@h/d?pgbouncer=true"), "client_encoding DateStyle");
    assert!(names("postgres://u@h/d").contains("extra_float_digits"));
}

#[test]
fn mistakes_are_named_with_the_mend_and_without_secrets() {
    let hint = |url: &str| complaint(url).hint().unwrap_or_default().to_owned();
    let says = |url: &str| complaint(url).message().to_owned();
    assert!(says("mysql://u:canary7f3K@h/d").contains("begins with postgres://"));
    assert!(says("canary7f3K").contains("begins with postgres://"));
    assert!(says("postgres://h/d").contains("names no user"));
    assert!(says("postgres://u:canary7f3K%zz@h/d").contains("password"));
    assert!(hint("postgres://u:canary7f3K%@h/d").contains("%25"));
    assert!(hint("postgres://u:canary/7f3K@h/d").contains("percent-encode"));
    assert!(says("postgres://u:canary7f3K#x@h/d").contains('#'));
    assert!(says("postgres://u:canary7f3K@h:99999/d").contains("port"));
    assert!(says("postgres://u:canary7f3K@h:0/d").contains("port"));
    assert!(says("postgres://u@[::1/d").contains('['));
    assert!(says("postgres://u@[nope]/d").contains("IPv6"));
    assert!(says("postgres://u@a,b/d?port=1,2,3").contains("2 hosts and 3 ports"));
    assert!(hint("postgres://u:canary7f3K@h/d?sslmod=require").contains("`sslmode`"));
    assert!(hint("postgres://u@h/d?conection_limit=3").contains("`connection_limit`"));
    assert!(hint("postgres://u@h/d?zzz=3").contains("the known keys are"));
    assert!(
        says("postgres://u@h/d?sslmode=maybe").contains("disable, prefer, require, verify-ca, verify-full")
    );
    assert!(says("postgres://u@h/d?pool_max=many").contains("`pool_max` is not a whole number"));
    assert!(says("postgres://u@h/d?pool_max=0").contains("max_size is 0"));
    assert!(says("postgres://u@h/d?connect_timeout=-1").contains("seconds"));
    assert!(says("postgres://u@h/d?statement_timeout=soon").contains("30s"));
    assert!(says("postgres://u@h/d?sslcert=a").contains("`sslcert` without `sslkey`"));
    assert!(says("postgres://u@h/d?sslrootcert=system").contains("verify-full"));
    assert!(says("postgres://u@h/d?sslmode=disable&channel_binding=require").contains("needs TLS"));
    assert!(says("postgres://u@h/d%00").contains("NUL"));
    assert!(says("postgres://u:canary7f3K%ff@h/d").contains("UTF-8"));
}

#[test]
fn the_configuration_does_not_show_its_password() {
    let config = read("postgres://u:canary7f3K@h/d");
    let shown = format!("{config:?} {:#?}", config.clone().password("canary7f3K"));
    assert!(!shown.contains(CANARY), "{shown}");
}

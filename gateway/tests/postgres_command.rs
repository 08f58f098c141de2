//! The command: what it prints, what it logs, and how it ends.

mod http;

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use http::{Answer, send, url};
use http_body_util::Full;
use hyper::Request;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drivetrain-gateway"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A gateway that ends with the test.
struct Running {
    child: Child,
    address: SocketAddr,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let url = url();
        let mut all = vec!["neon", "--postgres", &url, "--listen", "127.0.0.1:0"];
        all.extend_from_slice(arguments);
        let mut child = command(&all).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.trim_end().strip_prefix("listening on http://").expect("the line that scripts wait for");
        Self { address: address.parse().unwrap(), child }
    }

    async fn post(&self, connection_string: &str, path: &str) -> Answer {
        let request = Request::post(path).header("neon-connection-string", connection_string);
        let body = Full::new(Bytes::from_static(br#"{"query":"select 'a value'","params":[]}"#));
        send(self.address, request.body(body).unwrap()).await
    }

    /// Asks it to end, and returns what it wrote to standard error.
    fn stop(mut self) -> String {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let mut log = String::new();
        self.child.stderr.as_mut().unwrap().read_to_string(&mut log).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {log}");
        log
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended, unless the test failed before.
        let _ = self.child.kill();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_a_line_per_request_and_no_secret() {
    let running = Running::start(&["--log"]);
    let config: tokio_postgres::Config = url().parse().unwrap();
    let password = String::from_utf8(config.get_password().unwrap_or_default().to_vec()).unwrap();
    assert!(password.len() > 3, "a password that can be looked for");
    assert_eq!(running.post(&url(), "/sql?secret=sesame").await.status, 200);
    assert_eq!(running.post("postgres://mallory:sesame@h/d", "/sql").await.status, 400);
    assert_eq!(running.post("sesame", "/sql").await.status, 400);
    assert_eq!(running.post(&url(), "/elsewhere").await.status, 400);
    let log = running.stop();
    let lines: Vec<_> = log.lines().collect();
    assert_eq!(lines.len(), 4, "{log}");
    let user = config.get_user().unwrap();
    assert!(lines[0].starts_with(&format!("POST /sql user={user:?} database=")), "{log}");
    assert!(lines[0].contains(" 200 ") && lines[0].ends_with(" ms"), "{log}");
    assert!(lines[1].starts_with("POST /sql user=\"mallory\" database=\"d\" 400 "), "{log}");
    assert!(lines[2].starts_with("POST /sql user=- database=- 400 "), "{log}");
    assert!(lines[3].starts_with("POST /elsewhere user=- database=- 400 "), "{log}");
    for secret in [password.as_str(), "sesame", "a value"] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_log_nothing_is_said() {
    let running = Running::start(&["--max-request-bytes", "20"]);
    assert_eq!(running.post(&url(), "/sql").await.message(), "request is too large (max is 20 bytes)");
    assert_eq!(running.stop(), "");
}

/// What it writes, and how it ends.
fn output(arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = command(arguments).output().unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
        output.status.code(),
    )
}

#[test]
fn help_is_given_and_mistakes_are_named() {
    let (out, error, code) = output(&["--help"]);
    assert!(out.contains("neon") && error.is_empty() && code == Some(0));
    let (out, _, code) = output(&["neon", "--help"]);
    assert!(out.contains("--postgres URL") && code == Some(0));
    let (out, _, code) = output(&["--version"]);
    assert_eq!(
        (out.as_str(), code),
        (concat!("drivetrain-gateway ", env!("CARGO_PKG_VERSION"), "\n"), Some(0))
    );
    for (arguments, named) in [
        (&[][..], "which gateway"),
        (&["oracle"], "oracle"),
        (&["neon"], "--postgres"),
        (&["neon", "--postgres", "postgres://h", "--listen", "0.0.0.0:0"], "--allow-remote"),
    ] {
        let (out, error, code) = output(arguments);
        assert_eq!((out.as_str(), code), ("", Some(2)), "{arguments:?}");
        assert!(error.starts_with("error: ") && error.contains(named), "{error}");
    }
}

#[tokio::test]
async fn an_address_that_is_taken_or_remote_is_an_error() {
    use drivetrain_gateway::neon::{NeonConfig, NeonGateway};

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (out, error, code) = output(&["neon", "--postgres", "postgres://h", "--listen", &address]);
    assert_eq!((out.as_str(), code), ("", Some(1)));
    assert!(error.contains(&address), "{error}");

    let config = NeonConfig::new("postgres://u:sesame@h/d").unwrap().listen("0.0.0.0:0".parse().unwrap());
    assert!(!format!("{config:?}").contains("sesame"));
    let error = NeonGateway::start(config.clone()).await.unwrap_err().to_string();
    assert!(error.contains("0.0.0.0") && error.contains("--allow-remote"), "{error}");
    NeonGateway::start(config.allow_remote(true)).await.unwrap().shutdown().await;
}

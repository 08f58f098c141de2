//! Postgres for tests: the one in `TEST_POSTGRES_URL`, else a private one, installed or in a container.
//!
//! A private server has TLS, passwords over TCP (SCRAM), trust over its Unix socket, and no durability.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::certificates::{self, Certificates};
use super::docker::{self, Container};
use super::install::{self, Packages};
use super::locate::{self, Search};
use super::native::Native;
use super::user::{self, User};
use super::{Server, Variable, folder, port};
use crate::process;

const URL: &str = "TEST_POSTGRES_URL";
const SOCKET_DIR: &str = "TEST_POSTGRES_SOCKET_DIR";
const PORT: &str = "TEST_POSTGRES_PORT";
const AUTHORITY: &str = "TEST_POSTGRES_CA";
const WRONG_AUTHORITY: &str = "TEST_POSTGRES_WRONG_CA";

const SUPERUSER: &str = "drivetrain";
/// Guards nothing but throwaway servers on loopback.
const PASSWORD: &str = "throwaway-7f3Kq2";

const SEARCH: Search<'static> = Search {
    programs: &["initdb", "postgres"],
    asked: Some(("pg_config", "--bindir")),
    well_known: &[
        ("/usr/lib/postgresql", "", "bin"),
        ("/opt/homebrew/opt", "postgresql", "bin"),
        ("/usr/local/opt", "postgresql", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
    ],
};
const PACKAGES: Packages = Packages { apt: "postgresql", homebrew: "postgresql@17" };
const IMAGE: &str = "postgres:17";

/// Another process may take a free port first: how often to try again.
const TRIES: u32 = 5;

/// Settings of a private server, beside where it listens: many connections, no durability, nothing of the machine's
/// own language or time zone, quick deadlock detection.
const SETTINGS: [&str; 10] = [
    "max_connections=200",
    "max_locks_per_transaction=256",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_prepared_transactions=10",
    "lc_messages=C",
    "timezone=UTC",
    "log_timezone=UTC",
    "deadlock_timeout=250ms",
];

/// Finds or makes a server.
pub(super) fn start() -> Result<Box<dyn Server>, String> {
    if let Some(url) = std::env::var(URL).ok().filter(|url| !url.is_empty()) {
        return Ok(Box::new(Given { url }));
    }
    let Some(programs) = locate::folder(SEARCH) else { return install_and_start() };
    Ok(Box::new(private(&programs)?))
}

fn install_and_start() -> Result<Box<dyn Server>, String> {
    let refused = match install::install(PACKAGES) {
        Ok(()) => match locate::folder(SEARCH) {
            Some(programs) => return Ok(Box::new(private(&programs)?)),
            None => "it was installed, but initdb and postgres are nowhere to be found".to_owned(),
        },
        Err(error) => error,
    };
    contained().map(|server| Box::new(server) as Box<dyn Server>).map_err(|error| {
        format!(
            "none is installed; {refused}; {error}. Install PostgreSQL (on Debian and Ubuntu `apt-get install \
             postgresql`), or set {URL}=postgres://user:password@host:port/database to use one that runs"
        )
    })
}

/// A server that the user named.
struct Given {
    url: String,
}

impl Server for Given {
    fn description(&self) -> String {
        let missing: Vec<&str> = [SOCKET_DIR, PORT, AUTHORITY, WRONG_AUTHORITY]
            .into_iter()
            .filter(|name| std::env::var_os(name).is_none())
            .collect();
        if missing.is_empty() {
            return format!("Postgres as {URL} says");
        }
        format!("Postgres as {URL} says (tests that need {} will fail: set them too)", missing.join(", "))
    }

    fn variables(&self) -> Vec<Variable> {
        vec![(URL.to_owned(), self.url.clone())]
    }
}

/// A server of our own. The fields are dropped in this order: the folder goes last.
struct Private<Process> {
    description: String,
    port: u16,
    socket_folder: PathBuf,
    certificates: Certificates,
    _process: Process,
    _folder: TempDir,
}

impl<Process> Server for Private<Process> {
    fn description(&self) -> String {
        self.description.clone()
    }

    fn variables(&self) -> Vec<Variable> {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let port = self.port;
        [
            (URL, format!("postgres://{SUPERUSER}:{PASSWORD}@127.0.0.1:{port}/postgres")),
            (SOCKET_DIR, path(&self.socket_folder)),
            (PORT, port.to_string()),
            (AUTHORITY, path(&self.certificates.authority)),
            (WRONG_AUTHORITY, path(&self.certificates.wrong_authority)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }
}

/// Starts a server from installed programs.
fn private(programs: &Path) -> Result<Private<Native>, String> {
    let version = process::capture(Command::new(programs.join("postgres")).arg("--version"))?;
    let user = user::unprivileged()?;
    let temp = folder::temporary()?;
    let socket_folder = folder::inside(temp.path(), "socket")?;
    let certificates = certificates::make(&folder::inside(temp.path(), "tls")?)?;
    folder::private_file(&temp.path().join("password"), PASSWORD)?;
    folder::hand_over(temp.path(), user.as_ref())?;
    initialise(programs, temp.path(), user.as_ref())?;

    let mut tries = 0;
    let (port, process) = loop {
        tries += 1;
        let port = port::free()?;
        match serve(programs, temp.path(), user.as_ref(), port, &socket_folder, &certificates) {
            Ok(process) => break (port, process),
            Err(error) if tries == TRIES || !error.contains("could not bind") => return Err(error),
            Err(_) => {}
        }
    };
    let version = version.trim().trim_start_matches("postgres (PostgreSQL) ");
    let description = format!("Postgres {version} of {}, private, port {port}", programs.display());
    Ok(Private { description, port, socket_folder, certificates, _process: process, _folder: temp })
}

fn initialise(programs: &Path, folder: &Path, user: Option<&User>) -> Result<(), String> {
    let mut command = Command::new(programs.join("initdb"));
    command
        .current_dir(folder)
        .args(["-D", "data", "-U", SUPERUSER, "-E", "UTF8", "--no-sync", "--pwfile=password"])
        .args(["--auth-local=trust", "--auth-host=scram-sha-256"])
        .arg(if cfg!(target_os = "linux") { "--locale=C.UTF-8" } else { "--locale=C" });
    user::run_as(&mut command, user);
    process::capture(&mut command).map(drop)
}

fn serve(
    programs: &Path,
    folder: &Path,
    user: Option<&User>,
    port: u16,
    socket_folder: &Path,
    certificates: &Certificates,
) -> Result<Native, String> {
    let mut command = Command::new(programs.join("postgres"));
    command.args(["-D", "data", "-p", &port.to_string()]);
    let own = [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("unix_socket_directories={}", socket_folder.display()),
        "ssl=on".to_owned(),
        format!("ssl_cert_file={}", certificates.server.display()),
        format!("ssl_key_file={}", certificates.server_key.display()),
    ];
    for setting in SETTINGS.into_iter().chain(own.iter().map(String::as_str)) {
        command.args(["-c", setting]);
    }
    user::run_as(&mut command, user);
    // Line 8 of the file holds the server's state since Postgres 10; pg_ctl waits for the same.
    let state = folder.join("data/postmaster.pid");
    let ready = || {
        std::fs::read_to_string(&state)
            .is_ok_and(|text| text.lines().nth(7).is_some_and(|line| line.trim_end() == "ready"))
    };
    Native::start(&mut command, folder, &folder.join("postgres.log"), ready)
}

/// Starts a server in a container.
fn contained() -> Result<Private<Container>, String> {
    let temp = folder::temporary()?;
    let socket_folder = folder::inside(temp.path(), "socket")?;
    let tls = folder::inside(temp.path(), "tls")?;
    let certificates = certificates::make(&tls)?;
    // The container's own user must be able to enter them.
    folder::open_to_all(temp.path())?;
    folder::open_to_all(&socket_folder)?;
    let port = port::free()?;
    let process = docker::run(&container(port, &tls, &socket_folder), temp.path(), |container| {
        container.exec(&["pg_isready", "-h", "127.0.0.1", "-U", SUPERUSER]).is_ok()
    })?;
    let description = format!("Postgres from the image {IMAGE}, private, port {port}");
    Ok(Private { description, port, socket_folder, certificates, _process: process, _folder: temp })
}

/// The arguments of `docker run`. The key is copied first: the server insists on owning it.
fn container(port: u16, tls: &Path, socket_folder: &Path) -> Vec<String> {
    let settings: String = SETTINGS.iter().map(|setting| format!(" -c {setting}")).collect();
    let start = format!(
        "cp /tls/server.key /tmp/server.key && chown postgres /tmp/server.key && chmod 600 /tmp/server.key && \
         exec docker-entrypoint.sh postgres -c port={port} -c ssl=on -c ssl_cert_file=/tls/server.pem \
         -c ssl_key_file=/tmp/server.key{settings}"
    );
    let arguments = [
        "-p".to_owned(),
        format!("127.0.0.1:{port}:{port}"),
        "-v".to_owned(),
        format!("{}:/tls:ro", tls.display()),
        "-v".to_owned(),
        format!("{}:/var/run/postgresql", socket_folder.display()),
        "-e".to_owned(),
        format!("POSTGRES_USER={SUPERUSER}"),
        "-e".to_owned(),
        format!("POSTGRES_PASSWORD={PASSWORD}"),
        "-e".to_owned(),
        "POSTGRES_DB=postgres".to_owned(),
        "-e".to_owned(),
        format!("PGPORT={port}"),
        "-e".to_owned(),
        "POSTGRES_INITDB_ARGS=--auth-local=trust --auth-host=scram-sha-256".to_owned(),
        IMAGE.to_owned(),
        "bash".to_owned(),
        "-c".to_owned(),
        start,
    ];
    arguments.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_container_listens_on_loopback_only_and_speaks_tls() {
        let arguments = container(5555, Path::new("/t/tls"), Path::new("/t/socket"));
        assert!(arguments.contains(&"127.0.0.1:5555:5555".to_owned()), "{arguments:?}");
        let start = arguments.last().unwrap();
        assert!(start.contains("-c ssl=on") && start.contains("-c max_connections=200"), "{start}");
    }
}

//! Configuration by URL: the same as by options, whatever characters it has in it, and refused as a whole if it is wrong.

use std::fmt::Write as _;

use drivetrain_adapter_api::{Dialect, ErrorKind, Query, RetryClass, SharedAdapter};

use crate::case::{ALL, Case, L, NET, Need, P, case};
use crate::cases::logins::Login;
use crate::harness::Setup;
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

/// A secret that stands in URLs. No error may show it.
const CANARY: &str = "canary4Wz";

pub(super) const CASES: &[Case] = &[
    case!(
        "INFO-02",
        Info,
        L0,
        ALL,
        [Need::Url],
        ["A-3"],
        "a URL and options give a session of the same user on the same database",
        same_session
    ),
    case!(
        "INFO-03",
        Info,
        L0,
        NET,
        [Need::Url, Need::Oracle],
        ["A-3", "A-7"],
        "user, password and database with every character that URLs reserve, percent-encoded",
        encoded
    ),
    case!(
        "INFO-04",
        Info,
        L0,
        P,
        [Need::Url, Need::Peer, Need::Faults],
        ["A-3"],
        "an IPv6 address in brackets, and a Unix socket",
        other_addresses
    ),
    case!(
        "INFO-04.FILE",
        Info,
        L0,
        L,
        [Need::Url, Need::Oracle],
        ["A-3"],
        "`sqlite::memory:` has a database of its own, and `file:` means the file",
        memory_and_file
    ),
    case!(
        "INFO-05",
        Info,
        L0,
        ALL,
        [Need::Url],
        ["A-3", "A-7"],
        "a URL that is empty, cut short or of another scheme is refused without its secrets",
        wrong
    ),
    case!(
        "INFO-06",
        Info,
        L0,
        ALL,
        [Need::Url],
        ["A-3", "A-7"],
        "an unknown key of a URL is refused by name",
        unknown_key
    ),
    case!(
        "INFO-17",
        Info,
        L0,
        P,
        [Need::Url, Need::Faults],
        ["A-3"],
        "of several hosts the first that answers is taken",
        several_hosts
    ),
];

/// Everything but unreserved characters, percent-encoded.
fn percent(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => encoded.push(char::from(byte)),
            _ => write!(encoded, "%{byte:02X}").expect("a String takes everything"),
        }
    }
    encoded
}

/// The parts of `scheme://identity@hosts/database?query`.
struct Parts {
    scheme: String,
    identity: String,
    hosts: String,
    database: String,
    query: String,
}

impl Parts {
    fn of(url: &str) -> Outcome<Self> {
        let parts = || {
            let (scheme, rest) = url.split_once("://")?;
            let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
            let (authority, database) = place.split_once('/').unwrap_or((place, ""));
            let (identity, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
            Some(Self {
                scheme: scheme.to_owned(),
                identity: identity.to_owned(),
                hosts: hosts.to_owned(),
                database: database.to_owned(),
                query: query.to_owned(),
            })
        };
        parts().ok_or_else(|| Stop::fail("the harness's URL has no `://`"))
    }

    fn url(&self) -> String {
        let Self { scheme, identity, hosts, database, query } = self;
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        format!("{scheme}://{identity}@{hosts}/{database}{query}")
    }
}

fn by_url(url: impl Into<String>) -> Setup {
    Setup { url: Some(url.into()), ..Setup::default() }
}

/// Who is connected to what, in the database's own words.
async fn who_and_where(cx: &Context, adapter: &SharedAdapter) -> Outcome<Vec<String>> {
    let sql = match cx.dialect() {
        Dialect::Postgres => {
            "select current_user::text, current_database()::text, current_schema()::text, \
             coalesce(inet_server_port(), 0)::text"
        }
        Dialect::MySql => "select current_user(), database(), '', ''",
        _ => "select '', file, '', '' from pragma_database_list where name = 'main'",
    };
    let rows = adapter.query(Query::raw(sql, vec![])).await?.rows;
    ensure_eq!(rows.len(), 1, "rows");
    (0..4).map(|column| Ok(rows.get::<Option<String>>(0, column)?.unwrap_or_default())).collect()
}

async fn same_session(cx: Context) -> Outcome {
    let by_options = cx.adapter_with(Setup::default()).await?;
    let url = cx.url()?;
    let by_url = cx.adapter_with(by_url(url)).await?;
    ensure_eq!(
        who_and_where(&cx, &by_url).await?,
        who_and_where(&cx, &by_options).await?,
        "user, database, schema and port by URL"
    );
    cx.check_usable(&by_url).await
}

async fn encoded(cx: Context) -> Outcome {
    let name = format!("{} ü@:/?#%&=", cx.marker());
    let login = Login::create(&cx, &name, "p@ss#w%rd:/?&= ü", "").await?;
    let database = format!("{} db #ü@:/?%", cx.marker());
    let quoted = cx.sql(&format!("{{q:{database}}}"));
    let mut oracle = cx.own_oracle().await?;
    let outcome = async {
        oracle.run(&format!("create database {quoted}")).await.map_err(Stop::fail)?;
        if cx.dialect() == Dialect::MySql {
            let user = cx.sql(&format!("{{q:{name}}}"));
            oracle.run(&format!("grant all on {quoted}.* to {user}")).await.map_err(Stop::fail)?;
        }
        let mut parts = Parts::of(&cx.url()?)?;
        parts.identity = format!("{}:{}", percent(&login.user), percent(&login.password));
        parts.database = percent(&database);
        let adapter = cx.adapter_with(by_url(parts.url())).await?;
        let found = who_and_where(&cx, &adapter).await?;
        ensure!(found[0].starts_with(&name), "the user is {:?}, expected {name:?}", found[0]);
        ensure_eq!(found[1], database, "the database");
        cx.check_usable(&adapter).await?;
        adapter.close().await?;
        Ok(())
    };
    let outcome = outcome.await;
    let force = if cx.dialect() == Dialect::Postgres { " with (force)" } else { "" };
    let dropped = oracle.run(&format!("drop database if exists {quoted}{force}")).await;
    let outcome = login.remove(&cx, outcome).await;
    outcome?;
    dropped.map_err(|error| Stop::fail(format!("the database cannot be removed: {error}")))
}

async fn other_addresses(cx: Context) -> Outcome {
    let socket = cx.peer().await?;
    ensure_eq!(who_and_where(&cx, &socket).await?[3], "0", "the port of a session over a Unix socket");
    cx.check_usable(&socket).await?;

    let upstream = cx.harness().upstream().ok_or_else(|| Stop::fail("there is a wire"))?;
    let v6 = match upstream.host.parse() {
        Ok(std::net::IpAddr::V4(v4)) => v4.to_ipv6_mapped(),
        Ok(std::net::IpAddr::V6(v6)) => v6,
        Err(_) => return Err(Stop::NotRun("the server's address is a name".to_owned())),
    };
    let mut parts = Parts::of(&cx.url()?)?;
    parts.hosts = format!("[{v6}]:{}", upstream.port);
    let adapter = cx.adapter_with(by_url(parts.url())).await.within("an IPv6 address")?;
    ensure_eq!(who_and_where(&cx, &adapter).await?[3], upstream.port.to_string(), "the port over IPv6");
    cx.check_usable(&adapter).await
}

async fn memory_and_file(cx: Context) -> Outcome {
    let memory = cx.adapter_with(by_url("sqlite::memory:")).await?;
    memory.query(cx.raw("create table {t:t} (id integer primary key)", vec![])).await?;
    cx.check_usable(&memory).await?;
    let other = cx.adapter_with(by_url("sqlite::memory:")).await?;
    let result = other.query(cx.raw("select * from {t:t}", vec![])).await;
    must_fail(result, &[ErrorKind::UndefinedTable], "a table of another database in memory")?;

    let url = cx.url()?;
    let path = url.split_once(':').map_or("", |(_, path)| path);
    let file = cx.adapter_with(by_url(format!("file:{path}"))).await?;
    file.query(cx.raw("create table {t:t} (id integer primary key)", vec![])).await?;
    file.query(cx.raw("insert into {t:t} values (1)", vec![])).await?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows in the file");
    Ok(())
}

/// The error of a configuration that is wrong: it was refused as such, and shows no secret.
async fn refused(cx: &Context, url: &str, what: &str) -> Outcome<String> {
    let made = cx.try_adapter(by_url(url)).await?;
    let error = must_fail(made, &[ErrorKind::Config], what)?;
    ensure_eq!(error.retry(), RetryClass::Never, "{what}: the retry class");
    ensure!(error.sqlstate().is_none() && error.code().is_none(), "{what}: a server was asked: {error}");
    let shown = format!("{error} {error:?} {error:#?}");
    ensure!(!shown.contains(CANARY), "{what}: the secret is shown: {shown}");
    ensure!(!shown.contains('\n') || !error.to_string().contains('\n'), "{what}: more than one line");
    Ok(error.to_string())
}

async fn wrong(cx: Context) -> Outcome {
    let own = cx.url()?;
    let (scheme, rest) = own.split_once(':').ok_or_else(|| Stop::fail("the harness's URL has no scheme"))?;
    let wrong = [
        (String::new(), "an empty URL"),
        (format!("wrong://{CANARY}:{CANARY}@127.0.0.1:1/{CANARY}"), "another scheme"),
        (format!("{scheme}:"), "nothing behind the scheme"),
        (format!("{CANARY} {rest}"), "no scheme"),
        (format!("{own}#{CANARY}%"), "a `%` that nothing follows"),
    ];
    for (url, what) in wrong {
        let said = refused(&cx, &url, what).await?;
        ensure!(said.len() > 20, "{what}: the error says too little: {said}");
    }
    Ok(())
}

async fn unknown_key(cx: Context) -> Outcome {
    let own = cx.url()?;
    let separator = if own.contains('?') { '&' } else { '?' };
    let said = refused(&cx, &format!("{own}{separator}no_such_key={CANARY}"), "an unknown key").await?;
    ensure!(said.contains("no_such_key"), "the key is not named: {said}");
    let adapter = cx.adapter_with(by_url(own)).await?;
    cx.check_usable(&adapter).await
}

async fn several_hosts(cx: Context) -> Outcome {
    let mut parts = Parts::of(&cx.url()?)?;
    let own = parts.hosts.clone();
    // Nothing listens on the first port of this machine.
    parts.hosts = format!("127.0.0.1:1,{own}");
    let adapter = cx.adapter_with(by_url(parts.url())).await.within("the second host answers")?;
    cx.check_usable(&adapter).await?;
    parts.hosts = "127.0.0.1:1,127.0.0.1:2".to_owned();
    let error =
        must_fail(cx.try_adapter(by_url(parts.url())).await?, &[ErrorKind::Connect], "no host answers")?;
    ensure_eq!(error.retry(), RetryClass::SafeNow, "the retry class where no host answers");
    Ok(())
}

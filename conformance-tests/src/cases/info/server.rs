//! What is known of the server: version, dialect, place, encoding, and whether the claims agree with what it does.

use drivetrain_adapter_api::{
    AffectedRows, Capability, Dialect, Error, ErrorKind, Flavor, Query, StreamOptions, TransactionOptions,
    Value, Version,
};
use std::sync::Arc;

use crate::case::{ALL, Case, NET, Need, P, case};
use crate::cases::logins::Login;
use crate::cases::replies::{Messages, message};
use crate::faults::{Plan, Rewriter};
use crate::harness::{Setup, TlsSetup};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "INFO-07",
        Info,
        L0,
        ALL,
        [],
        ["A-1", "A-2"],
        "product and version are those that the server itself tells",
        version
    ),
    case!(
        "INFO-07.OLD",
        Info,
        L0,
        P,
        [Need::PlainFaults],
        ["A-2"],
        "a server that is too old, or whose version nobody can read, is refused as such",
        too_old
    ),
    case!(
        "INFO-08",
        Info,
        L0,
        ALL,
        [Need::Oracle],
        ["A-2", "A-4"],
        "the claims agree with what is there",
        claims
    ),
    case!(
        "INFO-09",
        Info,
        L0,
        ALL,
        [Need::Oracle],
        ["A-3"],
        "database, schema and user are those of the configuration, and the same as the server says",
        place
    ),
    case!(
        "INFO-11",
        Info,
        L0,
        NET,
        [Need::Oracle],
        ["A-9"],
        "text is UTF-8 also where the user's own default is another encoding",
        encoding
    ),
];

async fn version(cx: Context) -> Outcome {
    let server = cx.capabilities().server();
    let server = server.ok_or_else(|| Stop::fail("the adapter does not tell product and version"))?;
    let (sql, flavors): (_, &[Flavor]) = match cx.dialect() {
        Dialect::Postgres => ("select current_setting('server_version_num')::int8", &[Flavor::PostgreSql]),
        Dialect::MySql => ("select version()", &[Flavor::MySql, Flavor::MariaDb, Flavor::Vitess]),
        _ => ("select sqlite_version()", &[Flavor::Sqlite]),
    };
    ensure!(flavors.contains(&server.flavor), "{:?} is no product of {}", server.flavor, cx.dialect());
    let rows = cx.query(sql, vec![]).await?.rows;
    if cx.dialect() == Dialect::Postgres {
        let number = rows.get::<i64>(0, 0)?;
        let told = (i64::from(server.version.major), i64::from(server.version.minor));
        ensure_eq!(told, (number / 10_000, number % 10_000), "major and minor version");
    } else {
        let text = rows.get::<String>(0, 0)?;
        let told = server.version.to_string();
        ensure!(text.starts_with(&told) || told.starts_with(&text), "the server is {text}, and not {told}");
    }
    let adapter = cx.adapter().await?;
    ensure_eq!(
        adapter.capabilities(),
        cx.capabilities(),
        "the capabilities of another adapter on the same server"
    );
    Ok(())
}

/// Tells another version in the server's place.
struct Aged {
    messages: Messages,
    version: &'static str,
}

impl Rewriter for Aged {
    fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>) {
        for (sort, body) in self.messages.push(arrived) {
            match body.strip_prefix(b"server_version\0") {
                Some(_) if sort == b'S' => {
                    out.extend(message(b'S', format!("server_version\0{}\0", self.version).as_bytes()));
                }
                _ => out.extend(message(sort, &body)),
            }
        }
    }
}

async fn too_old(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let setup = || Setup { through: Some(proxy.address()), tls: Some(TlsSetup::Off), ..cx.setup() };
    for version in ["9.6.24", "8.0.2", "Redshift"] {
        let mut plan = Plan::default();
        plan.to_client.rewrite =
            Some(Arc::new(move || Box::new(Aged { messages: Messages::default(), version })));
        proxy.set(plan);
        let error = must_fail(cx.try_adapter(setup()).await?, &[ErrorKind::UnsupportedServer], version)?;
        ensure!(error.hint().is_some(), "{version}: what is supported is not said: {error}");
    }
    let mut plan = Plan::default();
    plan.to_client.rewrite =
        Some(Arc::new(|| Box::new(Aged { messages: Messages::default(), version: "17.2 (some build)" })));
    proxy.set(plan);
    let adapter = cx.adapter_with(setup()).await.within("version 17.2")?;
    let told = adapter.capabilities().server().map(|server| server.version);
    ensure_eq!(told, Some(Version::new(17, 2, 0)), "the version");
    cx.check_usable(&adapter).await
}

async fn claims(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, n {int4})", "insert into {t:t} values (1, 1)"])
        .await?;
    let adapter = cx.bare_with(cx.setup()).await?;
    let claimed = cx.capabilities();
    let agrees = |what: &str, declared: bool, there: Result<(), Error>| match (declared, there) {
        (true, Ok(())) => Ok(()),
        (true, Err(error)) => Err(Stop::from(error).within(format!("{what} is declared"))),
        (false, Err(_)) => Ok(()),
        (false, Ok(())) => Err(Stop::fail(format!("{what} is not declared, and works"))),
    };
    let begun = adapter.begin(TransactionOptions::new()).await;
    agrees("an interactive transaction", claimed.transactions().is_interactive(), begun.map(drop))?;
    agrees("a session", claimed.sessions(), adapter.session().await.map(drop))?;
    agrees("a script", claimed.scripts(), adapter.script("select 1; select 2").await)?;
    let stream = adapter.stream(cx.raw("select 1", vec![]), StreamOptions::default()).await;
    agrees("a stream", claimed.streaming(), stream.map(drop))?;
    for (capability, sql) in [
        (Capability::ReturningInsert, "insert into {t:t} values (2, 2) returning id"),
        (Capability::ReturningUpdate, "update {t:t} set n = 3 where id = 2 returning id"),
        (Capability::ReturningDelete, "delete from {t:t} where id = 2 returning id"),
    ] {
        let result = adapter.query(cx.raw(sql, vec![])).await;
        agrees(capability.name(), claimed.declares(capability), result.map(drop))?;
    }
    let counted = adapter.query(cx.raw("update {t:t} set n = 1 where id = 1", vec![])).await?.affected;
    let expected = match claimed.affected_rows() {
        AffectedRows::None => None,
        AffectedRows::Matched => Some(1),
        AffectedRows::Changed => Some(0),
        other => return Err(Stop::fail(format!("the suite does not know {other:?}"))),
    };
    ensure_eq!(
        counted,
        expected,
        "the count of an update that changes nothing, by {:?}",
        claimed.affected_rows()
    );
    let inserted = adapter.query(cx.raw("insert into {t:t} (n) select 1 where 1 = 0", vec![])).await?;
    ensure_eq!(inserted.last_insert_id, None, "the id of an insert without rows");
    cx.check_usable(&adapter).await
}

async fn place(cx: Context) -> Outcome {
    let sql = match cx.dialect() {
        Dialect::Postgres => "select current_database()::text",
        Dialect::MySql => "select database()",
        _ => "select file from pragma_database_list where name = 'main'",
    };
    let own: Option<String> = cx.query(sql, vec![]).await?.rows.get(0, 0)?;
    ensure_eq!(own, cx.oracle_cell(sql).await?, "the database, as the oracle sees it");
    if cx.dialect() == Dialect::Postgres && cx.place().is_stateful() {
        let rows = cx
            .query("select current_schema()::text, current_user::text = session_user::text", vec![])
            .await?
            .rows;
        ensure_eq!(rows.get::<Option<String>>(0, 0)?, cx.naming().schema.clone(), "the schema");
        ensure_eq!(rows.get::<bool>(0, 1)?, true, "that the user is the one who logged in");
    }
    // What has no schema in its name is looked for, and made, in the namespace.
    cx.prepare(&["create table {t:t} (id {int4} primary key)", "insert into {t:t} values (7)"]).await?;
    ensure_eq!(cx.query("select id from {t:t}", vec![]).await?.rows.get::<i64>(0, 0)?, 7, "the oracle's row");
    Ok(())
}

async fn encoding(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (x {text})"]).await?;
    if cx.dialect() != Dialect::Postgres {
        let adapter = cx.adapter().await?;
        return survives(&cx, &adapter).await;
    }
    let login = Login::new(&cx, "a word").await?;
    let outcome = async {
        let mut oracle = cx.own_oracle().await?;
        let user = cx.sql(&format!("{{q:{}}}", login.user));
        let sql = format!(
            "alter role {user} set client_encoding = 'LATIN1'; grant all on {} to {user}",
            cx.sql("{t:t}")
        );
        oracle.run(&sql).await.map_err(Stop::fail)?;
        let adapter = cx.adapter_with(login.setup(&cx)).await?;
        survives(&cx, &adapter).await?;
        let shown = adapter.query(cx.raw("show client_encoding", vec![])).await?;
        ensure_eq!(shown.rows.get::<String>(0, 0)?, "UTF8", "the session's encoding");
        Ok(adapter.close().await?)
    };
    let outcome = outcome.await;
    login.remove(&cx, outcome).await
}

async fn survives(cx: &Context, adapter: &drivetrain_adapter_api::SharedAdapter) -> Outcome {
    let text = "😀 é 漢";
    let insert = cx.sql(&format!("insert into {{t:t}} values ({{1}}), ('{text}')"));
    adapter.query(Query::raw(insert, vec![Value::Text(text.to_owned())])).await?;
    let rows = adapter.query(cx.raw("select x from {t:t}", vec![])).await?.rows;
    for row in 0..2 {
        ensure_eq!(rows.get::<String>(row, 0)?, text, "row {row}");
    }
    let count = cx.oracle_cell(&format!("select count(*) from {{t:t}} where x = '{text}'")).await?;
    ensure_eq!(count.as_deref(), Some("2"), "rows that the oracle finds by the text");
    Ok(())
}

//! The claims themselves: they hold still, cost nothing, and agree with the server.

use drivetrain_adapter_api::{Dialect, Flavor, Transport};

use crate::case::{ALL, Case, Need, STATEFUL, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop};

pub(super) const CASES: &[Case] = &[
    case!(
        "CAP-dialect",
        Capabilities,
        L0,
        ALL,
        [Need::Oracle],
        ["A-2"],
        "dialect, product and version are those of the server",
        dialect
    ),
    case!(
        "CAP-unchanging",
        Capabilities,
        L0,
        ALL,
        [],
        ["A-1"],
        "name and capabilities stay the same, for every adapter of the same make, and cost no round trip",
        unchanging
    ),
    case!(
        "CAP-transport_stateful",
        Capabilities,
        L0,
        STATEFUL,
        [Need::Capability(drivetrain_adapter_api::Capability::Sessions)],
        ["A-2", "C-2", "A-55"],
        "what a session sets is seen by its next call, and by nobody after it",
        stateful
    ),
];

async fn dialect(cx: Context) -> Outcome {
    let capabilities = cx.capabilities();
    let server = capabilities.server();
    let server = server.ok_or_else(|| Stop::fail("the server's product and version are not told"))?;
    let question = match cx.dialect() {
        Dialect::Postgres => "show server_version",
        Dialect::MySql => "select version()",
        _ => "select sqlite_version()",
    };
    // SQLite is a library: the oracle's own may be another version.
    if capabilities.transport() != Transport::Embedded {
        let told = cx.oracle_cell(question).await?.unwrap_or_default();
        let version = server.version.to_string();
        let short = version.trim_end_matches(".0");
        ensure!(told.starts_with(short), "the adapter says version {version}, the server says {told}");
    }
    let product = match server.flavor {
        Flavor::PostgreSql => Dialect::Postgres,
        Flavor::Sqlite => Dialect::Sqlite,
        _ => cx.dialect(),
    };
    ensure_eq!(product, cx.dialect(), "the dialect of the product");
    Ok(())
}

async fn unchanging(cx: Context) -> Outcome {
    let wire = cx.wire().await?;
    let mut setup = cx.setup();
    setup.through = wire.as_ref().map(|proxy| proxy.address());
    let adapter = cx.adapter_with(setup).await?;
    let name = adapter.name().to_owned();
    let first = adapter.capabilities().clone();
    ensure_eq!(first, *cx.capabilities(), "the claims of two adapters of one make");
    cx.check_usable(&adapter).await?;
    let settled = async || {
        cx.sleep(std::time::Duration::from_millis(20)).await;
        wire.as_ref().map(|proxy| proxy.traffic())
    };
    let before = settled().await;
    for _ in 0..100 {
        ensure_eq!(*adapter.capabilities(), first, "the claims, asked again");
        ensure_eq!(adapter.name(), name, "the name, asked again");
    }
    ensure_eq!(settled().await, before, "what has passed the wire for it");
    adapter.close().await?;
    ensure_eq!(*adapter.capabilities(), first, "the claims after the adapter was closed");
    Ok(())
}

async fn stateful(cx: Context) -> Outcome {
    let (set, get) = match cx.dialect() {
        Dialect::Postgres => {
            ("set statement_timeout = '4321ms'", "select current_setting('statement_timeout')")
        }
        Dialect::MySql => ("set @drivetrain = '4321ms'", "select @drivetrain"),
        _ => ("pragma cache_size = 4321", "pragma cache_size"),
    };
    let adapter = cx.adapter().await?;
    let read = |result: drivetrain_adapter_api::QueryResult| -> Outcome<String> {
        Ok(format!("{:?}", result.rows.cell(0, 0)?))
    };
    let default = read(adapter.query(cx.raw(get, vec![])).await?)?;
    let mut session = adapter.session().await?;
    session.query(cx.raw(set, vec![])).await?;
    let own = read(session.query(cx.raw(get, vec![])).await?)?;
    ensure!(own.contains("4321"), "the session set 4321 and reads {own}");
    session.close().await?;
    for _ in 0..3 {
        ensure_eq!(
            read(adapter.query(cx.raw(get, vec![])).await?)?,
            default,
            "the setting outside of the session"
        );
    }
    let mut session = adapter.session().await?;
    ensure_eq!(read(session.query(cx.raw(get, vec![])).await?)?, default, "the setting in the next session");
    session.close().await?;
    Ok(())
}

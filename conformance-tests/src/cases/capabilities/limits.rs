//! Limits: what is within works, what is beyond is refused before it is sent, and the adapter stays usable.
//!
//! A limit beyond [`TRIED`] bytes is tried at its edge by a full sweep only; a sampled one takes what is large, and
//! leaves the edge alone: it would take gigabytes of memory.

use drivetrain_adapter_api::layer::{CapabilityCheck, Layer as _};
use drivetrain_adapter_api::{AffectedRows, Capability, ErrorKind, SharedAdapter};

use crate::case::{ALL, Case, Need, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Sweep, Within as _, probes};

/// Bytes that are handled without a second thought.
const TRIED: u64 = 64 << 20;

macro_rules! limit {
    ($id:literal, $capability:ident, $title:literal, $run:path) => {
        case!(
            $id,
            Capabilities,
            L0,
            ALL,
            [Need::Capability(Capability::$capability)],
            ["A-2", "A-3"],
            $title,
            $run
        )
        .within_seconds(60)
    };
}

pub(super) const CASES: &[Case] = &[
    limit!(
        "CAP-max_parameters",
        MaxParameters,
        "as many parameters as declared are taken, one more is refused unsent",
        max_parameters
    ),
    limit!(
        "CAP-max_statement_bytes",
        MaxStatementBytes,
        "a statement as long as declared is taken, one byte more is refused unsent",
        max_statement_bytes
    ),
    limit!(
        "CAP-max_request_bytes",
        MaxRequestBytes,
        "a request almost as large as declared is taken, a larger one is refused unsent",
        max_request_bytes
    ),
    limit!(
        "CAP-max_response_bytes",
        MaxResponseBytes,
        "an answer almost as large as declared comes whole, a larger one is an error and never cut short",
        max_response_bytes
    ),
];

fn declared(limit: Option<u64>) -> Outcome<u64> {
    limit.ok_or_else(|| Stop::fail("the limit is not declared: a defect of the suite"))
}

fn size(bytes: u64) -> Outcome<usize> {
    usize::try_from(bytes).map_err(|_| Stop::fail(format!("{bytes} bytes are more than there is memory")))
}

/// Runs `refused`, and checks that nothing of it passed the wire.
async fn unsent<T>(
    cx: &Context,
    wire: Option<&dyn crate::faults::FaultProxy>,
    adapter: &SharedAdapter,
    kind: ErrorKind,
    what: &str,
    refused: impl Future<Output = Result<T, drivetrain_adapter_api::Error>>,
) -> Outcome {
    cx.sleep(std::time::Duration::from_millis(20)).await;
    let before = wire.map(|wire| wire.traffic().to_server);
    must_fail(refused.await, &[kind], what)?;
    cx.sleep(std::time::Duration::from_millis(20)).await;
    ensure_eq!(wire.map(|wire| wire.traffic().to_server), before, "bytes to the server after {what}");
    cx.check_usable(adapter).await
}

async fn max_parameters(cx: Context) -> Outcome {
    let limit = declared(cx.capabilities().max_parameters())?;
    probes::need(&cx).await?;
    let wire = cx.wire().await?;
    let mut setup = cx.setup();
    setup.through = wire.as_ref().map(|proxy| proxy.address());
    let bare = cx.bare_with(setup).await?;
    let adapter = CapabilityCheck.layer(SharedAdapter::clone(&bare));
    let result = adapter.query(probes::with_parameters(&cx, limit)).await;
    let affected = result.within(format!("{limit} parameters"))?.affected;
    if cx.capabilities().affected_rows() != AffectedRows::None {
        ensure_eq!(affected, Some(limit.div_ceil(5)), "rows inserted by {limit} parameters");
    }
    for (which, adapter) in [("through the check", &adapter), ("around the check", &bare)] {
        let beyond = adapter.query(probes::with_parameters(&cx, limit + 1));
        let what = format!("{} parameters, {which}", limit + 1);
        unsent(&cx, wire.as_deref(), adapter, ErrorKind::TooManyParameters, &what, beyond).await?;
    }
    Ok(())
}

async fn max_statement_bytes(cx: Context) -> Outcome {
    let limit = declared(cx.capabilities().max_statement_bytes())?;
    if !cx.capabilities().raw_sql() {
        return Err(Stop::NotRun("statements of a given length need raw SQL".to_owned()));
    }
    let adapter = cx.adapter().await?;
    let full = limit <= TRIED || cx.sweep() == Sweep::Full;
    let tried = if full { limit } else { TRIED / 16 };
    let result = adapter.query(probes::statement_of(size(tried)?)).await;
    let rows = result.within(format!("a statement of {tried} bytes"))?.rows;
    ensure_eq!(rows.get::<i64>(0, 0)?, 1, "the answer to a statement of {tried} bytes");
    if full {
        let beyond = adapter.query(probes::statement_of(size(limit + 1)?));
        let what = format!("a statement of {} bytes", limit + 1);
        unsent(&cx, None, &adapter, ErrorKind::RequestTooLarge, &what, beyond).await?;
    }
    Ok(())
}

async fn max_request_bytes(cx: Context) -> Outcome {
    let limit = declared(cx.capabilities().max_request_bytes())?;
    let wire = cx.wire().await?;
    let mut setup = cx.setup();
    setup.through = wire.as_ref().map(|proxy| proxy.address());
    let adapter = cx.adapter_with(setup).await?;
    let small = limit <= TRIED;
    // What stands around the value is not known here, and is far less than a tenth.
    let tried = if small { limit - limit / 10 } else { TRIED / 4 };
    let result = adapter.query(probes::text_there_and_back(size(tried)?)).await;
    let rows = result.within(format!("a request of about {tried} bytes"))?.rows;
    ensure_eq!(rows.get::<&str>(0, 0)?.len() as u64, tried, "bytes that came back");
    drop(rows);
    if small || cx.sweep() == Sweep::Full {
        let beyond = adapter.query(probes::text_there_and_back(size(limit + 1)?));
        let what = format!("a request of more than {limit} bytes");
        unsent(&cx, wire.as_deref(), &adapter, ErrorKind::RequestTooLarge, &what, beyond).await?;
    }
    Ok(())
}

async fn max_response_bytes(cx: Context) -> Outcome {
    let limit = declared(cx.capabilities().max_response_bytes())?;
    probes::need(&cx).await?;
    let adapter = cx.adapter().await?;
    let small = limit <= TRIED;
    let tried = size(if small { limit } else { TRIED / 4 })?;
    let rows = 10;
    probes::fill(&cx, &adapter, rows, tried / rows * 8 / 10).await?;
    let got = adapter.query(probes::select_texts(&cx)).await.within("an answer within the limit")?.rows;
    ensure_eq!(got.len(), rows, "rows of an answer within the limit");
    if small {
        probes::fill_from(&cx, &adapter, 100, rows, tried / rows * 8 / 10).await?;
        let beyond = adapter.query(probes::select_texts(&cx)).await;
        let error = must_fail(beyond, &[ErrorKind::ResponseTooLarge], "an answer beyond the limit")?;
        ensure!(!error.to_string().contains("xxxx"), "the error repeats the rows: {error}");
    }
    cx.check_usable(&adapter).await
}

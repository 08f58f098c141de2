//! Values that not every database can hold: stored and read back exactly where they are declared.

use drivetrain_adapter_api::statement::{Expr, Projection, Select, Statement};
use drivetrain_adapter_api::{Capability, DbType, Query, Value};

use crate::case::{ALL, Case, Need, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Within as _, probes};

macro_rules! held {
    ($id:literal, $capability:ident, $title:literal, $run:path) => {
        case!(
            $id,
            Capabilities,
            L0,
            ALL,
            [Need::Capability(Capability::$capability)],
            ["A-2", "A-9"],
            $title,
            $run
        )
    };
}

pub(super) const CASES: &[Case] = &[
    held!("CAP-exact_decimals", ExactDecimals, "decimals of any size keep every digit", exact_decimals),
    held!(
        "CAP-unsigned_integers",
        UnsignedIntegers,
        "unsigned integers beyond the signed ones",
        unsigned_integers
    ),
    held!("CAP-float_nan", FloatNan, "NaN is a float", float_nan),
    held!("CAP-float_infinity", FloatInfinity, "the infinities are floats", float_infinity),
    held!(
        "CAP-temporal_infinity",
        TemporalInfinity,
        "the infinities are dates and timestamps",
        temporal_infinity
    ),
    held!("CAP-nul_in_text", NulInText, "the character NUL is kept within text", nul_in_text),
];

/// Every value of the capability, through its column and back.
async fn through_columns(cx: &Context, capability: Capability) -> Outcome {
    probes::need(cx).await?;
    let adapter = cx.adapter().await?;
    for (column, value) in probes::values(capability) {
        adapter.query(probes::value(cx, column, value.clone())).await.within(column)?;
        let rows = adapter.query(probes::read_value(cx, column)).await.within(column)?.rows;
        ensure_eq!(rows.len(), 1, "rows written to {column}");
        ensure_eq!(rows.get::<Value>(0, 0)?, value, "the value of {column}");
        adapter.query(probes::delete_values(cx)).await.within("making room")?;
    }
    Ok(())
}

async fn exact_decimals(cx: Context) -> Outcome {
    through_columns(&cx, Capability::ExactDecimals).await
}

async fn float_nan(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let adapter = cx.adapter().await?;
    for (column, value) in probes::values(Capability::FloatNan) {
        adapter.query(probes::value(&cx, column, value)).await?;
        let rows = adapter.query(probes::read_value(&cx, column)).await?.rows;
        // Which of the NaNs it is, no database promises.
        ensure!(
            rows.get::<f64>(0, 0)?.is_nan(),
            "the float that was written as NaN is {:?}",
            rows.cell(0, 0)?
        );
    }
    Ok(())
}

async fn float_infinity(cx: Context) -> Outcome {
    through_columns(&cx, Capability::FloatInfinity).await
}

async fn temporal_infinity(cx: Context) -> Outcome {
    through_columns(&cx, Capability::TemporalInfinity).await
}

async fn nul_in_text(cx: Context) -> Outcome {
    through_columns(&cx, Capability::NulInText).await
}

async fn unsigned_integers(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    for (_, value) in probes::values(Capability::UnsignedIntegers) {
        let projections = vec![Projection::new(Expr::slot(0, DbType::UInt64))];
        let select = Statement::new(Select { projections, ..Select::default() });
        let rows = adapter.query(Query::new(select, vec![value.clone()])).await?.rows;
        ensure_eq!(rows.get::<Value>(0, 0)?, value, "an unsigned integer");
    }
    Ok(())
}

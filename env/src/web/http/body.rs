//! The body of an answer, chunk by chunk.

use bytes::Bytes;
use drivetrain_adapter_api::{BoxStream, Error, ErrorKind, RetryClass};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::Exchange;

/// Reads to the end; dropped before it, the exchange is aborted.
pub(super) fn stream(
    body: Option<ReadableStream>,
    mut exchange: Exchange,
) -> BoxStream<'static, Result<Bytes, Error>> {
    let Some(body) = body else {
        exchange.end();
        return Box::pin(futures_util::stream::empty());
    };
    let reader = body.get_reader().unchecked_into::<ReadableStreamDefaultReader>();
    Box::pin(futures_util::stream::try_unfold((reader, exchange), |(reader, mut exchange)| async move {
        let step = exchange.within(reader.read(), "did not complete its answer").await?;
        if field(&step, "done")?.is_truthy() {
            exchange.end();
            return Ok(None);
        }
        let chunk = field(&step, "value")?.dyn_into::<Uint8Array>().map_err(|_| unreadable())?;
        Ok(Some((Bytes::from(chunk.to_vec()), (reader, exchange))))
    }))
}

fn field(step: &JsValue, name: &str) -> Result<JsValue, Error> {
    Reflect::get(step, &JsValue::from_str(name)).map_err(|_| unreadable())
}

fn unreadable() -> Error {
    Error::new(ErrorKind::Protocol, "the host's fetch gives an answer that is not bytes")
        .with_retry(RetryClass::OutcomeUnknown)
}

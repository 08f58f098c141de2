//! HTTP by the host's `fetch`.

mod body;

use std::time::Duration;

use drivetrain_adapter_api::http::{HttpMethod, HttpRequest, HttpResponse, HttpTransport};
use drivetrain_adapter_api::{BoxFuture, Error, ErrorKind, RetryClass, async_trait};
use futures_util::future::{Either, select};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, Request, RequestInit, RequestRedirect, Response, ResponseType};

use super::runtime;

/// Sends HTTP requests with the `fetch` of the host: a browser, an edge isolate or Node.js.
///
/// `fetch` does not tell whether a request that failed had been sent, so its failures always leave the outcome open.
#[derive(Debug, Clone, Copy, Default)]
pub struct FetchHttp {
    _made_by_new: (),
}

impl FetchHttp {
    /// The transport of this isolate.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl HttpTransport for FetchHttp {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let mut exchange = Exchange::new(request.timeout)?;
        let request = built(&request, &exchange.controller)?;
        let promise = fetch(&request)?;
        let response: Response = exchange.within(promise, "did not answer").await?.unchecked_into();
        if response.type_() == ResponseType::Opaqueredirect {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the database's HTTP endpoint answered with a redirect",
            ));
        }
        Ok(HttpResponse {
            status: response.status(),
            headers: headers(&response),
            body: body::stream(response.body(), exchange),
        })
    }
}

/// One request and its answer. Dropped before its end, it is aborted.
struct Exchange {
    controller: AbortController,
    time_is_up: Option<BoxFuture<'static, ()>>,
    over: bool,
}

impl Exchange {
    fn new(timeout: Option<Duration>) -> Result<Self, Error> {
        let controller = AbortController::new().map_err(|error| {
            Error::unsupported(format!("this host has no AbortController: {}", said(&error)))
        })?;
        let time_is_up = timeout.map(|limit| -> BoxFuture<'static, ()> { Box::pin(runtime::sleep(limit)) });
        Ok(Self { controller, time_is_up, over: false })
    }

    /// All has arrived: there is nothing left to abort.
    fn end(&mut self) {
        self.over = true;
    }

    /// Awaits a promise for as long as the time limit lets it.
    async fn within(&mut self, promise: Promise, what: &str) -> Result<JsValue, Error> {
        let outcome = match &mut self.time_is_up {
            None => JsFuture::from(promise).await,
            Some(time_is_up) => match select(JsFuture::from(promise), time_is_up).await {
                Either::Left((outcome, _)) => outcome,
                Either::Right(((), _)) => {
                    let message = format!("the database's HTTP endpoint {what} within the time limit");
                    return Err(
                        Error::new(ErrorKind::Timeout, message).with_retry(RetryClass::OutcomeUnknown)
                    );
                }
            },
        };
        outcome.map_err(|error| {
            let message = format!("the database's HTTP endpoint {what}: {}", said(&error));
            Error::new(ErrorKind::ConnectionLost, message).with_retry(RetryClass::OutcomeUnknown)
        })
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.over {
            self.controller.abort();
        }
    }
}

fn built(request: &HttpRequest, controller: &AbortController) -> Result<Request, Error> {
    let init = RequestInit::new();
    match request.method {
        HttpMethod::Get => init.set_method("GET"),
        HttpMethod::Post => {
            init.set_method("POST");
            init.set_body(&Uint8Array::from(&request.body[..]));
        }
        other => return Err(Error::unsupported(format!("the HTTP method {other:?} is not supported here"))),
    }
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&controller.signal()));
    let headers = Headers::new()
        .map_err(|error| Error::unsupported(format!("this host has no Headers: {}", said(&error))))?;
    for (name, value) in &request.headers {
        // What the host says of it may repeat the value, which may be a secret.
        headers.append(name, value).map_err(|_| {
            Error::config(format!(
                "the name or the value of the HTTP header {name} holds forbidden characters"
            ))
        })?;
    }
    init.set_headers(&headers);
    Request::new_with_str_and_init(&request.url, &init)
        .map_err(|_| Error::config("the URL of the database's HTTP endpoint is not valid"))
}

fn fetch(request: &Request) -> Result<Promise, Error> {
    let global = js_sys::global();
    let fetch = Reflect::get(&global, &JsValue::from_str("fetch")).and_then(JsCast::dyn_into::<Function>);
    let fetch = fetch.map_err(|_| Error::unsupported("this host has no fetch"))?;
    let promise = fetch.call1(&global, request).and_then(JsCast::dyn_into::<Promise>);
    promise
        .map_err(|error| Error::unsupported(format!("this host's fetch cannot be called: {}", said(&error))))
}

/// Names and values, in the order of the host (which sorts them).
fn headers(response: &Response) -> Vec<(String, String)> {
    let text = |pair: &Array, index| pair.get(index).as_string().unwrap_or_default();
    let pairs = js_sys::try_iter(&response.headers()).ok().flatten().into_iter().flatten().flatten();
    pairs
        .filter_map(|pair| pair.dyn_into::<Array>().ok())
        .map(|pair| (text(&pair, 0), text(&pair, 1)))
        .collect()
}

/// The message of a JavaScript error.
fn said(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map_or_else(|| format!("{error:?}"), |error| String::from(error.message()))
}

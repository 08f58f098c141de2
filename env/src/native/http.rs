//! HTTP by reqwest, with rustls and the ring provider.

mod errors;

use bytes::Bytes;
use drivetrain_adapter_api::http::{HttpMethod, HttpRequest, HttpResponse, HttpTransport};
use drivetrain_adapter_api::{BoxStream, Error, async_trait};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, Method, Url, redirect};

use super::tls;

/// Sends HTTP requests with reqwest, over connections that are kept and reused. It must be used inside tokio.
///
/// Certificates are verified as the operating system does, by rustls with the ring provider; the process-wide default
/// provider is neither read nor set. Cloning is cheap and shares the connections.
#[derive(Debug, Clone)]
pub struct ReqwestHttp {
    client: Client,
}

impl ReqwestHttp {
    /// Trusts the certificate authorities of this machine.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) when there are none.
    pub fn new() -> Result<Self, Error> {
        Self::with_extra_authorities([])
    }

    /// Trusts these certificate authorities (X.509, DER) too.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) when one of them is not a certificate, or when there
    /// are none at all.
    pub fn with_extra_authorities(authorities: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, Error> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls::config(authorities)?)
            .redirect(redirect::Policy::none())
            // Sending twice is for the layers above to decide: only they know what is harmless.
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| Error::config(format!("the HTTP client cannot be set up: {error}")))?;
        Ok(Self { client })
    }
}

#[async_trait]
impl HttpTransport for ReqwestHttp {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let request = built(request)?;
        let response = self.client.execute(request).await.map_err(errors::while_sending)?;
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        Ok(HttpResponse { status: response.status().as_u16(), headers, body: body(response) })
    }
}

fn built(request: HttpRequest) -> Result<reqwest::Request, Error> {
    let method = match request.method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        other => return Err(Error::unsupported(format!("the HTTP method {other:?} is not supported here"))),
    };
    let url = Url::parse(&request.url).map_err(|error| {
        Error::config(format!("the URL of the database's HTTP endpoint is not valid: {error}"))
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        let scheme = url.scheme();
        return Err(Error::config(format!(
            "the database's HTTP endpoint must be https:// or http://, not {scheme}://"
        )));
    }
    let mut built = reqwest::Request::new(method, url);
    *built.timeout_mut() = request.timeout;
    *built.body_mut() = Some(request.body.into());
    for (name, value) in request.headers {
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| Error::config(format!("{name:?} is not the name of an HTTP header")))?;
        // The value may be a secret: it is neither shown nor, when reqwest shows the request, visible.
        let mut value = HeaderValue::from_str(&value).map_err(|_| {
            Error::config(format!(
                "the value for the HTTP header {name} holds characters that no header may hold"
            ))
        })?;
        value.set_sensitive(true);
        built.headers_mut().append(header, value);
    }
    Ok(built)
}

/// The chunks as they come; dropping the stream closes the connection.
fn body(response: reqwest::Response) -> BoxStream<'static, Result<Bytes, Error>> {
    Box::pin(futures_util::stream::try_unfold(response, |mut response| async move {
        let chunk = response.chunk().await.map_err(errors::while_receiving)?;
        Ok(chunk.map(|chunk| (chunk, response)))
    }))
}

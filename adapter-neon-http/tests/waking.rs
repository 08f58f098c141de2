//! A database that is not up yet, a transport that fails, and what a request looks like: by a transport that answers from a
//! list.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use drivetrain_adapter_api::http::{HttpRequest, HttpResponse, HttpTransport};
use drivetrain_adapter_api::{
    Access, Adapter as _, Batch, Error, ErrorKind, IsolationLevel, Query, RetryClass, TransactionOptions,
    Value, async_trait,
};
use drivetrain_adapter_neon_http::{NeonAdapter, NeonConfig};

type Answer = Result<(u16, &'static str), Error>;

#[derive(Debug, Default)]
struct Listed {
    answers: Mutex<VecDeque<Answer>>,
    requests: Mutex<Vec<HttpRequest>>,
}

#[async_trait]
impl HttpTransport for Listed {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        self.requests.lock().unwrap().push(request);
        let (status, body) =
            self.answers.lock().unwrap().pop_front().expect("no more requests are expected")?;
        let body = Box::pin(futures_util::stream::iter([Ok(Bytes::from_static(body.as_bytes()))]));
        Ok(HttpResponse { status, headers: Vec::new(), body })
    }
}

const ONE: &str =
    r#"{"fields":[{"name":"n","dataTypeID":23}],"rows":[["1"]],"command":"SELECT","rowCount":1}"#;
const ASLEEP: &str =
    r#"{"message":"Control plane request failed: endpoint is temporarily unavailable","code":""}"#;
const STARTING: &str =
    r#"{"message":"the database system is starting up","code":"57P03","severity":"FATAL"}"#;

fn listed(answers: impl IntoIterator<Item = Answer>) -> (NeonAdapter, Arc<Listed>) {
    let http = Arc::new(Listed { answers: Mutex::new(answers.into_iter().collect()), ..Listed::default() });
    let config = NeonConfig::new("ep-a.eu.aws.neon.tech", "us er", "d b").password("p@w");
    let adapter = NeonAdapter::new(
        config,
        http.clone(),
        drivetrain_env::default_websocket().unwrap(),
        drivetrain_env::default_runtime(),
    )
    .unwrap();
    (adapter, http)
}

fn write() -> Query {
    Query::raw("SELECT 1", vec![]).with_access(Access::Write)
}

impl Listed {
    fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

#[tokio::test]
async fn a_database_that_sleeps_is_woken_up() {
    let (adapter, http) = listed([Ok((500, ASLEEP)), Ok((400, STARTING)), Ok((200, ONE))]);
    adapter.query(write()).await.unwrap();
    assert_eq!(http.count(), 3);
}

#[tokio::test]
async fn it_is_not_waited_for_without_end() {
    let (adapter, http) = listed((0..20).map(|_| Ok((500, ASLEEP))));
    let error = adapter.query(write()).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::ServerUnavailable, RetryClass::SafeNow));
    assert_eq!(http.count(), 6);
    let (adapter, http) = listed((0..20).map(|_| Ok((500, ASLEEP))));
    let error = adapter.query(write().with_timeout(Some(Duration::from_millis(400)))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ServerUnavailable, "the reason, and not that time ran out");
    assert!((2..=3).contains(&http.count()), "{}", http.count());
}

#[tokio::test]
async fn what_may_have_run_is_not_sent_again() {
    let lost = || Error::new(ErrorKind::ConnectionLost, "lost").with_retry(RetryClass::OutcomeUnknown);
    let refused = || Error::new(ErrorKind::Connect, "refused").with_retry(RetryClass::SafeNow);
    for (answer, of_write, of_read) in [
        (Ok((502, "")), RetryClass::OutcomeUnknown, RetryClass::SafeNow),
        (Ok((500, "{\"message\":\"failed\"}")), RetryClass::OutcomeUnknown, RetryClass::SafeNow),
        (Ok((429, "")), RetryClass::SafeNow, RetryClass::SafeNow),
        (Ok((401, "")), RetryClass::Never, RetryClass::Never),
        (Ok((200, "<html>")), RetryClass::OutcomeUnknown, RetryClass::Never),
        (Err(lost()), RetryClass::OutcomeUnknown, RetryClass::SafeNow),
        (Err(refused()), RetryClass::SafeNow, RetryClass::SafeNow),
    ] {
        for (access, retry) in
            [(Access::Write, of_write), (Access::Unknown, of_write), (Access::Read, of_read)]
        {
            let (adapter, http) = listed([answer.clone()]);
            let error = adapter.query(write().with_access(access)).await.unwrap_err();
            assert_eq!(error.retry(), retry, "{answer:?}, {access:?}");
            assert_eq!(http.count(), 1);
        }
        let (adapter, http) = listed([answer.clone()]);
        let batch = Batch::atomic(vec![write(), write()], TransactionOptions::new());
        assert_eq!(adapter.batch(batch).await.unwrap_err().retry(), of_write, "{answer:?}, a batch");
        assert_eq!(http.count(), 1);
    }
}

#[tokio::test]
async fn a_failure_to_learn_a_type_does_not_hide_that_a_write_has_happened() {
    let odd =
        r#"{"fields":[{"name":"k","dataTypeID":99999}],"rows":[["x"]],"command":"SELECT","rowCount":1}"#;
    for (access, retry) in
        [(Access::Write, RetryClass::OutcomeUnknown), (Access::Unknown, RetryClass::OutcomeUnknown)]
    {
        let (adapter, http) = listed([Ok((200, odd)), Ok((429, ""))]);
        let error = adapter.query(write().with_access(access)).await.unwrap_err();
        assert_eq!((error.kind(), error.retry(), http.count()), (ErrorKind::RateLimited, retry, 2));
    }
}

#[tokio::test]
async fn a_request_says_what_the_protocol_asks_for() {
    let results: &'static str = Box::leak(format!(r#"{{"results":[{ONE}]}}"#).into_boxed_str());
    let (adapter, http) = listed([Ok((200, ONE)), Ok((200, results))]);
    adapter.query(Query::raw("SELECT $1", vec![Value::Int64(i64::MAX)])).await.unwrap();
    let options = TransactionOptions::new().isolation(IsolationLevel::RepeatableRead).read_only();
    adapter.batch(Batch::atomic(vec![write()], options)).await.unwrap();
    let requests = http.requests.lock().unwrap();
    let headers: Vec<String> =
        requests[0].headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(
        headers,
        [
            "Content-Type: application/json",
            "Neon-Connection-String: postgresql://us%20er:p%40w@ep-a.eu.aws.neon.tech/d%20b",
            "Neon-Raw-Text-Output: true",
            "Neon-Array-Mode: true",
            "Neon-Pool-Opt-In: true",
        ]
    );
    assert_eq!(requests[0].url, "https://api.eu.aws.neon.tech/sql");
    assert_eq!(requests[0].body, r#"{"query":"SELECT $1","params":["9223372036854775807"]}"#);
    assert_eq!(requests[1].body, r#"{"queries":[{"query":"SELECT 1","params":[]}]}"#);
    assert_eq!(requests[1].headers[5], ("Neon-Batch-Isolation-Level", "RepeatableRead".to_owned()));
    assert_eq!(requests[1].headers[6], ("Neon-Batch-Read-Only", "true".to_owned()));
}

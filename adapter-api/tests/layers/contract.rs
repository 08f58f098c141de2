//! What the types promise, checked when this compiles: object safety, and `Send` futures on native targets.

use drivetrain_adapter_api::http::HttpTransport;
use drivetrain_adapter_api::layer::{CapabilityCheck, Layer, Retry, Timeout, Tracing};
use drivetrain_adapter_api::runtime::Runtime;
use drivetrain_adapter_api::{
    Adapter, Batch, Connection, Error, Query, QueryResult, RowSet, RowStream, Rows, Session, SharedAdapter,
    Statement, StreamOptions, Transaction, TransactionOptions, Value,
};

fn send<T: Send>(_: &T) {}
fn send_type<T: Send + ?Sized>() {}
fn shared_type<T: Send + Sync + 'static + ?Sized>() {}

#[test]
fn types_are_shared_between_threads() {
    shared_type::<dyn Adapter>();
    shared_type::<SharedAdapter>();
    shared_type::<dyn Runtime>();
    shared_type::<dyn HttpTransport>();
    shared_type::<dyn RowSet>();
    shared_type::<Rows>();
    shared_type::<Query>();
    shared_type::<Statement>();
    shared_type::<Value>();
    shared_type::<Error>();
    shared_type::<QueryResult>();
    shared_type::<CapabilityCheck>();
    shared_type::<Retry>();
    shared_type::<Timeout>();
    shared_type::<Tracing>();
    send_type::<dyn Connection>();
    send_type::<dyn Transaction>();
    send_type::<dyn Session>();
    send_type::<Box<dyn Transaction + '_>>();
    send_type::<RowStream<'_>>();
    let _: fn(&dyn Layer, SharedAdapter) -> SharedAdapter = |layer, inner| layer.layer(inner);
}

/// Never run: its futures are `Send`, or it does not compile.
#[expect(dead_code, reason = "compiling it is the test")]
async fn futures_are_send(
    adapter: &dyn Adapter,
    mut transaction: Box<dyn Transaction>,
    mut session: Box<dyn Session>,
    query: Query,
) {
    send(&adapter.query(query.clone()));
    send(&adapter.batch(Batch::default()));
    send(&adapter.stream(query.clone(), StreamOptions::default()));
    send(&adapter.begin(TransactionOptions::new()));
    send(&adapter.session());
    send(&adapter.script(""));
    send(&adapter.health_check());
    send(&adapter.close());
    send(&transaction.query(query.clone()));
    send(&transaction.stream(query, StreamOptions::default()));
    send(&transaction.savepoint());
    send(&transaction.commit());
    send(&session.begin(TransactionOptions::new()));
    send(&session.close());
}

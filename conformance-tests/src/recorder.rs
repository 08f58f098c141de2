//! Records what an adapter reports through `tracing` while a future runs: no global state, no threads.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// A span or an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Whether it is a span; an event otherwise.
    pub is_span: bool,
    /// The span's name, or the event's.
    pub name: &'static str,
    /// Where it comes from.
    pub target: String,
    /// Its level, such as `INFO`.
    pub level: String,
    /// Its fields, those recorded later included, in the order they came.
    pub fields: Vec<(&'static str, String)>,
    /// The names of the spans that it was made within, the outermost first.
    pub within: Vec<&'static str>,
    /// Whether the span has ended.
    pub closed: bool,
}

impl Seen {
    /// The last value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// A subscriber that keeps all it is told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder(Arc<Kept>);

#[derive(Debug, Default)]
struct Kept {
    next: AtomicU64,
    seen: Mutex<Vec<(u64, Seen)>>,
    /// The spans that are entered, the outermost first.
    entered: Mutex<Vec<u64>>,
    /// How many handles each span has.
    handles: Mutex<std::collections::HashMap<u64, usize>>,
}

impl Recorder {
    pub(crate) async fn around<T>(future: impl Future<Output = T>) -> (T, Vec<Seen>) {
        let recorder = Self::default();
        let output = future.with_subscriber(recorder.clone()).await;
        let seen = recorder.lock().iter().map(|(_, seen)| seen.clone()).collect();
        (output, seen)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(u64, Seen)>> {
        self.0.seen.lock().expect("nothing panics while the list is held")
    }

    fn add(&self, is_span: bool, metadata: &Metadata<'_>, record: impl FnOnce(&mut Fields<'_>)) -> u64 {
        let id = self.0.next.fetch_add(1, Ordering::Relaxed) + 1;
        let mut fields = Vec::new();
        record(&mut Fields(&mut fields));
        let within = self.within();
        let seen = Seen {
            is_span,
            name: metadata.name(),
            target: metadata.target().to_owned(),
            level: metadata.level().to_string(),
            fields,
            within,
            closed: false,
        };
        self.lock().push((id, seen));
        id
    }

    fn entered(&self) -> std::sync::MutexGuard<'_, Vec<u64>> {
        self.0.entered.lock().expect("nothing panics while the list is held")
    }

    fn within(&self) -> Vec<&'static str> {
        let entered = self.entered().clone();
        let seen = self.lock();
        let name = |id: &u64| seen.iter().find(|(known, _)| known == id).map(|(_, seen)| seen.name);
        entered.iter().filter_map(name).collect()
    }

    fn change(&self, id: &Id, change: impl FnOnce(&mut Seen)) {
        let id = id.into_u64();
        if let Some((_, seen)) = self.lock().iter_mut().find(|(known, _)| *known == id) {
            change(seen);
        }
    }
}

struct Fields<'a>(&'a mut Vec<(&'static str, String)>);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.add(true, span.metadata(), |fields| span.record(fields));
        self.0.handles.lock().expect("nothing panics while the map is held").insert(id, 1);
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.change(span, |seen| values.record(&mut Fields(&mut seen.fields)));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.add(false, event.metadata(), |fields| event.record(fields));
    }

    fn enter(&self, span: &Id) {
        self.entered().push(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        let mut entered = self.entered();
        if let Some(at) = entered.iter().rposition(|id| *id == span.into_u64()) {
            entered.remove(at);
        }
    }

    fn clone_span(&self, id: &Id) -> Id {
        let mut handles = self.0.handles.lock().expect("nothing panics while the map is held");
        *handles.entry(id.into_u64()).or_default() += 1;
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut handles = self.0.handles.lock().expect("nothing panics while the map is held");
        let left = handles.entry(id.into_u64()).or_default();
        *left = left.saturating_sub(1);
        let closed = *left == 0;
        drop(handles);
        if closed {
            self.change(&id, |seen| seen.closed = true);
        }
        closed
    }
}

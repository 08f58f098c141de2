//! Records the spans and events that a test causes, with all their fields as text.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

/// The fields of one span or event, and its name and target.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorded {
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) closed: bool,
    /// Of a span; events have none.
    id: Option<Id>,
    fields: BTreeMap<String, String>,
}

impl Recorded {
    /// The field's text; empty where it was never recorded.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<Recorded>>>);

impl Recorder {
    /// A recorder that this thread reports to until the guard is dropped.
    pub(crate) fn start() -> (Self, tracing::subscriber::DefaultGuard) {
        let recorder = Self::default();
        let subscriber = tracing_subscriber::registry().with(recorder.clone());
        (recorder, tracing::subscriber::set_default(subscriber))
    }

    /// The spans, in the order they were opened.
    pub(crate) fn spans(&self) -> Vec<Recorded> {
        self.0.lock().unwrap().iter().filter(|recorded| recorded.id.is_some()).cloned().collect()
    }

    /// Everything that was recorded, as one text.
    pub(crate) fn everything(&self) -> String {
        format!("{:?}", self.0.lock().unwrap())
    }

    fn change(&self, id: &Id, change: impl FnOnce(&mut Recorded)) {
        let mut all = self.0.lock().unwrap();
        let found = all.iter_mut().rev().find(|recorded| recorded.id.as_ref() == Some(id));
        change(found.expect("the span was opened before"));
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> tracing_subscriber::Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let metadata = attributes.metadata();
        let mut recorded = Recorded {
            name: metadata.name().to_owned(),
            target: metadata.target().to_owned(),
            id: Some(id.clone()),
            ..Recorded::default()
        };
        attributes.record(&mut Fields(&mut recorded.fields));
        self.0.lock().unwrap().push(recorded);
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, _: Context<'_, S>) {
        self.change(id, |recorded| record.record(&mut Fields(&mut recorded.fields)));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut recorded = Recorded { target: event.metadata().target().to_owned(), ..Recorded::default() };
        event.record(&mut Fields(&mut recorded.fields));
        self.0.lock().unwrap().push(recorded);
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        self.change(&id, |recorded| recorded.closed = true);
    }
}

struct Fields<'a>(&'a mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

//! A connection that is lent to one user: a transaction, a session or a stream. The thread does what the user sends,
//! in order, until the user leaves, is asked to, or the time is up.

#![allow(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of a method of `Tenant` names one lifetime, and all of them are asked for"
)]

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use drivetrain_adapter_api::{Error, Result};

use super::call::{Call, is_lost};
use super::crew::{Crew, Loan};
use super::queue::closed;
use super::watch::Ticket;
use crate::connection::{Link, ended};
use crate::transaction::Open;

/// Something to do with the connection.
pub(crate) type Command = Box<dyn FnOnce(&mut Tenant<'_>) + Send>;

/// The thread's end.
pub(crate) struct Tenant<'a> {
    pub(crate) link: &'a mut Link,
    pub(crate) transaction: Option<Open>,
    /// Whether the connection is given back when the transaction is over.
    one_transaction: bool,
    leaving: bool,
    epitaph: Arc<OnceLock<Error>>,
}

/// What both ends are made of.
pub(crate) struct Tenancy {
    inbox: Receiver<Command>,
    epitaph: Arc<OnceLock<Error>>,
    /// Given up when the tenancy is.
    _loan: Loan,
}

/// The user's end. Dropping it gives the connection back.
#[derive(Debug)]
pub(crate) struct Lease {
    outbox: Sender<Command>,
    epitaph: Arc<OnceLock<Error>>,
    crew: Arc<Crew>,
}

impl Lease {
    /// A lease and what the thread needs for it.
    pub(crate) fn new(crew: &Arc<Crew>) -> (Self, Tenancy) {
        let (outbox, inbox) = channel::<Command>();
        let epitaph = Arc::new(OnceLock::new());
        let inlet = outbox.clone();
        let loan = crew.lent(move || {
            // A tenant that has left in the meantime needs no request.
            let _ = inlet.send(Box::new(|tenant| tenant.evict()));
        });
        let tenancy = Tenancy { inbox, epitaph: Arc::clone(&epitaph), _loan: loan };
        (Self { outbox, epitaph, crew: Arc::clone(crew) }, tenancy)
    }

    /// The threads that it belongs to.
    pub(crate) fn crew(&self) -> &Arc<Crew> {
        &self.crew
    }

    /// Sends `work`, which is stopped if the call is dropped.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tenant<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let ticket = Ticket::new();
        let (reply, call) = Call::new(Some(Arc::clone(&ticket)));
        self.post(Box::new(move |tenant| {
            if !ticket.start(&tenant.link.watch) {
                return;
            }
            let answer = work(tenant);
            ticket.finish();
            let answer = tenant.checked(answer);
            reply.send(answer);
        }));
        self.epilogue(call.await)
    }

    /// Sends `work`, which runs to its end even if the call is dropped.
    pub(crate) async fn insist<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tenant<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, call) = Call::new(None);
        self.post(Box::new(move |tenant| {
            tenant.link.watch.begin();
            let answer = work(tenant);
            reply.send(answer);
        }));
        self.epilogue(call.await)
    }

    /// Sends a command. One that comes after the end is dropped, and its caller told by the epitaph.
    pub(crate) fn post(&self, command: Command) {
        let _ = self.outbox.send(command);
    }

    /// Why there was no answer, if there was none.
    pub(crate) fn epilogue<T>(&self, answer: Result<T>) -> Result<T> {
        answer.map_err(|error| match self.epitaph.get() {
            Some(reason) if is_lost(&error) => reason.clone(),
            _ => error,
        })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.post(Box::new(|tenant| tenant.leaving = true));
    }
}

impl Tenancy {
    /// Lends `link`, with `transaction` open on it: then for that transaction only.
    pub(crate) fn serve(self, link: &mut Link, transaction: Option<Open>) {
        let one_transaction = transaction.is_some();
        let mut tenant =
            Tenant { link, transaction, one_transaction, leaving: false, epitaph: Arc::clone(&self.epitaph) };
        while !tenant.leaving {
            match self.next(tenant.deadline()) {
                Ok(command) => command(&mut tenant),
                Err(RecvTimeoutError::Timeout) => tenant.expire(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        // What the user did not end is undone before anybody else gets the connection: by `Link::settle`.
    }

    fn next(&self, deadline: Option<Instant>) -> Result<Command, RecvTimeoutError> {
        match deadline {
            Some(deadline) => self.inbox.recv_timeout(deadline.saturating_duration_since(Instant::now())),
            None => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }
}

impl Tenant<'_> {
    /// When the transaction must be over.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.transaction.as_ref().and_then(Open::deadline)
    }

    /// The transaction is over: the connection is given back if it was lent for it alone.
    pub(crate) fn over(&mut self) {
        self.transaction = None;
        self.link.limit = None;
        self.leaving |= self.one_transaction;
    }

    /// The transaction has outlived its limit of time.
    pub(crate) fn expire(&mut self) {
        let why = "it outlived its limit of time and was rolled back";
        self.end_by_itself(ended(why));
    }

    /// The user goes, and waits for what was open to be undone.
    pub(crate) fn leave(&mut self) -> Result<()> {
        self.leaving = true;
        self.link.rollback()
    }

    /// The adapter is being closed and has waited long enough.
    pub(crate) fn evict(&mut self) {
        self.leaving = true;
        self.bury(closed());
        self.end_by_itself(closed());
    }

    fn end_by_itself(&mut self, why: Error) {
        // A rollback that fails leaves a connection that `Link::settle` does not keep.
        let undone = self.link.rollback();
        if let Some(open) = &mut self.transaction {
            open.end(undone.err().unwrap_or_else(|| why.clone()));
        }
        self.link.limit = None;
        if self.one_transaction {
            self.leaving = true;
            self.bury(why);
        }
    }

    /// What those are told who come after the end.
    fn bury(&self, why: Error) {
        // The first reason stays.
        let _ = self.epitaph.set(why);
    }

    /// The answer of a call, or that the transaction ran out of time in the middle of it.
    fn checked<T>(&mut self, answer: Result<T>) -> Result<T> {
        if self.deadline().is_some_and(|deadline| Instant::now() >= deadline) {
            self.expire();
            return answer.map_err(|_| ended("it outlived its limit of time and was rolled back"));
        }
        answer
    }
}

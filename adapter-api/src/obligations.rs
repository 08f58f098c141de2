//! The obligations of an adapter, by number: each stands as a MUST or SHOULD in the docs of the trait it belongs to.
//!
//! | Numbers | Where | About |
//! |---|---|---|
//! | A-1 to A-12 | [`Adapter`](crate::Adapter) | all operations |
//! | A-20 | [`Adapter::lower`](crate::Adapter::lower) | the text of a query |
//! | A-21 to A-25 | [`Adapter::query`](crate::Adapter::query) | one statement |
//! | A-30 to A-34 | [`Adapter::batch`](crate::Adapter::batch) | several statements |
//! | A-40 to A-43 | [`Adapter::stream`](crate::Adapter::stream) | rows in chunks |
//! | A-50, A-51 | [`Adapter::begin`](crate::Adapter::begin) | beginning a transaction |
//! | A-55 | [`Adapter::session`](crate::Adapter::session) | pinned connections |
//! | A-60 | [`Adapter::script`](crate::Adapter::script) | several statements of text |
//! | A-70, A-71 | [`health_check`](crate::Adapter::health_check), [`close`](crate::Adapter::close) | life and end |
//! | C-1 to C-3 | [`Connection`](crate::Connection) | one connection |
//! | T-1 to T-3 | [`Transaction`](crate::Transaction) | life of a transaction |
//! | T-10 | [`Transaction::abandon`](crate::Transaction::abandon) | dropped savepoints |
//! | T-20, T-21 | [`Transaction::commit`](crate::Transaction::commit) | COMMIT |
//! | S-1 | [`Session::close`](crate::Session::close) | giving a session back |
//! | R-1, R-2 | [`RowSet`](crate::RowSet) | cells |

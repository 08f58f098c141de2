//! Every sabotage, the adapter it is put around, and the case that must catch it.

use std::sync::{Arc, PoisonError};

use drivetrain_conformance_tests::Setup;
use drivetrain_conformance_tests::harness::TlsSetup;

use crate::broken::SharedTwist;
use crate::twists as t;

/// Which adapter is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    Sqlite,
    Postgres,
}

impl On {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "Postgres",
        }
    }
}

/// Changes, or looks at, what a case asks of its adapter.
pub(crate) type SharedChange = Arc<dyn Fn(&mut Setup) + Send + Sync>;

/// What a sabotage may need of its surroundings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// The certificate of the authority that signed the server's.
    pub(crate) authority: Option<String>,
}

/// A sabotage.
pub(crate) enum Sabotage {
    /// In the calls.
    Twist(fn() -> SharedTwist),
    /// In how the connection is made.
    Setup(fn(&Surroundings, &mut Setup)),
    /// In the calls, by what is seen of how the connection is made.
    Seen(fn() -> (SharedTwist, SharedChange)),
}

/// A row of the table.
pub(crate) struct Row {
    pub(crate) id: &'static str,
    pub(crate) on: On,
    /// What is wrong with the adapter.
    pub(crate) what: &'static str,
    /// The case that must fail.
    pub(crate) case: &'static str,
    /// By what it is caught.
    pub(crate) how: &'static str,
    pub(crate) sabotage: Sabotage,
}

macro_rules! rows {
    ($($id:literal $on:ident $what:literal => $case:literal $how:literal: $twist:expr;)*) => {
        &[$(Row {
            id: $id,
            on: On::$on,
            what: $what,
            case: $case,
            how: $how,
            sabotage: Sabotage::Twist(|| Arc::new($twist)),
        }),*]
    };
}

/// Those that are twists of calls and need nothing.
const TWISTS: &[Row] = rows! {
    "S-01" Sqlite "two columns of one type change places" =>
        "RES-05" "columns of one name are read by position": t::Answered(t::columns_swapped);
    "S-02" Sqlite "after an error the next query gets the rows of the one before" =>
        "ERR-57" "every query asks for a number of its own": t::StaleRows::default();
    "S-03" Sqlite "64-bit integers go through a float" =>
        "TYPE-003" "2^53 + 1 and the extremes": t::Read(t::int8_through_f64);
    "S-04" Sqlite "the empty text is read as NULL" =>
        "TYPE-039" "the empty text is not NULL": t::Read(t::empty_text_to_null);
    "S-05" Sqlite "the JSON document null is read as NULL" =>
        "TYPE-101" "JSON null is not NULL": t::Read(t::json_null_to_null);
    "S-06" Sqlite "of columns with one name the last is kept" =>
        "RES-05" "columns of one name are all there": t::Answered(t::duplicates_dropped);
    "S-07" Sqlite "the number of parameters wraps at 16 bits" =>
        "CAP-max_parameters" "70,000 parameters are taken or refused, never some of them": t::SixteenBits;
    "S-08" Sqlite "texts are put into the SQL, quoted as on another dialect" =>
        "PARAM-19" "hostile texts are stored as they are": t::Asked(t::interpolated);
    "S-09" Sqlite "-0.0 is read as 0.0" => "TYPE-016" "floats are compared by their bits": t::Read(t::no_negative_zero);
    "S-10" Sqlite "NaN is stored as 0" =>
        "CAP-float_nan" "the twin: NaN, not declared, takes effect around the check": t::Written(t::nan_to_zero);
    "S-11" Sqlite "timestamps are shifted by the session's time zone" =>
        "TYPE-084" "the wall clock that was written is read": t::Read(t::timestamps_shifted);
    "S-12" Sqlite "microseconds are cut to milliseconds" =>
        "TYPE-079" "the last microsecond is read back": t::Read(t::microseconds_cut);
    "S-13" Sqlite "infinite dates are stored as some date" =>
        "CAP-temporal_infinity" "the twin: an infinity, not declared, takes effect around the check":
        t::Written(t::infinities_wrapped);
    "S-14" Sqlite "blanks at the end of texts are trimmed" =>
        "CAP-type.text" "a padded text is read back": t::Read(t::padding_trimmed);
    "S-15" Sqlite "the count of affected rows is that of returned rows" =>
        "COUNT-01" "an insert returns nothing and affects rows": t::Answered(t::affected_is_returned);
    "S-16" Sqlite "the last id stays until there is another" =>
        "COUNT-21" "a statement without an insert has no id": t::StaleId::default();
    "S-17" Postgres "a COMMIT that is answered with a rollback is a success" =>
        "TX-09" "COMMIT after a failed statement is an error": t::CommitAlwaysWell;
    "S-18" Sqlite "a transaction that is dropped stays open" =>
        "TX-05" "the next write must get through, and the oracle sees nothing": t::Forgotten;
    "S-19" Sqlite "a begin that is given up leaves its transaction behind" =>
        "CAN-08" "the next write must get through": t::BeginLeftBehind;
    "S-20" Sqlite "rows left unread by a dropped stream answer the next query" =>
        "RES-19" "the next query asks for a number of its own": t::UnreadRows::default();
    "S-21" Sqlite "going back to a savepoint releases it" =>
        "TX-19" "what came after the savepoint is gone": t::ReleasedInstead;
    "S-22" Postgres "the isolation level is ignored" =>
        "CAP-isolation.repeatable-read" "the level is read back from the server": t::LevelIgnored;
    "S-23" Postgres "the isolation level is left to the next transaction" =>
        "CAP-isolation.serializable" "the level of the next transaction is the default": t::LevelLeaks::default();
    "S-24" Postgres "a deadlock is told as an error of the statement alone" =>
        "ERR-34" "the retry class is that of the whole transaction": t::Told(t::deadlocks_are_small);
    "S-25" Postgres "what was lost with its connection is sent again" =>
        "FLT-01.write" "a write that was cut off is found at most once": t::SentAgain;
    "S-26" Postgres "the end of the connection is taken for the end of the rows" =>
        "FLT-02.read" "rows that were cut off are an error": t::EndOfRows;
    "S-30" Postgres "what the server says, values included, is the message" =>
        "SEC-05" "no value is in Display": t::Told(t::server_speaks);
    "S-34" Sqlite "a lock that is not declared is left out of the select" =>
        "CAP-row_locks" "the twin: the select takes effect around the check": t::Asked(t::locks_left_out);
    "S-35" Sqlite "lateral joins are declared, and there are none" =>
        "CAP-lateral" "what is declared is tried": t::Claimed(t::claims_lateral);
    "S-36" Postgres "an answer that never ends is waited for" =>
        "FLT-22" "the call ends within its limit of time": t::WaitsForEver;
    "S-37" Postgres "the length that a message states is believed, and reserved" =>
        "FLT-13" "a length that no message has is refused at once": t::BelievesLengths;
    "S-38" Sqlite "after a BEGIN that failed statements run on their own" =>
        "TX-16" "there is no handle, and the oracle sees nothing": t::BegunAnyway;
    "S-40" Sqlite "a call that is dropped goes on, and nobody hears of it" =>
        "CAP-server_cancel.embedded" "the statement of a dropped future ends": t::InTheBackground;
    "S-41" Sqlite "decimals go through floats" => "CAP-type.decimal" "every digit is read back": t::Read(t::decimals_through_floats);
    "S-42" Sqlite "bytes are read as their digits" =>
        "CAP-type.bytes" "every byte is read back": t::Read(t::bytes_as_hexadecimal);
    "S-43" Sqlite "NULL is read as zero or the empty text" =>
        "CAP-type.int32" "NULL is read back from every column": t::Read(t::null_to_zero);
    "S-44" Sqlite "UTF-8 is read as Latin-1" =>
        "CAP-type.text" "every character is read back": t::Read(t::text_as_latin1);
    "S-45" Sqlite "columns are lost where there are no rows" =>
        "RES-01" "no rows have columns": t::Answered(t::columns_lost_without_rows);
    "S-46" Sqlite "what affects no rows by its nature affects 0" =>
        "COUNT-10" "DDL has no count": t::Answered(t::affected_is_never_none);
    "S-47" Sqlite "large results are cut" => "RES-15" "all rows are counted": t::Answered(t::cut_at_a_thousand_rows);
    "S-48" Sqlite "the answers of a batch come in another order" =>
        "COUNT-24" "each query of a batch has an answer of its own": t::Reversed;
    "S-49" Sqlite "a failure after the first rows ends a stream as a success" =>
        "RES-21.STREAM" "a row that cannot be made is an error": t::EndsWell;
    "S-50" Sqlite "a query of several statements runs them all" =>
        "COUNT-23" "the second statement is not run": t::SeveralStatements;
    "S-51" Sqlite "the bounds of a stream are ignored" =>
        "CAP-streaming" "no chunk has more rows than asked for": t::Boundless;
    "S-52" Sqlite "a read-only transaction writes" =>
        "CAP-read_only_transactions" "a write in it is refused": t::WritesAllowed;
    "S-53" Sqlite "an atomic batch is not atomic" =>
        "COUNT-25.ATOMIC" "what ran before the failure is undone": t::NotAtomic;
    "S-54" Sqlite "the limit of a transaction's life is forgotten" =>
        "TX-40" "the transaction is over after its limit": t::NoLifetime;
    "S-55" Sqlite "every error is of one kind" => "ERR-01" "each kind by its trigger": t::Told(t::one_kind);
    "S-56" Sqlite "errors lose the names that the server gave" =>
        "ERR-03" "table and columns of a violated key": t::Told(t::names_lost);
    "S-57" Sqlite "another query of a batch is named for the one that failed" =>
        "COUNT-25" "the index of the query that failed": t::Told(t::index_off_by_one);
    "S-58" Sqlite "savepoints are there and not declared" =>
        "CAP-savepoints" "the twin: a savepoint takes effect around the check": t::Claimed(t::hides_savepoints);
    "S-59" Sqlite "limits of time are ignored" =>
        "CAP-statement_timeout.embedded" "an endless statement ends": t::NoTimeLimits;
    "S-60" Sqlite "a health check asks nobody" => "INFO-18" "a closed adapter is not healthy": t::AlwaysHealthy;
    "S-61" Sqlite "a closed adapter goes on" => "INFO-18" "every call after close is refused": t::NeverClosed;
    "S-62" Sqlite "raw SQL runs and is not declared" =>
        "CAP-raw_sql" "the twin: a statement takes effect around the check": t::Claimed(t::hides_raw_sql);
    "S-63" Postgres "batches are pipelined and it is not declared" =>
        "CAP-pipelining" "the twin: round trips are counted at the proxy": t::Claimed(t::hides_pipelining);
};

/// Those that need something.
const OTHERS: &[Row] = &[
    Row {
        id: "S-29",
        on: On::Postgres,
        what: "the password is in the adapter's Debug",
        case: "SEC-01",
        how: "every Debug is searched for the password",
        sabotage: Sabotage::Seen(|| {
            let told = t::TellsSecrets::default();
            let seen = Arc::clone(&told.0);
            let look = move |setup: &mut Setup| {
                seen.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&setup.password);
            };
            (Arc::new(told), Arc::new(look))
        }),
    },
    Row {
        id: "S-31",
        on: On::Postgres,
        what: "any certificate is accepted",
        case: "SEC-16",
        how: "an authority that did not sign the certificate is pinned",
        sabotage: Sabotage::Setup(|around, setup| {
            if let (Some(TlsSetup::Verify { authority, .. }), Some(right)) =
                (&mut setup.tls, &around.authority)
            {
                authority.clone_from(right);
            }
        }),
    },
    Row {
        id: "S-32",
        on: On::Postgres,
        what: "the host name is not compared with the certificate",
        case: "SEC-14",
        how: "the certificate of another host is refused",
        sabotage: Sabotage::Setup(|_, setup| {
            // As if the name that was asked for had not been another than the server's.
            if setup.tls.is_some() {
                setup.through = None;
            }
        }),
    },
];

/// The table, in the order of ids.
pub(crate) fn rows() -> Vec<&'static Row> {
    let mut rows: Vec<_> = TWISTS.iter().chain(OTHERS).collect();
    rows.sort_by_key(|row| row.id);
    rows
}

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};

use super::{ErrorFields, InFlight, to_error};

fn fields(code: &str, message: &str) -> ErrorFields {
    ErrorFields {
        code: Some(code.into()),
        message: Some(message.into()),
        routine: Some("of_the_server".into()),
        ..ErrorFields::default()
    }
}

fn error(code: &str, message: &str) -> Error {
    to_error(fields(code, message), InFlight::Write)
}

fn keyed(code: &str, table: &str, detail: &str) -> Vec<String> {
    let fields = ErrorFields { table: Some(table.into()), detail: Some(detail.into()), ..fields(code, "x") };
    to_error(fields, InFlight::Write).columns().to_vec()
}

#[test]
fn every_field_of_the_protocol_is_read() {
    let body = b"SFEHLER\0VERROR\0C23505\0Mm\0Dd\0Hh\0P7\0p8\0qselect\0Ww\0ss\0tt\0cc\0ddt\0nn\0Ff.c\0L1\0Rr\0Zzz\0\0";
    let fields = ErrorFields::parse(body).unwrap();
    let all = [
        fields.severity,
        fields.code,
        fields.message,
        fields.detail,
        fields.hint,
        fields.position,
        fields.internal_position,
        fields.internal_query,
        fields.context,
        fields.schema,
        fields.table,
        fields.column,
        fields.data_type,
        fields.constraint,
        fields.file,
        fields.line,
        fields.routine,
    ];
    let expected =
        ["ERROR", "23505", "m", "d", "h", "7", "8", "select", "w", "s", "t", "c", "dt", "n", "f.c", "1", "r"];
    assert_eq!(all.each_ref().map(|field| field.as_deref().unwrap_or("-")), expected);

    assert!(ErrorFields::parse(b"SFATAL\0\0").unwrap().is_fatal());
    assert_eq!(ErrorFields::parse(b"M\xff\0\0").unwrap().message.as_deref(), Some("\u{fffd}"));
    for broken in [&b""[..], b"M", b"Mabc", b"Mabc\0", b"\0x"] {
        assert_eq!(ErrorFields::parse(broken).unwrap_err().kind(), ErrorKind::Protocol, "{broken:?}");
    }
}

#[test]
fn kinds_follow_from_sqlstates() {
    for (code, kind) in [
        ("08006", ErrorKind::ConnectionLost),
        ("08004", ErrorKind::Connect),
        ("08P01", ErrorKind::Protocol),
        ("0A000", ErrorKind::Unsupported),
        ("21000", ErrorKind::Cardinality),
        ("22001", ErrorKind::ValueTooLong),
        ("22003", ErrorKind::OutOfRange),
        ("22008", ErrorKind::OutOfRange),
        ("22012", ErrorKind::DivisionByZero),
        ("22021", ErrorKind::InvalidValue),
        ("22P02", ErrorKind::InvalidValue),
        ("23001", ErrorKind::ForeignKeyViolation),
        ("23502", ErrorKind::NotNullViolation),
        ("23503", ErrorKind::ForeignKeyViolation),
        ("23505", ErrorKind::UniqueViolation),
        ("23514", ErrorKind::CheckViolation),
        ("23P01", ErrorKind::ExclusionViolation),
        ("25001", ErrorKind::Misuse),
        ("25006", ErrorKind::ReadOnly),
        ("25P02", ErrorKind::TransactionAborted),
        ("25P03", ErrorKind::ConnectionLost),
        ("26000", ErrorKind::StatementInvalidated),
        ("28000", ErrorKind::AuthenticationFailed),
        ("28P01", ErrorKind::AuthenticationFailed),
        ("2D000", ErrorKind::Misuse),
        ("3B001", ErrorKind::NoSuchSavepoint),
        ("3D000", ErrorKind::DatabaseNotFound),
        ("3F000", ErrorKind::UndefinedObject),
        ("40001", ErrorKind::SerializationFailure),
        ("40P01", ErrorKind::Deadlock),
        ("42501", ErrorKind::InsufficientPrivilege),
        ("42601", ErrorKind::Syntax),
        ("42702", ErrorKind::AmbiguousColumn),
        ("42703", ErrorKind::UndefinedColumn),
        ("42704", ErrorKind::UndefinedObject),
        ("42804", ErrorKind::TypeMismatch),
        ("42883", ErrorKind::UndefinedFunction),
        ("42P01", ErrorKind::UndefinedTable),
        ("42P02", ErrorKind::ParameterCount),
        ("42P07", ErrorKind::AlreadyExists),
        ("42P18", ErrorKind::AmbiguousParameter),
        ("44000", ErrorKind::CheckViolation),
        ("53100", ErrorKind::LimitExceeded),
        ("53300", ErrorKind::TooManyConnections),
        ("54011", ErrorKind::LimitExceeded),
        ("55P03", ErrorKind::LockTimeout),
        ("57P01", ErrorKind::ConnectionLost),
        ("57P03", ErrorKind::ServerUnavailable),
        ("57P04", ErrorKind::DatabaseNotFound),
        ("58030", ErrorKind::Database),
        ("P0001", ErrorKind::Database),
        ("XX000", ErrorKind::Database),
        ("XX001", ErrorKind::Corrupt),
        ("ZZ123", ErrorKind::Database),
    ] {
        let error = error(code, "x");
        assert_eq!(error.kind(), kind, "{code}");
        assert_eq!(error.sqlstate().unwrap().as_str(), code);
        assert!(!error.message().is_empty(), "{code}");
    }
    // Other transports have errors without any.
    for code in [None, Some(String::new()), Some("nonsense".into())] {
        let error = to_error(ErrorFields { code, ..ErrorFields::default() }, InFlight::Nothing);
        assert_eq!((error.kind(), error.sqlstate()), (ErrorKind::Database, None));
    }
}

#[test]
fn what_one_sqlstate_has_for_several_things_is_told_apart() {
    let kind = |code, message| error(code, message).kind();
    assert_eq!(kind("57014", "canceling statement due to statement timeout"), ErrorKind::Timeout);
    assert_eq!(kind("57014", "canceling statement due to user request"), ErrorKind::Cancelled);
    assert_eq!(kind("0A000", "cached plan must not change result type"), ErrorKind::StatementInvalidated);
    let count = "bind message supplies 1 parameters, but prepared statement \"\" requires 2";
    assert_eq!(kind("08P01", count), ErrorKind::ParameterCount);
    let translated = ErrorFields {
        routine: Some("RevalidateCachedQuery".into()),
        ..fields("0A000", "zwischengespeichert")
    };
    assert_eq!(to_error(translated, InFlight::Read).kind(), ErrorKind::StatementInvalidated);
}

#[test]
fn trying_again_depends_on_what_was_under_way() {
    use InFlight::{Commit, Connect, Nothing, Read, Transaction, Write};
    use RetryClass::{Never, OutcomeUnknown, RetryTransaction, SafeNow};
    for (code, expected) in [
        ("57P01", [SafeNow, SafeNow, SafeNow, OutcomeUnknown, RetryTransaction, OutcomeUnknown]),
        ("57P02", [SafeNow, SafeNow, SafeNow, OutcomeUnknown, RetryTransaction, OutcomeUnknown]),
        ("25P03", [SafeNow, SafeNow, SafeNow, OutcomeUnknown, RetryTransaction, RetryTransaction]),
        ("57P03", [SafeNow; 6]),
        ("53300", [SafeNow; 6]),
        ("55P03", [SafeNow, SafeNow, SafeNow, SafeNow, RetryTransaction, RetryTransaction]),
        ("26000", [SafeNow, SafeNow, SafeNow, SafeNow, RetryTransaction, RetryTransaction]),
        ("40001", [RetryTransaction; 6]),
        ("40P01", [RetryTransaction; 6]),
        ("40003", [OutcomeUnknown; 6]),
        ("08007", [OutcomeUnknown; 6]),
        ("23505", [Never; 6]),
        ("57014", [Never; 6]),
        ("0A000", [Never; 6]),
    ] {
        let got = [Connect, Nothing, Read, Write, Transaction, Commit]
            .map(|in_flight| to_error(fields(code, "x"), in_flight).retry());
        assert_eq!(got, expected, "{code}");
    }
    let kind = |in_flight| to_error(fields("57P01", "x"), in_flight).kind();
    assert_eq!(kind(Commit), ErrorKind::CommitOutcomeUnknown);
    assert_eq!(to_error(fields("25P03", "x"), Commit).kind(), ErrorKind::ConnectionLost);
    assert_eq!(kind(Connect), ErrorKind::ServerUnavailable);
}

#[test]
fn columns_of_a_key() {
    for (detail, names) in [
        ("Key (email)=(x) already exists.", &["email"][..]),
        ("Key (a, b)=(1, 2) already exists.", &["a", "b"]),
        (r#"Key ("Weird, ""name"")=(")=(x) already exists."#, &["Weird, \"name\")=("]),
        (r#"Key ("userId", größe)=(1, 2) already exists."#, &["userId", "größe"]),
        ("Schlüssel »(a, b)=(1, 2)« existiert bereits.", &["a", "b"]),
        ("Key (lower(email))=(x) already exists.", &[]),
        ("Key (lower(email), b)=(x, 1) already exists.", &[]),
        ("Key (a, lower(b))=(x, 1) already exists.", &[]),
        ("Key (a b)=(1) already exists.", &[]),
        ("Key (a", &[]),
        ("Key (\"a", &[]),
        ("Key ()=()", &[]),
        ("", &[]),
    ] {
        assert_eq!(keyed("23505", "t", detail), names, "{detail}");
    }
    assert_eq!(keyed("23P01", "t", "Key (r)=([1,3)) conflicts with existing key (r)=([2,4))."), ["r"]);
    let absent = "Key (userId)=(9) is not present in table \"User\".";
    assert_eq!(keyed("23503", "Todo", absent), ["userId"]);
    assert_eq!(keyed("23503", "User", absent), ["userId"], "a table that refers to itself");
    let referenced = "Key (id)=(is not present in table) is still referenced from table \"Todo\".";
    assert_eq!(keyed("23503", "Todo", referenced), [""; 0], "the key is the other table's");
    let referenced = "Schlüssel (id)=(9) wird noch aus Tabelle »Todo« verwiesen: »Todo«.";
    assert_eq!(keyed("23503", "Todo", referenced), [""; 0]);
    assert_eq!(keyed("23514", "t", "Failing row contains (a)=(b)."), [""; 0]);
}

#[test]
fn no_value_is_shown() {
    for (code, said, shown) in [
        (
            "22P02",
            r#"invalid input syntax for type integer: "canary""#,
            "invalid input syntax for type integer: \"...\"",
        ),
        ("22P02", r#"malformed array literal: "{"canary"""#, "malformed array literal: \"...\""),
        (
            "22003",
            r#"value "4711" is out of range for type smallint"#,
            "value \"...\" is out of range for type smallint",
        ),
        (
            "22001",
            "value too long for type character varying(3)",
            "value too long for type character varying(3)",
        ),
        (
            "22021",
            r#"invalid byte sequence for encoding "UTF8": 0x47"#,
            "invalid byte sequence for encoding \"...\": ...",
        ),
        (
            "22P02",
            "ungültige Syntax für Typ integer: »canary«",
            "a value is not of the form its type asks for",
        ),
        (
            "22P02",
            "syntaxe en entrée invalide pour le type integer : « canary »",
            "a value is not of the form its type asks for",
        ),
        ("22023", "cannot use 'canary'", "a value is not of the form its type asks for"),
        ("22023", "an odd \" canary", "a value is not of the form its type asks for"),
        ("22003", "«canary»", "a number or a time is outside of what its type holds"),
        ("23505", "canary", "a record with this value exists already"),
        ("P0001", "canary", "a function in the database raised an error"),
        ("XX000", "canary", "the server reported an error"),
        ("ZZ123", "canary", "the server reported an error"),
        ("42P01", "relation \"nope\"\n does not exist", "relation \"nope\" does not exist"),
    ] {
        let fields = ErrorFields { detail: Some("canary".into()), ..fields(code, said) };
        let error = to_error(fields, InFlight::Write);
        assert_eq!(error.message(), shown);
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        assert_eq!((error.server_message(), error.server_detail()), (Some(said), Some("canary")));
    }
    // A function of a user raises what it likes, under whatever SQLSTATE.
    for code in ["22023", "42P01", "57014", "40001"] {
        let raised = ErrorFields { routine: Some("exec_stmt_raise".into()), ..fields(code, "canary") };
        assert!(!to_error(raised, InFlight::Read).message().contains("canary"), "{code}");
    }
    let fields = ErrorFields {
        detail: Some("canary".into()),
        hint: Some("canary".into()),
        ..fields("XX000", "canary")
    };
    assert!(!format!("{fields:?} {}", to_error(fields.clone(), InFlight::Read)).contains("canary"));
}

#[test]
fn a_message_is_short_and_positions_are_of_the_statement() {
    let long = error("42601", &"é".repeat(1000));
    assert_eq!(long.message().chars().count(), 403);
    let at = |position: &str| {
        let fields = ErrorFields { position: Some(position.into()), ..fields("42601", "x") };
        to_error(fields, InFlight::Read).position()
    };
    assert_eq!((at("15"), at("0"), at("x")), (Some(15), None, None));
    let within = ErrorFields { internal_position: Some("3".into()), ..fields("42601", "x") };
    assert_eq!(to_error(within, InFlight::Read).position(), None);
    let hba = error(
        "28000",
        "no pg_hba.conf entry for host \"10.0.0.1\", user \"u\", database \"d\", no encryption",
    );
    assert_eq!(hba.message(), error("28P01", "password authentication failed for user \"u\"").message());
    assert!(hba.hint().unwrap().contains("pg_hba.conf"));
}

//! Values that look like SQL, and SQL that looks as if it had places for values.

use drivetrain_adapter_api::{ErrorKind, SharedAdapter, Value};

use crate::case::{ALL, Case, M, Need, PG, case};
use crate::cases::helpers::{by_dialect, column, hex, hex_of, only};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "PARAM-15",
        Parameters,
        L0,
        ALL,
        [],
        ["A-9"],
        "parameters work in LIMIT and OFFSET, in lists, and as patterns of LIKE",
        places
    ),
    case!(
        "PARAM-16",
        Parameters,
        L0,
        ALL,
        [Need::Oracle],
        ["A-3", "A-6"],
        "a parameter is never a name: a statement that wants one is a syntax error",
        not_a_name
    ),
    case!(
        "PARAM-19",
        Parameters,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "texts that look like SQL are stored as they are, and do nothing",
        injection
    ),
    case!(
        "PARAM-20",
        Parameters,
        L0,
        M,
        [Need::Oracle],
        ["A-9"],
        "the same where backslashes do not escape, or double quotes are those of names",
        injection_in_other_modes
    ),
    case!(
        "PARAM-21",
        Parameters,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "the same where backslashes escape in literals (standard_conforming_strings = off)",
        injection_with_backslashes
    ),
    case!(
        "PARAM-22",
        Parameters,
        L0,
        ALL,
        [],
        ["A-9", "A-3"],
        "what looks like a placeholder in literals, comments, names and operators is none",
        no_placeholders
    ),
];

async fn places(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4} primary key, s {key})",
        "insert into {t:t} values (1, 'a%b'), (2, 'a_b'), (3, 'axb'), (4, 'axxb'), (5, 'A')",
    ])
    .await?;
    let ids = async |template: &str, values: Vec<Value>| -> Outcome<Vec<i64>> {
        column(&cx.query(template, values).await?.rows, 0)
    };
    let page = "select id from {t:t} order by id limit {1} offset {2}";
    ensure_eq!(ids(page, vec![Value::Int64(2), Value::Int64(1)]).await?, [2, 3], "a page");
    ensure_eq!(ids(page, vec![Value::Int32(9), Value::Int32(4)]).await?, [5], "the last page");
    ensure_eq!(ids(page, vec![Value::Int64(0), Value::Int64(0)]).await?, [] as [i64; 0], "an empty page");
    let list = "select id from {t:t} where id in ({1}, {2}, {3}) order by id";
    let values = [5, 1, 99].map(Value::Int32).to_vec();
    ensure_eq!(ids(list, values).await?, [1, 5], "those in the list");
    let like = "select id from {t:t} where s like {1} escape '!' order by id";
    let cases: [(&str, &[i64]); 5] =
        [("a%b", &[1, 2, 3, 4]), ("a_b", &[1, 2, 3]), ("a!%b", &[1]), ("a!_b", &[2]), ("%x%", &[3, 4])];
    for (pattern, expected) in cases {
        let found = ids(like, vec![Value::Text(pattern.into())]).await?;
        ensure_eq!(found, expected, "those like `{pattern}`");
    }
    let backslash = Value::Text(r"a\b".into());
    cx.query("insert into {t:t} values (6, {1})", vec![backslash.clone()]).await?;
    ensure_eq!(ids(like, vec![backslash]).await?, [6], "those with a backslash");
    Ok(())
}

async fn not_a_name(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4})", "insert into {t:t} values (1)"]).await?;
    let adapter = cx.adapter().await?;
    for template in
        ["select * from {1}", "create table {1} (id {int4})", "drop table {1}", "select id as {1} from {t:t}"]
    {
        let query = cx.raw(template, vec![Value::Text("t".into())]);
        must_fail(adapter.query(query).await, &[ErrorKind::Syntax], template)?;
        cx.check_usable(&adapter).await.within(template)?;
    }
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows of the table that was not named");
    Ok(())
}

/// Texts that break statements out of which values are pasted together.
const HOSTILE: [&str; 25] = [
    "'; drop table victim; --",
    "\"; drop table victim; --",
    "'; delete from victim; select '",
    "' or '1'='1",
    "\" or \"\"=\"",
    "' or 1=1 #",
    "\\'",
    "\\'; drop table victim; --",
    "\\",
    "\\\\",
    "'",
    "''",
    "%00",
    "%27",
    "\\x27",
    "\\u0027",
    "\u{bf}'",
    "\u{2018}\u{2019}\u{201c}\u{02bc}\u{ff07}",
    "$$",
    "$$; drop table victim; $$",
    "$1 ?1 ? :a @a {1} {{ }}",
    "/* */ -- #",
    "E'\\n'",
    "\u{1f4a9}\r\n\t\u{8}",
    "",
];

async fn stored_as_they_are(cx: &Context, adapter: &SharedAdapter) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4} primary key, s {text}, b {bytes})",
        "create table {t:victim} (id {int4})",
        "insert into {t:victim} values (1)",
    ])
    .await?;
    for (id, text) in HOSTILE.iter().enumerate() {
        let id = i32::try_from(id).unwrap_or_default();
        let values = || {
            vec![
                Value::Int32(id),
                Value::Text((*text).into()),
                Value::Bytes([b"\xbf\x27", text.as_bytes()].concat()),
            ]
        };
        let insert = cx.raw("insert into {t:t} values ({1}, {2}, {3})", values());
        adapter.query(insert).await.within(format!("{text:?}"))?;
        let search = "select id from {t:t} where s = {2} and b = {3} and id = {1}";
        let found = adapter.query(cx.raw(search, values())).await.within(format!("searching {text:?}"))?;
        ensure_eq!(column::<i32>(&found.rows, 0)?, [id], "the rows found by {text:?}");
        let rows =
            adapter.query(cx.raw("select s from {t:t} where id = {1}", vec![Value::Int32(id)])).await?.rows;
        ensure_eq!(only::<String>(&rows)?, *text, "the text read");
    }
    let bytes = by_dialect(cx, ["upper(encode(b, 'hex'))", "hex(b)", "hex(b)"]);
    let stored =
        cx.oracle_rows(&format!("select {}, {bytes} from {{t:t}} order by id", hex_of(cx, "s"))).await?;
    let expected: Vec<_> = HOSTILE
        .iter()
        .map(|text| vec![Some(hex(text.as_bytes())), Some(hex(&[b"\xbf\x27", text.as_bytes()].concat()))])
        .collect();
    ensure_eq!(stored, expected, "what is stored");
    ensure_eq!(cx.oracle_count("victim").await?, 1, "rows of the victim");
    Ok(())
}

async fn injection(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    stored_as_they_are(&cx, &adapter).await
}

async fn injection_in_other_modes(cx: Context) -> Outcome {
    for mode in ["NO_BACKSLASH_ESCAPES", "ANSI_QUOTES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"] {
        let mut setup = cx.setup();
        setup.settings = vec![("sql_mode".into(), mode.into())];
        let adapter = cx.adapter_with(setup).await?;
        let shown = adapter.query(cx.raw("select @@session.sql_mode", vec![])).await?.rows;
        let shown: String = only(&shown)?;
        ensure!(mode.split(',').all(|part| shown.contains(part)), "the mode is `{shown}`");
        stored_as_they_are(&cx, &adapter).await.within(mode)?;
        cx.prepare(&["drop table {t:t}", "drop table {t:victim}"]).await?;
    }
    Ok(())
}

async fn injection_with_backslashes(cx: Context) -> Outcome {
    let mut setup = cx.setup();
    setup.settings = vec![("standard_conforming_strings".into(), "off".into())];
    // An adapter may refuse such a session altogether.
    match cx.try_adapter(setup).await? {
        Ok(adapter) => {
            let shown = adapter.query(cx.raw("show standard_conforming_strings", vec![])).await?.rows;
            ensure_eq!(only::<String>(&shown)?, "off", "the setting");
            stored_as_they_are(&cx, &adapter).await
        }
        Err(error) => {
            must_fail::<()>(Err(error), &[ErrorKind::Config, ErrorKind::Unsupported], "the session").map(drop)
        }
    }
}

async fn no_placeholders(cx: Context) -> Outcome {
    let mut templates = vec![
        ("a literal", "select '? ?1 $1 $2 :a @a', cast({1} as {word})", "? ?1 $1 $2 :a @a"),
        ("a literal with quotes", "select 'it''s ? $2', cast({1} as {word})", "it's ? $2"),
        ("a comment", "/* ? $2 :a '*/ select 'x', -- ? $2 :a '\n cast({1} as {word})", "x"),
        ("a name", "select 'x' as {q:? $2 :a}, cast({1} as {word}) as {q:it''s?}", "x"),
    ];
    templates.extend_from_slice(match by_dialect(&cx, ["postgres", "", "sqlite"]) {
        "postgres" => &[
            ("dollar quotes", "select $x$? $2 '$x$, cast({1} as {word})", "? $2 '"),
            ("empty dollar quotes", "select $$? $2 '$$, cast({1} as {word})", "? $2 '"),
            ("an escape string", r"select E'\' ? $2 :a', cast({1} as {word})", "' ? $2 :a"),
            ("nested comments", "/* /* ? */ $2 */ select 'x', cast({1} as {word})", "x"),
            ("the operator ?", r#"select ('{{"a":1}}'::jsonb ? 'a')::text, cast({1} as {word})"#, "true"),
            (
                "the operator ?|",
                r#"select ('{{"a":1}}'::jsonb ?| array['b'])::text, cast({1} as {word})"#,
                "false",
            ),
            ("a cast", "select 'x'::text, {1}::text", "x"),
        ][..],
        "sqlite" => &[
            ("a name in brackets", "select 'x' as [? $2 :a], cast({1} as {word})", "x"),
            ("a name in grave accents", "select 'x' as `? $2 :a`, cast({1} as {word})", "x"),
        ][..],
        _ => &[("double quotes", "select \"? $2 :a\", cast({1} as {word})", "? $2 :a")][..],
    });
    let word = by_dialect(&cx, ["text", "char", "text"]);
    for (what, template, expected) in templates {
        let rows = cx.query(&template.replace("{word}", word), vec![Value::Text("value".into())]).await?.rows;
        ensure_eq!(rows.get::<String>(0, 0)?, expected, "{what}");
        ensure_eq!(rows.get::<String>(0, 1)?, "value", "{what}: the value");
    }
    Ok(())
}

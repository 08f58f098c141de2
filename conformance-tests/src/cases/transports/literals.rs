//! Expressions of every type, as SQL of each dialect: what both transports must read alike.

use drivetrain_adapter_api::Dialect;

/// Scalars.
pub(super) const fn scalars(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::MySql => MYSQL,
        _ => POSTGRES,
    }
}

const POSTGRES: &[&str] = &[
    "true, false, null::bool",
    "'-32768'::int2, '32767'::int2",
    "'-2147483648'::int4, 2147483647",
    "'-9223372036854775808'::int8, 9223372036854775807, 9007199254740993",
    "4294967295::oid, 'a'::\"char\", 'pg_class'::name",
    "'-0'::float8, '5e-324'::float8, '1.7976931348623157e308'::float8, 1.0::float8 / 3",
    "'NaN'::float8, 'Infinity'::float8, '-Infinity'::float8",
    "'1e-45'::float4, '3.4028235e38'::float4, '0.1'::float4, 'NaN'::float4",
    "0::numeric, '-0.00'::numeric, 1.10, 12345678901234567890.123456789012345678, 'NaN'::numeric",
    "'1e1000'::numeric, '1e-1000'::numeric, 100::numeric(5,2), '12.34'::money",
    "'', 'a', 'e\u{301} 😀 \u{feff}', E'tab\\tline\\nback\\\\slash', 'quote '' and \" and $1 ?'",
    "'a'::char(5), 'abc'::varchar(5), 'text'::text, repeat('x', 10000)",
    "''::bytea, '\\x00ff41'::bytea, decode(repeat('00', 300), 'hex')",
    "'00000000-0000-0000-0000-000000000000'::uuid, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
    "'0001-01-01'::date, '4713-01-01 BC'::date, '5874897-12-31'::date, 'infinity'::date",
    "'00:00:00'::time, '24:00:00'::time, '12:34:56.000001'::time, '12:34:56-15:59:59'::timetz",
    "'0001-01-01 00:00:00'::timestamp, '294276-12-31 23:59:59.999999'::timestamp, '-infinity'::timestamp",
    "'1969-12-31 23:59:59.999999+00'::timestamptz, '2024-07-01 12:00:00+05:30'::timestamptz, 'infinity'::timestamptz",
    "'1 mon -1 day 00:00:00.000001'::interval, '-178000000 years'::interval, '0'::interval",
    "'null'::jsonb, '{\"b\": [1, 2.50, \"\\u00e9\"], \"a\": {}}'::jsonb, ' {\"a\" : 1, \"a\" : 2 }'::json",
    "12345678901234567890.5::text::jsonb, '1e400'::jsonb, '\"\\\\\"'::json",
    "B'101'::bit(3), B'1010101010'::varbit, '10.1.2.3/8'::inet, '::ffff:1.2.3.4'::inet, '10.0.0.0/8'::cidr",
    "'08:00:2b:01:02:03'::macaddr, '08:00:2b:01:02:03:04:05'::macaddr8",
    "'[1,5)'::int4range, 'empty'::int8range, '[2024-01-01,)'::daterange, '(1,2)'::point, '<(0,0),1>'::circle",
    "'a & b'::tsquery, 'a fat cat'::tsvector, '<a>b</a>'::xml, '0/16B3748'::pg_lsn, row(1, 'x', null)",
    "null::int4, null::text, null::jsonb, null::uuid, null",
];

const MYSQL: &[&str] = &[
    "true, false, null",
    "cast(-32768 as signed), 9223372036854775807, -9223372036854775808, 9007199254740993",
    "cast(18446744073709551615 as unsigned)",
    "1e308, 5e-324, cast(1 as double) / 3",
    "1.10, cast('123456789012345678901234567890.123456789' as decimal(65, 30))",
    "'', 'a', 'e\u{301} 😀 \u{feff}', 'tab\\tline\\nback\\\\slash', 'quote '' and \" and ?', repeat('x', 10000)",
    "x'', x'00ff41', unhex(repeat('00', 300)), cast('abc' as binary(5))",
    "date '1000-01-01', date '9999-12-31', time '838:59:59', time '-12:34:56.000001'",
    "timestamp '1000-01-01 00:00:00', timestamp '9999-12-31 23:59:59.999999'",
    "cast('null' as json), cast('{\"b\": [1, 2.50], \"a\": {}}' as json)",
    "b'101', year(now()) > 2000, point(1, 2)",
];

/// Arrays, and JSON that holds what JSON numbers cannot.
pub(super) const fn nested(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::MySql => &[
            "json_array(), json_array(1, null, 'x', 9223372036854775807), json_object('a', 0.1, 'b', json_array())",
        ],
        _ => &[
            "'{}'::int4[], '{1,NULL,3}'::int4[], '{{1,2},{3,4}}'::int8[], '[2:3]={1,2}'::int4[]",
            "array['', 'NULL', null, 'a,b', '{}\"\\'], '{\"x y\"}'::varchar[], array['\\x00'::bytea]",
            "array[1.10, null]::numeric[], array['NaN', '-0']::float8[], array[true, null]",
            "array['2024-01-01 00:00+02'::timestamptz], array['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid]",
            "array['{\"a\": 1}'::jsonb], array['1 day'::interval], null::text[]",
            "array_agg(g) from generate_series(1, 2000) g",
            "jsonb_build_array(1, null, '1e100'::numeric, 9007199254740993, 'é'), '[]'::jsonb, '{}'::json",
        ],
    }
}

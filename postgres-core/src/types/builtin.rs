//! The built-in types.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::{Scalar, TypeInfo, TypeKind};

/// A built-in type.
pub(super) struct Builtin {
    pub(super) info: Arc<TypeInfo>,
    pub(super) sort: Sort,
}

/// How values of a built-in type are decoded.
#[derive(Clone, Copy)]
pub(super) enum Sort {
    Scalar(Scalar),
    Array,
    /// An array of that type in the old form without braces: `int2vector` and `oidvector`.
    Vector(u32),
    Range(u32),
    Multirange(u32),
    /// Their text is handed over as it is.
    Other,
}

static BUILTINS: LazyLock<HashMap<u32, Builtin>> = LazyLock::new(|| {
    let mut all = HashMap::with_capacity(2 * TABLE.len());
    for (oid, name, array, sort) in TABLE {
        let kind = match sort {
            Range(subtype) => TypeKind::Range(subtype),
            Multirange(subtype) => TypeKind::Multirange(Some(subtype)),
            S(_) | Vector(_) | Sort::Array | Other => TypeKind::Base,
        };
        let info = TypeInfo { oid, schema: None, name: name.into(), kind };
        all.insert(oid, Builtin { info: Arc::new(info), sort });
        if array != 0 {
            let delimiter = if name == "box" { b';' } else { b',' };
            let kind = TypeKind::Array { element: oid, delimiter };
            let info = TypeInfo { oid: array, schema: None, name: Arc::from(format!("_{name}")), kind };
            all.insert(array, Builtin { info: Arc::new(info), sort: Sort::Array });
        }
    }
    all
});

pub(super) fn builtin(oid: u32) -> Option<&'static Builtin> {
    BUILTINS.get(&oid)
}

use Scalar::{
    Bits, Bool, Bytea, Char, Cidr, Date, Float4, Float8, Inet, Int2, Int4, Int8, Interval, Json, Jsonb,
    MacAddr, MacAddr8, Numeric, Oid, Text, Time, TimeTz, Timestamp, TimestampTz, Uuid, Void, Xid8, Xml,
};
use Sort::{Multirange, Other, Range, Scalar as S, Vector};

/// Object id, name, object id of the array, sort.
#[rustfmt::skip]
const TABLE: [(u32, &str, u32, Sort); COUNT] = [
    (16, "bool", 1000, S(Bool)),
    (17, "bytea", 1001, S(Bytea)),
    (18, "char", 1002, S(Char)),
    (19, "name", 1003, S(Text)),
    (20, "int8", 1016, S(Int8)),
    (21, "int2", 1005, S(Int2)),
    (22, "int2vector", 1006, Vector(21)),
    (23, "int4", 1007, S(Int4)),
    (24, "regproc", 1008, Other),
    (25, "text", 1009, S(Text)),
    (26, "oid", 1028, S(Oid)),
    (27, "tid", 1010, Other),
    (28, "xid", 1011, S(Oid)),
    (29, "cid", 1012, S(Oid)),
    (30, "oidvector", 1013, Vector(26)),
    (32, "pg_ddl_command", 0, Other),
    (114, "json", 199, S(Json)),
    (142, "xml", 143, S(Xml)),
    (194, "pg_node_tree", 0, Other),
    (269, "table_am_handler", 0, Other),
    (325, "index_am_handler", 0, Other),
    (600, "point", 1017, Other),
    (601, "lseg", 1018, Other),
    (602, "path", 1019, Other),
    (603, "box", 1020, Other),
    (604, "polygon", 1027, Other),
    (628, "line", 629, Other),
    (650, "cidr", 651, S(Cidr)),
    (700, "float4", 1021, S(Float4)),
    (701, "float8", 1022, S(Float8)),
    (705, "unknown", 0, S(Text)),
    (718, "circle", 719, Other),
    (774, "macaddr8", 775, S(MacAddr8)),
    (790, "money", 791, Other),
    (829, "macaddr", 1040, S(MacAddr)),
    (869, "inet", 1041, S(Inet)),
    (1033, "aclitem", 1034, Other),
    (1042, "bpchar", 1014, S(Text)),
    (1043, "varchar", 1015, S(Text)),
    (1082, "date", 1182, S(Date)),
    (1083, "time", 1183, S(Time)),
    (1114, "timestamp", 1115, S(Timestamp)),
    (1184, "timestamptz", 1185, S(TimestampTz)),
    (1186, "interval", 1187, S(Interval)),
    (1266, "timetz", 1270, S(TimeTz)),
    (1560, "bit", 1561, S(Bits)),
    (1562, "varbit", 1563, S(Bits)),
    (1700, "numeric", 1231, S(Numeric)),
    (1790, "refcursor", 2201, S(Text)),
    (2202, "regprocedure", 2207, Other),
    (2203, "regoper", 2208, Other),
    (2204, "regoperator", 2209, Other),
    (2205, "regclass", 2210, Other),
    (2206, "regtype", 2211, Other),
    (2249, "record", 2287, Other),
    (2275, "cstring", 1263, S(Text)),
    (2276, "any", 0, Other),
    (2277, "anyarray", 0, Other),
    (2278, "void", 0, S(Void)),
    (2279, "trigger", 0, Other),
    (2280, "language_handler", 0, Other),
    (2281, "internal", 0, Other),
    (2283, "anyelement", 0, Other),
    (2776, "anynonarray", 0, Other),
    (2950, "uuid", 2951, S(Uuid)),
    (2970, "txid_snapshot", 2949, Other),
    (3115, "fdw_handler", 0, Other),
    (3220, "pg_lsn", 3221, Other),
    (3310, "tsm_handler", 0, Other),
    (3361, "pg_ndistinct", 0, Other),
    (3402, "pg_dependencies", 0, Other),
    (3500, "anyenum", 0, Other),
    (3614, "tsvector", 3643, Other),
    (3615, "tsquery", 3645, Other),
    (3642, "gtsvector", 3644, Other),
    (3734, "regconfig", 3735, Other),
    (3769, "regdictionary", 3770, Other),
    (3802, "jsonb", 3807, S(Jsonb)),
    (3831, "anyrange", 0, Other),
    (3838, "event_trigger", 0, Other),
    (3904, "int4range", 3905, Range(23)),
    (3906, "numrange", 3907, Range(1700)),
    (3908, "tsrange", 3909, Range(1114)),
    (3910, "tstzrange", 3911, Range(1184)),
    (3912, "daterange", 3913, Range(1082)),
    (3926, "int8range", 3927, Range(20)),
    (4072, "jsonpath", 4073, Other),
    (4089, "regnamespace", 4090, Other),
    (4096, "regrole", 4097, Other),
    (4191, "regcollation", 4192, Other),
    (4451, "int4multirange", 6150, Multirange(23)),
    (4532, "nummultirange", 6151, Multirange(1700)),
    (4533, "tsmultirange", 6152, Multirange(1114)),
    (4534, "tstzmultirange", 6153, Multirange(1184)),
    (4535, "datemultirange", 6155, Multirange(1082)),
    (4536, "int8multirange", 6157, Multirange(20)),
    (4537, "anymultirange", 0, Other),
    (4538, "anycompatiblemultirange", 0, Other),
    (4600, "pg_brin_bloom_summary", 0, Other),
    (4601, "pg_brin_minmax_multi_summary", 0, Other),
    (5017, "pg_mcv_list", 0, Other),
    (5038, "pg_snapshot", 5039, Other),
    (5069, "xid8", 271, S(Xid8)),
    (5077, "anycompatible", 0, Other),
    (5078, "anycompatiblearray", 0, Other),
    (5079, "anycompatiblenonarray", 0, Other),
    (5080, "anycompatiblerange", 0, Other),
];

const COUNT: usize = 107;

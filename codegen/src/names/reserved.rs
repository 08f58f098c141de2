//! Names that generated code cannot use, or would better not.

/// The keywords of Rust that can be raw identifiers.
pub(super) const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// For models and enums: the generated items beside them, and the types, traits and derive macros that are in scope
/// everywhere, which `use db::*` would hide.
pub(crate) const TYPES: &[&str] = &[
    // Generated.
    "Client",
    "Models",
    "Schema",
    "Tx",
    // Of the standard library's prelude.
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Sized",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// For the modules of models: primitive types, and crates that user code names.
pub(crate) const MODULES: &[&str] = &[
    "bool",
    "char",
    "str",
    "f16",
    "f32",
    "f64",
    "f128",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "alloc",
    "core",
    "std",
    "drivetrain",
];

/// For the methods that a client and a transaction have for each model: the methods that they have already.
pub(crate) const ACCESSORS: &[&str] = &[
    // Their own. A test reads them from the client's source.
    "adapter",
    "atomic",
    "atomic_with",
    "begin",
    "begin_with",
    "close",
    "commit",
    "engine",
    "health_check",
    "new",
    "rollback",
    "script",
    "sql",
    "sql_native",
    "transaction",
    "transaction_retrying",
    "transaction_with",
    "with_options",
    // Those that every type has, or theirs.
    "as_ref",
    "borrow",
    "borrow_mut",
    "clone",
    "clone_from",
    "clone_into",
    "deref",
    "drop",
    "fmt",
    "from",
    "into",
    "into_future",
    "to_owned",
    "try_from",
    "try_into",
    "type_id",
];

/// For fields: the function that begins a new record.
pub(crate) const FIELDS: &[&str] = &["new"];

/// For relations beside that: the module of a model's required fields.
pub(crate) const RELATIONS: &[&str] = &["required"];

/// For type parameters of a row: that of a serializer.
pub(crate) const ROW_PARAMETERS: &[&str] = &["S"];

/// For type parameters of a new record: the types beside it.
pub(crate) const NEW_PARAMETERS: &[&str] = &["Model", "New"];

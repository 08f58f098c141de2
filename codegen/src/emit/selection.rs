//! The macro that names the type of a record with relations loaded.
//!
//! It is written as text, because the formatter knows no rules for the inside of macros.

use proc_macro2::Ident;

use crate::Options;
use crate::resolve::{Model, Relation};

/// The macro is declared under another name and renamed, because a `use` of its own name would mean the struct too.
pub(super) fn emit(model: &Model, options: &Options) -> String {
    let module = options.module_path().map(|path| format!("{}::", path.to_string().replace(' ', "")));
    let path = |item: &Ident| format!("{}{item}", module.as_deref().unwrap_or_default());
    let (ident, row) = (&model.ident, path(&model.ident));
    let arms: String = model.relations.iter().map(|relation| arms(model, relation, &path)).collect();
    let known: Vec<_> = model.relations.iter().map(|relation| format!("`{}`", relation.ident)).collect();
    let known = if known.is_empty() { "no relations".to_owned() } else { known.join(", ") };
    format!(
        r#"{docs}
#[allow(unused_macros)]
macro_rules! __{ident} {{
    (@with $row:ty ;) => {{ $row }};
{arms}    (@with $row:ty ; $unknown:tt $($rest:tt)*) => {{
        ::core::compile_error!(::core::concat!(
            "`{ident}` has no relation `", ::core::stringify!($unknown), "`; it has {known}"
        ))
    }};
    ($($relations:tt)*) => {{ {row}!(@with {row} ; $($relations)*) }};
}}
#[allow(unused_imports)]
pub(crate) use __{ident} as {ident};
"#,
        docs = docs(model),
    )
}

fn docs(model: &Model) -> String {
    let ident = &model.ident;
    match model.relations.first() {
        Some(relation) => format!(
            "/// The type of a `{ident}` with these relations loaded: `{ident}![{}]`, or `{ident}![]` without any.",
            relation.ident
        ),
        None => format!("/// The type `{ident}`, which has no relations: `{ident}![]`."),
    }
}

fn arms(model: &Model, relation: &Relation, path: &dyn Fn(&Ident) -> String) -> String {
    let (row, target) = (path(&model.ident), path(&relation.target));
    let (name, marker) = (&relation.ident, format!("{}::{}", path(&model.module), relation.ident));
    format!(
        "    (@with $row:ty ; {name} [$($inner:tt)*] $(, $($rest:tt)*)?) => {{
        {row}!(@with ::drivetrain::Including<$row, {marker}, {target}![$($inner)*]> ; $($($rest)*)?)
    }};
    (@with $row:ty ; {name} $(, $($rest:tt)*)?) => {{
        {row}!(@with $row ; {name} [] $(, $($rest)*)?)
    }};
"
    )
}

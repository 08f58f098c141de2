//! Paths of Rust types that a configuration or a schema chooses for fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{GenericArgument, PathArguments, Token, Type, TypePath};

/// The primitive types.
const PRIMITIVES: [&str; 14] =
    ["bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64"];

/// Reads the path of a type, such as `jiff::Timestamp`, `crate::Money` or `chrono::DateTime<chrono::Utc>`, as a type that
/// means the same in every module of the generated code.
///
/// # Errors
/// What is wrong with it, to be shown after the name of what it is for.
pub(crate) fn parse(text: &str) -> Result<TokenStream, String> {
    let wrong = || format!("`{text}` is not the path of a Rust type: write for example `jiff::Timestamp`");
    let Ok(Type::Path(path)) = syn::parse_str::<Type>(text) else { return Err(wrong()) };
    absolute(&path, text)
}

fn absolute(ty: &TypePath, text: &str) -> Result<TokenStream, String> {
    let relative =
        || format!("`{text}` does not say which crate it is of: write for example `crate::{text}`");
    let path = &ty.path;
    let (Some(first), None) = (path.segments.first(), &ty.qself) else { return Err(relative()) };
    let name = first.ident.to_string();
    let segments = segments(path, text)?;
    if path.leading_colon.is_some() {
        return Ok(quote!(::#segments));
    }
    match &*name {
        "crate" => Ok(quote!(#segments)),
        "self" | "super" => Err(format!(
            "`{text}` would mean another type in each module of the generated code: write it from `crate::` on"
        )),
        _ if path.segments.len() > 1 => Ok(quote!(::#segments)),
        "String" => Ok(quote!(::std::string::String)),
        "Vec" => Ok(quote!(::std::vec::#segments)),
        primitive if PRIMITIVES.contains(&primitive) => Ok(quote!(#segments)),
        _ => Err(relative()),
    }
}

/// The segments of a path, with the paths in their arguments made absolute too.
fn segments(path: &syn::Path, text: &str) -> Result<TokenStream, String> {
    let mut written = Punctuated::<TokenStream, Token![::]>::new();
    for segment in &path.segments {
        let ident = &segment.ident;
        let arguments = match &segment.arguments {
            PathArguments::None => quote!(),
            PathArguments::AngleBracketed(arguments) => {
                let types: Result<Vec<_>, _> = arguments.args.iter().map(|one| argument(one, text)).collect();
                let types = types?;
                quote!(<#(#types),*>)
            }
            PathArguments::Parenthesized(_) => {
                return Err(format!("`{text}` is not a type that a field can have"));
            }
        };
        written.push(quote!(#ident #arguments));
    }
    Ok(quote!(#written))
}

fn argument(argument: &GenericArgument, text: &str) -> Result<TokenStream, String> {
    match argument {
        GenericArgument::Type(Type::Path(path)) => absolute(path, text),
        GenericArgument::Const(value) => Ok(quote!(#value)),
        _ => Err(format!("`{text}` has an argument that is not a type")),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn parsed(text: &str) -> String {
        parse(text).map_or_else(|error| error, |tokens| tokens.to_string().replace(' ', ""))
    }

    #[test]
    fn paths_become_absolute_with_their_arguments() {
        assert_eq!(parsed("jiff::Timestamp"), "::jiff::Timestamp");
        assert_eq!(parsed("::jiff::Timestamp"), "::jiff::Timestamp");
        assert_eq!(parsed("crate::Money"), "crate::Money");
        assert_eq!(parsed("chrono::DateTime<chrono::Utc>"), "::chrono::DateTime<::chrono::Utc>");
        assert_eq!(parsed("String"), "::std::string::String");
        assert_eq!(parsed("crate::Id<i64, 3>"), "crate::Id<i64,3>");
    }

    #[test]
    fn paths_that_mean_nothing_certain_are_refused() {
        assert_eq!(
            parsed("Money"),
            "`Money` does not say which crate it is of: write for example `crate::Money`"
        );
        assert!(parsed("super::Money").contains("from `crate::` on"));
        assert!(parsed("&str").contains("is not the path of a Rust type"));
        assert!(parsed("jiff::").contains("is not the path of a Rust type"));
        assert!(parsed("a::B<'static>").contains("an argument that is not a type"));
        assert!(parsed("a::Fn(u8)").contains("is not the path of a Rust type"));
    }
}

//! A method that a client has for a model is not hidden by one that every client has: those are read from the client's source.

use std::collections::BTreeSet;
use std::path::Path;

use drivetrain_codegen::{Options, generate};
use drivetrain_schema::Schema;

fn type_name(ty: &syn::Type) -> String {
    match ty {
        syn::Type::Path(path) => {
            path.path.segments.last().map_or_else(String::new, |last| last.ident.to_string())
        }
        _ => String::new(),
    }
}

/// The public methods of the client and its transactions, and those of the traits for both.
fn collect(item: syn::Item, methods: &mut BTreeSet<String>) {
    match item {
        syn::Item::Impl(item) if ["Client", "Tx", "NestedTx"].contains(&&*type_name(&item.self_ty)) => {
            for item in item.items {
                if let syn::ImplItem::Fn(function) = item
                    && matches!(function.vis, syn::Visibility::Public(_))
                {
                    methods.insert(function.sig.ident.to_string());
                }
            }
        }
        syn::Item::Trait(item) if item.ident.to_string().ends_with("Executor") => {
            for item in item.items {
                if let syn::TraitItem::Fn(function) = item {
                    methods.insert(function.sig.ident.to_string());
                }
            }
        }
        _ => {}
    }
}

fn collect_folder(folder: &Path, methods: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_folder(&path, methods);
        } else {
            let file = syn::parse_file(&std::fs::read_to_string(&path).unwrap()).unwrap();
            file.items.into_iter().for_each(|item| collect(item, methods));
        }
    }
}

fn upper_camel(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

#[test]
fn methods_of_the_client_hide_no_model() {
    let mut methods = BTreeSet::new();
    collect_folder(Path::new("../client/src"), &mut methods);
    for known in ["begin", "engine", "sql"] {
        assert!(methods.contains(known), "`{known}` was not found among {methods:?}");
    }
    for method in methods {
        let model = upper_camel(&method);
        let text = format!("datasource db {{\n provider = \"sqlite\"\n}}\nmodel {model} {{\n id Int @id\n}}");
        let generated = generate(&Schema::parse("schema.prisma", text).unwrap(), &Options::new()).unwrap();
        let renamed = generated.contains(&format!("fn {method}_("));
        assert!(
            renamed,
            "the method `{method}` of every client hides that of the model `{model}`: add it to ACCESSORS in \
             src/names/reserved.rs"
        );
    }
}

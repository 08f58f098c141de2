//! The statements for the fixtures, word for word, in `tests/golden/<fixture>.<provider>.sql`.
//! `UPDATE_GOLDEN=1` writes them anew.

use std::path::Path;

use drivetrain_migrate::{Error, Step, create_ddl};
use drivetrain_schema::{Provider, Schema};

mod support;

const CASES: &[(&str, Provider)] = &[
    ("full_postgres", Provider::Postgresql),
    ("multi_schema", Provider::Postgresql),
    ("native_types", Provider::Postgresql),
    ("default_values", Provider::Postgresql),
    ("index_kinds", Provider::Postgresql),
    ("self_relations", Provider::Postgresql),
    ("self_relations", Provider::Sqlite),
    ("self_relations", Provider::Mysql),
    ("cycles", Provider::Postgresql),
    ("cycles", Provider::Sqlite),
    ("todos", Provider::Sqlite),
    ("todos", Provider::Postgresql),
    ("two_providers", Provider::Postgresql),
    ("two_providers", Provider::Sqlite),
    ("full_mysql", Provider::Mysql),
];

#[test]
fn statements_are_as_expected() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for (name, provider) in CASES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.{provider}.sql"));
        let script = support::ddl(name, *provider).to_script();
        if update {
            std::fs::write(path, script).unwrap();
        } else {
            let expected = std::fs::read_to_string(&path).unwrap();
            assert!(script == expected, "{}:\n{script}", path.display());
        }
    }
}

#[test]
fn a_provider_the_schema_was_not_checked_for_is_refused() {
    let schema = support::fixture("multi_schema", Provider::Postgresql);
    let error = create_ddl(&schema, Provider::Sqlite).unwrap_err();
    assert_eq!(
        error,
        Error::UncheckedProvider { provider: Provider::Sqlite, checked: vec![Provider::Postgresql] }
    );
    assert_eq!(
        error.to_string(),
        "the schema is for postgresql, not for sqlite; add \"sqlite\" to the providers it is checked for"
    );
}

#[test]
fn without_foreign_keys_relations_are_columns_only() {
    let text = r#"
        datasource db {
          provider     = "postgresql"
          relationMode = "prisma"
        }
        model A {
          id Int @id
          bs B[]
          cs C[]
        }
        model B {
          id  Int @id
          aId Int
          a   A   @relation(fields: [aId], references: [id])
        }
        model C {
          id Int @id
          as A[]
        }
    "#;
    let ddl = create_ddl(&Schema::parse("a.prisma", text).unwrap(), Provider::Postgresql).unwrap();
    assert!(ddl.statements.iter().all(|statement| statement.comment != Step::AddForeignKey));
    assert_eq!(ddl.statements.iter().filter(|statement| statement.comment == Step::CreateTable).count(), 4);
}

#[test]
fn statements_have_no_semicolon_and_the_script_has() {
    let ddl = support::ddl("todos", Provider::Sqlite);
    assert!(ddl.statements.iter().all(|statement| !statement.sql.ends_with(';')));
    assert_eq!(ddl.to_script().matches(";\n").count(), ddl.statements.len());
}

//! What the engine is told of a schema, and what is refused or left out.

use drivetrain_codegen::{Options, generate};
use drivetrain_schema::{Provider, Schema, SourceFile};

fn schema(body: &str, providers: &[Provider]) -> Schema {
    let text = format!("datasource db {{\n  provider = \"postgresql\"\n}}\n{body}");
    Schema::parse_for(&[SourceFile::new("schema.prisma", text)], providers).unwrap()
}

/// The generated text in one line, without the crate's name and what formatting adds.
fn shape(body: &str) -> String {
    let text = generate(&schema(body, &[]), &Options::new()).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ").replace("::drivetrain::model::", "").replace("::core::option::Option::", "");
    line.replace("( ", "(")
        .replace(", )", ")")
        .replace(", }", " }")
        .replace(", ]", "]")
        .replace("[ ", "[")
        .replace(" ]", "]")
}

#[track_caller]
fn assert_has(shape: &str, part: &str) {
    assert!(shape.contains(part), "`{part}` is not in\n{shape}");
}

fn relation(field: &str, target: &str, list: bool, local: &str, foreign: &str, owning: bool) -> String {
    format!(
        "RelationMeta {{ field: \"{field}\", target: || &{target}, list: {list}, local: &[{local}], foreign: \
         &[{foreign}], owning: {owning}, join_table: None }}"
    )
}

#[test]
fn relations_are_positions_of_known_columns() {
    let shape = shape(
        "model User {
           secret String  @ignore
           tenant Int
           id     Int
           posts  Post[]
           @@id([tenant, id], map: \"users_key\")
         }
         model Post {
           id     Int      @id
           place  Unsupported(\"point\")?
           userId Int
           tenant Int
           author User     @relation(fields: [tenant, userId], references: [tenant, id])
         }",
    );
    assert_has(&shape, &relation("posts", "super::post::META", true, "0, 1", "2, 1", false));
    assert_has(&shape, &relation("author", "super::user::META", false, "2, 1", "0, 1", true));
    assert_has(&shape, "KeyMeta { constraint: \"users_key\", columns: &[0, 1], primary: true }");
    assert_has(&shape, "type Cardinality = One;");
    assert_has(&shape, "type Cardinality = Many;");
    assert!(!shape.contains("secret") && !shape.contains("place"), "{shape}");
}

#[test]
fn optional_and_one_to_one_relations_are_perhaps_one() {
    let shape = shape(
        "model User {
           id      Int      @id
           profile Profile?
         }
         model Profile {
           id     Int  @id
           userId Int? @unique
           user   User? @relation(fields: [userId], references: [id])
         }",
    );
    assert_has(&shape, &relation("profile", "super::profile::META", false, "0", "1", false));
    assert_has(&shape, &relation("user", "super::user::META", false, "1", "0", true));
    assert_eq!(shape.matches("type Cardinality = MaybeOne;").count(), 2);
    assert_has(&shape, "Column< Model, i32, ::drivetrain::column::Nullable, ::drivetrain::column::Key, >");
}

#[test]
fn join_tables_have_a_side_for_each_field() {
    let shape = shape(
        "model Post {
           id   Int   @id
           tags Tag[]
         }
         model Tag {
           name    String @id
           posts   Post[]
           related Tag[]  @relation(\"near\")
           also    Tag[]  @relation(\"near\")
         }",
    );
    let join = |table: &str, local: &str, foreign: &str| {
        format!(
            "join_table: Some(JoinTableMeta {{ table: TableMeta {{ schema: None, name: \"{table}\" }}, local: \"{local}\", \
             foreign: \"{foreign}\" }})"
        )
    };
    assert_eq!(shape.matches(&join("_PostToTag", "A", "B")).count(), 1, "{shape}");
    assert_eq!(shape.matches(&join("_PostToTag", "B", "A")).count(), 1, "{shape}");
    let also = format!(
        "field: \"also\", target: || &META, list: true, local: &[0], foreign: &[0], owning: false, {}",
        join("_near", "A", "B")
    );
    assert_has(&shape, &also);
    assert_eq!(shape.matches(&join("_near", "B", "A")).count(), 1, "{shape}");
}

#[test]
fn columns_have_their_types_and_defaults() {
    let shape = shape(
        "enum Role {
           ADMIN @map(\"a'dm\\\"in\")
           @@map(\"roles\")
         }
         model All {
           id    Int      @id @default(autoincrement())
           u     String   @default(uuid(7)) @db.Uuid
           n     String   @default(nanoid(7))
           n21   String   @default(nanoid())
           at    DateTime @default(now()) @db.Timestamptz(3)
           up    DateTime @updatedAt
           roles Role[]   @default([ADMIN])
           bits  String?  @map(\"the bits\") @db.Bit(8)
           js    Json     @default(\"{}\") @db.Json
           rest  Int[]
         }",
    );
    let column = |field: &str, column: &str, rest: &str| {
        format!("ColumnMeta {{ field: \"{field}\", column: \"{column}\", ty: TypeMeta::{rest}")
    };
    let plain = |field: &str, ty: &str, default: &str| {
        column(
            field,
            field,
            &format!("{ty}, nullable: false, default: DefaultMeta::{default}, updated_at: false }}"),
        )
    };
    assert_has(&shape, &plain("id", "Int32", "Autoincrement"));
    assert_has(&shape, &plain("u", "Uuid", "UuidV7"));
    assert_has(&shape, &plain("n", "Text", "Nanoid(7)"));
    assert_has(&shape, &plain("n21", "Text", "Nanoid(21)"));
    assert_has(&shape, &plain("at", "TimestampTz", "Now"));
    assert_has(
        &shape,
        &column("up", "up", "Timestamp, nullable: false, default: DefaultMeta::None, updated_at: true }"),
    );
    assert_has(&shape, "ty: TypeMeta::List(&TypeMeta::Enum(&EnumMeta { schema: None, name: \"roles\" }))");
    let native = |name: &str, carrier: &str| {
        format!(
            "Native {{ dialect: ::drivetrain::Dialect::Postgres, name: \"{name}\", carrier: &TypeMeta::{carrier} }}"
        )
    };
    assert_has(&shape, &column("bits", "the bits", &format!("{}, nullable: true", native("bit", "Text"))));
    assert_has(&shape, &plain("js", &native("json", "Json"), "Database"));
    assert_has(&shape, &plain("rest", "List(&TypeMeta::Int32)", "None"));
    assert_has(&shape, "rest: record.get_list(&all::META, 9)?");
    assert_has(&shape, "Self::Admin => \"a'dm\\\"in\"");
}

#[test]
fn only_what_must_be_given_is_a_parameter() {
    let shape = shape(
        "model Thing {
           id    Int      @id @default(autoincrement())
           name  String
           note  String?
           at    DateTime @updatedAt
           tags  String[]
         }",
    );
    assert_has(&shape, "pub struct New<Name = ::drivetrain::create::Missing<required::name>> {");
}

#[test]
fn the_dialects_are_those_the_schema_was_checked_for() {
    let model = "model A {\n  id Int @id\n}";
    let text = generate(&schema(model, &[Provider::Sqlite]), &Options::new()).unwrap();
    let (postgres, sqlite) = (text.find("Dialect::Postgres"), text.find("Dialect::Sqlite"));
    assert!(postgres.is_some() && postgres < sqlite);
}

#[test]
fn what_cannot_be_generated_is_named() {
    let error = |body: &str| generate(&schema(body, &[]), &Options::new()).unwrap_err().to_string();
    let text = error(
        "model A {
           id Int @id
           bs B[]
           /// @rust(Money)
           m  Decimal
         }
         model B {
           id  Int @id
           aId Int @ignore
           a   A   @relation(fields: [aId], references: [id])
         }",
    );
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "A.m: in `@rust(..)`, `Money` does not say which crate it is of: write for example `crate::Money`",
            "A.bs: the relation needs the column `aId`, which the client does not have because it is ignored or of an \
             unsupported type: add `@ignore` to the relation too",
            "B.a: the relation needs the column `aId`, which the client does not have because it is ignored or of an \
             unsupported type: add `@ignore` to the relation too",
        ]
    );
}

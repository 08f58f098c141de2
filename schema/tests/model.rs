//! What the checked model says of valid schemas.

use std::path::{Path, PathBuf};

use drivetrain_schema::model::{
    Arity, CuidVersion, DefaultValue, EnvOrLiteral, FieldId, IndexAlgorithm, IndexKind, JoinSide, Literal,
    Model, NativeType, OperatorClass, Predicate, ReferentialAction, RelationField, RelationKind, ScalarField,
    ScalarType, SortOrder, UuidVersion,
};
use drivetrain_schema::{Provider, Schema, SourceFile};

/// The folder of the tests.
fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn source(name: &str) -> SourceFile {
    let path = tests_folder().join("fixtures").join(name);
    SourceFile::new(name, std::fs::read_to_string(path).unwrap())
}

fn schema(name: &str) -> Schema {
    let (schema, warnings) =
        Schema::parse_with_warnings(&[source(name)], &[]).unwrap_or_else(|found| panic!("{found}"));
    assert!(warnings.is_empty(), "{warnings}");
    schema
}

fn scalar<'s>(model: &'s Model, name: &str) -> &'s ScalarField {
    model.field(name).and_then(|field| field.as_scalar()).unwrap()
}

fn relation<'s>(model: &'s Model, name: &str) -> &'s RelationField {
    model.field(name).and_then(|field| field.as_relation()).unwrap()
}

fn names(model: &Model, fields: &[FieldId]) -> Vec<String> {
    fields.iter().map(|field| model[*field].name.clone()).collect()
}

fn default(name: &str) -> DefaultValue {
    let schema = schema("full_postgres.prisma");
    let models = ["User", "Post", "Profile"].into_iter().filter_map(|model| schema.model(model)?.field(name));
    let found: Vec<DefaultValue> = models.filter_map(|field| field.as_scalar()?.default.clone()).collect();
    found.into_iter().next().unwrap()
}

#[test]
fn every_valid_fixture_is_valid() {
    for name in [
        "full_postgres",
        "full_mysql",
        "todos",
        "self_relations",
        "cycles",
        "eight_relations",
        "multi_schema",
        "two_providers",
        "native_types",
        "default_values",
        "index_kinds",
    ] {
        schema(&format!("{name}.prisma"));
    }
}

#[test]
fn datasource_and_generators() {
    let schema = schema("full_postgres.prisma");
    let datasource = schema.datasource.unwrap();
    assert_eq!(datasource.provider, Provider::Postgresql);
    assert_eq!(datasource.url, Some(EnvOrLiteral::Env("DATABASE_URL".to_owned())));
    assert_eq!(datasource.extensions[1].db_name, "uuid-ossp");
    assert_eq!(datasource.extensions[1].version.as_deref(), Some("1.1"));
    let generator = &schema.generators[0];
    assert_eq!(generator.documentation.as_deref(), Some("The TypeScript side keeps its generator."));
    assert_eq!(generator.preview_features.len(), 3);
    let properties: Vec<&str> = generator.properties.iter().map(|(name, _)| &**name).collect();
    assert_eq!(properties, ["engineType", "binaryTargets", "retries", "strict"]);
}

#[test]
fn documentation_stands_above_or_after() {
    let schema = schema("full_postgres.prisma");
    let role = schema.enum_("Role").unwrap();
    assert_eq!(role.documentation.as_deref(), Some("Who may do what.\nKept short."));
    assert_eq!(role.values[0].documentation.as_deref(), Some("May read."));
    assert_eq!(role.values[1].documentation.as_deref(), Some("May write."));
    assert_eq!(role.values[2].documentation, None);
    let user = schema.model("User").unwrap();
    assert_eq!(user.documentation.as_deref(), Some("A person."));
    assert_eq!(user.field("id").unwrap().documentation.as_deref(), Some("The number."));
    assert_eq!(user.field("name").unwrap().documentation, None);
    let created = user.field("createdAt").unwrap();
    assert_eq!(created.documentation.as_deref(), Some("Seconds since midnight matter."));
    assert_eq!(created.rust_type.as_deref(), Some("jiff::Timestamp"));
}

#[test]
fn names_in_the_database() {
    let schema = schema("full_postgres.prisma");
    let user = schema.model("User").unwrap();
    assert_eq!(user.db_name, "users");
    assert_eq!(user.field("email").unwrap().db_name, "email_address");
    let role = schema.enum_("Role").unwrap();
    assert_eq!((&*role.db_name, &*role.values[2].db_name), ("role_type", "super-admin"));
    let pg = Provider::Postgresql;
    let keys: Vec<String> = user.keys().map(|key| key.db_name.for_provider(pg).into_owned()).collect();
    assert_eq!(keys, ["users_primary", "users_uid_key", "users_email", "users_name_day"]);
    let indexes: Vec<String> =
        user.indexes.iter().map(|index| index.db_name.for_provider(pg).into_owned()).collect();
    assert_eq!(
        indexes,
        [
            "users_named",
            "users_name_createdAt_idx",
            "users_tags_idx",
            "users_email_hash",
            "users_admins",
            "users_name_pattern",
            "users_id_brin"
        ]
    );
    let post = schema.model("Post").unwrap();
    assert_eq!(relation(post, "author").fk_db_name.as_ref().unwrap().for_provider(pg), "Post_authorId_fkey");
    let profile = schema.model("Profile").unwrap();
    assert!(relation(profile, "user").fk_db_name.as_ref().unwrap().is_stated());
    assert_eq!(
        schema.model("Login").unwrap().primary_key.as_ref().unwrap().db_name.for_provider(pg),
        "Login_pkey"
    );
}

#[test]
fn keys_have_client_names() {
    let schema = schema("full_postgres.prisma");
    let user = schema.model("User").unwrap();
    let keys: Vec<&str> = user.keys().map(|key| &*key.name).collect();
    assert_eq!(keys, ["id", "uid", "email", "name_and_day"]);
    assert_eq!(user.uniques[1].options[0].sort, Some(SortOrder::Desc));
    assert_eq!(schema.model("Group").unwrap().primary_key.as_ref().unwrap().name, "key");
    let post = schema.model("Post").unwrap();
    assert_eq!(post.uniques[0].name, "authorId_title");
    assert!(post.uniques[0].is_compound() && !post.uniques[0].at_field);
}

#[test]
fn indexes_keep_type_class_and_condition() {
    let schema = schema("full_postgres.prisma");
    let user = schema.model("User").unwrap();
    let of = |name: &str| {
        user.indexes.iter().find(|index| index.db_name.for_provider(Provider::Postgresql) == name).unwrap()
    };
    assert_eq!(of("users_named").kind, IndexKind::PartialUnique);
    assert_eq!(of("users_named").predicate, Some(Predicate::Raw("name <> ''".to_owned())));
    assert_eq!(of("users_tags_idx").algorithm, Some(IndexAlgorithm::Gin));
    assert_eq!(
        of("users_name_pattern").options[0].ops,
        Some(OperatorClass::Raw("text_pattern_ops".to_owned()))
    );
    let Some(Predicate::All(conditions)) = &of("users_admins").predicate else { panic!("no conditions") };
    assert_eq!(conditions.len(), 3);
    assert_eq!(conditions[0].value, Some(Literal::EnumValue("ADMIN".to_owned())));
    assert!(conditions[1].negated && conditions[1].value.is_none());
}

#[test]
fn defaults() {
    assert_eq!(default("id"), DefaultValue::Autoincrement);
    assert_eq!(default("uid"), DefaultValue::DbGenerated(Some("gen_random_uuid()".to_owned())));
    assert_eq!(default("filled"), DefaultValue::DbGenerated(None));
    assert_eq!(default("role"), DefaultValue::EnumValue("READER".to_owned()));
    assert_eq!(
        default("roles"),
        DefaultValue::List(vec![
            Literal::EnumValue("READER".to_owned()),
            Literal::EnumValue("ADMIN".to_owned())
        ])
    );
    assert_eq!(default("bio"), DefaultValue::Literal(Literal::String("say \"hi\"\né".to_owned())));
    assert_eq!(default("createdAt"), DefaultValue::Now);
    assert_eq!(default("slug"), DefaultValue::Cuid(CuidVersion::V1));
    assert_eq!(default("slug2"), DefaultValue::Cuid(CuidVersion::V2));
    assert_eq!(default("ulid"), DefaultValue::Ulid);
    assert_eq!(default("nano"), DefaultValue::Nanoid(None));
    assert_eq!(default("nano2"), DefaultValue::Nanoid(Some(10)));
    assert_eq!(default("sorted"), DefaultValue::Uuid(UuidVersion::V7));
    assert_eq!(default("small"), DefaultValue::Literal(Literal::Int(-3)));
    assert_eq!(default("big"), DefaultValue::Literal(Literal::Int(9_007_199_254_740_993)));
    assert_eq!(default("rating"), DefaultValue::Literal(Literal::Float("1.5".to_owned())));
    assert_eq!(
        default("exact"),
        DefaultValue::Literal(Literal::Decimal("12345678901234567890.5".to_owned()))
    );
    assert_eq!(default("published"), DefaultValue::Literal(Literal::Boolean(false)));
    assert_eq!(default("raw"), DefaultValue::Literal(Literal::Bytes(b"hello".to_vec())));
}

#[test]
fn who_makes_a_default() {
    let client = [DefaultValue::Ulid, DefaultValue::Nanoid(None), DefaultValue::Uuid(UuidVersion::V4)];
    assert!(client.iter().all(|value| value.is_client_side() && !value.is_database_generated()));
    let database = [DefaultValue::Autoincrement, DefaultValue::Now, DefaultValue::DbGenerated(None)];
    assert!(database.iter().all(|value| !value.is_client_side() && value.is_database_generated()));
    let constant = DefaultValue::EnumValue("A".to_owned());
    assert!(constant.is_constant() && !constant.is_client_side() && !constant.is_database_generated());
}

#[test]
fn scalar_types_and_native_types() {
    let schema = schema("full_postgres.prisma");
    let post = schema.model("Post").unwrap();
    assert_eq!(scalar(post, "place").ty, ScalarType::Unsupported("point".to_owned()));
    assert_eq!(post.field("place").unwrap().arity, Arity::Optional);
    assert_eq!(
        scalar(post, "exact").native,
        Some(NativeType { name: "Decimal".to_owned(), args: vec![40, 10] })
    );
    let user = schema.model("User").unwrap();
    assert_eq!(scalar(user, "role").ty, ScalarType::Enum(schema.enum_id("Role").unwrap()));
    assert!(scalar(user, "updatedAt").updated_at);
    assert!(user.field("secret").unwrap().ignored);
    assert!(user.field("managerId").unwrap().is_optional());
    let must: Vec<&str> =
        post.fields.iter().filter(|field| field.must_be_given()).map(|field| &*field.name).collect();
    assert_eq!(must, ["title", "authorId"]);
}

#[test]
fn views_and_ignored_models() {
    let schema = schema("full_postgres.prisma");
    let view = schema.model("UserNames").unwrap();
    assert!(view.is_view && view.primary_key.is_none() && view.uniques.len() == 1);
    assert!(schema.model("Legacy").unwrap().ignored);
}

#[test]
fn relations_name_each_other() {
    for name in [
        "full_postgres",
        "self_relations",
        "cycles",
        "eight_relations",
        "multi_schema",
        "todos",
        "full_mysql",
    ] {
        let schema = schema(&format!("{name}.prisma"));
        for (model_id, model) in schema.models_with_ids() {
            for (field_id, field, relation) in model.relation_fields() {
                let opposite = schema.opposite_relation(relation);
                assert_eq!((opposite.target, opposite.opposite), (model_id, field_id), "{}", field.name);
                assert_eq!(opposite.relation, relation.relation);
                assert_eq!(
                    (opposite.on_delete, opposite.on_update),
                    (relation.on_delete, relation.on_update)
                );
                assert_eq!(relation.fields.len(), relation.references.len());
                assert_eq!(field.is_list(), relation.is_list());
                let owners = usize::from(relation.is_owning()) + usize::from(opposite.is_owning());
                assert_eq!(owners, usize::from(relation.join_table().is_none()));
            }
        }
    }
}

#[test]
fn one_to_one_and_one_to_many() {
    let schema = schema("full_postgres.prisma");
    let (user, profile, login) =
        (schema.model("User").unwrap(), schema.model("Profile").unwrap(), schema.model("Login").unwrap());
    let owning = relation(profile, "user");
    assert_eq!(owning.kind, RelationKind::OneToOne);
    assert_eq!(owning.relation, "ProfileToUser");
    assert!(owning.is_owning() && owning.on_delete_stated && !owning.on_update_stated);
    assert_eq!(
        (owning.on_delete, owning.on_update),
        (ReferentialAction::Cascade, ReferentialAction::Cascade)
    );
    assert_eq!(names(profile, &owning.fields), ["userId"]);
    assert_eq!(names(user, &owning.references), ["id"]);
    assert!(!relation(user, "profile").is_owning());
    let compound = relation(login, "group");
    assert_eq!(compound.kind, RelationKind::OneToMany);
    assert_eq!(names(login, &compound.fields), ["tenant", "number"]);
    assert!(relation(schema.model("Group").unwrap(), "logins").is_list());
}

#[test]
fn default_actions_follow_the_columns() {
    let schema = schema("full_postgres.prisma");
    let post = schema.model("Post").unwrap();
    assert_eq!(relation(post, "author").on_delete, ReferentialAction::Restrict);
    let text = "datasource db {\n  provider = \"sqlite\"\n}\nmodel A {\n  id Int @id\n  x Int?\n  y Int\n  b B? @relation(fields: [x, y], references: [x, y])\n  c B? @relation(\"c\", fields: [x], references: [x])\n}\nmodel B {\n  x Int @unique\n  y Int\n  a A[]\n  c A[] @relation(\"c\")\n  @@id([x, y])\n}\n";
    let schema = Schema::parse("a.prisma", text).unwrap();
    let a = schema.model("A").unwrap();
    assert_eq!(relation(a, "b").on_delete, ReferentialAction::Restrict, "one column is required");
    assert_eq!(relation(a, "c").on_delete, ReferentialAction::SetNull);
    assert_eq!(relation(a, "c").on_update, ReferentialAction::Cascade);
}

#[test]
fn many_to_many_sides() {
    let schema = schema("full_postgres.prisma");
    let category = relation(schema.model("Category").unwrap(), "posts").join_table().unwrap();
    let post = relation(schema.model("Post").unwrap(), "categories").join_table().unwrap();
    assert_eq!((&*category.db_name, category.side), ("_CategoryToPost", JoinSide::A));
    assert_eq!((&*post.db_name, post.side), ("_CategoryToPost", JoinSide::B));
    assert_eq!(post.primary_key_name().for_provider(Provider::Postgresql), "_CategoryToPost_AB_pkey");
    assert_eq!(post.foreign_key_name(JoinSide::B).for_provider(Provider::Sqlite), "_CategoryToPost_B_fkey");
}

#[test]
fn self_relations() {
    let schema = schema("self_relations.prisma");
    let node = schema.model("Node").unwrap();
    let opposite = |name: &str| schema.opposite_field(relation(node, name)).name.clone();
    assert_eq!(opposite("parent"), "children");
    assert_eq!(opposite("next"), "previous");
    assert_eq!(opposite("following"), "followedBy");
    assert_eq!(relation(node, "followedBy").join_table().unwrap().side, JoinSide::A);
    assert_eq!(relation(node, "following").join_table().unwrap().side, JoinSide::B);
    assert_eq!(relation(node, "next").kind, RelationKind::OneToOne);
}

#[test]
fn database_schemas() {
    let schema = schema("multi_schema.prisma");
    assert_eq!(schema.model("User").unwrap().db_schema.as_deref(), Some("base"));
    assert_eq!(schema.enum_("State").unwrap().db_schema.as_deref(), Some("shop"));
    let likes = relation(schema.model("User").unwrap(), "liked").join_table().unwrap();
    assert_eq!(likes.db_schema.as_deref(), Some("shop"), "the schema of model A, here Order");
}

#[test]
fn a_schema_may_be_spread_over_files() {
    let files = ["multi_file/post.prisma", "multi_file/user.prisma", "multi_file/base.prisma"].map(source);
    let schema = Schema::parse_for(&files, &[]).unwrap();
    assert_eq!(schema.models.len(), 2);
    assert_eq!(schema.model("User").unwrap().span.source.0, 1);
    let found = Schema::parse_for(&files[..1], &[Provider::Sqlite]).unwrap_err();
    assert!(found.to_string().contains("multi_file/post.prisma:4:12"), "{found}");
}

#[test]
fn one_schema_for_several_databases() {
    let file = source("two_providers.prisma");
    let schema =
        Schema::parse_for(std::slice::from_ref(&file), &[Provider::Sqlite, Provider::Postgresql]).unwrap();
    assert_eq!(schema.providers, [Provider::Postgresql, Provider::Sqlite]);
    let found = Schema::parse_for(&[file], &[Provider::Mysql]).unwrap_err();
    let text = found.to_string();
    assert!(text.contains("mysql has no partial indexes"), "{text}");
}

#[test]
fn a_schema_without_datasource_needs_providers() {
    let text = "model A {\n  id Int @id\n}\n";
    assert!(Schema::parse("a.prisma", text).is_err());
    let schema = Schema::parse_for(&[SourceFile::new("a.prisma", text)], &[Provider::Mysql]).unwrap();
    assert_eq!(schema.providers, [Provider::Mysql]);
}

#[test]
fn warnings_leave_the_schema_usable() {
    let text = "datasource db {\n  provider = \"postgresql\"\n}\nmodel A {\n  id Int @id @unique\n}\n";
    let (schema, warnings) = Schema::parse_with_warnings(&[SourceFile::new("a.prisma", text)], &[]).unwrap();
    assert_eq!(schema.models.len(), 1);
    assert_eq!(warnings.len(), 1);
    assert!(!warnings.has_errors());
}

#[test]
fn line_endings_do_not_matter() {
    let file = source("full_postgres.prisma");
    let unix = schema("full_postgres.prisma");
    let dos = Schema::parse("full_postgres.prisma", file.text.replace('\n', "\r\n")).unwrap();
    for (one, other) in unix.models.iter().zip(&dos.models) {
        assert_eq!(
            (&one.name, &one.documentation, one.fields.len()),
            (&other.name, &other.documentation, other.fields.len())
        );
        for (one, other) in one.fields.iter().zip(&other.fields) {
            assert_eq!((&one.documentation, &one.kind), (&other.documentation, &other.kind));
        }
    }
}

/// A schema of `count` models in a ring, each with five relations.
fn ring(count: usize) -> String {
    let mut text = "datasource db {\n  provider = \"postgresql\"\n}\n".to_owned();
    for index in 0..count {
        text.push_str(&format!(
            "\nmodel M{index} {{\n  id Int @id @default(autoincrement())\n  name String @unique\n"
        ));
        for step in 1..=5 {
            let (to, from) = ((index + step) % count, (index + count - step) % count);
            text.push_str(&format!("  to{step}Id Int?\n  to{step} M{to}? @relation(\"r{step}_{index}\", fields: [to{step}Id], references: [id])\n"));
            text.push_str(&format!("  from{step} M{from}[] @relation(\"r{step}_{from}\")\n"));
        }
        text.push_str("}\n");
    }
    text
}

#[test]
fn a_hundred_models() {
    let schema = Schema::parse("ring.prisma", ring(100)).unwrap();
    assert_eq!(schema.models.len(), 100);
    assert_eq!(schema.models.iter().flat_map(Model::relation_fields).count(), 1000);
}

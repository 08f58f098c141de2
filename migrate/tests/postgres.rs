//! The statements run on a real Postgres and do what the schema says.
//!
//! `TEST_POSTGRES_URL` is the URL of a server on which the tests may create databases, as `cargo xtask
//! test` sets it; each test has a database of its own.

use drivetrain_migrate::create_ddl;
use drivetrain_schema::{Provider, Schema, SourceFile};
use tokio_postgres::{Client, Config, NoTls};

mod support;

/// A new database, dropped at the end of a test that succeeds.
struct Database {
    admin: Client,
    name: String,
    client: Client,
}

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

impl Database {
    async fn new(test: &str) -> Self {
        let url = std::env::var("TEST_POSTGRES_URL").expect(
            "TEST_POSTGRES_URL must name a Postgres on which databases may be created; `cargo xtask test` starts one and sets it",
        );
        let mut config: Config = url.parse().expect("TEST_POSTGRES_URL must be a Postgres URL");
        let admin = connect(&config).await;
        let name = format!("drivetrain_migrate_{test}");
        admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
        admin
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
            .await
            .unwrap();
        let client = connect(config.dbname(&name)).await;
        // A zone far from UTC, so that a wrong offset shows.
        client.batch_execute("SET TIME ZONE 'Asia/Kathmandu'").await.unwrap();
        Self { admin, name, client }
    }

    async fn of(test: &str, fixture: &str) -> Self {
        let database = Self::new(test).await;
        for statement in support::ddl(fixture, Provider::Postgresql).statements {
            let result = database.client.batch_execute(&statement.sql).await;
            result.unwrap_or_else(|error| panic!("{error:?}\n{}", statement.sql));
        }
        database
    }

    async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    }

    async fn code(&self, sql: &str) -> String {
        let error = self.client.batch_execute(sql).await.unwrap_err();
        error.code().map(|code| code.code().to_owned()).unwrap()
    }

    /// The first column of all rows.
    async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = self.client.query(sql, &[]).await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
        rows.iter().map(|row| row.get(0)).collect()
    }

    async fn text(&self, sql: &str) -> String {
        self.texts(sql).await.join("\n")
    }

    async fn drop(self) {
        self.admin.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await.unwrap();
    }
}

#[tokio::test]
async fn every_schema_that_fits_postgres_creates_its_tables() {
    for name in [
        "full_postgres",
        "multi_schema",
        "self_relations",
        "cycles",
        "eight_relations",
        "two_providers",
        "native_types",
        "default_values",
        "index_kinds",
    ] {
        let database = Database::of(&format!("all_{name}"), name).await;
        let tables = database.texts("SELECT relname::text FROM pg_class WHERE relkind = 'r'").await;
        for model in support::fixture(name, Provider::Postgresql).models.iter().filter(|model| !model.is_view)
        {
            assert!(tables.contains(&model.db_name), "{name}: {}", model.db_name);
        }
        database.drop().await;
    }
}

#[tokio::test]
async fn the_whole_script_runs_at_once() {
    let database = Database::new("script").await;
    database.run(&support::ddl("full_postgres", Provider::Postgresql).to_script()).await;
    assert_eq!(database.text("SELECT to_regclass('\"_CategoryToPost\"')::text").await, "\"_CategoryToPost\"");
    database.drop().await;
}

#[tokio::test]
async fn names_of_constraints_and_indexes() {
    let database = Database::of("names", "full_postgres").await;
    let names = database
        .texts(
            "SELECT conrelid::regclass || ' ' || contype::text || ' ' || conname FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace ORDER BY conname",
        )
        .await;
    for name in [
        "users p users_primary",
        "\"Group\" p group_key",
        "\"Post\" p Post_pkey",
        "\"_CategoryToPost\" p _CategoryToPost_AB_pkey",
        "\"_CategoryToPost\" f _CategoryToPost_A_fkey",
        "users f users_managerId_fkey",
        "\"Profile\" f profile_belongs_to_user",
        "\"Login\" f Login_tenant_number_fkey",
    ] {
        assert!(names.iter().any(|found| found == name), "{name} is not in {names:?}");
    }
    let index = |name: &str| format!("SELECT indexdef FROM pg_indexes WHERE indexname = '{name}'");
    assert!(
        database
            .text(&index("users_email"))
            .await
            .contains("UNIQUE INDEX users_email ON public.users USING btree (email_address DESC)")
    );
    assert!(database.text(&index("users_tags_idx")).await.contains("USING gin (tags)"));
    assert!(
        database.text(&index("users_id_brin")).await.contains("USING brin (id)"),
        "its class is the default"
    );
    assert!(database.text(&index("Profile_data_idx")).await.contains("jsonb_path_ops"));
    let partial = database.text(&index("users_admins")).await;
    assert!(
        partial.contains("(role = 'super-admin'::role_type) AND (name IS NOT NULL) AND (secret IS NULL)"),
        "{partial}"
    );
    database.drop().await;
}

#[tokio::test]
async fn column_types() {
    let database = Database::of("types", "full_postgres").await;
    let columns = database
        .texts(
            "SELECT attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' !' ELSE '' END
             FROM pg_attribute WHERE attrelid IN ('users'::regclass, '\"Post\"'::regclass) AND attnum > 0",
        )
        .await;
    for column in [
        "id integer !",
        "uid uuid !",
        "email_address character varying(191) !",
        "name text",
        "role role_type !",
        "roles role_type[]",
        "tags text[]",
        "scores integer[]",
        "createdAt timestamp(3) without time zone !",
        "zoned timestamp(6) with time zone !",
        "day date",
        "clock time(3) without time zone",
        "id bigint !",
        "title character(20) !",
        "small smallint !",
        "rating double precision !",
        "rough real",
        "price numeric(65,30) !",
        "exact numeric(40,10) !",
        "raw bytea !",
        "place point",
        "address inet",
    ] {
        assert!(columns.iter().any(|found| found == column), "{column} is not in {columns:?}");
    }
    database.drop().await;
}

#[tokio::test]
async fn defaults_are_what_the_schema_says() {
    let database = Database::of("defaults", "full_postgres").await;
    database.run("INSERT INTO users (email_address, \"updatedAt\") VALUES ('a', now())").await;
    let user = |expression: &str| format!("SELECT ({expression})::text FROM users");
    assert_eq!(database.text(&user("id")).await, "1");
    assert_eq!(database.text(&user("length(uid::text)")).await, "36");
    assert_eq!(database.text(&user("role")).await, "READER");
    assert_eq!(database.text(&user("roles")).await, "{READER,super-admin}");
    assert_eq!(database.text(&user("tags[2] || '|' || tags[3]")).await, "it's|back\\slash");
    assert_eq!(database.text(&user("bio")).await, "say \"hi\"\né");
    assert_eq!(database.text(&user("plain")).await, "2019-12-31 22:00:00");
    assert_eq!(database.text(&user("zoned AT TIME ZONE 'UTC'")).await, "2019-12-31 22:00:00");
    assert_eq!(database.text(&user("scores IS NULL")).await, "true");
    database
        .run("INSERT INTO \"Post\" (slug, slug2, ulid, nano, nano2, sorted, title, \"authorId\") VALUES ('a', 'a', 'a', 'a', 'a', gen_random_uuid(), 't', 1)")
        .await;
    let post = |expression: &str| format!("SELECT ({expression})::text FROM \"Post\"");
    assert_eq!(database.text(&post("big")).await, "9007199254740993");
    assert_eq!(database.text(&post("exact")).await, "12345678901234567890.5000000000");
    assert_eq!(database.text(&post("convert_from(raw, 'UTF8')")).await, "hello");
    assert_eq!(database.text(&post("published")).await, "false");
    assert_eq!(database.text(&post("small")).await, "-3");
    database.drop().await;
}

#[tokio::test]
async fn referential_actions() {
    let database = Database::of("actions", "full_postgres").await;
    database
        .run(
            "INSERT INTO users (email_address, \"updatedAt\") VALUES ('boss', now());
             INSERT INTO users (email_address, \"updatedAt\", \"managerId\") VALUES ('worker', now(), 1);
             INSERT INTO \"Profile\" (id, \"userId\") VALUES ('p', 1);
             INSERT INTO \"_follows\" VALUES (1, 2)",
        )
        .await;
    assert_eq!(database.code("INSERT INTO \"_follows\" VALUES (1, 2)").await, "23505");
    assert_eq!(database.code("INSERT INTO \"_follows\" VALUES (1, 9)").await, "23503");
    assert_eq!(database.code("INSERT INTO \"Profile\" (id, \"userId\") VALUES ('q', 1)").await, "23505");
    database.run("DELETE FROM users WHERE id = 1").await;
    assert_eq!(database.text("SELECT (\"managerId\" IS NULL)::text FROM users").await, "true");
    assert_eq!(database.text("SELECT count(*)::text FROM \"Profile\"").await, "0");
    assert_eq!(database.text("SELECT count(*)::text FROM \"_follows\"").await, "0");
    database.run("INSERT INTO \"Group\" VALUES ('t', 1, 2)").await;
    // 23503 until Postgres 17, 23001 from 18 on.
    let code = database.code("DELETE FROM users").await;
    assert!(matches!(&*code, "23503" | "23001"), "{code}");
    let action = "SELECT confdeltype::text || confupdtype::text FROM pg_constraint WHERE conname = ";
    assert_eq!(database.text(&format!("{action}'Group_ownerId_fkey'")).await, "rc");
    assert_eq!(database.text(&format!("{action}'users_managerId_fkey'")).await, "na");
    assert_eq!(database.text(&format!("{action}'Post_reviewerId_fkey'")).await, "dc");
    database.drop().await;
}

#[tokio::test]
async fn database_schemas() {
    let database = Database::of("schemas", "multi_schema").await;
    database
        .run("INSERT INTO base.\"User\" DEFAULT VALUES; INSERT INTO shop.orders (\"userId\") VALUES (1)")
        .await;
    assert_eq!(database.text("SELECT states::text FROM shop.orders").await, "{PAID}");
    database.run("INSERT INTO shop.\"_likes\" VALUES (1, 1)").await;
    database.drop().await;
}

#[tokio::test]
async fn long_and_strange_names() {
    let long = "Long".repeat(20);
    let source = format!(
        r#"
        model A {{
          id   Int    @id @map("a \"quoted\" id; --")
          {long} String @unique @map("{long_column}") @default("'; DROP TABLE x; --")
          e    E      @default(Q)
          bs   B[]
          @@map("order by \"1\"")
        }}
        model B {{
          id Int @id
          as A[]
        }}
        enum E {{
          Q @map("it's; \"q\"")
        }}
        "#,
        long_column = "é".repeat(30),
    );
    let schema = Schema::parse_for(&[SourceFile::new("a.prisma", source)], &[Provider::Postgresql]).unwrap();
    let database = Database::new("strange").await;
    database.run(&create_ddl(&schema, Provider::Postgresql).unwrap().to_script()).await;
    database.run(r#"INSERT INTO "order by ""1""" ("a ""quoted"" id; --") VALUES (1)"#).await;
    let row = format!(r#"SELECT "{}" || '|' || e FROM "order by ""1""""#, "é".repeat(30));
    assert_eq!(database.text(&row).await, r#"'; DROP TABLE x; --|it's; "q""#);
    let unique = database.text(r"SELECT indexname::text FROM pg_indexes WHERE indexname LIKE '%\_key'").await;
    assert!(unique.len() <= 63 && unique.ends_with("_key"), "{unique}");
    database.drop().await;
}

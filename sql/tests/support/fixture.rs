//! The tables that the corpus is run on, and their rows.

use drivetrain_adapter_api::Dialect;

const POSTGRES: &str = r#"
CREATE TYPE "Role" AS ENUM ('ADMIN', 'USER');
CREATE TABLE "User" (
    "id" serial PRIMARY KEY, "email" text NOT NULL UNIQUE, "name" text, "age" int4, "role" "Role" NOT NULL DEFAULT 'USER',
    "active" bool NOT NULL DEFAULT true, "score" float8, "born" date, "seen" timestamptz, "data" jsonb, "hash" bytea,
    "key" uuid, "tags" text[] NOT NULL DEFAULT '{}'
);
CREATE TABLE "Post" (
    "id" serial PRIMARY KEY, "authorId" int4 REFERENCES "User", "title" varchar(100) NOT NULL, "views" int4 NOT NULL DEFAULT 0,
    "written" timestamp
);
CREATE TABLE "Vote" ("userId" int4 NOT NULL, "postId" int4 NOT NULL, "weight" int8, PRIMARY KEY ("userId", "postId"));
CREATE TABLE "Stamp" ("id" serial PRIMARY KEY, "at" timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE "sel""ect.t'a`b[le]" ("fr""om" int4, "a.b" text UNIQUE, "größe ☃" int4, "order" int4);
"#;

const SQLITE: &str = r#"
CREATE TABLE "User" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL UNIQUE, "name" TEXT, "age" INTEGER,
    "role" TEXT NOT NULL DEFAULT 'USER', "active" BOOLEAN NOT NULL DEFAULT true, "score" REAL, "born" DATETIME,
    "seen" DATETIME, "data" JSONB, "hash" BLOB, "key" TEXT, "tags" TEXT
);
CREATE TABLE "Post" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "authorId" INTEGER REFERENCES "User", "title" TEXT NOT NULL,
    "views" INTEGER NOT NULL DEFAULT 0, "written" DATETIME
);
CREATE TABLE "Vote" ("userId" INTEGER NOT NULL, "postId" INTEGER NOT NULL, "weight" BIGINT, PRIMARY KEY ("userId", "postId"));
CREATE TABLE "Stamp" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE "sel""ect.t'a`b[le]" ("fr""om" INTEGER, "a.b" TEXT UNIQUE, "größe ☃" INTEGER, "order" INTEGER);
"#;

/// Rows, for all dialects.
const ROWS: &str = r#"
INSERT INTO "User" ("email", "name", "age", "role", "active", "score") VALUES
    ('ann@x.org', 'Ann', 30, 'ADMIN', true, 1.5), ('bob@x.org', 'Bob', 40, 'USER', true, NULL),
    ('cid@y.org', NULL, NULL, 'USER', false, -2.25), ('100%@x.org', '50%_off!', 20, 'USER', true, 0);
INSERT INTO "Post" ("authorId", "title", "views") VALUES
    (1, 'Hello', 10), (1, 'World', 5), (2, 'hello again', 7), (NULL, 'Orphan', 0);
INSERT INTO "Vote" VALUES (1, 1, 1), (1, 2, 9007199254740993), (2, 1, NULL);
INSERT INTO "sel""ect.t'a`b[le]" VALUES (1, 'x', 10, 3), (2, 'y', 20, 2), (3, NULL, 30, 1);
"#;

/// The text that makes tables and rows.
pub fn script(dialect: Dialect) -> String {
    let tables = if dialect == Dialect::Postgres { POSTGRES } else { SQLITE };
    format!("{tables}{ROWS}")
}

/// The name of the table whose name is as bad as can be.
pub const HOSTILE: &str = "sel\"ect.t'a`b[le]";

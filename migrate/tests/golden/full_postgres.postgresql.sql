-- CreateExtension
CREATE EXTENSION IF NOT EXISTS "citext";

-- CreateExtension
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA "public" VERSION "1.1";

-- CreateEnum
CREATE TYPE "role_type" AS ENUM ('READER', 'writer', 'super-admin');

-- CreateTable
CREATE TABLE "users" (
    "id" SERIAL NOT NULL,
    "uid" UUID NOT NULL DEFAULT gen_random_uuid(),
    "email_address" VARCHAR(191) NOT NULL,
    "name" TEXT,
    "role" "role_type" NOT NULL DEFAULT 'READER',
    "roles" "role_type"[] DEFAULT ARRAY['READER', 'super-admin']::"role_type"[],
    "tags" TEXT[] DEFAULT ARRAY['a', 'it''s', 'back\slash']::TEXT[],
    "scores" INTEGER[],
    "bio" TEXT NOT NULL DEFAULT 'say "hi"
é',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "zoned" TIMESTAMPTZ(6) NOT NULL DEFAULT '2019-12-31 22:00:00 +00:00',
    "plain" TIMESTAMP(3) NOT NULL DEFAULT '2019-12-31 22:00:00 +00:00',
    "day" DATE,
    "clock" TIME(3),
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "managerId" INTEGER,
    "secret" TEXT,

    CONSTRAINT "users_primary" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Profile" (
    "id" TEXT NOT NULL,
    "userId" INTEGER NOT NULL,
    "data" JSONB NOT NULL DEFAULT '{"theme": "dark"}',
    "extra" JSON,

    CONSTRAINT "Profile_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Post" (
    "id" BIGSERIAL NOT NULL,
    "slug" TEXT NOT NULL,
    "slug2" TEXT NOT NULL,
    "ulid" TEXT NOT NULL,
    "nano" TEXT NOT NULL,
    "nano2" TEXT NOT NULL,
    "sorted" UUID NOT NULL,
    "title" CHAR(20) NOT NULL,
    "views" INTEGER NOT NULL DEFAULT 0,
    "small" SMALLINT NOT NULL DEFAULT -3,
    "big" BIGINT NOT NULL DEFAULT 9007199254740993,
    "rating" DOUBLE PRECISION NOT NULL DEFAULT 1.5,
    "rough" REAL,
    "price" DECIMAL(65,30) NOT NULL DEFAULT 1.10,
    "exact" DECIMAL(40,10) NOT NULL DEFAULT 12345678901234567890.5,
    "published" BOOLEAN NOT NULL DEFAULT false,
    "raw" BYTEA NOT NULL DEFAULT '\x68656c6c6f',
    "place" point,
    "address" INET,
    "filled" INTEGER,
    "authorId" INTEGER NOT NULL,
    "reviewerId" INTEGER,

    CONSTRAINT "Post_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Category" (
    "id" INTEGER NOT NULL,
    "label" TEXT NOT NULL,

    CONSTRAINT "Category_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Group" (
    "tenant" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "ownerId" INTEGER NOT NULL,

    CONSTRAINT "group_key" PRIMARY KEY ("tenant","number")
);

-- CreateTable
CREATE TABLE "Login" (
    "id" SERIAL NOT NULL,
    "tenant" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "userId" INTEGER NOT NULL,

    CONSTRAINT "Login_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Legacy" (
    "what" TEXT
);

-- CreateTable
CREATE TABLE "_follows" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_follows_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateTable
CREATE TABLE "_CategoryToPost" (
    "A" INTEGER NOT NULL,
    "B" BIGINT NOT NULL,

    CONSTRAINT "_CategoryToPost_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_uid_key" ON "users"("uid");

-- CreateIndex
CREATE UNIQUE INDEX "users_email" ON "users"("email_address" DESC);

-- CreateIndex
CREATE INDEX "users_name_createdAt_idx" ON "users"("name" DESC, "createdAt");

-- CreateIndex
CREATE INDEX "users_tags_idx" ON "users" USING GIN ("tags");

-- CreateIndex
CREATE INDEX "users_email_hash" ON "users" USING HASH ("email_address");

-- CreateIndex
CREATE INDEX "users_admins" ON "users"("createdAt") WHERE ("role" = 'super-admin' AND "name" IS NOT NULL AND "secret" IS NULL);

-- CreateIndex
CREATE INDEX "users_name_pattern" ON "users"("name" text_pattern_ops);

-- CreateIndex
CREATE INDEX "users_id_brin" ON "users" USING BRIN ("id" int4_minmax_ops);

-- CreateIndex
CREATE UNIQUE INDEX "users_name_day" ON "users"("name", "day");

-- CreateIndex
CREATE UNIQUE INDEX "users_named" ON "users"("name") WHERE (name <> '');

-- CreateIndex
CREATE UNIQUE INDEX "Profile_userId_key" ON "Profile"("userId");

-- CreateIndex
CREATE INDEX "Profile_data_idx" ON "Profile" USING GIN ("data" jsonb_path_ops);

-- CreateIndex
CREATE INDEX "Post_address_idx" ON "Post" USING GIST ("address" inet_ops);

-- CreateIndex
CREATE UNIQUE INDEX "Post_authorId_title_key" ON "Post"("authorId", "title");

-- CreateIndex
CREATE INDEX "_follows_B_index" ON "_follows"("B");

-- CreateIndex
CREATE INDEX "_CategoryToPost_B_index" ON "_CategoryToPost"("B");

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_managerId_fkey" FOREIGN KEY ("managerId") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "Profile" ADD CONSTRAINT "profile_belongs_to_user" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "Post_reviewerId_fkey" FOREIGN KEY ("reviewerId") REFERENCES "users"("id") ON DELETE SET DEFAULT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Group" ADD CONSTRAINT "Group_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Login" ADD CONSTRAINT "Login_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Login" ADD CONSTRAINT "Login_tenant_number_fkey" FOREIGN KEY ("tenant", "number") REFERENCES "Group"("tenant", "number") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_follows" ADD CONSTRAINT "_follows_A_fkey" FOREIGN KEY ("A") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_follows" ADD CONSTRAINT "_follows_B_fkey" FOREIGN KEY ("B") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_CategoryToPost" ADD CONSTRAINT "_CategoryToPost_A_fkey" FOREIGN KEY ("A") REFERENCES "Category"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_CategoryToPost" ADD CONSTRAINT "_CategoryToPost_B_fkey" FOREIGN KEY ("B") REFERENCES "Post"("id") ON DELETE CASCADE ON UPDATE CASCADE;

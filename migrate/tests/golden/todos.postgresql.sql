-- CreateEnum
CREATE TYPE "Priority" AS ENUM ('LOW', 'it''s high');

-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Todo" (
    "id" BIGSERIAL NOT NULL,
    "title" TEXT NOT NULL,
    "done" BOOLEAN NOT NULL DEFAULT false,
    "priority" "Priority" NOT NULL DEFAULT 'it''s high',
    "maybe" "Priority",
    "effort" DOUBLE PRECISION NOT NULL DEFAULT 1.5,
    "cost" DECIMAL(65,30) NOT NULL DEFAULT 1.10,
    "payload" BYTEA NOT NULL DEFAULT '\x68656c6c6f',
    "meta" JSONB NOT NULL DEFAULT '{"a": "it''s"}',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due" TIMESTAMP(3) NOT NULL DEFAULT '2019-12-31 22:00:00 +00:00',
    "tag" TEXT NOT NULL DEFAULT lower(hex(randomblob(4))),
    "ownerId" INTEGER NOT NULL,

    CONSTRAINT "Todo_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Label" (
    "tenant" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "text" TEXT NOT NULL DEFAULT 'a\b
',

    CONSTRAINT "Label_pkey" PRIMARY KEY ("tenant","name")
);

-- CreateTable
CREATE TABLE "Person" (
    "id" TEXT NOT NULL,

    CONSTRAINT "Person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "_PersonToTodo" (
    "A" TEXT NOT NULL,
    "B" BIGINT NOT NULL,

    CONSTRAINT "_PersonToTodo_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE INDEX "Todo_ownerId_createdAt_idx" ON "Todo"("ownerId", "createdAt" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "Todo_title_key" ON "Todo"("title") WHERE ("done" = false);

-- CreateIndex
CREATE UNIQUE INDEX "Label_id_key" ON "Label"("id");

-- CreateIndex
CREATE INDEX "_PersonToTodo_B_index" ON "_PersonToTodo"("B");

-- AddForeignKey
ALTER TABLE "Todo" ADD CONSTRAINT "Todo_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_PersonToTodo" ADD CONSTRAINT "_PersonToTodo_A_fkey" FOREIGN KEY ("A") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_PersonToTodo" ADD CONSTRAINT "_PersonToTodo_B_fkey" FOREIGN KEY ("B") REFERENCES "Todo"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- CreateTable
CREATE TABLE "User" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "email" TEXT NOT NULL,
    "name" TEXT
);

-- CreateTable
CREATE TABLE "Todo" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "title" TEXT NOT NULL,
    "done" BOOLEAN NOT NULL DEFAULT false,
    "priority" TEXT NOT NULL DEFAULT 'it''s high' CHECK ("priority" IN ('LOW', 'it''s high')),
    "maybe" TEXT CHECK ("maybe" IN ('LOW', 'it''s high')),
    "effort" REAL NOT NULL DEFAULT 1.5,
    "cost" DECIMAL NOT NULL DEFAULT 1.10,
    "payload" BLOB NOT NULL DEFAULT X'68656c6c6f',
    "meta" JSONB NOT NULL DEFAULT '{"a": "it''s"}',
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due" DATETIME NOT NULL DEFAULT '2019-12-31 22:00:00 +00:00',
    "tag" TEXT NOT NULL DEFAULT (lower(hex(randomblob(4)))),
    "ownerId" INTEGER NOT NULL,
    CONSTRAINT "Todo_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Label" (
    "tenant" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "text" TEXT NOT NULL DEFAULT 'a\b
',

    PRIMARY KEY ("tenant", "name")
);

-- CreateTable
CREATE TABLE "Person" (
    "id" TEXT NOT NULL PRIMARY KEY
);

-- CreateTable
CREATE TABLE "_PersonToTodo" (
    "A" TEXT NOT NULL,
    "B" BIGINT NOT NULL,
    CONSTRAINT "_PersonToTodo_A_fkey" FOREIGN KEY ("A") REFERENCES "Person" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "_PersonToTodo_B_fkey" FOREIGN KEY ("B") REFERENCES "Todo" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE INDEX "Todo_ownerId_createdAt_idx" ON "Todo"("ownerId", "createdAt" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "Todo_title_key" ON "Todo"("title") WHERE "done" = false;

-- CreateIndex
CREATE UNIQUE INDEX "Label_id_key" ON "Label"("id");

-- CreateIndex
CREATE UNIQUE INDEX "_PersonToTodo_AB_unique" ON "_PersonToTodo"("A", "B");

-- CreateIndex
CREATE INDEX "_PersonToTodo_B_index" ON "_PersonToTodo"("B");

-- CreateTable
CREATE TABLE "Account" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ref" TEXT NOT NULL,
    "level" TEXT NOT NULL DEFAULT 'LOW' CHECK ("level" IN ('LOW', 'HIGH')),
    "at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "amount" DECIMAL NOT NULL,
    "data" JSONB NOT NULL
);

-- CreateTable
CREATE TABLE "Entry" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    CONSTRAINT "entry_of_account" FOREIGN KEY ("accountId") REFERENCES "Account" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "Account_ref_key" ON "Account"("ref");

-- CreateIndex
CREATE INDEX "Account_data_idx" ON "Account"("data");

-- CreateIndex
CREATE INDEX "Account_level_idx" ON "Account"("level") WHERE "level" = 'HIGH';

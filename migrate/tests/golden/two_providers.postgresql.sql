-- CreateEnum
CREATE TYPE "Level" AS ENUM ('LOW', 'HIGH');

-- CreateTable
CREATE TABLE "Account" (
    "id" SERIAL NOT NULL,
    "ref" UUID NOT NULL,
    "level" "Level" NOT NULL DEFAULT 'LOW',
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "amount" DECIMAL(12,2) NOT NULL,
    "data" JSONB NOT NULL,

    CONSTRAINT "account_key" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Entry" (
    "id" BIGSERIAL NOT NULL,
    "accountId" INTEGER NOT NULL,

    CONSTRAINT "Entry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Account_ref_key" ON "Account"("ref");

-- CreateIndex
CREATE INDEX "Account_data_idx" ON "Account" USING GIN ("data");

-- CreateIndex
CREATE INDEX "Account_level_idx" ON "Account"("level") WHERE ("level" = 'HIGH');

-- AddForeignKey
ALTER TABLE "Entry" ADD CONSTRAINT "entry_of_account" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

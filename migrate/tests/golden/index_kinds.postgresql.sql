-- CreateTable
CREATE TABLE "A" (
    "id" INTEGER NOT NULL,
    "s" TEXT NOT NULL,
    "j" JSONB NOT NULL,
    "l" INTEGER[],
    "net" INET NOT NULL,
    "d" TIMESTAMP(3) NOT NULL,
    "u" tsvector,

    CONSTRAINT "A_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "A_s_idx" ON "A" USING HASH ("s");

-- CreateIndex
CREATE INDEX "a1" ON "A" USING SPGIST ("s" text_ops);

-- CreateIndex
CREATE INDEX "A_j_idx" ON "A" USING GIN ("j");

-- CreateIndex
CREATE INDEX "A_l_idx" ON "A" USING GIN ("l" array_ops);

-- CreateIndex
CREATE INDEX "A_net_idx" ON "A" USING SPGIST ("net" inet_ops);

-- CreateIndex
CREATE INDEX "A_d_idx" ON "A" USING BRIN ("d" timestamp_minmax_multi_ops);

-- CreateIndex
CREATE INDEX "A_u_idx" ON "A" USING GIN ("u");

-- CreateIndex
CREATE INDEX "a2" ON "A"("s" text_pattern_ops DESC, "id");

-- CreateIndex
CREATE INDEX "a3" ON "A"("s") WHERE ("id" = 5 AND "s" != 'it''s');

-- CreateIndex
CREATE UNIQUE INDEX "A_s_d_key" ON "A"("s", "d" DESC);

-- CreateTable
CREATE TABLE `items` (
    `id` INTEGER UNSIGNED NOT NULL AUTO_INCREMENT,
    `tiny` TINYINT NOT NULL DEFAULT true,
    `bit` BIT(1) NOT NULL,
    `bits` BIT(12) NOT NULL,
    `year` YEAR NOT NULL,
    `name` VARCHAR(100) NOT NULL,
    `text` MEDIUMTEXT NOT NULL,
    `short` CHAR(3) NOT NULL DEFAULT 'a\\b',
    `price` DECIMAL(10, 2) NOT NULL DEFAULT 9.99,
    `other` DECIMAL(65, 30) NOT NULL,
    `data` JSON NOT NULL,
    `blob` BLOB NOT NULL,
    `more` LONGBLOB NOT NULL,
    `real` FLOAT NOT NULL,
    `colour` ENUM('RED', 'it''s green') NOT NULL DEFAULT 'it''s green',
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `exact` TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    `day` DATE NOT NULL DEFAULT '2020-01-01',
    `seen` DATETIME(3) NOT NULL DEFAULT '2020-01-01 10:00:00.5',
    `parentId` INTEGER UNSIGNED NULL,

    UNIQUE INDEX `items_name_key`(`name`),
    FULLTEXT INDEX `items_text_idx`(`text`),
    UNIQUE INDEX `items_text_year_key`(`text`(50), `year` DESC),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `Tag` (
    `id` VARCHAR(191) NOT NULL,

    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `_ItemToTag` (
    `A` INTEGER UNSIGNED NOT NULL,
    `B` VARCHAR(191) NOT NULL,

    UNIQUE INDEX `_ItemToTag_AB_unique`(`A`, `B`),
    INDEX `_ItemToTag_B_index`(`B`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- AddForeignKey
ALTER TABLE `items` ADD CONSTRAINT `items_parentId_fkey` FOREIGN KEY (`parentId`) REFERENCES `items`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_ItemToTag` ADD CONSTRAINT `_ItemToTag_A_fkey` FOREIGN KEY (`A`) REFERENCES `items`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `_ItemToTag` ADD CONSTRAINT `_ItemToTag_B_fkey` FOREIGN KEY (`B`) REFERENCES `Tag`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

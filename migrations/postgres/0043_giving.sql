-- How a fund takes gifts through its form, where it is not as every fund begins.

CREATE TABLE fund_giving (
    fund_id        BIGINT PRIMARY KEY REFERENCES fund (id),
    amounts        TEXT COLLATE "C"    NOT NULL,               -- to choose from: minor units, rising, blanks between
    chosen_minor   BIGINT,                        -- chosen at first
    smallest_minor BIGINT NOT NULL CHECK (smallest_minor > 0),
    largest_minor  BIGINT NOT NULL CHECK (largest_minor >= smallest_minor),
    rate           BIGINT NOT NULL CHECK (rate BETWEEN 0 AND 2000),   -- of a card, in hundredths of a percent
    fixed_minor    BIGINT NOT NULL CHECK (fixed_minor >= 0),
    refund_days    BIGINT NOT NULL CHECK (refund_days >= 0),
    tax_en         TEXT COLLATE "C"    NOT NULL,
    tax_es         TEXT COLLATE "C"    NOT NULL,
    keep_days      BIGINT NOT NULL CHECK (keep_days >= 0)            -- donors' personal data, after the fund has closed
);

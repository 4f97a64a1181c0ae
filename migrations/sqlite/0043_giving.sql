-- How a fund takes gifts through its form, where it is not as every fund begins.

CREATE TABLE fund_giving (
    fund_id        INTEGER PRIMARY KEY REFERENCES fund (id),
    amounts        TEXT    NOT NULL,               -- to choose from: minor units, rising, blanks between
    chosen_minor   INTEGER,                        -- chosen at first
    smallest_minor INTEGER NOT NULL CHECK (smallest_minor > 0),
    largest_minor  INTEGER NOT NULL CHECK (largest_minor >= smallest_minor),
    rate           INTEGER NOT NULL CHECK (rate BETWEEN 0 AND 2000),   -- of a card, in hundredths of a percent
    fixed_minor    INTEGER NOT NULL CHECK (fixed_minor >= 0),
    refund_days    INTEGER NOT NULL CHECK (refund_days >= 0),
    tax_en         TEXT    NOT NULL,
    tax_es         TEXT    NOT NULL,
    keep_days      INTEGER NOT NULL CHECK (keep_days >= 0)            -- donors' personal data, after the fund has closed
) STRICT;

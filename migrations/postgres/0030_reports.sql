-- What reports need beside the records: days by week and month, gifts that no public line tells apart yet, and which reports a fund shows.

-- A helper of reports: it says nothing of any fund, and can be dropped and filled again.
CREATE TABLE calendar (
    day   TEXT COLLATE "C" PRIMARY KEY CHECK (length(day) = 10),
    week  TEXT COLLATE "C" NOT NULL CHECK (length(week) = 8),    -- 2026-W46
    month TEXT COLLATE "C" NOT NULL CHECK (length(month) = 7)    -- of the whole week: the month that its Thursday is in
);

CREATE INDEX calendar_by_week ON calendar (week, month);

-- Gifts that batches counted and that public figures do not tell apart yet; private.
CREATE TABLE gift_tally (
    fund_id       BIGINT  NOT NULL REFERENCES fund (id),
    word          TEXT COLLATE "C"    NOT NULL,                  -- an account of income, or `band:` and where a band of sizes begins
    gifts         BIGINT  NOT NULL,
    donors        BIGINT  NOT NULL,                  -- so many different ones at least
    largest_minor BIGINT  NOT NULL,                  -- one of them gave so much at most
    PRIMARY KEY (fund_id, word)
);

-- Reports that a fund shows only if it chose to.
CREATE TABLE fund_reports (
    fund_id BIGINT  PRIMARY KEY REFERENCES fund (id),
    budget  BIGINT  NOT NULL CHECK (budget IN (0, 1)),
    lm      BIGINT  NOT NULL CHECK (lm IN (0, 1))
);

-- The number of the record that shows goods; NULL: nobody outside has seen them.
ALTER TABLE goods ADD COLUMN public_n BIGINT CHECK (public_n >= 1);

CREATE INDEX goods_unpublished ON goods (fund_id, id) WHERE public_n IS NULL AND state = 'logged';

CREATE FUNCTION check_goods_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.public_n IS NOT NULL THEN
        RAISE EXCEPTION 'what was published is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER goods_stay_published BEFORE UPDATE OF public_n ON goods FOR EACH ROW EXECUTE FUNCTION check_goods_published();

-- What the ties found, and what of the bank waits: so that a page says it without reading all history.

-- The last comparison of Stripe's own word with its lines and with the books, one row a currency.
CREATE TABLE stripe_tie (
    currency       TEXT COLLATE "C" PRIMARY KEY CHECK (length(currency) = 3),
    reported_minor BIGINT  NOT NULL,                 -- what Stripe said it held, pending and available
    lines_minor    BIGINT  NOT NULL,                 -- the sum of its lines
    ledger_minor   BIGINT  NOT NULL,                 -- what assets:stripe held
    compared_at    BIGINT  NOT NULL
);

-- How late new lines of Stripe's list were read, by their stamp: the latest of each hour in which some were.
CREATE TABLE sync_lag (
    hour       BIGINT  PRIMARY KEY,                  -- whole hours since 1970
    worst_secs BIGINT  NOT NULL CHECK (worst_secs >= 0)
);

ALTER TABLE stripe_sync ADD COLUMN all_asked_at        BIGINT;  -- when a person asked for everything to be read anew; NULL: done
ALTER TABLE stripe_sync ADD COLUMN endpoint_state      TEXT COLLATE "C";     -- what Stripe says of our webhook endpoint; NULL: never asked
ALTER TABLE stripe_sync ADD COLUMN endpoint_checked_at BIGINT;

ALTER TABLE bank_account ADD COLUMN checked_at BIGINT;  -- when it was last held against its statements; NULL: never
ALTER TABLE bank_account ADD COLUMN ended_at   BIGINT;  -- when it was ended; NULL: it is in use

-- Lines of the bank that stand in no match: a cache, kept by the triggers below and held against its source by `verify`.
CREATE TABLE bank_waiting (
    bank_account_id BIGINT  NOT NULL,
    booked_on       TEXT COLLATE "C" NOT NULL CHECK (length(booked_on) = 10),
    line_id         BIGINT  NOT NULL,
    amount_minor    BIGINT  NOT NULL,
    PRIMARY KEY (bank_account_id, booked_on, line_id)
);

INSERT INTO bank_waiting (bank_account_id, booked_on, line_id, amount_minor)
SELECT l.bank_account_id, l.booked_on, l.id, l.amount_minor FROM bank_line l
 WHERE NOT EXISTS (SELECT 1 FROM bank_match_line m WHERE m.line_id = l.id AND m.undone_at IS NULL);

CREATE FUNCTION bank_line_waits_at_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bank_waiting (bank_account_id, booked_on, line_id, amount_minor)
    VALUES (NEW.bank_account_id, NEW.booked_on, NEW.id, NEW.amount_minor);
    RETURN NULL;
END $$;

CREATE FUNCTION bank_line_waits_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM bank_waiting w USING bank_line l
     WHERE NEW.undone_at IS NULL AND l.id = NEW.line_id
       AND w.bank_account_id = l.bank_account_id AND w.booked_on = l.booked_on AND w.line_id = l.id;
    RETURN NULL;
END $$;

CREATE FUNCTION bank_line_waits_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bank_waiting (bank_account_id, booked_on, line_id, amount_minor)
    SELECT l.bank_account_id, l.booked_on, l.id, l.amount_minor FROM bank_line l
     WHERE l.id = NEW.line_id AND OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER bank_line_waits_at_first AFTER INSERT ON bank_line FOR EACH ROW EXECUTE FUNCTION bank_line_waits_at_first();
CREATE TRIGGER bank_line_waits_no_more AFTER INSERT ON bank_match_line FOR EACH ROW EXECUTE FUNCTION bank_line_waits_no_more();
CREATE TRIGGER bank_line_waits_again AFTER UPDATE OF undone_at ON bank_match_line FOR EACH ROW EXECUTE FUNCTION bank_line_waits_again();

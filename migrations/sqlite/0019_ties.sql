-- What the ties found, and what of the bank waits: so that a page says it without reading all history.

-- The last comparison of Stripe's own word with its lines and with the books, one row a currency.
CREATE TABLE stripe_tie (
    currency       TEXT    PRIMARY KEY CHECK (length(currency) = 3),
    reported_minor INTEGER NOT NULL,                 -- what Stripe said it held, pending and available
    lines_minor    INTEGER NOT NULL,                 -- the sum of its lines
    ledger_minor   INTEGER NOT NULL,                 -- what assets:stripe held
    compared_at    INTEGER NOT NULL
) STRICT;

-- How late new lines of Stripe's list were read, by their stamp: the latest of each hour in which some were.
CREATE TABLE sync_lag (
    hour       INTEGER PRIMARY KEY,                  -- whole hours since 1970
    worst_secs INTEGER NOT NULL CHECK (worst_secs >= 0)
) STRICT;

ALTER TABLE stripe_sync ADD COLUMN all_asked_at        INTEGER;  -- when a person asked for everything to be read anew; NULL: done
ALTER TABLE stripe_sync ADD COLUMN endpoint_state      TEXT;     -- what Stripe says of our webhook endpoint; NULL: never asked
ALTER TABLE stripe_sync ADD COLUMN endpoint_checked_at INTEGER;

ALTER TABLE bank_account ADD COLUMN checked_at INTEGER;  -- when it was last held against its statements; NULL: never
ALTER TABLE bank_account ADD COLUMN ended_at   INTEGER;  -- when it was ended; NULL: it is in use

-- Lines of the bank that stand in no match: a cache, kept by the triggers below and held against its source by `verify`.
CREATE TABLE bank_waiting (
    bank_account_id INTEGER NOT NULL,
    booked_on       TEXT    NOT NULL CHECK (length(booked_on) = 10),
    line_id         INTEGER NOT NULL,
    amount_minor    INTEGER NOT NULL,
    PRIMARY KEY (bank_account_id, booked_on, line_id)
) STRICT, WITHOUT ROWID;

INSERT INTO bank_waiting (bank_account_id, booked_on, line_id, amount_minor)
SELECT l.bank_account_id, l.booked_on, l.id, l.amount_minor FROM bank_line l
 WHERE NOT EXISTS (SELECT 1 FROM bank_match_line m WHERE m.line_id = l.id AND m.undone_at IS NULL);

CREATE TRIGGER bank_line_waits_at_first AFTER INSERT ON bank_line BEGIN
    INSERT INTO bank_waiting (bank_account_id, booked_on, line_id, amount_minor)
    VALUES (NEW.bank_account_id, NEW.booked_on, NEW.id, NEW.amount_minor);
END;
CREATE TRIGGER bank_line_waits_no_more AFTER INSERT ON bank_match_line BEGIN
    DELETE FROM bank_waiting WHERE NEW.undone_at IS NULL AND (bank_account_id, booked_on, line_id) IN
        (SELECT l.bank_account_id, l.booked_on, l.id FROM bank_line l WHERE l.id = NEW.line_id);
END;
CREATE TRIGGER bank_line_waits_again AFTER UPDATE OF undone_at ON bank_match_line BEGIN
    INSERT INTO bank_waiting (bank_account_id, booked_on, line_id, amount_minor)
    SELECT l.bank_account_id, l.booked_on, l.id, l.amount_minor FROM bank_line l
     WHERE l.id = NEW.line_id AND OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL;
END;

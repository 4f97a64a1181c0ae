-- What a receipt says besides, and looks at who gave: asked for, agreed to by another person, opened once and for a quarter of an hour.

ALTER TABLE fund_about ADD COLUMN tax_number TEXT NOT NULL DEFAULT '';
-- What a charge was paid with, such as `visa 4242`, until its receipt is written; then it lies sealed with the gift's donor.
ALTER TABLE stripe_line ADD COLUMN paid_with TEXT;
ALTER TABLE donation ADD COLUMN paid_with BLOB;

CREATE TABLE reveal (
    id               INTEGER PRIMARY KEY,
    ref              TEXT    NOT NULL UNIQUE,        -- names it in addresses
    donation_id      INTEGER NOT NULL REFERENCES donation (id),
    fund_id          INTEGER NOT NULL REFERENCES fund (id),
    because          TEXT    NOT NULL CHECK (because IN ('refund', 'dispute', 'asked', 'law')),
    whole            INTEGER NOT NULL CHECK (whole IN (0, 1)),  -- everything about the donor, not this gift's words alone
    reason           TEXT    NOT NULL,               -- in the words of who asked; private
    state            TEXT    NOT NULL CHECK (state IN ('asked', 'agreed', 'opened', 'refused')),
    asked_by         INTEGER NOT NULL REFERENCES person (id),
    asked_at         INTEGER NOT NULL,
    agreed_at        INTEGER,
    opened_at        INTEGER,
    n                INTEGER CHECK (n > 0),          -- which of its fund's openings it was; the public counts them
    UNIQUE (fund_id, n),
    CHECK ((state IN ('agreed', 'opened')) = (agreed_at IS NOT NULL)),
    CHECK ((state = 'opened') = (opened_at IS NOT NULL)),
    CHECK ((n IS NULL) = (opened_at IS NULL))
) STRICT;

CREATE INDEX reveal_by_gift ON reveal (donation_id, id);

CREATE TRIGGER reveal_is_agreed_to BEFORE UPDATE OF state ON reveal FOR EACH ROW WHEN (NEW.state = 'agreed') BEGIN
    SELECT RAISE(ABORT, 'others agree to a look at who gave')
     WHERE NOT EXISTS (SELECT 1 FROM proposal WHERE subject = 'reveal' AND subject_id = CAST(NEW.id AS TEXT) AND state = 'approved' AND emergency = 0);
END;
CREATE TRIGGER reveal_is_agreed_first BEFORE UPDATE OF state ON reveal FOR EACH ROW WHEN (NEW.state = 'opened' AND OLD.state <> 'agreed') BEGIN
    SELECT RAISE(ABORT, 'a look at who gave is opened once, after it was agreed to');
END;
CREATE TRIGGER reveal_begins_by_asking BEFORE INSERT ON reveal FOR EACH ROW WHEN (NEW.state <> 'asked') BEGIN
    SELECT RAISE(ABORT, 'a look at who gave begins by asking');
END;
CREATE TRIGGER reveal_keeps_what_was_asked BEFORE UPDATE OF id, ref, donation_id, fund_id, because, whole, reason, asked_by, asked_at ON reveal BEGIN
    SELECT RAISE(ABORT, 'a look at who gave keeps what was asked');
END;
CREATE TRIGGER reveal_never_goes BEFORE DELETE ON reveal BEGIN SELECT RAISE(ABORT, 'a look at who gave is never deleted'); END;

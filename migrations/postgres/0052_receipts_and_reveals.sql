-- What a receipt says besides, and looks at who gave: asked for, agreed to by another person, opened once and for a quarter of an hour.

ALTER TABLE fund_about ADD COLUMN tax_number TEXT COLLATE "C" NOT NULL DEFAULT '';
-- What a charge was paid with, such as `visa 4242`, until its receipt is written; then it lies sealed with the gift's donor.
ALTER TABLE stripe_line ADD COLUMN paid_with TEXT COLLATE "C";
ALTER TABLE donation ADD COLUMN paid_with BYTEA;

CREATE TABLE reveal (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ref              TEXT COLLATE "C" NOT NULL UNIQUE,        -- names it in addresses
    donation_id      BIGINT  NOT NULL REFERENCES donation (id),
    fund_id          BIGINT  NOT NULL REFERENCES fund (id),
    because          TEXT COLLATE "C" NOT NULL CHECK (because IN ('refund', 'dispute', 'asked', 'law')),
    whole            BIGINT  NOT NULL CHECK (whole IN (0, 1)),  -- everything about the donor, not this gift's words alone
    reason           TEXT COLLATE "C" NOT NULL,               -- in the words of who asked; private
    state            TEXT COLLATE "C" NOT NULL CHECK (state IN ('asked', 'agreed', 'opened', 'refused')),
    asked_by         BIGINT  NOT NULL REFERENCES person (id),
    asked_at         BIGINT  NOT NULL,
    agreed_at        BIGINT,
    opened_at        BIGINT,
    n                BIGINT  CHECK (n > 0),          -- which of its fund's openings it was; the public counts them
    UNIQUE (fund_id, n),
    CHECK ((state IN ('agreed', 'opened')) = (agreed_at IS NOT NULL)),
    CHECK ((state = 'opened') = (opened_at IS NOT NULL)),
    CHECK ((n IS NULL) = (opened_at IS NULL))
);

CREATE INDEX reveal_by_gift ON reveal (donation_id, id);

CREATE FUNCTION check_reveal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM proposal WHERE subject = 'reveal' AND subject_id = CAST(NEW.id AS TEXT) AND state = 'approved' AND emergency = 0) THEN
        RAISE EXCEPTION 'others agree to a look at who gave' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER reveal_is_agreed_to BEFORE UPDATE OF state ON reveal FOR EACH ROW WHEN (NEW.state = 'agreed') EXECUTE FUNCTION check_reveal();
CREATE TRIGGER reveal_is_agreed_first BEFORE UPDATE OF state ON reveal FOR EACH ROW WHEN (NEW.state = 'opened' AND OLD.state <> 'agreed') EXECUTE FUNCTION refuse('a look at who gave is opened once, after it was agreed to');
CREATE TRIGGER reveal_begins_by_asking BEFORE INSERT ON reveal FOR EACH ROW WHEN (NEW.state <> 'asked') EXECUTE FUNCTION refuse('a look at who gave begins by asking');
CREATE TRIGGER reveal_keeps_what_was_asked BEFORE UPDATE OF id, ref, donation_id, fund_id, because, whole, reason, asked_by, asked_at ON reveal FOR EACH ROW EXECUTE FUNCTION refuse('a look at who gave keeps what was asked');
CREATE TRIGGER reveal_never_goes BEFORE DELETE ON reveal FOR EACH ROW EXECUTE FUNCTION refuse('a look at who gave is never deleted');
CREATE TRIGGER reveal_is_never_emptied BEFORE TRUNCATE ON reveal FOR EACH STATEMENT EXECUTE FUNCTION refuse('reveal is never emptied');

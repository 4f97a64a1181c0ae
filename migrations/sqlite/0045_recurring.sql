-- Gifts that repeat: what Stripe last said of each, how it is stopped, and the stopping of all of a fund's when it winds down.

CREATE TABLE recurring_gift (
    id              INTEGER PRIMARY KEY,
    fund_id         INTEGER NOT NULL REFERENCES fund (id),
    donation_id     INTEGER UNIQUE REFERENCES donation (id), -- the gift it began with; NULL: begun elsewhere in the Stripe account
    subscription_id TEXT    NOT NULL UNIQUE,         -- `sub_…`
    customer_id     TEXT,                            -- `cus_…`
    every           TEXT    CHECK (every IN ('week', 'month')),  -- NULL: only Stripe knows
    amount_minor    INTEGER NOT NULL CHECK (amount_minor >= 0),
    currency        TEXT    NOT NULL CHECK (length(currency) = 3),
    state           TEXT    NOT NULL CHECK (state IN ('waiting', 'active', 'past_due', 'paused', 'stopped')), -- Stripe's last word
    begun_at        INTEGER NOT NULL,
    next_at         INTEGER,                         -- when Stripe charges next
    ends_at         INTEGER,                         -- when Stripe stops it by itself, as somebody chose there
    paid_invoice    TEXT,                            -- the newest turn that was paid
    failed_invoice  TEXT,                            -- the turn that is not paid
    failed_at       INTEGER,
    next_try_at     INTEGER,                         -- when Stripe tries it again; NULL: never
    stop_by         TEXT    CHECK (stop_by IN ('donor', 'treasurer', 'winding_down')), -- who decided that it stops
    stop_person     INTEGER REFERENCES person (id),
    stop_asked_at   INTEGER,
    stop_due_at     INTEGER,                         -- when Stripe is asked next to stop it; NULL: not to be asked
    stop_tries      INTEGER NOT NULL CHECK (stop_tries >= 0),
    stop_problem    TEXT    CHECK (stop_problem IN ('unreachable', 'no_right', 'refused', 'missing')),
    stopped_at      INTEGER,                         -- when Stripe said that it has stopped
    tells           TEXT    CHECK (tells IN ('failed', 'stopped')), -- the mail that its donor is to get
    CHECK ((stop_by IS NULL) = (stop_asked_at IS NULL)),
    CHECK ((stop_by = 'treasurer') = (stop_person IS NOT NULL)),
    CHECK ((state = 'stopped') = (stopped_at IS NOT NULL)),
    CHECK (stop_due_at IS NULL OR (stop_by IS NOT NULL AND state <> 'stopped'))
) STRICT;

CREATE INDEX recurring_gift_by_fund ON recurring_gift (fund_id, id);
CREATE INDEX recurring_gift_alive ON recurring_gift (fund_id, state, id) WHERE state <> 'stopped';
CREATE INDEX recurring_gift_to_stop ON recurring_gift (stop_due_at, id) WHERE stop_due_at IS NOT NULL;
CREATE INDEX recurring_gift_to_tell ON recurring_gift (id) WHERE tells IS NOT NULL;
CREATE INDEX donation_of_subscription ON donation (subscription_id, id) WHERE subscription_id IS NOT NULL;

CREATE TRIGGER recurring_gift_stays_stopped BEFORE UPDATE OF state, stopped_at ON recurring_gift FOR EACH ROW WHEN (OLD.state = 'stopped' AND (NEW.state <> OLD.state OR NEW.stopped_at <> OLD.stopped_at)) BEGIN
    SELECT RAISE(ABORT, 'a gift that was stopped never runs again');
END;
CREATE TRIGGER recurring_gift_keeps_its_stop BEFORE UPDATE OF stop_by, stop_person, stop_asked_at ON recurring_gift FOR EACH ROW WHEN (OLD.stop_by IS NOT NULL AND (NEW.stop_by IS NOT OLD.stop_by OR NEW.stop_person IS NOT OLD.stop_person OR NEW.stop_asked_at IS NOT OLD.stop_asked_at)) BEGIN
    SELECT RAISE(ABORT, 'that a gift stops is decided once');
END;
CREATE TRIGGER recurring_gift_keeps_what_it_is BEFORE UPDATE OF id, fund_id, subscription_id ON recurring_gift BEGIN
    SELECT RAISE(ABORT, 'a gift that repeats keeps what it is');
END;
CREATE TRIGGER recurring_gift_never_goes BEFORE DELETE ON recurring_gift BEGIN SELECT RAISE(ABORT, 'a gift that repeats is never deleted'); END;

-- How far the stopping of all of a fund's gifts has come. It is read and written step by step, so that it goes on wherever it died.
CREATE TABLE repeats_end (
    fund_id     INTEGER PRIMARY KEY REFERENCES fund (id),
    begun_at    INTEGER NOT NULL,
    step        TEXT    NOT NULL CHECK (step IN ('pages', 'gifts', 'stopping', 'bills', 'done')),
    pass        INTEGER NOT NULL CHECK (pass >= 1),
    pass_at     INTEGER NOT NULL,                    -- when this pass began
    after_id    TEXT,                                -- how far the step's list at Stripe was read
    found       INTEGER NOT NULL CHECK (found >= 0), -- what this pass found that was still alive
    due_at      INTEGER NOT NULL,                    -- when it goes on
    tries       INTEGER NOT NULL CHECK (tries >= 0), -- how often it failed on the way to the next step
    problem     TEXT    CHECK (problem IN ('unreachable', 'no_right', 'refused', 'missing')),
    done_at     INTEGER                              -- when a whole pass found nothing alive
) STRICT;

CREATE TRIGGER repeats_end_never_goes BEFORE DELETE ON repeats_end BEGIN SELECT RAISE(ABORT, 'the end of a fund is never deleted'); END;

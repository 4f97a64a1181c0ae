-- Gifts that repeat: what Stripe last said of each, how it is stopped, and the stopping of all of a fund's when it winds down.

CREATE TABLE recurring_gift (
    id              BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id         BIGINT  NOT NULL REFERENCES fund (id),
    donation_id     BIGINT  UNIQUE REFERENCES donation (id), -- the gift it began with; NULL: begun elsewhere in the Stripe account
    subscription_id TEXT COLLATE "C"    NOT NULL UNIQUE,         -- `sub_…`
    customer_id     TEXT COLLATE "C",                            -- `cus_…`
    every           TEXT COLLATE "C"    CHECK (every IN ('week', 'month')),  -- NULL: only Stripe knows
    amount_minor    BIGINT  NOT NULL CHECK (amount_minor >= 0),
    currency        TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    state           TEXT COLLATE "C"    NOT NULL CHECK (state IN ('waiting', 'active', 'past_due', 'paused', 'stopped')), -- Stripe's last word
    begun_at        BIGINT  NOT NULL,
    next_at         BIGINT,                         -- when Stripe charges next
    ends_at         BIGINT,                         -- when Stripe stops it by itself, as somebody chose there
    paid_invoice    TEXT COLLATE "C",                            -- the newest turn that was paid
    failed_invoice  TEXT COLLATE "C",                            -- the turn that is not paid
    failed_at       BIGINT,
    next_try_at     BIGINT,                         -- when Stripe tries it again; NULL: never
    stop_by         TEXT COLLATE "C"    CHECK (stop_by IN ('donor', 'treasurer', 'winding_down')), -- who decided that it stops
    stop_person     BIGINT  REFERENCES person (id),
    stop_asked_at   BIGINT,
    stop_due_at     BIGINT,                         -- when Stripe is asked next to stop it; NULL: not to be asked
    stop_tries      BIGINT  NOT NULL CHECK (stop_tries >= 0),
    stop_problem    TEXT COLLATE "C"    CHECK (stop_problem IN ('unreachable', 'no_right', 'refused', 'missing')),
    stopped_at      BIGINT,                         -- when Stripe said that it has stopped
    tells           TEXT COLLATE "C"    CHECK (tells IN ('failed', 'stopped')), -- the mail that its donor is to get
    CHECK ((stop_by IS NULL) = (stop_asked_at IS NULL)),
    CHECK ((stop_by = 'treasurer') = (stop_person IS NOT NULL)),
    CHECK ((state = 'stopped') = (stopped_at IS NOT NULL)),
    CHECK (stop_due_at IS NULL OR (stop_by IS NOT NULL AND state <> 'stopped'))
);

CREATE INDEX recurring_gift_by_fund ON recurring_gift (fund_id, id);
CREATE INDEX recurring_gift_alive ON recurring_gift (fund_id, state, id) WHERE state <> 'stopped';
CREATE INDEX recurring_gift_to_stop ON recurring_gift (stop_due_at, id) WHERE stop_due_at IS NOT NULL;
CREATE INDEX recurring_gift_to_tell ON recurring_gift (id) WHERE tells IS NOT NULL;
CREATE INDEX donation_of_subscription ON donation (subscription_id, id) WHERE subscription_id IS NOT NULL;

-- What is decided once stays decided, and what Stripe stopped stays stopped.
CREATE FUNCTION check_recurring_gift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'stopped' AND (NEW.state <> OLD.state OR NEW.stopped_at <> OLD.stopped_at) THEN
        RAISE EXCEPTION 'a gift that was stopped never runs again' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_recurring_stop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.stop_by IS NOT NULL AND (NEW.stop_by IS DISTINCT FROM OLD.stop_by OR NEW.stop_person IS DISTINCT FROM OLD.stop_person
            OR NEW.stop_asked_at IS DISTINCT FROM OLD.stop_asked_at) THEN
        RAISE EXCEPTION 'that a gift stops is decided once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER recurring_gift_stays_stopped BEFORE UPDATE OF state, stopped_at ON recurring_gift FOR EACH ROW EXECUTE FUNCTION check_recurring_gift();
CREATE TRIGGER recurring_gift_keeps_its_stop BEFORE UPDATE OF stop_by, stop_person, stop_asked_at ON recurring_gift FOR EACH ROW EXECUTE FUNCTION check_recurring_stop();
CREATE TRIGGER recurring_gift_keeps_what_it_is BEFORE UPDATE OF id, fund_id, subscription_id ON recurring_gift FOR EACH ROW EXECUTE FUNCTION refuse('a gift that repeats keeps what it is');
CREATE TRIGGER recurring_gift_never_goes BEFORE DELETE ON recurring_gift FOR EACH ROW EXECUTE FUNCTION refuse('a gift that repeats is never deleted');
CREATE TRIGGER recurring_gift_is_never_emptied BEFORE TRUNCATE ON recurring_gift FOR EACH STATEMENT EXECUTE FUNCTION refuse('recurring_gift is never emptied');

-- How far the stopping of all of a fund's gifts has come. It is read and written step by step, so that it goes on wherever it died.
CREATE TABLE repeats_end (
    fund_id     BIGINT  PRIMARY KEY REFERENCES fund (id),
    begun_at    BIGINT  NOT NULL,
    step        TEXT COLLATE "C"    NOT NULL CHECK (step IN ('pages', 'gifts', 'stopping', 'bills', 'done')),
    pass        BIGINT  NOT NULL CHECK (pass >= 1),
    pass_at     BIGINT  NOT NULL,                    -- when this pass began
    after_id    TEXT COLLATE "C",                                -- how far the step's list at Stripe was read
    found       BIGINT  NOT NULL CHECK (found >= 0), -- what this pass found that was still alive
    due_at      BIGINT  NOT NULL,                    -- when it goes on
    tries       BIGINT  NOT NULL CHECK (tries >= 0), -- how often it failed on the way to the next step
    problem     TEXT COLLATE "C"    CHECK (problem IN ('unreachable', 'no_right', 'refused', 'missing')),
    done_at     BIGINT                               -- when a whole pass found nothing alive
);

CREATE TRIGGER repeats_end_never_goes BEFORE DELETE ON repeats_end FOR EACH ROW EXECUTE FUNCTION refuse('the end of a fund is never deleted');
CREATE TRIGGER repeats_end_is_never_emptied BEFORE TRUNCATE ON repeats_end FOR EACH STATEMENT EXECUTE FUNCTION refuse('repeats_end is never emptied');

-- Gifts beside Stripe, money back to donors, entries by two people, and months that are locked.

-- What was given in kind: apart from cash everywhere.
CREATE TABLE goods (
    id          BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number      TEXT COLLATE "C"    NOT NULL UNIQUE,             -- for talking about it; opens nothing
    fund_id     BIGINT  NOT NULL REFERENCES fund (id),
    what        TEXT COLLATE "C"    NOT NULL,
    quantity    BIGINT  NOT NULL CHECK (quantity >= 1),
    unit        TEXT COLLATE "C"    NOT NULL,
    category    TEXT COLLATE "C"    NOT NULL,                    -- the promised use
    value_minor BIGINT  CHECK (value_minor > 0),     -- fair value of all of it; NULL: not valued, so not in the books
    currency    TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    valued_how  TEXT COLLATE "C"    CHECK (valued_how IN ('shop', 'bill', 'estimate')),
    received_on TEXT COLLATE "C"    NOT NULL CHECK (length(received_on) = 10),
    donor       BYTEA,                                -- sealed
    kept        TEXT COLLATE "C"    NOT NULL,                    -- where; private
    given       BIGINT  NOT NULL CHECK (given BETWEEN 0 AND quantity),
    state       TEXT COLLATE "C"    NOT NULL CHECK (state IN ('waiting', 'logged')),
    recorded_by BIGINT  NOT NULL REFERENCES person (id),
    recorded_at BIGINT  NOT NULL,
    agreed_by   BIGINT  REFERENCES person (id) CHECK (agreed_by <> recorded_by),
    agreed_at   BIGINT ,
    CHECK ((value_minor IS NULL) = (valued_how IS NULL))
);

CREATE INDEX goods_by_fund ON goods (fund_id, id);

CREATE TABLE goods_given (
    id          BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    goods_id    BIGINT  NOT NULL REFERENCES goods (id),
    quantity    BIGINT  NOT NULL CHECK (quantity >= 1),
    given_on    TEXT COLLATE "C"    NOT NULL CHECK (length(given_on) = 10),
    recorded_by BIGINT  NOT NULL REFERENCES person (id),
    recorded_at BIGINT  NOT NULL
);

CREATE INDEX goods_given_of ON goods_given (goods_id, id);

-- A gift that came in by hand. Once it counts it is a donation too, so that one batch holds all gifts.
CREATE TABLE offline_gift (
    id           BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number       TEXT COLLATE "C"    NOT NULL UNIQUE,            -- the donation's number as well, once there is one
    fund_id      BIGINT  NOT NULL REFERENCES fund (id),
    kind         TEXT COLLATE "C"    NOT NULL CHECK (kind IN ('cash', 'cheque', 'batch', 'transfer', 'organisation')),
    state        TEXT COLLATE "C"    NOT NULL CHECK (state IN ('counting', 'signed', 'expected', 'counted', 'bounced')),
    amount_minor BIGINT  CHECK (amount_minor > 0),   -- gross; NULL while cash is being counted
    fee_minor    BIGINT  NOT NULL CHECK (fee_minor >= 0),
    currency     TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    gifts        BIGINT  NOT NULL CHECK (gifts >= 1),-- how many donors stand behind it, by the platform's word
    place        TEXT COLLATE "C"    NOT NULL,                   -- where it was counted, or the platform; private
    account      TEXT COLLATE "C"    NOT NULL,                   -- the account the money is in
    dated_on     TEXT COLLATE "C"    NOT NULL CHECK (length(dated_on) = 10),
    donor        BYTEA,                               -- sealed
    round        BIGINT  NOT NULL CHECK (round >= 1),-- counts that differ are counted again
    bank_line    TEXT COLLATE "C"    UNIQUE,                     -- the line of the bank's that brought it: one line, one gift
    entry_id     BIGINT  UNIQUE REFERENCES entry (id),
    donation_id  BIGINT  UNIQUE REFERENCES donation (id),
    recorded_by  BIGINT  NOT NULL REFERENCES person (id),
    recorded_at  BIGINT  NOT NULL,
    agreed_by    BIGINT  REFERENCES person (id) CHECK (agreed_by <> recorded_by),
    counted_at   BIGINT ,
    CHECK (state <> 'counted' OR kind <> 'cash' OR agreed_by IS NOT NULL),
    CHECK (state NOT IN ('counted', 'bounced') OR (entry_id IS NOT NULL AND donation_id IS NOT NULL))
);

CREATE INDEX donation_by_fund ON donation (fund_id, id);
CREATE INDEX offline_gift_by_fund ON offline_gift (fund_id, id);
CREATE INDEX offline_gift_open ON offline_gift (recorded_at) WHERE state IN ('counting', 'signed', 'expected');

-- One person's count of a bucket, by coin and note.
CREATE TABLE cash_count (
    gift_id     BIGINT  NOT NULL REFERENCES offline_gift (id),
    round       BIGINT  NOT NULL CHECK (round >= 1),
    counted_by  BIGINT  NOT NULL REFERENCES person (id),
    sheet       TEXT COLLATE "C"    NOT NULL,                    -- pieces by worth in minor units, such as `2000:3 25:7`
    total_minor BIGINT  NOT NULL CHECK (total_minor > 0),
    counted_at  BIGINT  NOT NULL,
    PRIMARY KEY (gift_id, round, counted_by)
);

-- Money back to a donor, as two people decided it. The books move by Stripe's line, or by the entry of cash handed out.
CREATE TABLE refund (
    id           BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ref          TEXT COLLATE "C"    NOT NULL UNIQUE,            -- stands for it at Stripe, and keys the call; opaque
    donation_id  BIGINT  NOT NULL REFERENCES donation (id),
    fund_id      BIGINT  NOT NULL REFERENCES fund (id),
    way          TEXT COLLATE "C"    NOT NULL CHECK (way IN ('stripe', 'cash')),
    amount_minor BIGINT  NOT NULL CHECK (amount_minor > 0),
    currency     TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    reason       TEXT COLLATE "C"    NOT NULL CHECK (reason IN ('twice', 'fraud', 'asked', 'other')),
    note         TEXT COLLATE "C"    NOT NULL,                   -- private
    account      TEXT COLLATE "C",                               -- the cash box it is paid from
    state        TEXT COLLATE "C"    NOT NULL CHECK (state IN ('asked', 'approved', 'sent', 'done', 'failed', 'rejected')),
    asked_by     BIGINT  NOT NULL REFERENCES person (id),
    asked_at     BIGINT  NOT NULL,
    stripe_id    TEXT COLLATE "C"    UNIQUE,                     -- `re_…`, once Stripe answered
    failure      TEXT COLLATE "C",                               -- Stripe's code
    entry_id     BIGINT  UNIQUE REFERENCES entry (id),
    closed_at    BIGINT 
);

CREATE INDEX stripe_object_by_told ON stripe_object (object, told_at, id);
CREATE INDEX refund_of ON refund (donation_id, id);
CREATE INDEX refund_open ON refund (state, id) WHERE state IN ('asked', 'approved', 'sent');

-- An entry that nothing else covers: one person writes it, another agrees, and only then it is posted.
CREATE TABLE journal (
    id           BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ref          TEXT COLLATE "C"    NOT NULL UNIQUE,            -- opaque
    effective_on TEXT COLLATE "C"    NOT NULL CHECK (length(effective_on) = 10),
    reason       TEXT COLLATE "C"    NOT NULL,                   -- goes into the books
    state        TEXT COLLATE "C"    NOT NULL CHECK (state IN ('asked', 'posted', 'rejected')),
    reverses     BIGINT  REFERENCES entry (id),
    asked_by     BIGINT  NOT NULL REFERENCES person (id),
    asked_at     BIGINT  NOT NULL,
    decided_by   BIGINT  REFERENCES person (id) CHECK (decided_by <> asked_by),
    decided_at   BIGINT ,
    entry_id     BIGINT  UNIQUE REFERENCES entry (id),
    CHECK ((state = 'posted') = (entry_id IS NOT NULL))
);

CREATE INDEX journal_open ON journal (id) WHERE state = 'asked';

CREATE TABLE journal_line (
    journal_id   BIGINT  NOT NULL REFERENCES journal (id),
    n            BIGINT  NOT NULL CHECK (n >= 1),
    path         TEXT COLLATE "C"    NOT NULL,
    fund_id      BIGINT  REFERENCES fund (id),
    currency     TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    amount_minor BIGINT  NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (journal_id, n)
);

-- A month that two people locked takes no new entry dated inside it.
CREATE TABLE month_lock (
    month     TEXT COLLATE "C"    PRIMARY KEY CHECK (length(month) = 7),
    asked_by  BIGINT  NOT NULL REFERENCES person (id),
    asked_at  BIGINT  NOT NULL,
    agreed_by BIGINT  REFERENCES person (id) CHECK (agreed_by <> asked_by),
    agreed_at BIGINT ,
    CHECK ((agreed_by IS NULL) = (agreed_at IS NULL))
);

-- An entry takes this lock shared and a lock of a month takes it alone: whoever comes second sees what the first one wrote.
CREATE FUNCTION check_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext(current_schema() || '.month_lock'));
    IF EXISTS (SELECT 1 FROM month_lock WHERE month = substr(NEW.effective_on, 1, 7) AND agreed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the month is locked: date the entry after it' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_month_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.agreed_by IS NOT NULL THEN
            RAISE EXCEPTION 'one person asks for a lock, another agrees' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext(current_schema() || '.month_lock'));
    IF OLD.agreed_by IS NOT NULL OR NEW.month <> OLD.month OR NEW.asked_by <> OLD.asked_by THEN
        RAISE EXCEPTION 'a locked month stays locked' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER entry_stays_out_of_locked_months BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION check_month();
CREATE TRIGGER month_lock_is_asked_first BEFORE INSERT ON month_lock FOR EACH ROW EXECUTE FUNCTION check_month_lock();
CREATE TRIGGER month_lock_is_for_ever BEFORE UPDATE ON month_lock FOR EACH ROW EXECUTE FUNCTION check_month_lock();
CREATE TRIGGER month_lock_never_goes BEFORE DELETE ON month_lock FOR EACH ROW EXECUTE FUNCTION refuse('a locked month stays locked');
CREATE TRIGGER goods_keep_what_they_are BEFORE UPDATE OF id, number, fund_id, what, quantity, unit, category, value_minor, currency, recorded_by ON goods FOR EACH ROW EXECUTE FUNCTION refuse('goods keep what was logged');
CREATE TRIGGER goods_never_go BEFORE DELETE ON goods FOR EACH ROW EXECUTE FUNCTION refuse('goods are never deleted');
CREATE TRIGGER goods_given_never_changes BEFORE UPDATE ON goods_given FOR EACH ROW EXECUTE FUNCTION refuse('what was given out is never changed');
CREATE TRIGGER goods_given_never_goes BEFORE DELETE ON goods_given FOR EACH ROW EXECUTE FUNCTION refuse('what was given out is never deleted');
CREATE TRIGGER offline_gift_never_goes BEFORE DELETE ON offline_gift FOR EACH ROW EXECUTE FUNCTION refuse('a gift is never deleted');
CREATE TRIGGER cash_count_never_changes BEFORE UPDATE ON cash_count FOR EACH ROW EXECUTE FUNCTION refuse('a count is never changed: count again');
CREATE TRIGGER cash_count_never_goes BEFORE DELETE ON cash_count FOR EACH ROW EXECUTE FUNCTION refuse('a count is never deleted');
CREATE TRIGGER refund_keeps_its_money BEFORE UPDATE OF id, ref, donation_id, fund_id, way, amount_minor, currency, asked_by ON refund FOR EACH ROW EXECUTE FUNCTION refuse('a refund keeps what was asked');
CREATE TRIGGER refund_never_goes BEFORE DELETE ON refund FOR EACH ROW EXECUTE FUNCTION refuse('a refund is never deleted');
CREATE TRIGGER journal_never_goes BEFORE DELETE ON journal FOR EACH ROW EXECUTE FUNCTION refuse('what was asked is never deleted');
CREATE TRIGGER journal_keeps_what_was_asked BEFORE UPDATE OF id, ref, effective_on, reason, reverses, asked_by ON journal FOR EACH ROW EXECUTE FUNCTION refuse('an entry that was asked for is never changed: ask for another');
CREATE TRIGGER journal_line_never_changes BEFORE UPDATE ON journal_line FOR EACH ROW EXECUTE FUNCTION refuse('an entry that was asked for is never changed: ask for another');
CREATE TRIGGER journal_line_never_goes BEFORE DELETE ON journal_line FOR EACH ROW EXECUTE FUNCTION refuse('what was asked is never deleted');
CREATE TRIGGER goods_is_never_emptied BEFORE TRUNCATE ON goods FOR EACH STATEMENT EXECUTE FUNCTION refuse('goods is never emptied');
CREATE TRIGGER goods_given_is_never_emptied BEFORE TRUNCATE ON goods_given FOR EACH STATEMENT EXECUTE FUNCTION refuse('goods_given is never emptied');
CREATE TRIGGER offline_gift_is_never_emptied BEFORE TRUNCATE ON offline_gift FOR EACH STATEMENT EXECUTE FUNCTION refuse('offline_gift is never emptied');
CREATE TRIGGER cash_count_is_never_emptied BEFORE TRUNCATE ON cash_count FOR EACH STATEMENT EXECUTE FUNCTION refuse('cash_count is never emptied');
CREATE TRIGGER refund_is_never_emptied BEFORE TRUNCATE ON refund FOR EACH STATEMENT EXECUTE FUNCTION refuse('refund is never emptied');
CREATE TRIGGER journal_is_never_emptied BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION refuse('journal is never emptied');
CREATE TRIGGER journal_line_is_never_emptied BEFORE TRUNCATE ON journal_line FOR EACH STATEMENT EXECUTE FUNCTION refuse('journal_line is never emptied');
CREATE TRIGGER month_lock_is_never_emptied BEFORE TRUNCATE ON month_lock FOR EACH STATEMENT EXECUTE FUNCTION refuse('month_lock is never emptied');

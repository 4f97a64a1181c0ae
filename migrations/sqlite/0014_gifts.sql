-- Gifts beside Stripe, money back to donors, entries by two people, and months that are locked.

-- What was given in kind: apart from cash everywhere.
CREATE TABLE goods (
    id          INTEGER PRIMARY KEY,
    number      TEXT    NOT NULL UNIQUE,             -- for talking about it; opens nothing
    fund_id     INTEGER NOT NULL REFERENCES fund (id),
    what        TEXT    NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity >= 1),
    unit        TEXT    NOT NULL,
    category    TEXT    NOT NULL,                    -- the promised use
    value_minor INTEGER CHECK (value_minor > 0),     -- fair value of all of it; NULL: not valued, so not in the books
    currency    TEXT    NOT NULL CHECK (length(currency) = 3),
    valued_how  TEXT    CHECK (valued_how IN ('shop', 'bill', 'estimate')),
    received_on TEXT    NOT NULL CHECK (length(received_on) = 10),
    donor       BLOB,                                -- sealed
    kept        TEXT    NOT NULL,                    -- where; private
    given       INTEGER NOT NULL CHECK (given BETWEEN 0 AND quantity),
    state       TEXT    NOT NULL CHECK (state IN ('waiting', 'logged')),
    recorded_by INTEGER NOT NULL REFERENCES person (id),
    recorded_at INTEGER NOT NULL,
    agreed_by   INTEGER REFERENCES person (id) CHECK (agreed_by <> recorded_by),
    agreed_at   INTEGER,
    CHECK ((value_minor IS NULL) = (valued_how IS NULL))
) STRICT;

CREATE INDEX goods_by_fund ON goods (fund_id, id);

CREATE TABLE goods_given (
    id          INTEGER PRIMARY KEY,
    goods_id    INTEGER NOT NULL REFERENCES goods (id),
    quantity    INTEGER NOT NULL CHECK (quantity >= 1),
    given_on    TEXT    NOT NULL CHECK (length(given_on) = 10),
    recorded_by INTEGER NOT NULL REFERENCES person (id),
    recorded_at INTEGER NOT NULL
) STRICT;

CREATE INDEX goods_given_of ON goods_given (goods_id, id);

-- A gift that came in by hand. Once it counts it is a donation too, so that one batch holds all gifts.
CREATE TABLE offline_gift (
    id           INTEGER PRIMARY KEY,
    number       TEXT    NOT NULL UNIQUE,            -- the donation's number as well, once there is one
    fund_id      INTEGER NOT NULL REFERENCES fund (id),
    kind         TEXT    NOT NULL CHECK (kind IN ('cash', 'cheque', 'batch', 'transfer', 'organisation')),
    state        TEXT    NOT NULL CHECK (state IN ('counting', 'signed', 'expected', 'counted', 'bounced')),
    amount_minor INTEGER CHECK (amount_minor > 0),   -- gross; NULL while cash is being counted
    fee_minor    INTEGER NOT NULL CHECK (fee_minor >= 0),
    currency     TEXT    NOT NULL CHECK (length(currency) = 3),
    gifts        INTEGER NOT NULL CHECK (gifts >= 1),-- how many donors stand behind it, by the platform's word
    place        TEXT    NOT NULL,                   -- where it was counted, or the platform; private
    account      TEXT    NOT NULL,                   -- the account the money is in
    dated_on     TEXT    NOT NULL CHECK (length(dated_on) = 10),
    donor        BLOB,                               -- sealed
    round        INTEGER NOT NULL CHECK (round >= 1),-- counts that differ are counted again
    bank_line    TEXT    UNIQUE,                     -- the line of the bank's that brought it: one line, one gift
    entry_id     INTEGER UNIQUE REFERENCES entry (id),
    donation_id  INTEGER UNIQUE REFERENCES donation (id),
    recorded_by  INTEGER NOT NULL REFERENCES person (id),
    recorded_at  INTEGER NOT NULL,
    agreed_by    INTEGER REFERENCES person (id) CHECK (agreed_by <> recorded_by),
    counted_at   INTEGER,
    CHECK (state <> 'counted' OR kind <> 'cash' OR agreed_by IS NOT NULL),
    CHECK (state NOT IN ('counted', 'bounced') OR (entry_id IS NOT NULL AND donation_id IS NOT NULL))
) STRICT;

CREATE INDEX donation_by_fund ON donation (fund_id, id);
CREATE INDEX offline_gift_by_fund ON offline_gift (fund_id, id);
CREATE INDEX offline_gift_open ON offline_gift (recorded_at) WHERE state IN ('counting', 'signed', 'expected');

-- One person's count of a bucket, by coin and note.
CREATE TABLE cash_count (
    gift_id     INTEGER NOT NULL REFERENCES offline_gift (id),
    round       INTEGER NOT NULL CHECK (round >= 1),
    counted_by  INTEGER NOT NULL REFERENCES person (id),
    sheet       TEXT    NOT NULL,                    -- pieces by worth in minor units, such as `2000:3 25:7`
    total_minor INTEGER NOT NULL CHECK (total_minor > 0),
    counted_at  INTEGER NOT NULL,
    PRIMARY KEY (gift_id, round, counted_by)
) STRICT;

-- Money back to a donor, as two people decided it. The books move by Stripe's line, or by the entry of cash handed out.
CREATE TABLE refund (
    id           INTEGER PRIMARY KEY,
    ref          TEXT    NOT NULL UNIQUE,            -- stands for it at Stripe, and keys the call; opaque
    donation_id  INTEGER NOT NULL REFERENCES donation (id),
    fund_id      INTEGER NOT NULL REFERENCES fund (id),
    way          TEXT    NOT NULL CHECK (way IN ('stripe', 'cash')),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency     TEXT    NOT NULL CHECK (length(currency) = 3),
    reason       TEXT    NOT NULL CHECK (reason IN ('twice', 'fraud', 'asked', 'other')),
    note         TEXT    NOT NULL,                   -- private
    account      TEXT,                               -- the cash box it is paid from
    state        TEXT    NOT NULL CHECK (state IN ('asked', 'approved', 'sent', 'done', 'failed', 'rejected')),
    asked_by     INTEGER NOT NULL REFERENCES person (id),
    asked_at     INTEGER NOT NULL,
    stripe_id    TEXT    UNIQUE,                     -- `re_…`, once Stripe answered
    failure      TEXT,                               -- Stripe's code
    entry_id     INTEGER UNIQUE REFERENCES entry (id),
    closed_at    INTEGER
) STRICT;

CREATE INDEX stripe_object_by_told ON stripe_object (object, told_at, id);
CREATE INDEX refund_of ON refund (donation_id, id);
CREATE INDEX refund_open ON refund (state, id) WHERE state IN ('asked', 'approved', 'sent');

-- An entry that nothing else covers: one person writes it, another agrees, and only then it is posted.
CREATE TABLE journal (
    id           INTEGER PRIMARY KEY,
    ref          TEXT    NOT NULL UNIQUE,            -- opaque
    effective_on TEXT    NOT NULL CHECK (length(effective_on) = 10),
    reason       TEXT    NOT NULL,                   -- goes into the books
    state        TEXT    NOT NULL CHECK (state IN ('asked', 'posted', 'rejected')),
    reverses     INTEGER REFERENCES entry (id),
    asked_by     INTEGER NOT NULL REFERENCES person (id),
    asked_at     INTEGER NOT NULL,
    decided_by   INTEGER REFERENCES person (id) CHECK (decided_by <> asked_by),
    decided_at   INTEGER,
    entry_id     INTEGER UNIQUE REFERENCES entry (id),
    CHECK ((state = 'posted') = (entry_id IS NOT NULL))
) STRICT;

CREATE INDEX journal_open ON journal (id) WHERE state = 'asked';

CREATE TABLE journal_line (
    journal_id   INTEGER NOT NULL REFERENCES journal (id),
    n            INTEGER NOT NULL CHECK (n >= 1),
    path         TEXT    NOT NULL,
    fund_id      INTEGER REFERENCES fund (id),
    currency     TEXT    NOT NULL CHECK (length(currency) = 3),
    amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (journal_id, n)
) STRICT;

-- A month that two people locked takes no new entry dated inside it.
CREATE TABLE month_lock (
    month     TEXT    PRIMARY KEY CHECK (length(month) = 7),
    asked_by  INTEGER NOT NULL REFERENCES person (id),
    asked_at  INTEGER NOT NULL,
    agreed_by INTEGER REFERENCES person (id) CHECK (agreed_by <> asked_by),
    agreed_at INTEGER,
    CHECK ((agreed_by IS NULL) = (agreed_at IS NULL))
) STRICT;

CREATE TRIGGER entry_stays_out_of_locked_months BEFORE INSERT ON entry BEGIN
    SELECT RAISE(ABORT, 'the month is locked: date the entry after it')
     WHERE EXISTS (SELECT 1 FROM month_lock WHERE month = substr(NEW.effective_on, 1, 7) AND agreed_at IS NOT NULL);
END;
CREATE TRIGGER month_lock_is_asked_first BEFORE INSERT ON month_lock BEGIN
    SELECT RAISE(ABORT, 'one person asks for a lock, another agrees') WHERE NEW.agreed_by IS NOT NULL;
END;
CREATE TRIGGER month_lock_is_for_ever BEFORE UPDATE ON month_lock BEGIN
    SELECT RAISE(ABORT, 'a locked month stays locked') WHERE OLD.agreed_by IS NOT NULL OR NEW.month <> OLD.month OR NEW.asked_by <> OLD.asked_by;
END;
CREATE TRIGGER month_lock_never_goes BEFORE DELETE ON month_lock BEGIN SELECT RAISE(ABORT, 'a locked month stays locked'); END;
CREATE TRIGGER goods_keep_what_they_are BEFORE UPDATE OF id, number, fund_id, what, quantity, unit, category, value_minor, currency, recorded_by ON goods BEGIN
    SELECT RAISE(ABORT, 'goods keep what was logged');
END;
CREATE TRIGGER goods_never_go BEFORE DELETE ON goods BEGIN SELECT RAISE(ABORT, 'goods are never deleted'); END;
CREATE TRIGGER goods_given_never_changes BEFORE UPDATE ON goods_given BEGIN SELECT RAISE(ABORT, 'what was given out is never changed'); END;
CREATE TRIGGER goods_given_never_goes BEFORE DELETE ON goods_given BEGIN SELECT RAISE(ABORT, 'what was given out is never deleted'); END;
CREATE TRIGGER offline_gift_never_goes BEFORE DELETE ON offline_gift BEGIN SELECT RAISE(ABORT, 'a gift is never deleted'); END;
CREATE TRIGGER cash_count_never_changes BEFORE UPDATE ON cash_count BEGIN SELECT RAISE(ABORT, 'a count is never changed: count again'); END;
CREATE TRIGGER cash_count_never_goes BEFORE DELETE ON cash_count BEGIN SELECT RAISE(ABORT, 'a count is never deleted'); END;
CREATE TRIGGER refund_keeps_its_money BEFORE UPDATE OF id, ref, donation_id, fund_id, way, amount_minor, currency, asked_by ON refund BEGIN
    SELECT RAISE(ABORT, 'a refund keeps what was asked');
END;
CREATE TRIGGER refund_never_goes BEFORE DELETE ON refund BEGIN SELECT RAISE(ABORT, 'a refund is never deleted'); END;
CREATE TRIGGER journal_never_goes BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'what was asked is never deleted'); END;
CREATE TRIGGER journal_keeps_what_was_asked BEFORE UPDATE OF id, ref, effective_on, reason, reverses, asked_by ON journal BEGIN
    SELECT RAISE(ABORT, 'an entry that was asked for is never changed: ask for another');
END;
CREATE TRIGGER journal_line_never_changes BEFORE UPDATE ON journal_line BEGIN SELECT RAISE(ABORT, 'an entry that was asked for is never changed: ask for another'); END;
CREATE TRIGGER journal_line_never_goes BEFORE DELETE ON journal_line BEGIN SELECT RAISE(ABORT, 'what was asked is never deleted'); END;

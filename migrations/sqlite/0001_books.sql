-- The books: funds, the chart of accounts, entries with their postings, and the day sums kept of them.

CREATE TABLE fund (
    id                    INTEGER PRIMARY KEY,
    ref                   TEXT    NOT NULL UNIQUE,   -- stands for the fund at Stripe; opaque
    slug                  TEXT    NOT NULL UNIQUE,   -- stands for it in addresses
    name                  TEXT    NOT NULL,
    promise               TEXT    NOT NULL,          -- what the money is for, in public
    currency              TEXT    NOT NULL CHECK (length(currency) = 3),
    time_zone             TEXT    NOT NULL,
    restriction           TEXT,                      -- the only purpose its money may serve; NULL: unrestricted
    state                 TEXT    NOT NULL CHECK (state IN ('draft', 'open', 'paused', 'winding_down', 'distributing', 'closed')),
    decisions             INTEGER NOT NULL,          -- raised by every decision, which locks the row
    min_gifts             INTEGER NOT NULL CHECK (min_gifts >= 1),
    publish_interval_secs INTEGER NOT NULL CHECK (publish_interval_secs >= 0),
    created_at            INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
    id     INTEGER PRIMARY KEY,
    code   TEXT    NOT NULL,
    path   TEXT    NOT NULL UNIQUE,
    kind   TEXT    NOT NULL CHECK (kind IN ('asset', 'liability', 'equity', 'income', 'expense')),
    cash   INTEGER NOT NULL CHECK (cash IN (0, 1)),
    -- Whether its postings stand on a fund: cash is pooled, so assets and liabilities never do.
    funded INTEGER NOT NULL CHECK (funded = (kind IN ('income', 'expense') OR path = 'equity:opening'))
) STRICT;

CREATE TABLE entry (
    id           INTEGER PRIMARY KEY,
    source       TEXT    NOT NULL,                   -- who caused it: stripe, spending, opening, …
    source_id    TEXT    NOT NULL,                   -- the causing fact's or decision's own id
    kind         TEXT    NOT NULL,
    effective_on TEXT    NOT NULL CHECK (length(effective_on) = 10),
    recorded_at  INTEGER NOT NULL,
    memo         TEXT,
    reverses     INTEGER UNIQUE REFERENCES entry (id),
    actor        TEXT,
    postings     INTEGER NOT NULL CHECK (postings >= 2),
    UNIQUE (source, source_id, kind)
) STRICT;

CREATE TABLE posting (
    entry_id     INTEGER NOT NULL REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,
    n            INTEGER NOT NULL CHECK (n >= 1),
    account_id   INTEGER NOT NULL REFERENCES account (id),
    fund_id      INTEGER REFERENCES fund (id),
    currency     TEXT    NOT NULL CHECK (length(currency) = 3),
    -- Debit positive, credit negative, in Stripe's minor unit.
    amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0 AND amount_minor BETWEEN -9000000000000000 AND 9000000000000000),
    PRIMARY KEY (entry_id, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX posting_by_account ON posting (account_id, fund_id, currency, entry_id, amount_minor);

-- A cache of the postings: it can be dropped and rebuilt, and `verify` proves it equal to them.
CREATE TABLE day_sum (
    account_id   INTEGER NOT NULL REFERENCES account (id),
    fund_id      INTEGER NOT NULL,                   -- 0: no fund
    currency     TEXT    NOT NULL,
    day          TEXT    NOT NULL CHECK (length(day) = 10),
    amount_minor INTEGER NOT NULL,
    postings     INTEGER NOT NULL,
    PRIMARY KEY (account_id, fund_id, currency, day)
) STRICT, WITHOUT ROWID;

-- Entries that the day sums do not hold yet; a balance is the day sums and these.
CREATE TABLE unsummed (
    entry_id INTEGER PRIMARY KEY REFERENCES entry (id),
    batch    INTEGER                                  -- set while one run folds them into the day sums
) STRICT;

CREATE TRIGGER entry_is_whole BEFORE INSERT ON entry BEGIN
    SELECT RAISE(ABORT, 'an entry needs as many postings as it says')
     WHERE (SELECT COUNT(*) FROM posting WHERE entry_id = NEW.id) <> NEW.postings;
    SELECT RAISE(ABORT, 'the postings of an entry must sum to zero in each currency')
     WHERE EXISTS (SELECT 1 FROM posting WHERE entry_id = NEW.id GROUP BY currency HAVING SUM(amount_minor) <> 0);
END;

CREATE TRIGGER posting_comes_first BEFORE INSERT ON posting BEGIN
    SELECT RAISE(ABORT, 'a posting cannot be added to an entry that stands')
     WHERE EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry_id);
    SELECT RAISE(ABORT, 'income, expense and opening postings stand on a fund, no others do')
     WHERE (SELECT funded FROM account WHERE id = NEW.account_id) <> (NEW.fund_id IS NOT NULL);
END;

CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'an entry is never changed: reverse it'); END;
CREATE TRIGGER entry_never_goes BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'an entry is never deleted: reverse it'); END;
CREATE TRIGGER posting_never_changes BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'a posting is never changed: reverse its entry'); END;
CREATE TRIGGER posting_never_goes BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'a posting is never deleted: reverse its entry'); END;
CREATE TRIGGER account_never_changes BEFORE UPDATE ON account BEGIN SELECT RAISE(ABORT, 'an account is never changed: open another'); END;
CREATE TRIGGER account_never_goes BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'an account is never deleted'); END;
CREATE TRIGGER fund_never_goes BEFORE DELETE ON fund BEGIN SELECT RAISE(ABORT, 'a fund is never deleted'); END;
CREATE TRIGGER fund_keeps_its_money BEFORE UPDATE OF id, ref, currency, time_zone ON fund BEGIN
    SELECT RAISE(ABORT, 'a fund keeps its reference, currency and time zone');
END;

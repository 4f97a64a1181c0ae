-- The books: funds, the chart of accounts, entries with their postings, and the day sums kept of them.

CREATE TABLE fund (
    id                    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ref                   TEXT COLLATE "C"    NOT NULL UNIQUE,   -- stands for the fund at Stripe; opaque
    slug                  TEXT COLLATE "C"    NOT NULL UNIQUE,   -- stands for it in addresses
    name                  TEXT COLLATE "C"    NOT NULL,
    promise               TEXT COLLATE "C"    NOT NULL,          -- what the money is for, in public
    currency              TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    time_zone             TEXT COLLATE "C"    NOT NULL,
    restriction           TEXT COLLATE "C",                      -- the only purpose its money may serve; NULL: unrestricted
    state                 TEXT COLLATE "C"    NOT NULL CHECK (state IN ('draft', 'open', 'paused', 'winding_down', 'distributing', 'closed')),
    decisions             BIGINT  NOT NULL,          -- raised by every decision, which locks the row
    min_gifts             BIGINT  NOT NULL CHECK (min_gifts >= 1),
    publish_interval_secs BIGINT  NOT NULL CHECK (publish_interval_secs >= 0),
    created_at            BIGINT  NOT NULL
);

CREATE TABLE account (
    id     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code   TEXT COLLATE "C"    NOT NULL,
    path   TEXT COLLATE "C"    NOT NULL UNIQUE,
    kind   TEXT COLLATE "C"    NOT NULL CHECK (kind IN ('asset', 'liability', 'equity', 'income', 'expense')),
    cash   BIGINT  NOT NULL CHECK (cash IN (0, 1)),
    -- Whether its postings stand on a fund: cash is pooled, so assets and liabilities never do.
    funded BIGINT  NOT NULL CHECK ((funded = 1) = (kind IN ('income', 'expense') OR path = 'equity:opening'))
);

CREATE SEQUENCE entry_id_seq;

CREATE TABLE entry (
    id           BIGINT  PRIMARY KEY,
    source       TEXT COLLATE "C"    NOT NULL,                   -- who caused it: stripe, spending, opening, …
    source_id    TEXT COLLATE "C"    NOT NULL,                   -- the causing fact's or decision's own id
    kind         TEXT COLLATE "C"    NOT NULL,
    effective_on TEXT COLLATE "C"    NOT NULL CHECK (length(effective_on) = 10),
    recorded_at  BIGINT  NOT NULL,
    memo         TEXT COLLATE "C",
    reverses     BIGINT  UNIQUE REFERENCES entry (id),
    actor        TEXT COLLATE "C",
    postings     BIGINT  NOT NULL CHECK (postings >= 2),
    UNIQUE (source, source_id, kind)
);

CREATE TABLE posting (
    entry_id     BIGINT  NOT NULL REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,
    n            BIGINT  NOT NULL CHECK (n >= 1),
    account_id   BIGINT  NOT NULL REFERENCES account (id),
    fund_id      BIGINT  REFERENCES fund (id),
    currency     TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    -- Debit positive, credit negative, in Stripe's minor unit.
    amount_minor BIGINT  NOT NULL CHECK (amount_minor <> 0 AND amount_minor BETWEEN -9000000000000000 AND 9000000000000000),
    PRIMARY KEY (entry_id, n)
);

CREATE INDEX posting_by_account ON posting (account_id, fund_id, currency, entry_id, amount_minor);

-- A cache of the postings: it can be dropped and rebuilt, and `verify` proves it equal to them.
CREATE TABLE day_sum (
    account_id   BIGINT  NOT NULL REFERENCES account (id),
    fund_id      BIGINT  NOT NULL,                   -- 0: no fund
    currency     TEXT COLLATE "C"    NOT NULL,
    day          TEXT COLLATE "C"    NOT NULL CHECK (length(day) = 10),
    amount_minor BIGINT  NOT NULL,
    postings     BIGINT  NOT NULL,
    PRIMARY KEY (account_id, fund_id, currency, day)
);

-- Entries that the day sums do not hold yet; a balance is the day sums and these.
CREATE TABLE unsummed (
    entry_id BIGINT  PRIMARY KEY REFERENCES entry (id),
    batch    BIGINT                                   -- set while one run folds them into the day sums
);

-- What a trigger says when it refuses; its one argument is the sentence.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION check_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry_id) THEN
        RAISE EXCEPTION 'a posting cannot be added to an entry that stands' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (SELECT funded FROM account WHERE id = NEW.account_id) <> (NEW.fund_id IS NOT NULL)::INT THEN
        RAISE EXCEPTION 'income, expense and opening postings stand on a fund, no others do' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Runs when the entry is inserted and once more at commit: only then does it see what another session added meanwhile.
CREATE FUNCTION check_entry(checked BIGINT) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT postings FROM entry WHERE id = checked) <> (SELECT COUNT(*) FROM posting WHERE entry_id = checked) THEN
        RAISE EXCEPTION 'an entry needs as many postings as it says' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM posting WHERE entry_id = checked GROUP BY currency HAVING SUM(amount_minor) <> 0) THEN
        RAISE EXCEPTION 'the postings of an entry must sum to zero in each currency' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION check_entry_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM check_entry(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION check_posting_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM check_entry(NEW.entry_id);
    RETURN NULL;
END $$;

CREATE TRIGGER posting_comes_first BEFORE INSERT ON posting FOR EACH ROW EXECUTE FUNCTION check_posting();
CREATE TRIGGER entry_is_whole AFTER INSERT ON entry FOR EACH ROW EXECUTE FUNCTION check_entry_row();
CREATE CONSTRAINT TRIGGER posting_leaves_its_entry_whole AFTER INSERT ON posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_posting_entry();
CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry FOR EACH ROW EXECUTE FUNCTION refuse('an entry is never changed: reverse it');
CREATE TRIGGER entry_never_goes BEFORE DELETE ON entry FOR EACH ROW EXECUTE FUNCTION refuse('an entry is never deleted: reverse it');
CREATE TRIGGER posting_never_changes BEFORE UPDATE ON posting FOR EACH ROW EXECUTE FUNCTION refuse('a posting is never changed: reverse its entry');
CREATE TRIGGER posting_never_goes BEFORE DELETE ON posting FOR EACH ROW EXECUTE FUNCTION refuse('a posting is never deleted: reverse its entry');
CREATE TRIGGER account_never_changes BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION refuse('an account is never changed: open another');
CREATE TRIGGER account_never_goes BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION refuse('an account is never deleted');
CREATE TRIGGER fund_never_goes BEFORE DELETE ON fund FOR EACH ROW EXECUTE FUNCTION refuse('a fund is never deleted');
CREATE TRIGGER fund_keeps_its_money BEFORE UPDATE OF id, ref, currency, time_zone ON fund FOR EACH ROW EXECUTE FUNCTION refuse('a fund keeps its reference, currency and time zone');
CREATE TRIGGER entry_is_never_emptied BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse('entry is never emptied');
CREATE TRIGGER posting_is_never_emptied BEFORE TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION refuse('posting is never emptied');
CREATE TRIGGER account_is_never_emptied BEFORE TRUNCATE ON account FOR EACH STATEMENT EXECUTE FUNCTION refuse('account is never emptied');
CREATE TRIGGER fund_is_never_emptied BEFORE TRUNCATE ON fund FOR EACH STATEMENT EXECUTE FUNCTION refuse('fund is never emptied');

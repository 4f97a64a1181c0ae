-- What is left of a fund: who may get it, the plan that shares it out, the grants that follow, and how each was paid.

-- A group of the charter, and how it is paid: the newest row of a name counts. What is private of it stands in the payee book.
CREATE TABLE recipient (
    id          INTEGER PRIMARY KEY,
    fund_id     INTEGER NOT NULL REFERENCES fund (id),
    name        TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 100), -- as the charter names it; public
    payee_id    INTEGER NOT NULL REFERENCES payee (id),
    entered_by  INTEGER NOT NULL REFERENCES person (id),
    entered_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX recipient_by_name ON recipient (fund_id, name, id);

CREATE TABLE plan (
    id          INTEGER PRIMARY KEY,
    fund_id     INTEGER NOT NULL REFERENCES fund (id),
    n           INTEGER NOT NULL CHECK (n >= 1),           -- plans of a fund, from 1 without gaps
    total_minor INTEGER NOT NULL CHECK (total_minor > 0),
    currency    TEXT    NOT NULL CHECK (length(currency) = 3),
    proposal_id INTEGER REFERENCES proposal (id),          -- what others agree to; NULL for the moment in which it is made
    state       TEXT    NOT NULL CHECK (state IN ('proposed', 'approved', 'dropped')),
    made_by     INTEGER NOT NULL REFERENCES person (id),
    made_at     INTEGER NOT NULL,
    decided_at  INTEGER,
    UNIQUE (fund_id, n),
    CHECK ((state = 'proposed') = (decided_at IS NULL))
) STRICT;

CREATE UNIQUE INDEX plan_proposed_once ON plan (fund_id) WHERE state = 'proposed';

-- How its sum was worked out.
CREATE TABLE plan_line (
    plan_id      INTEGER NOT NULL REFERENCES plan (id),
    n            INTEGER NOT NULL CHECK (n >= 1),
    line         TEXT    NOT NULL,
    amount_minor INTEGER NOT NULL,
    PRIMARY KEY (plan_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE plan_share (
    plan_id      INTEGER NOT NULL REFERENCES plan (id),
    n            INTEGER NOT NULL CHECK (n >= 1),
    recipient_id INTEGER NOT NULL REFERENCES recipient (id),
    rule         TEXT    NOT NULL CHECK (rule IN ('percent', 'weight', 'fixed')),
    value        INTEGER NOT NULL CHECK (value >= 0),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    PRIMARY KEY (plan_id, n),
    UNIQUE (plan_id, recipient_id)
) STRICT, WITHOUT ROWID;

-- What a group gets by an approved plan: owed from then on, until it was paid or went back.
CREATE TABLE fund_grant (
    id           INTEGER PRIMARY KEY,
    number       TEXT    NOT NULL UNIQUE,
    fund_id      INTEGER NOT NULL REFERENCES fund (id),
    plan_id      INTEGER NOT NULL,
    share        INTEGER NOT NULL,
    recipient_id INTEGER NOT NULL REFERENCES recipient (id),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency     TEXT    NOT NULL CHECK (length(currency) = 3),
    path         TEXT    NOT NULL,                         -- the account that owes it
    entry_id     INTEGER NOT NULL UNIQUE REFERENCES entry (id),
    promised_at  INTEGER NOT NULL,
    ended_at     INTEGER,                                  -- since when its money is back in the pot
    ended_why    TEXT CHECK (ended_why IN ('bounced', 'refused', 'gone')),
    UNIQUE (plan_id, share),
    FOREIGN KEY (plan_id, share) REFERENCES plan_share (plan_id, n),
    CHECK ((ended_at IS NULL) = (ended_why IS NULL))
) STRICT;

CREATE INDEX fund_grant_by_fund ON fund_grant (fund_id, id);

-- Each time a grant was sent: again only where the bank sent it back.
CREATE TABLE grant_payment (
    grant_id    INTEGER NOT NULL REFERENCES fund_grant (id),
    n           INTEGER NOT NULL CHECK (n >= 1),
    entry_id    INTEGER NOT NULL UNIQUE REFERENCES entry (id),
    paid_from   TEXT    NOT NULL,
    paid_on     TEXT    NOT NULL,
    reference   TEXT    NOT NULL,                          -- what the bank was told; private
    paid_by     INTEGER NOT NULL REFERENCES person (id),
    paid_at     INTEGER NOT NULL,
    PRIMARY KEY (grant_id, n)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER recipient_never_changes BEFORE UPDATE ON recipient BEGIN SELECT RAISE(ABORT, 'a recipient is never changed: enter it anew'); END;
CREATE TRIGGER recipient_never_goes BEFORE DELETE ON recipient BEGIN SELECT RAISE(ABORT, 'a recipient is never deleted'); END;

CREATE TRIGGER plan_is_frozen BEFORE UPDATE OF id, fund_id, n, total_minor, currency, made_by, made_at ON plan BEGIN
    SELECT RAISE(ABORT, 'a plan is never changed: make another one');
END;
CREATE TRIGGER plan_is_decided_once BEFORE UPDATE OF state ON plan BEGIN
    SELECT RAISE(ABORT, 'a plan is decided once') WHERE OLD.state <> 'proposed';
    SELECT RAISE(ABORT, 'a plan needs agreement')
     WHERE NEW.state = 'approved' AND NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.id = NEW.proposal_id AND p.subject = 'distribution'
           AND p.subject_id = CAST(NEW.id AS TEXT) AND p.fund_id = NEW.fund_id AND p.state = 'approved');
    SELECT RAISE(ABORT, 'shares make the whole sum')
     WHERE NEW.state = 'approved' AND NEW.total_minor <> (SELECT COALESCE(SUM(amount_minor), 0) FROM plan_share WHERE plan_id = NEW.id);
END;
CREATE TRIGGER plan_never_goes BEFORE DELETE ON plan BEGIN SELECT RAISE(ABORT, 'a plan is never deleted'); END;

CREATE TRIGGER plan_line_never_changes BEFORE UPDATE ON plan_line BEGIN SELECT RAISE(ABORT, 'a line of a plan is never changed'); END;
CREATE TRIGGER plan_line_never_goes BEFORE DELETE ON plan_line BEGIN SELECT RAISE(ABORT, 'a line of a plan is never deleted'); END;
CREATE TRIGGER plan_share_comes_first BEFORE INSERT ON plan_share BEGIN
    SELECT RAISE(ABORT, 'no share comes to a plan that others were shown')
     WHERE EXISTS (SELECT 1 FROM plan WHERE id = NEW.plan_id AND proposal_id IS NOT NULL);
END;
CREATE TRIGGER plan_share_never_changes BEFORE UPDATE ON plan_share BEGIN SELECT RAISE(ABORT, 'a share is never changed'); END;
CREATE TRIGGER plan_share_never_goes BEFORE DELETE ON plan_share BEGIN SELECT RAISE(ABORT, 'a share is never deleted'); END;

CREATE TRIGGER fund_grant_follows_its_plan BEFORE INSERT ON fund_grant BEGIN
    SELECT RAISE(ABORT, 'a grant is a share of an approved plan')
     WHERE NOT EXISTS (
        SELECT 1 FROM plan p JOIN plan_share s ON s.plan_id = p.id
         WHERE p.id = NEW.plan_id AND p.state = 'approved' AND p.fund_id = NEW.fund_id AND p.currency = NEW.currency
           AND s.n = NEW.share AND s.recipient_id = NEW.recipient_id AND s.amount_minor = NEW.amount_minor);
END;
CREATE TRIGGER fund_grant_ends_once BEFORE UPDATE ON fund_grant BEGIN
    SELECT RAISE(ABORT, 'a grant changes only by its end')
     WHERE OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.fund_id <> OLD.fund_id
        OR NEW.plan_id <> OLD.plan_id OR NEW.share <> OLD.share OR NEW.recipient_id <> OLD.recipient_id OR NEW.path <> OLD.path
        OR NEW.amount_minor <> OLD.amount_minor OR NEW.currency <> OLD.currency OR NEW.entry_id <> OLD.entry_id OR NEW.promised_at <> OLD.promised_at;
    SELECT RAISE(ABORT, 'a grant ends with its entry taken back')
     WHERE NOT EXISTS (SELECT 1 FROM entry WHERE reverses = NEW.entry_id);
END;
CREATE TRIGGER fund_grant_never_goes BEFORE DELETE ON fund_grant BEGIN SELECT RAISE(ABORT, 'a grant is never deleted'); END;

CREATE TRIGGER grant_payment_follows BEFORE INSERT ON grant_payment BEGIN
    SELECT RAISE(ABORT, 'a grant is paid once')
     WHERE NEW.n <> (SELECT COUNT(*) + 1 FROM grant_payment WHERE grant_id = NEW.grant_id)
        OR EXISTS (SELECT 1 FROM grant_payment p WHERE p.grant_id = NEW.grant_id
                      AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.reverses = p.entry_id));
    SELECT RAISE(ABORT, 'what went back to the pot is not paid')
     WHERE EXISTS (SELECT 1 FROM fund_grant WHERE id = NEW.grant_id AND ended_at IS NOT NULL);
END;
CREATE TRIGGER grant_payment_never_changes BEFORE UPDATE ON grant_payment BEGIN SELECT RAISE(ABORT, 'a payment is never changed'); END;
CREATE TRIGGER grant_payment_never_goes BEFORE DELETE ON grant_payment BEGIN SELECT RAISE(ABORT, 'a payment is never deleted'); END;

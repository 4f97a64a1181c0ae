-- What needs a second person: how many by sum, what was proposed, who agreed to exactly what.

-- How many approvers a sum over so much needs; a fund without rows has the usual ones.
CREATE TABLE tier (
    fund_id    INTEGER NOT NULL REFERENCES fund (id),
    over_minor INTEGER NOT NULL CHECK (over_minor >= 0),
    approvers  INTEGER NOT NULL CHECK (approvers BETWEEN 1 AND 9),
    PRIMARY KEY (fund_id, over_minor)
) STRICT, WITHOUT ROWID;

CREATE TABLE approval_rule (
    fund_id   INTEGER PRIMARY KEY REFERENCES fund (id),
    emergency INTEGER NOT NULL CHECK (emergency IN (0, 1))  -- whether one signature may do in an emergency
) STRICT;

-- Frozen: what changes is proposed anew, so that no signature ever stands under other words.
CREATE TABLE proposal (
    id           INTEGER PRIMARY KEY,
    subject      TEXT    NOT NULL,                   -- expense, refund, …
    subject_id   TEXT    NOT NULL,                   -- the row it is about
    fund_id      INTEGER NOT NULL REFERENCES fund (id),
    author_id    INTEGER NOT NULL REFERENCES person (id),
    amount_minor INTEGER NOT NULL CHECK (amount_minor BETWEEN 0 AND 9000000000000000), -- 0: no sum is at stake
    currency     TEXT    NOT NULL CHECK (length(currency) = 3),
    payee        TEXT,                               -- whose parts within seven days count together; NULL: nobody's
    payload      TEXT    NOT NULL,                   -- everything that is agreed to, as it is shown
    payload_hash TEXT    NOT NULL CHECK (length(payload_hash) = 64),
    at_least     INTEGER NOT NULL CHECK (at_least >= 1), -- approvers whatever the tier says
    more         INTEGER NOT NULL CHECK (more >= 0),     -- approvers beyond the tier
    needed       INTEGER NOT NULL CHECK (needed >= 1),
    state        TEXT    NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'dropped')),
    emergency    INTEGER NOT NULL CHECK (emergency IN (0, 1)),
    reason       TEXT,                               -- of a rejection or an emergency
    proposed_at  INTEGER NOT NULL,
    decided_at   INTEGER,
    UNIQUE (id, author_id, payload_hash)
) STRICT;

CREATE UNIQUE INDEX proposal_open_once ON proposal (subject, subject_id) WHERE state = 'open';
CREATE INDEX proposal_by_subject ON proposal (subject, subject_id, id);
CREATE INDEX proposal_open ON proposal (fund_id, id) WHERE state = 'open';
CREATE INDEX proposal_by_payee ON proposal (payee, proposed_at) WHERE payee IS NOT NULL;

-- Whoever else had a hand in what is proposed: they are authors too.
CREATE TABLE proposal_hand (
    proposal_id INTEGER NOT NULL REFERENCES proposal (id),
    person_id   INTEGER NOT NULL REFERENCES person (id),
    PRIMARY KEY (proposal_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE approval (
    proposal_id  INTEGER NOT NULL,
    person_id    INTEGER NOT NULL REFERENCES person (id),
    author_id    INTEGER NOT NULL,
    payload_hash TEXT    NOT NULL,                   -- of what they saw
    given_at     INTEGER NOT NULL,
    PRIMARY KEY (proposal_id, person_id),
    CHECK (person_id <> author_id),
    FOREIGN KEY (proposal_id, author_id, payload_hash) REFERENCES proposal (id, author_id, payload_hash)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER approval_is_not_by_an_author BEFORE INSERT ON approval BEGIN
    SELECT RAISE(ABORT, 'whoever had a hand in it cannot approve it')
     WHERE EXISTS (SELECT 1 FROM proposal_hand WHERE proposal_id = NEW.proposal_id AND person_id = NEW.person_id);
END;
CREATE TRIGGER approval_never_changes BEFORE UPDATE ON approval BEGIN SELECT RAISE(ABORT, 'a signature is never changed'); END;
CREATE TRIGGER approval_never_goes BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'a signature is never deleted'); END;
CREATE TRIGGER proposal_hand_never_changes BEFORE UPDATE ON proposal_hand BEGIN SELECT RAISE(ABORT, 'an author stays an author'); END;
CREATE TRIGGER proposal_hand_never_goes BEFORE DELETE ON proposal_hand BEGIN SELECT RAISE(ABORT, 'an author stays an author'); END;
CREATE TRIGGER proposal_never_goes BEFORE DELETE ON proposal BEGIN SELECT RAISE(ABORT, 'a proposal is never deleted: drop it'); END;
CREATE TRIGGER proposal_is_frozen BEFORE UPDATE OF id, subject, subject_id, fund_id, author_id, amount_minor, currency, payee, payload, payload_hash, at_least, more, proposed_at ON proposal BEGIN
    SELECT RAISE(ABORT, 'a proposal is never changed: drop it and propose anew');
END;
CREATE TRIGGER proposal_is_signed BEFORE UPDATE OF state ON proposal BEGIN
    SELECT RAISE(ABORT, 'a decision stands')
     WHERE OLD.state <> NEW.state AND OLD.state <> 'open' AND NOT (OLD.state = 'approved' AND NEW.state = 'dropped');
    SELECT RAISE(ABORT, 'too few have signed')
     WHERE NEW.state = 'approved' AND OLD.state <> 'approved'
       AND (SELECT COUNT(*) FROM approval WHERE proposal_id = NEW.id) < CASE WHEN NEW.emergency = 1 THEN 1 ELSE NEW.needed END;
END;

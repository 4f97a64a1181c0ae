-- What needs a second person: how many by sum, what was proposed, who agreed to exactly what.

-- How many approvers a sum over so much needs; a fund without rows has the usual ones.
CREATE TABLE tier (
    fund_id    BIGINT NOT NULL REFERENCES fund (id),
    over_minor BIGINT NOT NULL CHECK (over_minor >= 0),
    approvers  BIGINT NOT NULL CHECK (approvers BETWEEN 1 AND 9),
    PRIMARY KEY (fund_id, over_minor)
);

CREATE TABLE approval_rule (
    fund_id   BIGINT PRIMARY KEY REFERENCES fund (id),
    emergency BIGINT NOT NULL CHECK (emergency IN (0, 1))  -- whether one signature may do in an emergency
);

-- Frozen: what changes is proposed anew, so that no signature ever stands under other words.
CREATE TABLE proposal (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject      TEXT COLLATE "C"    NOT NULL,                   -- expense, refund, …
    subject_id   TEXT COLLATE "C"    NOT NULL,                   -- the row it is about
    fund_id      BIGINT NOT NULL REFERENCES fund (id),
    author_id    BIGINT NOT NULL REFERENCES person (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor BETWEEN 0 AND 9000000000000000), -- 0: no sum is at stake
    currency     TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    payee        TEXT COLLATE "C",                               -- whose parts within seven days count together; NULL: nobody's
    payload      TEXT COLLATE "C"    NOT NULL,                   -- everything that is agreed to, as it is shown
    payload_hash TEXT COLLATE "C"    NOT NULL CHECK (length(payload_hash) = 64),
    at_least     BIGINT NOT NULL CHECK (at_least >= 1), -- approvers whatever the tier says
    more         BIGINT NOT NULL CHECK (more >= 0),     -- approvers beyond the tier
    needed       BIGINT NOT NULL CHECK (needed >= 1),
    state        TEXT COLLATE "C"    NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'dropped')),
    emergency    BIGINT NOT NULL CHECK (emergency IN (0, 1)),
    reason       TEXT COLLATE "C",                               -- of a rejection or an emergency
    proposed_at  BIGINT NOT NULL,
    decided_at   BIGINT,
    UNIQUE (id, author_id, payload_hash)
);

CREATE UNIQUE INDEX proposal_open_once ON proposal (subject, subject_id) WHERE state = 'open';
CREATE INDEX proposal_by_subject ON proposal (subject, subject_id, id);
CREATE INDEX proposal_open ON proposal (fund_id, id) WHERE state = 'open';
CREATE INDEX proposal_by_payee ON proposal (payee, proposed_at) WHERE payee IS NOT NULL;

-- Whoever else had a hand in what is proposed: they are authors too.
CREATE TABLE proposal_hand (
    proposal_id BIGINT NOT NULL REFERENCES proposal (id),
    person_id   BIGINT NOT NULL REFERENCES person (id),
    PRIMARY KEY (proposal_id, person_id)
);

CREATE TABLE approval (
    proposal_id  BIGINT NOT NULL,
    person_id    BIGINT NOT NULL REFERENCES person (id),
    author_id    BIGINT NOT NULL,
    payload_hash TEXT COLLATE "C"    NOT NULL,                   -- of what they saw
    given_at     BIGINT NOT NULL,
    PRIMARY KEY (proposal_id, person_id),
    CHECK (person_id <> author_id),
    FOREIGN KEY (proposal_id, author_id, payload_hash) REFERENCES proposal (id, author_id, payload_hash)
);

CREATE FUNCTION refuse_approval_by_an_author() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM proposal_hand WHERE proposal_id = NEW.proposal_id AND person_id = NEW.person_id) THEN
        RAISE EXCEPTION 'whoever had a hand in it cannot approve it';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_unsigned_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND OLD.state <> 'open' AND NOT (OLD.state = 'approved' AND NEW.state = 'dropped') THEN
        RAISE EXCEPTION 'a decision stands';
    END IF;
    IF NEW.state = 'approved' AND OLD.state <> 'approved'
       AND (SELECT COUNT(*) FROM approval WHERE proposal_id = NEW.id) < (CASE WHEN NEW.emergency = 1 THEN 1 ELSE NEW.needed END) THEN
        RAISE EXCEPTION 'too few have signed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER approval_is_not_by_an_author BEFORE INSERT ON approval FOR EACH ROW EXECUTE FUNCTION refuse_approval_by_an_author();
CREATE TRIGGER approval_never_changes BEFORE UPDATE ON approval FOR EACH ROW EXECUTE FUNCTION refuse('a signature is never changed');
CREATE TRIGGER approval_never_goes BEFORE DELETE ON approval FOR EACH ROW EXECUTE FUNCTION refuse('a signature is never deleted');
CREATE TRIGGER proposal_hand_never_changes BEFORE UPDATE ON proposal_hand FOR EACH ROW EXECUTE FUNCTION refuse('an author stays an author');
CREATE TRIGGER proposal_hand_never_goes BEFORE DELETE ON proposal_hand FOR EACH ROW EXECUTE FUNCTION refuse('an author stays an author');
CREATE TRIGGER proposal_never_goes BEFORE DELETE ON proposal FOR EACH ROW EXECUTE FUNCTION refuse('a proposal is never deleted: drop it');
CREATE TRIGGER proposal_is_frozen BEFORE UPDATE OF id, subject, subject_id, fund_id, author_id, amount_minor, currency, payee, payload, payload_hash, at_least, more, proposed_at ON proposal FOR EACH ROW EXECUTE FUNCTION refuse('a proposal is never changed: drop it and propose anew');
CREATE TRIGGER proposal_is_signed BEFORE UPDATE OF state ON proposal FOR EACH ROW EXECUTE FUNCTION refuse_unsigned_proposal();
CREATE TRIGGER approval_is_never_emptied BEFORE TRUNCATE ON approval FOR EACH STATEMENT EXECUTE FUNCTION refuse('approval is never emptied');
CREATE TRIGGER proposal_hand_is_never_emptied BEFORE TRUNCATE ON proposal_hand FOR EACH STATEMENT EXECUTE FUNCTION refuse('proposal_hand is never emptied');
CREATE TRIGGER proposal_is_never_emptied BEFORE TRUNCATE ON proposal FOR EACH STATEMENT EXECUTE FUNCTION refuse('proposal is never emptied');

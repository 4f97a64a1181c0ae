-- What is left of a fund: who may get it, the plan that shares it out, the grants that follow, and how each was paid.

-- A group of the charter, and how it is paid: the newest row of a name counts. What is private of it stands in the payee book.
CREATE TABLE recipient (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id     BIGINT NOT NULL REFERENCES fund (id),
    name        TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 100), -- as the charter names it; public
    payee_id    BIGINT NOT NULL REFERENCES payee (id),
    entered_by  BIGINT NOT NULL REFERENCES person (id),
    entered_at  BIGINT NOT NULL
);

CREATE INDEX recipient_by_name ON recipient (fund_id, name, id);

CREATE TABLE plan (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id     BIGINT NOT NULL REFERENCES fund (id),
    n           BIGINT NOT NULL CHECK (n >= 1),           -- plans of a fund, from 1 without gaps
    total_minor BIGINT NOT NULL CHECK (total_minor > 0),
    currency    TEXT COLLATE "C" NOT NULL CHECK (length(currency) = 3),
    proposal_id BIGINT REFERENCES proposal (id),          -- what others agree to; NULL for the moment in which it is made
    state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('proposed', 'approved', 'dropped')),
    made_by     BIGINT NOT NULL REFERENCES person (id),
    made_at     BIGINT NOT NULL,
    decided_at  BIGINT,
    UNIQUE (fund_id, n),
    CHECK ((state = 'proposed') = (decided_at IS NULL))
);

CREATE UNIQUE INDEX plan_proposed_once ON plan (fund_id) WHERE state = 'proposed';

-- How its sum was worked out.
CREATE TABLE plan_line (
    plan_id      BIGINT NOT NULL REFERENCES plan (id),
    n            BIGINT NOT NULL CHECK (n >= 1),
    line         TEXT COLLATE "C" NOT NULL,
    amount_minor BIGINT NOT NULL,
    PRIMARY KEY (plan_id, n)
);

CREATE TABLE plan_share (
    plan_id      BIGINT NOT NULL REFERENCES plan (id),
    n            BIGINT NOT NULL CHECK (n >= 1),
    recipient_id BIGINT NOT NULL REFERENCES recipient (id),
    rule         TEXT COLLATE "C" NOT NULL CHECK (rule IN ('percent', 'weight', 'fixed')),
    value        BIGINT NOT NULL CHECK (value >= 0),
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    PRIMARY KEY (plan_id, n),
    UNIQUE (plan_id, recipient_id)
);

-- What a group gets by an approved plan: owed from then on, until it was paid or went back.
CREATE TABLE fund_grant (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number       TEXT COLLATE "C" NOT NULL UNIQUE,
    fund_id      BIGINT NOT NULL REFERENCES fund (id),
    plan_id      BIGINT NOT NULL,
    share        BIGINT NOT NULL,
    recipient_id BIGINT NOT NULL REFERENCES recipient (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency     TEXT COLLATE "C" NOT NULL CHECK (length(currency) = 3),
    path         TEXT COLLATE "C" NOT NULL,                         -- the account that owes it
    entry_id     BIGINT NOT NULL UNIQUE REFERENCES entry (id),
    promised_at  BIGINT NOT NULL,
    ended_at     BIGINT,                                  -- since when its money is back in the pot
    ended_why    TEXT COLLATE "C" CHECK (ended_why IN ('bounced', 'refused', 'gone')),
    UNIQUE (plan_id, share),
    FOREIGN KEY (plan_id, share) REFERENCES plan_share (plan_id, n),
    CHECK ((ended_at IS NULL) = (ended_why IS NULL))
);

CREATE INDEX fund_grant_by_fund ON fund_grant (fund_id, id);

-- Each time a grant was sent: again only where the bank sent it back.
CREATE TABLE grant_payment (
    grant_id    BIGINT NOT NULL REFERENCES fund_grant (id),
    n           BIGINT NOT NULL CHECK (n >= 1),
    entry_id    BIGINT NOT NULL UNIQUE REFERENCES entry (id),
    paid_from   TEXT COLLATE "C" NOT NULL,
    paid_on     TEXT COLLATE "C" NOT NULL,
    reference   TEXT COLLATE "C" NOT NULL,                          -- what the bank was told; private
    paid_by     BIGINT NOT NULL REFERENCES person (id),
    paid_at     BIGINT NOT NULL,
    PRIMARY KEY (grant_id, n)
);

CREATE TRIGGER recipient_never_changes BEFORE UPDATE ON recipient FOR EACH ROW EXECUTE FUNCTION refuse('a recipient is never changed: enter it anew');
CREATE TRIGGER recipient_never_goes BEFORE DELETE ON recipient FOR EACH ROW EXECUTE FUNCTION refuse('a recipient is never deleted');

CREATE TRIGGER plan_is_frozen BEFORE UPDATE OF id, fund_id, n, total_minor, currency, made_by, made_at ON plan FOR EACH ROW EXECUTE FUNCTION refuse('a plan is never changed: make another one');
CREATE FUNCTION check_plan_is_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'proposed' THEN
        RAISE EXCEPTION 'a plan is decided once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'approved' AND NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.id = NEW.proposal_id AND p.subject = 'distribution'
           AND p.subject_id = CAST(NEW.id AS TEXT) AND p.fund_id = NEW.fund_id AND p.state = 'approved') THEN
        RAISE EXCEPTION 'a plan needs agreement' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'approved' AND NEW.total_minor <> (SELECT COALESCE(SUM(amount_minor), 0) FROM plan_share WHERE plan_id = NEW.id) THEN
        RAISE EXCEPTION 'shares make the whole sum' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plan_is_decided_once BEFORE UPDATE OF state ON plan FOR EACH ROW EXECUTE FUNCTION check_plan_is_decided_once();
CREATE TRIGGER plan_never_goes BEFORE DELETE ON plan FOR EACH ROW EXECUTE FUNCTION refuse('a plan is never deleted');

CREATE TRIGGER plan_line_never_changes BEFORE UPDATE ON plan_line FOR EACH ROW EXECUTE FUNCTION refuse('a line of a plan is never changed');
CREATE TRIGGER plan_line_never_goes BEFORE DELETE ON plan_line FOR EACH ROW EXECUTE FUNCTION refuse('a line of a plan is never deleted');
CREATE FUNCTION check_plan_share_comes_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM plan WHERE id = NEW.plan_id AND proposal_id IS NOT NULL) THEN
        RAISE EXCEPTION 'no share comes to a plan that others were shown' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plan_share_comes_first BEFORE INSERT ON plan_share FOR EACH ROW EXECUTE FUNCTION check_plan_share_comes_first();
CREATE TRIGGER plan_share_never_changes BEFORE UPDATE ON plan_share FOR EACH ROW EXECUTE FUNCTION refuse('a share is never changed');
CREATE TRIGGER plan_share_never_goes BEFORE DELETE ON plan_share FOR EACH ROW EXECUTE FUNCTION refuse('a share is never deleted');

CREATE FUNCTION check_fund_grant_follows_its_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM plan p JOIN plan_share s ON s.plan_id = p.id
         WHERE p.id = NEW.plan_id AND p.state = 'approved' AND p.fund_id = NEW.fund_id AND p.currency = NEW.currency
           AND s.n = NEW.share AND s.recipient_id = NEW.recipient_id AND s.amount_minor = NEW.amount_minor) THEN
        RAISE EXCEPTION 'a grant is a share of an approved plan' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_grant_follows_its_plan BEFORE INSERT ON fund_grant FOR EACH ROW EXECUTE FUNCTION check_fund_grant_follows_its_plan();
CREATE FUNCTION check_fund_grant_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.fund_id <> OLD.fund_id
        OR NEW.plan_id <> OLD.plan_id OR NEW.share <> OLD.share OR NEW.recipient_id <> OLD.recipient_id OR NEW.path <> OLD.path
        OR NEW.amount_minor <> OLD.amount_minor OR NEW.currency <> OLD.currency OR NEW.entry_id <> OLD.entry_id OR NEW.promised_at <> OLD.promised_at THEN
        RAISE EXCEPTION 'a grant changes only by its end' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM entry WHERE reverses = NEW.entry_id) THEN
        RAISE EXCEPTION 'a grant ends with its entry taken back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_grant_ends_once BEFORE UPDATE ON fund_grant FOR EACH ROW EXECUTE FUNCTION check_fund_grant_ends_once();
CREATE TRIGGER fund_grant_never_goes BEFORE DELETE ON fund_grant FOR EACH ROW EXECUTE FUNCTION refuse('a grant is never deleted');

CREATE FUNCTION check_grant_payment_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.n <> (SELECT COUNT(*) + 1 FROM grant_payment WHERE grant_id = NEW.grant_id)
        OR EXISTS (SELECT 1 FROM grant_payment p WHERE p.grant_id = NEW.grant_id
                      AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.reverses = p.entry_id)) THEN
        RAISE EXCEPTION 'a grant is paid once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM fund_grant WHERE id = NEW.grant_id AND ended_at IS NOT NULL) THEN
        RAISE EXCEPTION 'what went back to the pot is not paid' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_payment_follows BEFORE INSERT ON grant_payment FOR EACH ROW EXECUTE FUNCTION check_grant_payment_follows();
CREATE TRIGGER grant_payment_never_changes BEFORE UPDATE ON grant_payment FOR EACH ROW EXECUTE FUNCTION refuse('a payment is never changed');
CREATE TRIGGER grant_payment_never_goes BEFORE DELETE ON grant_payment FOR EACH ROW EXECUTE FUNCTION refuse('a payment is never deleted');

CREATE TRIGGER recipient_is_never_emptied BEFORE TRUNCATE ON recipient FOR EACH STATEMENT EXECUTE FUNCTION refuse('recipient is never emptied');
CREATE TRIGGER plan_is_never_emptied BEFORE TRUNCATE ON plan FOR EACH STATEMENT EXECUTE FUNCTION refuse('plan is never emptied');
CREATE TRIGGER plan_line_is_never_emptied BEFORE TRUNCATE ON plan_line FOR EACH STATEMENT EXECUTE FUNCTION refuse('plan_line is never emptied');
CREATE TRIGGER plan_share_is_never_emptied BEFORE TRUNCATE ON plan_share FOR EACH STATEMENT EXECUTE FUNCTION refuse('plan_share is never emptied');
CREATE TRIGGER fund_grant_is_never_emptied BEFORE TRUNCATE ON fund_grant FOR EACH STATEMENT EXECUTE FUNCTION refuse('fund_grant is never emptied');
CREATE TRIGGER grant_payment_is_never_emptied BEFORE TRUNCATE ON grant_payment FOR EACH STATEMENT EXECUTE FUNCTION refuse('grant_payment is never emptied');

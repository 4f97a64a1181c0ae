-- Money out: who may be paid, what was bought, by whose agreement it was paid, what may be spent on what.

CREATE TABLE payee (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    label      TEXT COLLATE "C"    NOT NULL,                     -- private
    kind       TEXT COLLATE "C"    NOT NULL CHECK (kind IN ('person', 'business', 'group')),
    pseudonym  TEXT COLLATE "C"    NOT NULL UNIQUE,              -- what stands for them in public
    conflict   TEXT COLLATE "C",                                 -- a declared conflict of interest; NULL: none
    created_by BIGINT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    ended_at   BIGINT                               -- NULL: may be paid
);

-- How somebody is paid: each change is a row of its own, agreed to by a second person and held for 48 hours.
CREATE TABLE payee_details (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payee_id     BIGINT NOT NULL REFERENCES payee (id),
    way          TEXT COLLATE "C"    NOT NULL CHECK (way IN ('bank', 'cheque', 'cash', 'other')),
    details      BYTEA    NOT NULL,                   -- sealed; empty once others stand in their place
    details_hash TEXT COLLATE "C"    NOT NULL,                   -- keyed hash: finds the same account under another name
    last_four    TEXT COLLATE "C"    NOT NULL,
    checked      TEXT COLLATE "C"    NOT NULL CHECK (checked IN ('called', 'in_person', 'paper')),
    state        TEXT COLLATE "C"    NOT NULL CHECK (state IN ('waiting', 'agreed', 'ended')),
    proposal_id  BIGINT REFERENCES proposal (id),
    entered_by   BIGINT NOT NULL REFERENCES person (id),
    entered_at   BIGINT NOT NULL,
    ready_at     BIGINT,                            -- when the hold ends; NULL: nobody agreed yet
    CHECK ((state = 'waiting') = (ready_at IS NULL) OR state = 'ended')
);

CREATE INDEX payee_details_by_payee ON payee_details (payee_id, id);
CREATE INDEX payee_details_by_hash ON payee_details (details_hash);
CREATE UNIQUE INDEX payee_details_agreed_once ON payee_details (payee_id) WHERE state = 'agreed';

-- A picket captain's link: whoever holds it may claim, up to its limits.
CREATE TABLE captain (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code_hash   TEXT COLLATE "C"    NOT NULL UNIQUE,
    fund_id     BIGINT NOT NULL REFERENCES fund (id),
    label       TEXT COLLATE "C"    NOT NULL,                    -- private
    language    TEXT COLLATE "C"    NOT NULL CHECK (language IN ('en', 'es')),
    total_minor BIGINT NOT NULL CHECK (total_minor > 0),
    each_minor  BIGINT NOT NULL CHECK (each_minor > 0),
    uses        TEXT COLLATE "C"    NOT NULL,                    -- the categories it may claim for, with blanks between
    last_on     TEXT COLLATE "C"    NOT NULL CHECK (length(last_on) = 10),
    pay_by      BYTEA,                                -- sealed: how they want to be paid, asked once
    made_by     BIGINT NOT NULL REFERENCES person (id),
    made_at     BIGINT NOT NULL,
    ended_at    BIGINT
);

CREATE TABLE expense (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id       BIGINT NOT NULL REFERENCES fund (id),
    author_id     BIGINT REFERENCES person (id),    -- NULL: a captain
    captain_id    BIGINT REFERENCES captain (id),
    number        TEXT COLLATE "C"    NOT NULL UNIQUE,           -- short, for talking about it
    state         TEXT COLLATE "C"    NOT NULL CHECK (state IN ('draft', 'sent', 'approved', 'paid', 'matched', 'rejected', 'corrected')),
    version       BIGINT NOT NULL CHECK (version >= 1),
    amount_minor  BIGINT NOT NULL CHECK (amount_minor BETWEEN 0 AND 9000000000000000),
    currency      TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    bought_on     TEXT COLLATE "C"    NOT NULL CHECK (length(bought_on) = 10),
    vendor        TEXT COLLATE "C"    NOT NULL,                  -- private
    vendor_key    TEXT COLLATE "C"    NOT NULL,                  -- the same for every spelling of a shop
    public_text   TEXT COLLATE "C"    NOT NULL,
    unit_count    BIGINT CHECK (unit_count > 0),
    unit          TEXT COLLATE "C"    CHECK (unit IN ('cases', 'meals', 'packs', 'trips', 'people')),
    note          TEXT COLLATE "C"    NOT NULL,                  -- private
    paid_by       TEXT COLLATE "C"    NOT NULL CHECK (paid_by IN ('card', 'person', 'cash', 'bill')),
    paid_from     TEXT COLLATE "C",                              -- the account the money leaves, once it is known
    payee_id      BIGINT REFERENCES payee (id),
    details_id    BIGINT REFERENCES payee_details (id), -- what was agreed to be paid to
    show_when     TEXT COLLATE "C"    NOT NULL CHECK (show_when IN ('after_hold', 'after_strike', 'next')),
    show_shop     BIGINT NOT NULL CHECK (show_shop IN (0, 1)),
    no_receipt    TEXT COLLATE "C",
    proposal_id   BIGINT REFERENCES proposal (id),
    reason        TEXT COLLATE "C",                              -- why it was sent back, or what it corrects
    corrects      BIGINT REFERENCES expense (id),
    paid_on       TEXT COLLATE "C"    CHECK (length(paid_on) = 10),
    pay_reference TEXT COLLATE "C",
    entry_id      BIGINT REFERENCES entry (id),     -- the cost
    payment_id    BIGINT REFERENCES entry (id),     -- what was owed, paid; NULL: nothing was owed
    created_at    BIGINT NOT NULL,
    changed_at    BIGINT NOT NULL,
    CHECK ((author_id IS NULL) = (captain_id IS NOT NULL)),
    CHECK ((unit_count IS NULL) = (unit IS NULL)),
    CHECK (amount_minor > 0 OR corrects IS NOT NULL)
);

CREATE INDEX expense_by_state ON expense (fund_id, state, id);
CREATE INDEX expense_by_vendor ON expense (vendor_key, amount_minor, bought_on);
CREATE INDEX expense_by_captain ON expense (captain_id, id) WHERE captain_id IS NOT NULL;
CREATE INDEX expense_by_payee ON expense (payee_id, id) WHERE payee_id IS NOT NULL;
CREATE INDEX expense_by_entry ON expense (entry_id) WHERE entry_id IS NOT NULL;
CREATE INDEX expense_by_payment ON expense (payment_id) WHERE payment_id IS NOT NULL;
CREATE UNIQUE INDEX expense_corrected_once ON expense (corrects) WHERE corrects IS NOT NULL AND state <> 'rejected';

CREATE TABLE expense_part (
    expense_id   BIGINT NOT NULL REFERENCES expense (id),
    n            BIGINT NOT NULL CHECK (n >= 1),
    fund_id      BIGINT NOT NULL REFERENCES fund (id),
    category     TEXT COLLATE "C"    NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (expense_id, n)
);

CREATE TABLE expense_document (
    expense_id  BIGINT NOT NULL REFERENCES expense (id),
    n           BIGINT NOT NULL CHECK (n >= 1),
    document    TEXT COLLATE "C"    NOT NULL,                    -- the document's own reference
    sha256      TEXT COLLATE "C"    NOT NULL CHECK (length(sha256) = 64),
    PRIMARY KEY (expense_id, n)
);

CREATE INDEX expense_document_by_content ON expense_document (sha256);

-- Everybody who ever entered or changed it.
CREATE TABLE expense_hand (
    expense_id BIGINT NOT NULL REFERENCES expense (id),
    person_id  BIGINT NOT NULL REFERENCES person (id),
    PRIMARY KEY (expense_id, person_id)
);

-- What somebody carries for a fund: a cash advance or a prepaid card, each an account of its own.
CREATE TABLE purse (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      TEXT COLLATE "C"    NOT NULL CHECK (kind IN ('advance', 'card')),
    path      TEXT COLLATE "C"    NOT NULL UNIQUE,
    custodian TEXT COLLATE "C"    NOT NULL,                      -- private
    opened_by BIGINT NOT NULL REFERENCES person (id),
    opened_at BIGINT NOT NULL
);

-- Money on its way between two accounts of the fund's own, by the agreement of others.
CREATE TABLE transfer (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id      BIGINT NOT NULL REFERENCES fund (id),
    from_path    TEXT COLLATE "C"    NOT NULL,
    to_path      TEXT COLLATE "C"    NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency     TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    state        TEXT COLLATE "C"    NOT NULL CHECK (state IN ('sent', 'done', 'rejected')),
    proposal_id  BIGINT REFERENCES proposal (id),
    entry_id     BIGINT REFERENCES entry (id),
    asked_by     BIGINT NOT NULL REFERENCES person (id),
    asked_at     BIGINT NOT NULL,
    CHECK ((state = 'done') = (entry_id IS NOT NULL))
);

CREATE INDEX transfer_by_entry ON transfer (entry_id) WHERE entry_id IS NOT NULL;

-- The newest row of a fund and category counts.
CREATE TABLE budget (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id      BIGINT NOT NULL REFERENCES fund (id),
    category     TEXT COLLATE "C"    NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    reason       TEXT COLLATE "C"    NOT NULL,
    set_by       BIGINT NOT NULL REFERENCES person (id),
    set_at       BIGINT NOT NULL
);

CREATE INDEX budget_by_fund ON budget (fund_id, category, id);

CREATE FUNCTION check_expense_moves_as_it_may() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN (
        'draft sent', 'sent draft', 'sent approved', 'sent rejected', 'rejected draft', 'approved draft', 'approved paid',
        'paid matched', 'matched paid', 'approved corrected', 'paid corrected', 'matched corrected') THEN
        RAISE EXCEPTION 'an expense does not go that way';
    END IF;
    IF NEW.state IN ('approved', 'paid', 'matched') AND NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.id = NEW.proposal_id AND p.subject = 'expense' AND p.subject_id = CAST(NEW.id AS TEXT)
           AND p.state = 'approved' AND p.amount_minor = NEW.amount_minor AND p.currency = NEW.currency AND p.fund_id = NEW.fund_id) THEN
        RAISE EXCEPTION 'an expense is approved and paid by what others agreed to';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_expense_part_is_of_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM expense WHERE id = NEW.expense_id) <> 'draft' THEN
        RAISE EXCEPTION 'only a draft is changed';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_expense_part_goes_from_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM expense WHERE id = OLD.expense_id) <> 'draft' THEN
        RAISE EXCEPTION 'only a draft is changed';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION check_expense_document_is_of_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM expense WHERE id = NEW.expense_id) <> 'draft' THEN
        RAISE EXCEPTION 'only a draft is changed';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_expense_document_goes_from_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM expense WHERE id = OLD.expense_id) <> 'draft' THEN
        RAISE EXCEPTION 'only a draft is changed';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION check_payee_details_are_agreed_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'waiting' OR NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.id = NEW.proposal_id AND p.subject = 'payee' AND p.subject_id = CAST(NEW.id AS TEXT) AND p.state = 'approved') THEN
        RAISE EXCEPTION 'details are used when a second person agreed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER expense_moves_as_it_may BEFORE UPDATE OF state ON expense FOR EACH ROW EXECUTE FUNCTION check_expense_moves_as_it_may();
CREATE TRIGGER expense_is_not_made_approved BEFORE INSERT ON expense FOR EACH ROW WHEN (NEW.state <> 'draft') EXECUTE FUNCTION refuse('an expense begins as a draft');
CREATE TRIGGER expense_keeps_what_was_agreed_to BEFORE UPDATE OF fund_id, amount_minor, currency, bought_on, vendor, public_text, unit_count, unit, note, paid_by, payee_id, no_receipt ON expense FOR EACH ROW WHEN (NEW.state <> 'draft') EXECUTE FUNCTION refuse('only a draft is changed');
CREATE TRIGGER expense_part_is_of_a_draft BEFORE INSERT ON expense_part FOR EACH ROW EXECUTE FUNCTION check_expense_part_is_of_a_draft();
CREATE TRIGGER expense_part_goes_from_a_draft BEFORE DELETE ON expense_part FOR EACH ROW EXECUTE FUNCTION check_expense_part_goes_from_a_draft();
CREATE TRIGGER expense_document_is_of_a_draft BEFORE INSERT ON expense_document FOR EACH ROW EXECUTE FUNCTION check_expense_document_is_of_a_draft();
CREATE TRIGGER expense_document_goes_from_a_draft BEFORE DELETE ON expense_document FOR EACH ROW EXECUTE FUNCTION check_expense_document_goes_from_a_draft();
CREATE TRIGGER expense_never_goes BEFORE DELETE ON expense FOR EACH ROW EXECUTE FUNCTION refuse('an expense is never deleted');
CREATE TRIGGER expense_hand_never_goes BEFORE DELETE ON expense_hand FOR EACH ROW EXECUTE FUNCTION refuse('an author stays an author');
CREATE TRIGGER payee_never_goes BEFORE DELETE ON payee FOR EACH ROW EXECUTE FUNCTION refuse('a payee is never deleted: end them');
CREATE TRIGGER payee_details_never_go BEFORE DELETE ON payee_details FOR EACH ROW EXECUTE FUNCTION refuse('details are never deleted: they end');
CREATE TRIGGER payee_details_are_agreed_to BEFORE UPDATE OF state ON payee_details FOR EACH ROW WHEN (NEW.state = 'agreed') EXECUTE FUNCTION check_payee_details_are_agreed_to();
CREATE TRIGGER captain_never_goes BEFORE DELETE ON captain FOR EACH ROW EXECUTE FUNCTION refuse('a link is never deleted: end it');
CREATE TRIGGER budget_never_changes BEFORE UPDATE ON budget FOR EACH ROW EXECUTE FUNCTION refuse('a budget is never changed: set another');
CREATE TRIGGER budget_never_goes BEFORE DELETE ON budget FOR EACH ROW EXECUTE FUNCTION refuse('a budget is never deleted: set another');
CREATE TRIGGER expense_is_never_emptied BEFORE TRUNCATE ON expense FOR EACH STATEMENT EXECUTE FUNCTION refuse('expense is never emptied');
CREATE TRIGGER expense_hand_is_never_emptied BEFORE TRUNCATE ON expense_hand FOR EACH STATEMENT EXECUTE FUNCTION refuse('expense_hand is never emptied');
CREATE TRIGGER payee_is_never_emptied BEFORE TRUNCATE ON payee FOR EACH STATEMENT EXECUTE FUNCTION refuse('payee is never emptied');
CREATE TRIGGER payee_details_is_never_emptied BEFORE TRUNCATE ON payee_details FOR EACH STATEMENT EXECUTE FUNCTION refuse('payee_details is never emptied');
CREATE TRIGGER captain_is_never_emptied BEFORE TRUNCATE ON captain FOR EACH STATEMENT EXECUTE FUNCTION refuse('captain is never emptied');
CREATE TRIGGER budget_is_never_emptied BEFORE TRUNCATE ON budget FOR EACH STATEMENT EXECUTE FUNCTION refuse('budget is never emptied');
CREATE FUNCTION check_transfer_is_agreed_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'done' AND NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.id = NEW.proposal_id AND p.subject = 'transfer' AND p.subject_id = CAST(NEW.id AS TEXT)
           AND p.state = 'approved' AND p.amount_minor = NEW.amount_minor AND p.currency = NEW.currency) THEN
        RAISE EXCEPTION 'money is moved by what others agreed to';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER transfer_is_agreed_to BEFORE UPDATE OF state ON transfer FOR EACH ROW EXECUTE FUNCTION check_transfer_is_agreed_to();
CREATE TRIGGER transfer_is_not_made_done BEFORE INSERT ON transfer FOR EACH ROW WHEN (NEW.state <> 'sent') EXECUTE FUNCTION refuse('a transfer begins by asking');
CREATE TRIGGER transfer_keeps_its_money BEFORE UPDATE OF fund_id, from_path, to_path, amount_minor, currency ON transfer FOR EACH ROW EXECUTE FUNCTION refuse('a transfer keeps what was asked');
CREATE TRIGGER transfer_never_goes BEFORE DELETE ON transfer FOR EACH ROW EXECUTE FUNCTION refuse('a transfer is never deleted');
CREATE TRIGGER purse_never_goes BEFORE DELETE ON purse FOR EACH ROW EXECUTE FUNCTION refuse('what somebody carries is never deleted');
CREATE TRIGGER transfer_is_never_emptied BEFORE TRUNCATE ON transfer FOR EACH STATEMENT EXECUTE FUNCTION refuse('transfer is never emptied');
CREATE TRIGGER purse_is_never_emptied BEFORE TRUNCATE ON purse FOR EACH STATEMENT EXECUTE FUNCTION refuse('purse is never emptied');

-- Money out: who may be paid, what was bought, by whose agreement it was paid, what may be spent on what.

CREATE TABLE payee (
    id         INTEGER PRIMARY KEY,
    label      TEXT    NOT NULL,                     -- private
    kind       TEXT    NOT NULL CHECK (kind IN ('person', 'business', 'group')),
    pseudonym  TEXT    NOT NULL UNIQUE,              -- what stands for them in public
    conflict   TEXT,                                 -- a declared conflict of interest; NULL: none
    created_by INTEGER NOT NULL REFERENCES person (id),
    created_at INTEGER NOT NULL,
    ended_at   INTEGER                               -- NULL: may be paid
) STRICT;

-- How somebody is paid: each change is a row of its own, agreed to by a second person and held for 48 hours.
CREATE TABLE payee_details (
    id           INTEGER PRIMARY KEY,
    payee_id     INTEGER NOT NULL REFERENCES payee (id),
    way          TEXT    NOT NULL CHECK (way IN ('bank', 'cheque', 'cash', 'other')),
    details      BLOB    NOT NULL,                   -- sealed; empty once others stand in their place
    details_hash TEXT    NOT NULL,                   -- keyed hash: finds the same account under another name
    last_four    TEXT    NOT NULL,
    checked      TEXT    NOT NULL CHECK (checked IN ('called', 'in_person', 'paper')),
    state        TEXT    NOT NULL CHECK (state IN ('waiting', 'agreed', 'ended')),
    proposal_id  INTEGER REFERENCES proposal (id),
    entered_by   INTEGER NOT NULL REFERENCES person (id),
    entered_at   INTEGER NOT NULL,
    ready_at     INTEGER,                            -- when the hold ends; NULL: nobody agreed yet
    CHECK ((state = 'waiting') = (ready_at IS NULL) OR state = 'ended')
) STRICT;

CREATE INDEX payee_details_by_payee ON payee_details (payee_id, id);
CREATE INDEX payee_details_by_hash ON payee_details (details_hash);
CREATE UNIQUE INDEX payee_details_agreed_once ON payee_details (payee_id) WHERE state = 'agreed';

-- A picket captain's link: whoever holds it may claim, up to its limits.
CREATE TABLE captain (
    id          INTEGER PRIMARY KEY,
    code_hash   TEXT    NOT NULL UNIQUE,
    fund_id     INTEGER NOT NULL REFERENCES fund (id),
    label       TEXT    NOT NULL,                    -- private
    language    TEXT    NOT NULL CHECK (language IN ('en', 'es')),
    total_minor INTEGER NOT NULL CHECK (total_minor > 0),
    each_minor  INTEGER NOT NULL CHECK (each_minor > 0),
    uses        TEXT    NOT NULL,                    -- the categories it may claim for, with blanks between
    last_on     TEXT    NOT NULL CHECK (length(last_on) = 10),
    pay_by      BLOB,                                -- sealed: how they want to be paid, asked once
    made_by     INTEGER NOT NULL REFERENCES person (id),
    made_at     INTEGER NOT NULL,
    ended_at    INTEGER
) STRICT;

CREATE TABLE expense (
    id            INTEGER PRIMARY KEY,
    fund_id       INTEGER NOT NULL REFERENCES fund (id),
    author_id     INTEGER REFERENCES person (id),    -- NULL: a captain
    captain_id    INTEGER REFERENCES captain (id),
    number        TEXT    NOT NULL UNIQUE,           -- short, for talking about it
    state         TEXT    NOT NULL CHECK (state IN ('draft', 'sent', 'approved', 'paid', 'matched', 'rejected', 'corrected')),
    version       INTEGER NOT NULL CHECK (version >= 1),
    amount_minor  INTEGER NOT NULL CHECK (amount_minor BETWEEN 0 AND 9000000000000000),
    currency      TEXT    NOT NULL CHECK (length(currency) = 3),
    bought_on     TEXT    NOT NULL CHECK (length(bought_on) = 10),
    vendor        TEXT    NOT NULL,                  -- private
    vendor_key    TEXT    NOT NULL,                  -- the same for every spelling of a shop
    public_text   TEXT    NOT NULL,
    unit_count    INTEGER CHECK (unit_count > 0),
    unit          TEXT    CHECK (unit IN ('cases', 'meals', 'packs', 'trips', 'people')),
    note          TEXT    NOT NULL,                  -- private
    paid_by       TEXT    NOT NULL CHECK (paid_by IN ('card', 'person', 'cash', 'bill')),
    paid_from     TEXT,                              -- the account the money leaves, once it is known
    payee_id      INTEGER REFERENCES payee (id),
    details_id    INTEGER REFERENCES payee_details (id), -- what was agreed to be paid to
    show_when     TEXT    NOT NULL CHECK (show_when IN ('after_hold', 'after_strike', 'next')),
    show_shop     INTEGER NOT NULL CHECK (show_shop IN (0, 1)),
    no_receipt    TEXT,
    proposal_id   INTEGER REFERENCES proposal (id),
    reason        TEXT,                              -- why it was sent back, or what it corrects
    corrects      INTEGER REFERENCES expense (id),
    paid_on       TEXT    CHECK (length(paid_on) = 10),
    pay_reference TEXT,
    entry_id      INTEGER REFERENCES entry (id),     -- the cost
    payment_id    INTEGER REFERENCES entry (id),     -- what was owed, paid; NULL: nothing was owed
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    CHECK ((author_id IS NULL) = (captain_id IS NOT NULL)),
    CHECK ((unit_count IS NULL) = (unit IS NULL)),
    CHECK (amount_minor > 0 OR corrects IS NOT NULL)
) STRICT;

CREATE INDEX expense_by_state ON expense (fund_id, state, id);
CREATE INDEX expense_by_vendor ON expense (vendor_key, amount_minor, bought_on);
CREATE INDEX expense_by_captain ON expense (captain_id, id) WHERE captain_id IS NOT NULL;
CREATE INDEX expense_by_payee ON expense (payee_id, id) WHERE payee_id IS NOT NULL;
CREATE INDEX expense_by_entry ON expense (entry_id) WHERE entry_id IS NOT NULL;
CREATE INDEX expense_by_payment ON expense (payment_id) WHERE payment_id IS NOT NULL;
CREATE UNIQUE INDEX expense_corrected_once ON expense (corrects) WHERE corrects IS NOT NULL AND state <> 'rejected';

CREATE TABLE expense_part (
    expense_id   INTEGER NOT NULL REFERENCES expense (id),
    n            INTEGER NOT NULL CHECK (n >= 1),
    fund_id      INTEGER NOT NULL REFERENCES fund (id),
    category     TEXT    NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (expense_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE expense_document (
    expense_id  INTEGER NOT NULL REFERENCES expense (id),
    n           INTEGER NOT NULL CHECK (n >= 1),
    document    TEXT    NOT NULL,                    -- the document's own reference
    sha256      TEXT    NOT NULL CHECK (length(sha256) = 64),
    PRIMARY KEY (expense_id, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX expense_document_by_content ON expense_document (sha256);

-- Everybody who ever entered or changed it.
CREATE TABLE expense_hand (
    expense_id INTEGER NOT NULL REFERENCES expense (id),
    person_id  INTEGER NOT NULL REFERENCES person (id),
    PRIMARY KEY (expense_id, person_id)
) STRICT, WITHOUT ROWID;

-- What somebody carries for a fund: a cash advance or a prepaid card, each an account of its own.
CREATE TABLE purse (
    id        INTEGER PRIMARY KEY,
    kind      TEXT    NOT NULL CHECK (kind IN ('advance', 'card')),
    path      TEXT    NOT NULL UNIQUE,
    custodian TEXT    NOT NULL,                      -- private
    opened_by INTEGER NOT NULL REFERENCES person (id),
    opened_at INTEGER NOT NULL
) STRICT;

-- Money on its way between two accounts of the fund's own, by the agreement of others.
CREATE TABLE transfer (
    id           INTEGER PRIMARY KEY,
    fund_id      INTEGER NOT NULL REFERENCES fund (id),
    from_path    TEXT    NOT NULL,
    to_path      TEXT    NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency     TEXT    NOT NULL CHECK (length(currency) = 3),
    state        TEXT    NOT NULL CHECK (state IN ('sent', 'done', 'rejected')),
    proposal_id  INTEGER REFERENCES proposal (id),
    entry_id     INTEGER REFERENCES entry (id),
    asked_by     INTEGER NOT NULL REFERENCES person (id),
    asked_at     INTEGER NOT NULL,
    CHECK ((state = 'done') = (entry_id IS NOT NULL))
) STRICT;

CREATE INDEX transfer_by_entry ON transfer (entry_id) WHERE entry_id IS NOT NULL;

-- The newest row of a fund and category counts.
CREATE TABLE budget (
    id           INTEGER PRIMARY KEY,
    fund_id      INTEGER NOT NULL REFERENCES fund (id),
    category     TEXT    NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    reason       TEXT    NOT NULL,
    set_by       INTEGER NOT NULL REFERENCES person (id),
    set_at       INTEGER NOT NULL
) STRICT;

CREATE INDEX budget_by_fund ON budget (fund_id, category, id);

CREATE TRIGGER expense_moves_as_it_may BEFORE UPDATE OF state ON expense BEGIN
    SELECT RAISE(ABORT, 'an expense does not go that way')
     WHERE OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN (
        'draft sent', 'sent draft', 'sent approved', 'sent rejected', 'rejected draft', 'approved draft', 'approved paid',
        'paid matched', 'matched paid', 'approved corrected', 'paid corrected', 'matched corrected');
    SELECT RAISE(ABORT, 'an expense is approved and paid by what others agreed to')
     WHERE NEW.state IN ('approved', 'paid', 'matched') AND NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.id = NEW.proposal_id AND p.subject = 'expense' AND p.subject_id = CAST(NEW.id AS TEXT)
           AND p.state = 'approved' AND p.amount_minor = NEW.amount_minor AND p.currency = NEW.currency AND p.fund_id = NEW.fund_id);
END;
CREATE TRIGGER expense_is_not_made_approved BEFORE INSERT ON expense BEGIN
    SELECT RAISE(ABORT, 'an expense begins as a draft') WHERE NEW.state <> 'draft';
END;
CREATE TRIGGER expense_keeps_what_was_agreed_to BEFORE UPDATE OF fund_id, amount_minor, currency, bought_on, vendor, public_text, unit_count, unit, note, paid_by, payee_id, no_receipt ON expense BEGIN
    SELECT RAISE(ABORT, 'only a draft is changed') WHERE NEW.state <> 'draft';
END;
CREATE TRIGGER expense_part_is_of_a_draft BEFORE INSERT ON expense_part BEGIN
    SELECT RAISE(ABORT, 'only a draft is changed') WHERE (SELECT state FROM expense WHERE id = NEW.expense_id) <> 'draft';
END;
CREATE TRIGGER expense_part_goes_from_a_draft BEFORE DELETE ON expense_part BEGIN
    SELECT RAISE(ABORT, 'only a draft is changed') WHERE (SELECT state FROM expense WHERE id = OLD.expense_id) <> 'draft';
END;
CREATE TRIGGER expense_document_is_of_a_draft BEFORE INSERT ON expense_document BEGIN
    SELECT RAISE(ABORT, 'only a draft is changed') WHERE (SELECT state FROM expense WHERE id = NEW.expense_id) <> 'draft';
END;
CREATE TRIGGER expense_document_goes_from_a_draft BEFORE DELETE ON expense_document BEGIN
    SELECT RAISE(ABORT, 'only a draft is changed') WHERE (SELECT state FROM expense WHERE id = OLD.expense_id) <> 'draft';
END;
CREATE TRIGGER expense_never_goes BEFORE DELETE ON expense BEGIN SELECT RAISE(ABORT, 'an expense is never deleted'); END;
CREATE TRIGGER expense_hand_never_goes BEFORE DELETE ON expense_hand BEGIN SELECT RAISE(ABORT, 'an author stays an author'); END;
CREATE TRIGGER payee_never_goes BEFORE DELETE ON payee BEGIN SELECT RAISE(ABORT, 'a payee is never deleted: end them'); END;
CREATE TRIGGER payee_details_never_go BEFORE DELETE ON payee_details BEGIN SELECT RAISE(ABORT, 'details are never deleted: they end'); END;
CREATE TRIGGER payee_details_are_agreed_to BEFORE UPDATE OF state ON payee_details BEGIN
    SELECT RAISE(ABORT, 'details are used when a second person agreed')
     WHERE NEW.state = 'agreed' AND (OLD.state <> 'waiting' OR NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.id = NEW.proposal_id AND p.subject = 'payee' AND p.subject_id = CAST(NEW.id AS TEXT) AND p.state = 'approved'));
END;
CREATE TRIGGER captain_never_goes BEFORE DELETE ON captain BEGIN SELECT RAISE(ABORT, 'a link is never deleted: end it'); END;
CREATE TRIGGER budget_never_changes BEFORE UPDATE ON budget BEGIN SELECT RAISE(ABORT, 'a budget is never changed: set another'); END;
CREATE TRIGGER budget_never_goes BEFORE DELETE ON budget BEGIN SELECT RAISE(ABORT, 'a budget is never deleted: set another'); END;
CREATE TRIGGER transfer_is_agreed_to BEFORE UPDATE OF state ON transfer BEGIN
    SELECT RAISE(ABORT, 'money is moved by what others agreed to')
     WHERE NEW.state = 'done' AND NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.id = NEW.proposal_id AND p.subject = 'transfer' AND p.subject_id = CAST(NEW.id AS TEXT)
           AND p.state = 'approved' AND p.amount_minor = NEW.amount_minor AND p.currency = NEW.currency);
END;
CREATE TRIGGER transfer_is_not_made_done BEFORE INSERT ON transfer BEGIN
    SELECT RAISE(ABORT, 'a transfer begins by asking') WHERE NEW.state <> 'sent';
END;
CREATE TRIGGER transfer_keeps_its_money BEFORE UPDATE OF fund_id, from_path, to_path, amount_minor, currency ON transfer BEGIN SELECT RAISE(ABORT, 'a transfer keeps what was asked'); END;
CREATE TRIGGER transfer_never_goes BEFORE DELETE ON transfer BEGIN SELECT RAISE(ABORT, 'a transfer is never deleted'); END;
CREATE TRIGGER purse_never_goes BEFORE DELETE ON purse BEGIN SELECT RAISE(ABORT, 'what somebody carries is never deleted'); END;

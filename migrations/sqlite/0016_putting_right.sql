-- Putting right: payments that the bank returned, corrections and why, what proves a gift by hand.

-- A payment that came back: what it was, and the entry that took it back. Never deleted; an undone one says which entry put it back.
CREATE TABLE expense_return (
    entry_id      INTEGER PRIMARY KEY REFERENCES entry (id), -- the payment, or the cost where the money left with it
    expense_id    INTEGER NOT NULL REFERENCES expense (id),
    reversal_id   INTEGER NOT NULL UNIQUE REFERENCES entry (id),
    returned_on   TEXT    NOT NULL CHECK (length(returned_on) = 10),
    paid_from     TEXT    NOT NULL,                  -- how it had been paid
    paid_on       TEXT    NOT NULL CHECK (length(paid_on) = 10),
    pay_reference TEXT    NOT NULL,
    noted_at      INTEGER NOT NULL,
    again_id      INTEGER UNIQUE REFERENCES entry (id) -- NULL: it is back; else the bank had not returned it after all
) STRICT;

CREATE INDEX expense_return_of ON expense_return (expense_id, noted_at);

CREATE TRIGGER expense_return_is_in_the_books BEFORE INSERT ON expense_return BEGIN
    SELECT RAISE(ABORT, 'a payment came back when its entry was taken back')
     WHERE NEW.again_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM entry WHERE id = NEW.reversal_id AND reverses = NEW.entry_id);
END;
CREATE TRIGGER expense_return_is_undone_once BEFORE UPDATE ON expense_return BEGIN
    SELECT RAISE(ABORT, 'a payment that came back stays noted')
     WHERE OLD.again_id IS NOT NULL OR NEW.again_id IS NULL
        OR NOT EXISTS (SELECT 1 FROM entry WHERE id = NEW.again_id AND reverses = OLD.reversal_id)
        OR NEW.entry_id <> OLD.entry_id OR NEW.expense_id <> OLD.expense_id OR NEW.reversal_id <> OLD.reversal_id
        OR NEW.returned_on <> OLD.returned_on OR NEW.paid_from <> OLD.paid_from OR NEW.paid_on <> OLD.paid_on
        OR NEW.pay_reference <> OLD.pay_reference OR NEW.noted_at <> OLD.noted_at;
END;
CREATE TRIGGER expense_return_never_goes BEFORE DELETE ON expense_return BEGIN SELECT RAISE(ABORT, 'a payment that came back stays noted'); END;

-- The way of an expense, with the way back of a payment that was returned, and the way forth again where it had not been.
DROP TRIGGER expense_moves_as_it_may ;
CREATE TRIGGER expense_moves_as_it_may BEFORE UPDATE OF state ON expense BEGIN
    SELECT RAISE(ABORT, 'an expense does not go that way')
     WHERE OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN (
        'draft sent', 'sent draft', 'sent approved', 'sent rejected', 'rejected draft', 'approved draft', 'approved paid',
        'paid matched', 'matched paid', 'paid approved', 'matched approved', 'corrected paid',
        'approved corrected', 'paid corrected', 'matched corrected');
    SELECT RAISE(ABORT, 'a paid expense is unpaid when the bank returned its payment')
     WHERE OLD.state IN ('paid', 'matched') AND NEW.state = 'approved' AND (NEW.payment_id IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM expense_return r WHERE r.expense_id = OLD.id AND r.entry_id = OLD.payment_id AND r.again_id IS NULL));
    SELECT RAISE(ABORT, 'a corrected expense stays corrected')
     WHERE OLD.state = 'corrected' AND NEW.state = 'paid' AND NOT EXISTS (
        SELECT 1 FROM expense_return r WHERE r.expense_id = OLD.id AND r.entry_id = OLD.entry_id AND r.again_id = NEW.entry_id);
    SELECT RAISE(ABORT, 'an expense is approved and paid by what others agreed to')
     WHERE NEW.state IN ('approved', 'paid', 'matched') AND NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.id = NEW.proposal_id AND p.subject = 'expense' AND p.subject_id = CAST(NEW.id AS TEXT)
           AND p.state = 'approved' AND p.amount_minor = NEW.amount_minor AND p.currency = NEW.currency AND p.fund_id = NEW.fund_id);
END;

-- What was wrong with the entry that a correction takes back; NULL: it takes none back, or was asked for before the kind was.
ALTER TABLE expense ADD COLUMN wrong TEXT CHECK (wrong IN ('amount', 'use', 'twice', 'other'));
ALTER TABLE journal ADD COLUMN wrong TEXT CHECK (wrong IN ('amount', 'use', 'twice', 'other'));

CREATE INDEX expense_paid_on ON expense (fund_id, paid_on) WHERE payment_id IS NOT NULL;
CREATE UNIQUE INDEX journal_reverses_once ON journal (reverses) WHERE reverses IS NOT NULL AND state <> 'rejected';

CREATE TRIGGER journal_is_agreed_to BEFORE UPDATE OF state ON journal BEGIN
    SELECT RAISE(ABORT, 'an entry by hand is posted when others agreed to it')
     WHERE NEW.state = 'posted' AND NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.subject = 'journal' AND p.subject_id = CAST(NEW.id AS TEXT) AND p.state = 'approved');
END;
CREATE TRIGGER journal_is_asked_first BEFORE INSERT ON journal BEGIN
    SELECT RAISE(ABORT, 'an entry by hand begins by asking') WHERE NEW.state <> 'asked';
END;

-- Why the bank gave a cheque back, in its words.
ALTER TABLE offline_gift ADD COLUMN bounced_because TEXT;

-- What proves a gift by hand: a platform's statement, a signed sheet, a picture of a cheque, the letter about one that came back.
CREATE TABLE gift_document (
    gift_id  INTEGER NOT NULL REFERENCES offline_gift (id),
    document TEXT    NOT NULL,                       -- the document's own reference
    sha256   TEXT    NOT NULL CHECK (length(sha256) = 64),
    what     TEXT    NOT NULL CHECK (what IN ('statement', 'sheet', 'cheque', 'letter')),
    added_by INTEGER NOT NULL REFERENCES person (id),
    added_at INTEGER NOT NULL,
    PRIMARY KEY (gift_id, document)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER gift_document_never_changes BEFORE UPDATE ON gift_document BEGIN SELECT RAISE(ABORT, 'what proves a gift is never changed'); END;
CREATE TRIGGER gift_document_never_goes BEFORE DELETE ON gift_document BEGIN SELECT RAISE(ABORT, 'what proves a gift is never deleted'); END;

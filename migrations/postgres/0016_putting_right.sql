-- Putting right: payments that the bank returned, corrections and why, what proves a gift by hand.

-- A payment that came back: what it was, and the entry that took it back. Never deleted; an undone one says which entry put it back.
CREATE TABLE expense_return (
    entry_id      BIGINT PRIMARY KEY REFERENCES entry (id), -- the payment, or the cost where the money left with it
    expense_id    BIGINT NOT NULL REFERENCES expense (id),
    reversal_id   BIGINT NOT NULL UNIQUE REFERENCES entry (id),
    returned_on   TEXT COLLATE "C" NOT NULL CHECK (length(returned_on) = 10),
    paid_from     TEXT COLLATE "C" NOT NULL,         -- how it had been paid
    paid_on       TEXT COLLATE "C" NOT NULL CHECK (length(paid_on) = 10),
    pay_reference TEXT COLLATE "C" NOT NULL,
    noted_at      BIGINT NOT NULL,
    again_id      BIGINT UNIQUE REFERENCES entry (id) -- NULL: it is back; else the bank had not returned it after all
);

CREATE INDEX expense_return_of ON expense_return (expense_id, noted_at);

CREATE FUNCTION check_expense_return_is_in_the_books() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.again_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM entry WHERE id = NEW.reversal_id AND reverses = NEW.entry_id) THEN
        RAISE EXCEPTION 'a payment came back when its entry was taken back';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_expense_return_is_undone_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.again_id IS NOT NULL OR NEW.again_id IS NULL
        OR NOT EXISTS (SELECT 1 FROM entry WHERE id = NEW.again_id AND reverses = OLD.reversal_id)
        OR NEW.entry_id <> OLD.entry_id OR NEW.expense_id <> OLD.expense_id OR NEW.reversal_id <> OLD.reversal_id
        OR NEW.returned_on <> OLD.returned_on OR NEW.paid_from <> OLD.paid_from OR NEW.paid_on <> OLD.paid_on
        OR NEW.pay_reference <> OLD.pay_reference OR NEW.noted_at <> OLD.noted_at THEN
        RAISE EXCEPTION 'a payment that came back stays noted';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER expense_return_is_in_the_books BEFORE INSERT ON expense_return FOR EACH ROW EXECUTE FUNCTION check_expense_return_is_in_the_books();
CREATE TRIGGER expense_return_is_undone_once BEFORE UPDATE ON expense_return FOR EACH ROW EXECUTE FUNCTION check_expense_return_is_undone_once();
CREATE TRIGGER expense_return_never_goes BEFORE DELETE ON expense_return FOR EACH ROW EXECUTE FUNCTION refuse('a payment that came back stays noted');
CREATE TRIGGER expense_return_is_never_emptied BEFORE TRUNCATE ON expense_return FOR EACH STATEMENT EXECUTE FUNCTION refuse('expense_return is never emptied');

-- The way of an expense, with the way back of a payment that was returned, and the way forth again where it had not been.
DROP TRIGGER expense_moves_as_it_may ON expense;
CREATE OR REPLACE FUNCTION check_expense_moves_as_it_may() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN (
        'draft sent', 'sent draft', 'sent approved', 'sent rejected', 'rejected draft', 'approved draft', 'approved paid',
        'paid matched', 'matched paid', 'paid approved', 'matched approved', 'corrected paid',
        'approved corrected', 'paid corrected', 'matched corrected') THEN
        RAISE EXCEPTION 'an expense does not go that way';
    END IF;
    IF OLD.state IN ('paid', 'matched') AND NEW.state = 'approved' AND (NEW.payment_id IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM expense_return r WHERE r.expense_id = OLD.id AND r.entry_id = OLD.payment_id AND r.again_id IS NULL)) THEN
        RAISE EXCEPTION 'a paid expense is unpaid when the bank returned its payment';
    END IF;
    IF OLD.state = 'corrected' AND NEW.state = 'paid' AND NOT EXISTS (
        SELECT 1 FROM expense_return r WHERE r.expense_id = OLD.id AND r.entry_id = OLD.entry_id AND r.again_id = NEW.entry_id) THEN
        RAISE EXCEPTION 'a corrected expense stays corrected';
    END IF;
    IF NEW.state IN ('approved', 'paid', 'matched') AND NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.id = NEW.proposal_id AND p.subject = 'expense' AND p.subject_id = CAST(NEW.id AS TEXT)
           AND p.state = 'approved' AND p.amount_minor = NEW.amount_minor AND p.currency = NEW.currency AND p.fund_id = NEW.fund_id) THEN
        RAISE EXCEPTION 'an expense is approved and paid by what others agreed to';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER expense_moves_as_it_may BEFORE UPDATE OF state ON expense FOR EACH ROW EXECUTE FUNCTION check_expense_moves_as_it_may();

-- What was wrong with the entry that a correction takes back; NULL: it takes none back, or was asked for before the kind was.
ALTER TABLE expense ADD COLUMN wrong TEXT COLLATE "C" CHECK (wrong IN ('amount', 'use', 'twice', 'other'));
ALTER TABLE journal ADD COLUMN wrong TEXT COLLATE "C" CHECK (wrong IN ('amount', 'use', 'twice', 'other'));

CREATE INDEX expense_paid_on ON expense (fund_id, paid_on) WHERE payment_id IS NOT NULL;
CREATE UNIQUE INDEX journal_reverses_once ON journal (reverses) WHERE reverses IS NOT NULL AND state <> 'rejected';

CREATE FUNCTION check_journal_is_agreed_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'posted' AND NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.subject = 'journal' AND p.subject_id = CAST(NEW.id AS TEXT) AND p.state = 'approved') THEN
        RAISE EXCEPTION 'an entry by hand is posted when others agreed to it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER journal_is_agreed_to BEFORE UPDATE OF state ON journal FOR EACH ROW EXECUTE FUNCTION check_journal_is_agreed_to();
CREATE TRIGGER journal_is_asked_first BEFORE INSERT ON journal FOR EACH ROW WHEN (NEW.state <> 'asked') EXECUTE FUNCTION refuse('an entry by hand begins by asking');

-- Why the bank gave a cheque back, in its words.
ALTER TABLE offline_gift ADD COLUMN bounced_because TEXT COLLATE "C";

-- What proves a gift by hand: a platform's statement, a signed sheet, a picture of a cheque, the letter about one that came back.
CREATE TABLE gift_document (
    gift_id  BIGINT NOT NULL REFERENCES offline_gift (id),
    document TEXT COLLATE "C" NOT NULL,              -- the document's own reference
    sha256   TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    what     TEXT COLLATE "C" NOT NULL CHECK (what IN ('statement', 'sheet', 'cheque', 'letter')),
    added_by BIGINT NOT NULL REFERENCES person (id),
    added_at BIGINT NOT NULL,
    PRIMARY KEY (gift_id, document)
);

CREATE TRIGGER gift_document_never_changes BEFORE UPDATE ON gift_document FOR EACH ROW EXECUTE FUNCTION refuse('what proves a gift is never changed');
CREATE TRIGGER gift_document_never_goes BEFORE DELETE ON gift_document FOR EACH ROW EXECUTE FUNCTION refuse('what proves a gift is never deleted');
CREATE TRIGGER gift_document_is_never_emptied BEFORE TRUNCATE ON gift_document FOR EACH STATEMENT EXECUTE FUNCTION refuse('gift_document is never emptied');

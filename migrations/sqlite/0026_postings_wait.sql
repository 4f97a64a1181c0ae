-- What the bank has still to show, and what Stripe told last: found without reading all history.

CREATE INDEX stripe_object_told ON stripe_object (object, told_at, id);

-- Postings on accounts at banks that no match ties, but for an entry and its reversal that both wait, which the bank never saw. A reversal may be
-- reversed in its turn: those that wait cancel each other two by two, from the last one on, and of an odd number the first stays. A cache, kept by
-- the triggers below and held against its source by `verify`.
CREATE TABLE bank_posting_waiting (
    account_id   INTEGER NOT NULL,
    currency     TEXT    NOT NULL CHECK (length(currency) = 3),
    effective_on TEXT    NOT NULL CHECK (length(effective_on) = 10),
    entry_id     INTEGER NOT NULL,
    n            INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    PRIMARY KEY (account_id, currency, effective_on, entry_id, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX bank_posting_waiting_of_entry ON bank_posting_waiting (entry_id);

-- The rule by which a posting waits.
CREATE VIEW bank_posting_waits AS
SELECT p.account_id, p.currency, e.effective_on, p.entry_id, p.n, p.amount_minor
  FROM posting p CROSS JOIN entry e CROSS JOIN account a
 WHERE e.id = p.entry_id AND a.id = p.account_id AND substr(a.path, 1, 12) = 'assets:bank:'
   AND NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = p.entry_id AND m.n = p.n AND m.undone_at IS NULL)
   AND (NOT EXISTS (SELECT 1 FROM entry r WHERE r.reverses = p.entry_id
             AND NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = r.id AND m.undone_at IS NULL))
     OR (WITH RECURSIVE later(id) AS (
             SELECT r.id FROM entry r WHERE r.reverses = p.entry_id
                AND NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = r.id AND m.undone_at IS NULL)
             UNION ALL
             SELECT r.id FROM later JOIN entry r ON r.reverses = later.id
                AND NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = r.id AND m.undone_at IS NULL))
         SELECT COUNT(*) FROM later) % 2 = 0)
   AND NOT (e.reverses IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = e.reverses AND m.undone_at IS NULL));

INSERT INTO bank_posting_waiting (account_id, currency, effective_on, entry_id, n, amount_minor)
SELECT account_id, currency, effective_on, entry_id, n, amount_minor FROM bank_posting_waits;

CREATE TRIGGER bank_posting_waits_at_first AFTER INSERT ON entry FOR EACH ROW
 WHEN EXISTS (SELECT 1 FROM posting p JOIN account a ON a.id = p.account_id WHERE p.entry_id = NEW.id AND substr(a.path, 1, 12) = 'assets:bank:')
BEGIN
    DELETE FROM bank_posting_waiting WHERE entry_id IN
        (WITH RECURSIVE back(id) AS (SELECT NEW.id UNION SELECT e.reverses FROM back JOIN entry e ON e.id = back.id WHERE e.reverses IS NOT NULL)
         SELECT id FROM back);
    INSERT INTO bank_posting_waiting (account_id, currency, effective_on, entry_id, n, amount_minor)
    SELECT account_id, currency, effective_on, entry_id, n, amount_minor FROM bank_posting_waits WHERE entry_id IN
        (WITH RECURSIVE back(id) AS (SELECT NEW.id UNION SELECT e.reverses FROM back JOIN entry e ON e.id = back.id WHERE e.reverses IS NOT NULL)
         SELECT id FROM back);
END;
CREATE TRIGGER bank_posting_waits_no_more AFTER INSERT ON bank_match_posting BEGIN
    DELETE FROM bank_posting_waiting WHERE entry_id IN
        (WITH RECURSIVE back(id) AS (SELECT NEW.entry_id UNION SELECT e.reverses FROM back JOIN entry e ON e.id = back.id WHERE e.reverses IS NOT NULL)
         SELECT id FROM back UNION SELECT id FROM entry WHERE reverses = NEW.entry_id);
    INSERT INTO bank_posting_waiting (account_id, currency, effective_on, entry_id, n, amount_minor)
    SELECT account_id, currency, effective_on, entry_id, n, amount_minor FROM bank_posting_waits WHERE entry_id IN
        (WITH RECURSIVE back(id) AS (SELECT NEW.entry_id UNION SELECT e.reverses FROM back JOIN entry e ON e.id = back.id WHERE e.reverses IS NOT NULL)
         SELECT id FROM back UNION SELECT id FROM entry WHERE reverses = NEW.entry_id);
END;
CREATE TRIGGER bank_posting_waits_again AFTER UPDATE OF undone_at ON bank_match_posting BEGIN
    DELETE FROM bank_posting_waiting WHERE entry_id IN
        (WITH RECURSIVE back(id) AS (SELECT NEW.entry_id UNION SELECT e.reverses FROM back JOIN entry e ON e.id = back.id WHERE e.reverses IS NOT NULL)
         SELECT id FROM back UNION SELECT id FROM entry WHERE reverses = NEW.entry_id);
    INSERT INTO bank_posting_waiting (account_id, currency, effective_on, entry_id, n, amount_minor)
    SELECT account_id, currency, effective_on, entry_id, n, amount_minor FROM bank_posting_waits WHERE entry_id IN
        (WITH RECURSIVE back(id) AS (SELECT NEW.entry_id UNION SELECT e.reverses FROM back JOIN entry e ON e.id = back.id WHERE e.reverses IS NOT NULL)
         SELECT id FROM back UNION SELECT id FROM entry WHERE reverses = NEW.entry_id);
END;

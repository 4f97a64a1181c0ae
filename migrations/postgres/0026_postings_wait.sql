-- What the bank has still to show, and what Stripe told last: found without reading all history.

CREATE INDEX stripe_object_told ON stripe_object (object, told_at, id);

-- Postings on accounts at banks that no match ties, but for an entry and its reversal that both wait, which the bank never saw. A cache, kept by the
-- triggers below and held against its source by `verify`.
CREATE TABLE bank_posting_waiting (
    account_id   BIGINT NOT NULL,
    currency     TEXT COLLATE "C" NOT NULL CHECK (length(currency) = 3),
    effective_on TEXT COLLATE "C" NOT NULL CHECK (length(effective_on) = 10),
    entry_id     BIGINT NOT NULL,
    n            BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    PRIMARY KEY (account_id, currency, effective_on, entry_id, n)
);

CREATE INDEX bank_posting_waiting_of_entry ON bank_posting_waiting (entry_id);

-- The rule by which a posting waits, for an entry, what it reverses, and what reverses it.
CREATE FUNCTION bank_postings_wait_anew(about BIGINT) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    concerned BIGINT[];
BEGIN
    -- Whoever moves one half of such a pair waits for whoever moves the other, and sees what they left.
    PERFORM pg_advisory_xact_lock(hashtext(current_schema() || '.bank_posting_waiting'), (one.id % 2147483647)::INTEGER)
       FROM (WITH RECURSIVE back(id) AS (SELECT about UNION SELECT e.reverses FROM back JOIN entry e ON e.id = back.id WHERE e.reverses IS NOT NULL)
             SELECT id FROM back ORDER BY 1) one;
    SELECT array_agg(one.id) INTO concerned
      FROM (WITH RECURSIVE back(id) AS (SELECT about UNION SELECT e.reverses FROM back JOIN entry e ON e.id = back.id WHERE e.reverses IS NOT NULL)
            SELECT id FROM back UNION SELECT id FROM entry WHERE reverses = about) one;
    DELETE FROM bank_posting_waiting WHERE entry_id = ANY (concerned);
    INSERT INTO bank_posting_waiting (account_id, currency, effective_on, entry_id, n, amount_minor)
    SELECT p.account_id, p.currency, e.effective_on, p.entry_id, p.n, p.amount_minor
      FROM posting p JOIN entry e ON e.id = p.entry_id JOIN account a ON a.id = p.account_id
     WHERE p.entry_id = ANY (concerned) AND substr(a.path, 1, 12) = 'assets:bank:'
       AND NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = p.entry_id AND m.n = p.n AND m.undone_at IS NULL)
       AND (WITH RECURSIVE later(id) AS (
                SELECT r.id FROM entry r WHERE r.reverses = p.entry_id
                   AND NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = r.id AND m.undone_at IS NULL)
                UNION ALL
                SELECT r.id FROM later JOIN entry r ON r.reverses = later.id
                   AND NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = r.id AND m.undone_at IS NULL))
            SELECT COUNT(*) FROM later) % 2 = 0
       AND NOT (e.reverses IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = e.reverses AND m.undone_at IS NULL));
END $$;

SELECT bank_postings_wait_anew(e.id) FROM entry e
 WHERE EXISTS (SELECT 1 FROM posting p JOIN account a ON a.id = p.account_id WHERE p.entry_id = e.id AND substr(a.path, 1, 12) = 'assets:bank:');

CREATE FUNCTION bank_posting_waits_at_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM posting p JOIN account a ON a.id = p.account_id WHERE p.entry_id = NEW.id AND substr(a.path, 1, 12) = 'assets:bank:') THEN
        PERFORM bank_postings_wait_anew(NEW.id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION bank_posting_waits_otherwise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bank_postings_wait_anew(NEW.entry_id);
    RETURN NULL;
END $$;

CREATE TRIGGER bank_posting_waits_at_first AFTER INSERT ON entry FOR EACH ROW EXECUTE FUNCTION bank_posting_waits_at_first();
CREATE TRIGGER bank_posting_waits_no_more AFTER INSERT ON bank_match_posting FOR EACH ROW EXECUTE FUNCTION bank_posting_waits_otherwise();
CREATE TRIGGER bank_posting_waits_again AFTER UPDATE OF undone_at ON bank_match_posting FOR EACH ROW EXECUTE FUNCTION bank_posting_waits_otherwise();

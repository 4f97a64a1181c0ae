-- Copies of receipts for the public, private parts covered: their bytes, where publishing and reading find them, and which record shows which;
-- and what became of expenses since they were published.

-- The bytes of a copy that a second person let out. They go when it is taken back.
CREATE TABLE released_body (
    document_id INTEGER PRIMARY KEY REFERENCES document (id),
    body        BLOB NOT NULL
) STRICT;

-- What became of a copy and no publication told yet, for each fund that pays for the receipt's expense; private.
CREATE TABLE copy_news (
    fund_id     INTEGER NOT NULL REFERENCES fund (id),
    document_id INTEGER NOT NULL REFERENCES document (id),
    expense_id  INTEGER NOT NULL REFERENCES expense (id),
    receipt     INTEGER NOT NULL CHECK (receipt >= 1),  -- which receipt of the expense it is of
    why         TEXT CHECK (why IN ('person', 'details', 'wrong', 'other')), -- why it was taken back; NULL: it was let out
    PRIMARY KEY (fund_id, document_id)
) STRICT, WITHOUT ROWID;

-- Expenses that went on since publications told where they stand, for each fund that pays for them; private.
CREATE TABLE step_news (
    fund_id    INTEGER NOT NULL REFERENCES fund (id),
    expense_id INTEGER NOT NULL REFERENCES expense (id),
    PRIMARY KEY (fund_id, expense_id)
) STRICT, WITHOUT ROWID;

-- Which copy a record shows; private.
CREATE TABLE published_copy (
    fund_id     INTEGER NOT NULL REFERENCES fund (id),
    n           INTEGER NOT NULL CHECK (n >= 1),        -- the number of the record
    spending    INTEGER NOT NULL CHECK (spending >= 1), -- the spending it is about
    document_id INTEGER NOT NULL REFERENCES document (id),
    sha256      TEXT    NOT NULL CHECK (length(sha256) = 64),
    PRIMARY KEY (fund_id, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX published_copy_by_document ON published_copy (fund_id, document_id, sha256, spending);
CREATE INDEX published_copy_by_content ON published_copy (fund_id, sha256, document_id, spending);

CREATE TRIGGER released_body_is_let_out BEFORE INSERT ON released_body BEGIN
    SELECT RAISE(ABORT, 'only a copy that was let out is public')
     WHERE NOT EXISTS (SELECT 1 FROM document WHERE id = NEW.document_id AND released_at IS NOT NULL AND withdrawn_at IS NULL);
END;
CREATE TRIGGER released_body_never_changes BEFORE UPDATE ON released_body BEGIN SELECT RAISE(ABORT, 'what was let out is never changed: take it back'); END;
CREATE TRIGGER released_body_goes_when_taken_back BEFORE DELETE ON released_body BEGIN
    SELECT RAISE(ABORT, 'what was let out stays until it is taken back')
     WHERE EXISTS (SELECT 1 FROM document WHERE id = OLD.document_id AND withdrawn_at IS NULL);
END;
CREATE TRIGGER published_copy_never_changes BEFORE UPDATE ON published_copy BEGIN SELECT RAISE(ABORT, 'what was published is never changed'); END;
CREATE TRIGGER published_copy_never_goes BEFORE DELETE ON published_copy BEGIN SELECT RAISE(ABORT, 'what was published is never deleted'); END;

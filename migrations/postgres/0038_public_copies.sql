-- Copies of receipts for the public, private parts covered: their bytes, where publishing and reading find them, and which record shows which;
-- and what became of expenses since they were published.

-- The bytes of a copy that a second person let out. They go when it is taken back.
CREATE TABLE released_body (
    document_id BIGINT PRIMARY KEY REFERENCES document (id),
    body        BYTEA NOT NULL
);

-- What became of a copy and no publication told yet, for each fund that pays for the receipt's expense; private.
CREATE TABLE copy_news (
    fund_id     BIGINT NOT NULL REFERENCES fund (id),
    document_id BIGINT NOT NULL REFERENCES document (id),
    expense_id  BIGINT NOT NULL REFERENCES expense (id),
    receipt     BIGINT NOT NULL CHECK (receipt >= 1),  -- which receipt of the expense it is of
    why         TEXT COLLATE "C" CHECK (why IN ('person', 'details', 'wrong', 'other')), -- why it was taken back; NULL: it was let out
    PRIMARY KEY (fund_id, document_id)
);

-- Expenses that went on since publications told where they stand, for each fund that pays for them; private.
CREATE TABLE step_news (
    fund_id    BIGINT NOT NULL REFERENCES fund (id),
    expense_id BIGINT NOT NULL REFERENCES expense (id),
    PRIMARY KEY (fund_id, expense_id)
);

-- Which copy a record shows; private.
CREATE TABLE published_copy (
    fund_id     BIGINT NOT NULL REFERENCES fund (id),
    n           BIGINT NOT NULL CHECK (n >= 1),        -- the number of the record
    spending    BIGINT NOT NULL CHECK (spending >= 1), -- the spending it is about
    document_id BIGINT NOT NULL REFERENCES document (id),
    sha256      TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    PRIMARY KEY (fund_id, n)
);

CREATE INDEX published_copy_by_document ON published_copy (fund_id, document_id, sha256, spending);
CREATE INDEX published_copy_by_content ON published_copy (fund_id, sha256, document_id, spending);

CREATE FUNCTION check_released_body() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM document WHERE id = NEW.document_id AND released_at IS NOT NULL AND withdrawn_at IS NULL) THEN
        RAISE EXCEPTION 'only a copy that was let out is public' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_released_body_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM document WHERE id = OLD.document_id AND withdrawn_at IS NULL) THEN
        RAISE EXCEPTION 'what was let out stays until it is taken back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER released_body_is_let_out BEFORE INSERT ON released_body FOR EACH ROW EXECUTE FUNCTION check_released_body();
CREATE TRIGGER released_body_never_changes BEFORE UPDATE ON released_body FOR EACH ROW EXECUTE FUNCTION refuse('what was let out is never changed: take it back');
CREATE TRIGGER released_body_goes_when_taken_back BEFORE DELETE ON released_body FOR EACH ROW EXECUTE FUNCTION check_released_body_goes();
CREATE TRIGGER released_body_is_never_emptied BEFORE TRUNCATE ON released_body FOR EACH STATEMENT EXECUTE FUNCTION refuse('released_body is never emptied');
CREATE TRIGGER published_copy_never_changes BEFORE UPDATE ON published_copy FOR EACH ROW EXECUTE FUNCTION refuse('what was published is never changed');
CREATE TRIGGER published_copy_never_goes BEFORE DELETE ON published_copy FOR EACH ROW EXECUTE FUNCTION refuse('what was published is never deleted');
CREATE TRIGGER published_copy_is_never_emptied BEFORE TRUNCATE ON published_copy FOR EACH STATEMENT EXECUTE FUNCTION refuse('published_copy is never emptied');

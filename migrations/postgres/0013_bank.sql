-- The bank's side of the books: accounts, statements as they were imported, their lines, and what each line is tied to.

CREATE TABLE bank_account (
    id         BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id BIGINT  NOT NULL UNIQUE REFERENCES account (id),
    path       TEXT COLLATE "C"    NOT NULL UNIQUE,              -- the account's path, `assets:bank:…`
    name       TEXT COLLATE "C"    NOT NULL,                     -- what the treasurers call it
    currency   TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    ending     TEXT COLLATE "C",                                 -- the last letters of its number, once a file told them
    mapping    TEXT COLLATE "C",                                 -- which column of its tables says what, as JSON; NULL: never said
    decisions  BIGINT  NOT NULL,                     -- raised by every change under it, which locks the row
    created_at BIGINT  NOT NULL
);

CREATE TABLE bank_statement (
    id              BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bank_account_id BIGINT  NOT NULL REFERENCES bank_account (id),
    sha256          TEXT COLLATE "C"    NOT NULL,                -- of the file's bytes
    format          TEXT COLLATE "C"    NOT NULL CHECK (format IN ('csv', 'camt', 'ofx')),
    first_on        TEXT COLLATE "C"    NOT NULL CHECK (length(first_on) = 10),
    last_on         TEXT COLLATE "C"    NOT NULL CHECK (length(last_on) = 10),
    opening_minor   BIGINT  NOT NULL,
    closing_minor   BIGINT  NOT NULL,
    lines           BIGINT  NOT NULL CHECK (lines >= 1),
    new_lines       BIGINT  NOT NULL CHECK (new_lines >= 0),
    imported_at     BIGINT  NOT NULL,
    person_id       BIGINT  NOT NULL REFERENCES person (id),
    UNIQUE (bank_account_id, sha256)
);

CREATE INDEX bank_statement_by_day ON bank_statement (bank_account_id, last_on, id);

CREATE TABLE bank_line (
    id              BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bank_account_id BIGINT  NOT NULL REFERENCES bank_account (id),
    statement_id    BIGINT  NOT NULL REFERENCES bank_statement (id),
    number          BIGINT  NOT NULL CHECK (number >= 0),  -- in its file; 0: what the account held before its first statement
    booked_on       TEXT COLLATE "C"    NOT NULL CHECK (length(booked_on) = 10),
    amount_minor    BIGINT  NOT NULL CHECK (amount_minor <> 0 AND amount_minor BETWEEN -9000000000000000 AND 9000000000000000),
    text            TEXT COLLATE "C"    NOT NULL,
    reference       TEXT COLLATE "C",                            -- the bank's own name for it
    fingerprint     TEXT COLLATE "C"    NOT NULL,                -- the same line in two files has the same
    UNIQUE (bank_account_id, fingerprint)
);

CREATE INDEX bank_line_by_day ON bank_line (bank_account_id, booked_on, id, amount_minor);

-- One decision on lines: tied to postings, booked, or ignored with a reason. Undone, it stays to be read.
CREATE TABLE bank_match (
    id              BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bank_account_id BIGINT  NOT NULL REFERENCES bank_account (id),
    kind            TEXT COLLATE "C"    NOT NULL CHECK (kind IN ('tied', 'payout', 'booked', 'ignored')),
    reason          TEXT COLLATE "C",                            -- why lines are ignored
    entry_id        BIGINT  REFERENCES entry (id),   -- what the decision itself posted
    made_at         BIGINT  NOT NULL,
    made_by         BIGINT  REFERENCES person (id),  -- NULL: the program, an exact payout
    undone_at       BIGINT ,
    undone_by       BIGINT  REFERENCES person (id)
);

CREATE TABLE bank_match_line (
    match_id  BIGINT  NOT NULL REFERENCES bank_match (id),
    line_id   BIGINT  NOT NULL REFERENCES bank_line (id),
    undone_at BIGINT ,
    PRIMARY KEY (match_id, line_id)
);

CREATE TABLE bank_match_posting (
    match_id  BIGINT  NOT NULL REFERENCES bank_match (id),
    entry_id  BIGINT  NOT NULL,
    n         BIGINT  NOT NULL,
    undone_at BIGINT ,
    PRIMARY KEY (match_id, entry_id, n),
    FOREIGN KEY (entry_id, n) REFERENCES posting (entry_id, n)
);

-- A line and a posting are matched at most once each, whoever asks at the same moment.
CREATE UNIQUE INDEX bank_line_is_matched_once ON bank_match_line (line_id) WHERE undone_at IS NULL;
CREATE INDEX bank_match_ignored ON bank_match (bank_account_id) WHERE kind = 'ignored' AND undone_at IS NULL;
CREATE UNIQUE INDEX bank_posting_is_matched_once ON bank_match_posting (entry_id, n) WHERE undone_at IS NULL;

-- A file between its upload and its import; gone after the import, or after a day.
CREATE TABLE bank_upload (
    ref             TEXT COLLATE "C"    PRIMARY KEY,
    bank_account_id BIGINT  NOT NULL REFERENCES bank_account (id),
    person_id       BIGINT  NOT NULL REFERENCES person (id),
    body            BYTEA   NOT NULL,
    closing_minor   BIGINT ,                         -- what a person read off the paper
    uploaded_at     BIGINT  NOT NULL
);

CREATE TRIGGER bank_account_never_goes BEFORE DELETE ON bank_account FOR EACH ROW EXECUTE FUNCTION refuse('a bank account is never deleted');
CREATE TRIGGER bank_statement_never_changes BEFORE UPDATE ON bank_statement FOR EACH ROW EXECUTE FUNCTION refuse('a statement is never changed');
CREATE TRIGGER bank_statement_never_goes BEFORE DELETE ON bank_statement FOR EACH ROW EXECUTE FUNCTION refuse('a statement is never deleted');
CREATE TRIGGER bank_line_never_changes BEFORE UPDATE ON bank_line FOR EACH ROW EXECUTE FUNCTION refuse('a line of the bank is never changed');
CREATE TRIGGER bank_line_never_goes BEFORE DELETE ON bank_line FOR EACH ROW EXECUTE FUNCTION refuse('a line of the bank is never deleted');
CREATE TRIGGER bank_match_never_goes BEFORE DELETE ON bank_match FOR EACH ROW EXECUTE FUNCTION refuse('a match is never deleted: undo it');
CREATE TRIGGER bank_match_line_never_goes BEFORE DELETE ON bank_match_line FOR EACH ROW EXECUTE FUNCTION refuse('a match is never deleted: undo it');
CREATE TRIGGER bank_match_posting_never_goes BEFORE DELETE ON bank_match_posting FOR EACH ROW EXECUTE FUNCTION refuse('a match is never deleted: undo it');
CREATE TRIGGER bank_account_is_never_emptied BEFORE TRUNCATE ON bank_account FOR EACH STATEMENT EXECUTE FUNCTION refuse('bank_account is never emptied');
CREATE TRIGGER bank_statement_is_never_emptied BEFORE TRUNCATE ON bank_statement FOR EACH STATEMENT EXECUTE FUNCTION refuse('bank_statement is never emptied');
CREATE TRIGGER bank_line_is_never_emptied BEFORE TRUNCATE ON bank_line FOR EACH STATEMENT EXECUTE FUNCTION refuse('bank_line is never emptied');
CREATE TRIGGER bank_match_is_never_emptied BEFORE TRUNCATE ON bank_match FOR EACH STATEMENT EXECUTE FUNCTION refuse('bank_match is never emptied');
CREATE TRIGGER bank_match_line_is_never_emptied BEFORE TRUNCATE ON bank_match_line FOR EACH STATEMENT EXECUTE FUNCTION refuse('bank_match_line is never emptied');
CREATE TRIGGER bank_match_posting_is_never_emptied BEFORE TRUNCATE ON bank_match_posting FOR EACH STATEMENT EXECUTE FUNCTION refuse('bank_match_posting is never emptied');

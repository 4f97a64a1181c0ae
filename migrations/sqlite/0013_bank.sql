-- The bank's side of the books: accounts, statements as they were imported, their lines, and what each line is tied to.

CREATE TABLE bank_account (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL UNIQUE REFERENCES account (id),
    path       TEXT    NOT NULL UNIQUE,              -- the account's path, `assets:bank:…`
    name       TEXT    NOT NULL,                     -- what the treasurers call it
    currency   TEXT    NOT NULL CHECK (length(currency) = 3),
    ending     TEXT,                                 -- the last letters of its number, once a file told them
    mapping    TEXT,                                 -- which column of its tables says what, as JSON; NULL: never said
    decisions  INTEGER NOT NULL,                     -- raised by every change under it, which locks the row
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE bank_statement (
    id              INTEGER PRIMARY KEY,
    bank_account_id INTEGER NOT NULL REFERENCES bank_account (id),
    sha256          TEXT    NOT NULL,                -- of the file's bytes
    format          TEXT    NOT NULL CHECK (format IN ('csv', 'camt', 'ofx')),
    first_on        TEXT    NOT NULL CHECK (length(first_on) = 10),
    last_on         TEXT    NOT NULL CHECK (length(last_on) = 10),
    opening_minor   INTEGER NOT NULL,
    closing_minor   INTEGER NOT NULL,
    lines           INTEGER NOT NULL CHECK (lines >= 1),
    new_lines       INTEGER NOT NULL CHECK (new_lines >= 0),
    imported_at     INTEGER NOT NULL,
    person_id       INTEGER NOT NULL REFERENCES person (id),
    UNIQUE (bank_account_id, sha256)
) STRICT;

CREATE INDEX bank_statement_by_day ON bank_statement (bank_account_id, last_on, id);

CREATE TABLE bank_line (
    id              INTEGER PRIMARY KEY,
    bank_account_id INTEGER NOT NULL REFERENCES bank_account (id),
    statement_id    INTEGER NOT NULL REFERENCES bank_statement (id),
    number          INTEGER NOT NULL CHECK (number >= 0),  -- in its file; 0: what the account held before its first statement
    booked_on       TEXT    NOT NULL CHECK (length(booked_on) = 10),
    amount_minor    INTEGER NOT NULL CHECK (amount_minor <> 0 AND amount_minor BETWEEN -9000000000000000 AND 9000000000000000),
    text            TEXT    NOT NULL,
    reference       TEXT,                            -- the bank's own name for it
    fingerprint     TEXT    NOT NULL,                -- the same line in two files has the same
    UNIQUE (bank_account_id, fingerprint)
) STRICT;

CREATE INDEX bank_line_by_day ON bank_line (bank_account_id, booked_on, id, amount_minor);

-- One decision on lines: tied to postings, booked, or ignored with a reason. Undone, it stays to be read.
CREATE TABLE bank_match (
    id              INTEGER PRIMARY KEY,
    bank_account_id INTEGER NOT NULL REFERENCES bank_account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('tied', 'payout', 'booked', 'ignored')),
    reason          TEXT,                            -- why lines are ignored
    entry_id        INTEGER REFERENCES entry (id),   -- what the decision itself posted
    made_at         INTEGER NOT NULL,
    made_by         INTEGER REFERENCES person (id),  -- NULL: the program, an exact payout
    undone_at       INTEGER,
    undone_by       INTEGER REFERENCES person (id)
) STRICT;

CREATE TABLE bank_match_line (
    match_id  INTEGER NOT NULL REFERENCES bank_match (id),
    line_id   INTEGER NOT NULL REFERENCES bank_line (id),
    undone_at INTEGER,
    PRIMARY KEY (match_id, line_id)
) STRICT;

CREATE TABLE bank_match_posting (
    match_id  INTEGER NOT NULL REFERENCES bank_match (id),
    entry_id  INTEGER NOT NULL,
    n         INTEGER NOT NULL,
    undone_at INTEGER,
    PRIMARY KEY (match_id, entry_id, n),
    FOREIGN KEY (entry_id, n) REFERENCES posting (entry_id, n)
) STRICT;

-- A line and a posting are matched at most once each, whoever asks at the same moment.
CREATE UNIQUE INDEX bank_line_is_matched_once ON bank_match_line (line_id) WHERE undone_at IS NULL;
CREATE INDEX bank_match_ignored ON bank_match (bank_account_id) WHERE kind = 'ignored' AND undone_at IS NULL;
CREATE UNIQUE INDEX bank_posting_is_matched_once ON bank_match_posting (entry_id, n) WHERE undone_at IS NULL;

-- A file between its upload and its import; gone after the import, or after a day.
CREATE TABLE bank_upload (
    ref             TEXT    PRIMARY KEY,
    bank_account_id INTEGER NOT NULL REFERENCES bank_account (id),
    person_id       INTEGER NOT NULL REFERENCES person (id),
    body            BLOB    NOT NULL,
    closing_minor   INTEGER,                         -- what a person read off the paper
    uploaded_at     INTEGER NOT NULL
) STRICT;

CREATE TRIGGER bank_account_never_goes BEFORE DELETE ON bank_account BEGIN SELECT RAISE(ABORT, 'a bank account is never deleted'); END;
CREATE TRIGGER bank_statement_never_changes BEFORE UPDATE ON bank_statement BEGIN SELECT RAISE(ABORT, 'a statement is never changed'); END;
CREATE TRIGGER bank_statement_never_goes BEFORE DELETE ON bank_statement BEGIN SELECT RAISE(ABORT, 'a statement is never deleted'); END;
CREATE TRIGGER bank_line_never_changes BEFORE UPDATE ON bank_line BEGIN SELECT RAISE(ABORT, 'a line of the bank is never changed'); END;
CREATE TRIGGER bank_line_never_goes BEFORE DELETE ON bank_line BEGIN SELECT RAISE(ABORT, 'a line of the bank is never deleted'); END;
CREATE TRIGGER bank_match_never_goes BEFORE DELETE ON bank_match BEGIN SELECT RAISE(ABORT, 'a match is never deleted: undo it'); END;
CREATE TRIGGER bank_match_line_never_goes BEFORE DELETE ON bank_match_line BEGIN SELECT RAISE(ABORT, 'a match is never deleted: undo it'); END;
CREATE TRIGGER bank_match_posting_never_goes BEFORE DELETE ON bank_match_posting BEGIN SELECT RAISE(ABORT, 'a match is never deleted: undo it'); END;

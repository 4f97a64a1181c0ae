-- What a fund says of itself beside its name, which steps of the setup are done, what people are to be told by mail, and where they sign in from.

CREATE TABLE fund_about (
    fund_id        INTEGER PRIMARY KEY REFERENCES fund (id),
    legal_name     TEXT    NOT NULL,                 -- on receipts; '' while nobody said
    contact        TEXT    NOT NULL,                 -- where donors and members write to; '' while nobody said
    statement_text TEXT    NOT NULL CHECK (length(statement_text) <= 22), -- on card statements, neutral; '': the account's own
    strike_on      TEXT                              -- the strike's first day; NULL: not yet known
) STRICT;

CREATE TABLE setup_step (
    step    TEXT    PRIMARY KEY,                     -- a word of ours
    done_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An act that people are told of by mail. It goes when their letters are in the outbox.
CREATE TABLE notice (
    audit_id INTEGER PRIMARY KEY REFERENCES audit (id)
) STRICT;

-- Somebody says they forgot their password, whether there is such a person or not. It goes when it was looked at.
CREATE TABLE forgotten (
    email_hash TEXT    PRIMARY KEY,                  -- keyed hash of the address that was typed
    asked_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A browser that somebody signed in with.
CREATE TABLE device (
    token_hash TEXT    NOT NULL,                     -- SHA-256 of what its cookie holds
    person_id  INTEGER NOT NULL REFERENCES person (id),
    seen_at    INTEGER NOT NULL,                     -- the last sign-in with it
    PRIMARY KEY (token_hash, person_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE alert ADD COLUMN told_at INTEGER;        -- when it was told by mail; NULL: not since it was raised

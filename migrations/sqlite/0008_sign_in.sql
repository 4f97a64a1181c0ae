-- How staff prove who they are, how often somebody guessed, the links that let people in, and what two administrators decide about a third.

CREATE TABLE credential (
    person_id   INTEGER PRIMARY KEY REFERENCES person (id),
    password    TEXT    NOT NULL,                    -- Argon2id, with its salt and its costs
    password_at INTEGER NOT NULL,
    seed        BLOB    NOT NULL,                    -- of the authenticator; sealed
    seed_at     INTEGER NOT NULL,
    last_step   INTEGER NOT NULL CHECK (last_step >= 0) -- the step of the last code that was taken; only a later one is
) STRICT;

CREATE TABLE recovery_code (
    code_hash TEXT    PRIMARY KEY,                   -- SHA-256 of person and code
    person_id INTEGER NOT NULL REFERENCES person (id),
    made_at   INTEGER NOT NULL,
    used_at   INTEGER                                -- NULL: it may still be used, once
) STRICT, WITHOUT ROWID;

CREATE INDEX recovery_code_by_person ON recovery_code (person_id);

-- Guesses are counted, and the count is durable, before anything is compared.
CREATE TABLE attempt (
    factor  TEXT    PRIMARY KEY,                     -- such as `code/57`, or `password/` and the keyed hash of the address that was typed
    wrong   INTEGER NOT NULL CHECK (wrong > 0),      -- since the last that was right
    last_at INTEGER NOT NULL,
    open_at INTEGER NOT NULL                         -- until then nothing is compared
) STRICT, WITHOUT ROWID;

-- A secret address, spent once, by the button and never by opening it.
CREATE TABLE link (
    id         INTEGER PRIMARY KEY,
    token_hash TEXT    NOT NULL UNIQUE,              -- SHA-256 of what the address holds
    purpose    TEXT    NOT NULL CHECK (purpose IN ('setup', 'join', 'password', 'authenticator', 'demo')),
    person_id  INTEGER REFERENCES person (id),       -- NULL: the first person, who is not there yet
    made_by    INTEGER REFERENCES person (id),       -- NULL: at the server's console
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at   INTEGER,                              -- NULL: not yet
    CHECK ((purpose = 'setup') = (person_id IS NULL))
) STRICT;

CREATE INDEX link_by_person ON link (person_id);

-- What one administrator asks and another agrees to.
CREATE TABLE people_change (
    id         INTEGER PRIMARY KEY,
    person_id  INTEGER NOT NULL REFERENCES person (id),
    kind       TEXT    NOT NULL CHECK (kind IN ('recorder', 'approver', 'auditor', 'administrator', 'reset')),
    state      TEXT    NOT NULL CHECK (state IN ('asked', 'agreed', 'done', 'cancelled')),
    asked_by   INTEGER NOT NULL REFERENCES person (id),
    asked_at   INTEGER NOT NULL,
    agreed_by  INTEGER REFERENCES person (id),       -- NULL: nobody yet, or nobody else was there
    agreed_at  INTEGER,
    ended_at   INTEGER,
    CHECK (agreed_by IS NULL OR agreed_by <> asked_by),
    CHECK ((agreed_by IS NULL) = (agreed_at IS NULL)),
    CHECK ((ended_at IS NULL) = (state IN ('asked', 'agreed')))
) STRICT;

CREATE UNIQUE INDEX people_change_once ON people_change (person_id, kind) WHERE ended_at IS NULL;

-- Whoever could look after people once. While there has been one such person only, they give roles alone; from the second on, two do it, also
-- when one of them shut the other out.
CREATE TABLE administrator_once (
    person_id INTEGER PRIMARY KEY REFERENCES person (id),
    since     INTEGER NOT NULL
) STRICT;

CREATE TRIGGER link_never_goes BEFORE DELETE ON link BEGIN SELECT RAISE(ABORT, 'a link is spent, never deleted'); END;
CREATE TRIGGER people_change_never_goes BEFORE DELETE ON people_change BEGIN SELECT RAISE(ABORT, 'what was asked about a person is ended, never deleted'); END;
CREATE TRIGGER administrator_once_never_changes BEFORE UPDATE ON administrator_once BEGIN SELECT RAISE(ABORT, 'who was an administrator once stays one of them'); END;
CREATE TRIGGER administrator_once_never_goes BEFORE DELETE ON administrator_once BEGIN SELECT RAISE(ABORT, 'who was an administrator once stays one of them'); END;

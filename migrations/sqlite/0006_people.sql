-- Staff: who may do what, what was asked under which operation id, and the log of what they did.

CREATE TABLE person (
    id          INTEGER PRIMARY KEY,
    ref         TEXT    NOT NULL UNIQUE,             -- stands for the person in addresses and in the books; opaque
    name        TEXT    NOT NULL,                    -- what colleagues call them; never public
    email_hash  TEXT    NOT NULL UNIQUE,             -- keyed hash of the address: finds it, names nobody
    email       BLOB    NOT NULL,                    -- sealed
    language    TEXT    NOT NULL CHECK (language IN ('en', 'es')),
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER                              -- NULL: may sign in
) STRICT;

CREATE TABLE person_role (
    person_id INTEGER NOT NULL REFERENCES person (id),
    role      TEXT    NOT NULL CHECK (role IN ('recorder', 'approver', 'auditor', 'administrator')),
    given_at  INTEGER NOT NULL,
    PRIMARY KEY (person_id, role)
) STRICT, WITHOUT ROWID;

-- One command, however often it was sent: the same again finds its result, other content under the same id is refused.
CREATE TABLE operation (
    id         TEXT    PRIMARY KEY,                  -- made by whoever asks
    input_hash TEXT    NOT NULL,                     -- SHA-256 of who asked and what
    result     TEXT    NOT NULL,                     -- what it made, such as a row's id
    done_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Written in the transaction of the act: no row, no act.
CREATE TABLE audit (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    person_id INTEGER REFERENCES person (id),        -- NULL: somebody who is not signed in, or the program itself
    act       TEXT    NOT NULL,                      -- a word of ours
    subject   TEXT    NOT NULL,                      -- opaque, such as `expense 57`; never a name
    detail    TEXT    NOT NULL                       -- words and numbers of ours; '' where there is nothing to add
) STRICT;

CREATE INDEX audit_by_person ON audit (person_id, id);

CREATE TRIGGER person_never_goes BEFORE DELETE ON person BEGIN SELECT RAISE(ABORT, 'a person is never deleted: disable them'); END;
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the log of acts is never changed'); END;
CREATE TRIGGER audit_never_goes BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the log of acts is never deleted'); END;
CREATE TRIGGER operation_never_changes BEFORE UPDATE ON operation BEGIN SELECT RAISE(ABORT, 'an operation has one result'); END;
CREATE TRIGGER operation_never_goes BEFORE DELETE ON operation BEGIN SELECT RAISE(ABORT, 'an operation is never forgotten'); END;

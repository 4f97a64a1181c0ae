-- Staff: who may do what, what was asked under which operation id, and the log of what they did.

CREATE TABLE person (
    id          BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ref         TEXT COLLATE "C"    NOT NULL UNIQUE,             -- stands for the person in addresses and in the books; opaque
    name        TEXT COLLATE "C"    NOT NULL,                    -- what colleagues call them; never public
    email_hash  TEXT COLLATE "C"    NOT NULL UNIQUE,             -- keyed hash of the address: finds it, names nobody
    email       BYTEA   NOT NULL,                    -- sealed
    language    TEXT COLLATE "C"    NOT NULL CHECK (language IN ('en', 'es')),
    created_at  BIGINT  NOT NULL,
    disabled_at BIGINT                               -- NULL: may sign in
);

CREATE TABLE person_role (
    person_id BIGINT  NOT NULL REFERENCES person (id),
    role      TEXT COLLATE "C"    NOT NULL CHECK (role IN ('recorder', 'approver', 'auditor', 'administrator')),
    given_at  BIGINT  NOT NULL,
    PRIMARY KEY (person_id, role)
);

-- One command, however often it was sent: the same again finds its result, other content under the same id is refused.
CREATE TABLE operation (
    id         TEXT COLLATE "C"    PRIMARY KEY,                  -- made by whoever asks
    input_hash TEXT COLLATE "C"    NOT NULL,                     -- SHA-256 of who asked and what
    result     TEXT COLLATE "C"    NOT NULL,                     -- what it made, such as a row's id
    done_at    BIGINT  NOT NULL
);

-- Written in the transaction of the act: no row, no act.
CREATE TABLE audit (
    id        BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        BIGINT  NOT NULL,
    person_id BIGINT  REFERENCES person (id),        -- NULL: somebody who is not signed in, or the program itself
    act       TEXT COLLATE "C"    NOT NULL,                      -- a word of ours
    subject   TEXT COLLATE "C"    NOT NULL,                      -- opaque, such as `expense 57`; never a name
    detail    TEXT COLLATE "C"    NOT NULL                       -- words and numbers of ours; '' where there is nothing to add
);

CREATE INDEX audit_by_person ON audit (person_id, id);

CREATE TRIGGER person_never_goes BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION refuse('a person is never deleted: disable them');
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION refuse('the log of acts is never changed');
CREATE TRIGGER audit_never_goes BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse('the log of acts is never deleted');
CREATE TRIGGER operation_never_changes BEFORE UPDATE ON operation FOR EACH ROW EXECUTE FUNCTION refuse('an operation has one result');
CREATE TRIGGER operation_never_goes BEFORE DELETE ON operation FOR EACH ROW EXECUTE FUNCTION refuse('an operation is never forgotten');
CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse('audit is never emptied');
CREATE TRIGGER person_is_never_emptied BEFORE TRUNCATE ON person FOR EACH STATEMENT EXECUTE FUNCTION refuse('person is never emptied');
CREATE TRIGGER operation_is_never_emptied BEFORE TRUNCATE ON operation FOR EACH STATEMENT EXECUTE FUNCTION refuse('operation is never emptied');

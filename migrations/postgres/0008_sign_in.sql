-- How staff prove who they are, how often somebody guessed, the links that let people in, and what two administrators decide about a third.

CREATE TABLE credential (
    person_id  BIGINT PRIMARY KEY REFERENCES person (id),
    password    TEXT COLLATE "C" NOT NULL,                    -- Argon2id, with its salt and its costs
    password_at BIGINT NOT NULL,
    seed        BYTEA   NOT NULL,                    -- of the authenticator; sealed
    seed_at     BIGINT NOT NULL,
    last_step   BIGINT NOT NULL CHECK (last_step >= 0) -- the step of the last code that was taken; only a later one is
);

CREATE TABLE recovery_code (
    code_hash TEXT COLLATE "C" PRIMARY KEY,                   -- SHA-256 of person and code
    person_id BIGINT NOT NULL REFERENCES person (id),
    made_at   BIGINT NOT NULL,
    used_at   BIGINT                                -- NULL: it may still be used, once
);

CREATE INDEX recovery_code_by_person ON recovery_code (person_id);

-- Guesses are counted, and the count is durable, before anything is compared.
CREATE TABLE attempt (
    factor  TEXT COLLATE "C" PRIMARY KEY,                     -- such as `code/57`, or `password/` and the keyed hash of the address that was typed
    wrong   BIGINT NOT NULL CHECK (wrong > 0),      -- since the last that was right
    last_at BIGINT NOT NULL,
    open_at BIGINT NOT NULL                         -- until then nothing is compared
);

-- A secret address, spent once, by the button and never by opening it.
CREATE TABLE link (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash TEXT COLLATE "C" NOT NULL UNIQUE,              -- SHA-256 of what the address holds
    purpose    TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('setup', 'join', 'password', 'authenticator', 'demo')),
    person_id  BIGINT REFERENCES person (id),       -- NULL: the first person, who is not there yet
    made_by    BIGINT REFERENCES person (id),       -- NULL: at the server's console
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at   BIGINT,                              -- NULL: not yet
    CHECK ((purpose = 'setup') = (person_id IS NULL))
);

CREATE INDEX link_by_person ON link (person_id);

-- What one administrator asks and another agrees to.
CREATE TABLE people_change (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id  BIGINT NOT NULL REFERENCES person (id),
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('recorder', 'approver', 'auditor', 'administrator', 'reset')),
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('asked', 'agreed', 'done', 'cancelled')),
    asked_by   BIGINT NOT NULL REFERENCES person (id),
    asked_at   BIGINT NOT NULL,
    agreed_by  BIGINT REFERENCES person (id),       -- NULL: nobody yet, or nobody else was there
    agreed_at  BIGINT,
    ended_at   BIGINT,
    CHECK (agreed_by IS NULL OR agreed_by <> asked_by),
    CHECK ((agreed_by IS NULL) = (agreed_at IS NULL)),
    CHECK ((ended_at IS NULL) = (state IN ('asked', 'agreed')))
);

CREATE UNIQUE INDEX people_change_once ON people_change (person_id, kind) WHERE ended_at IS NULL;

-- Whoever could look after people once. While there has been one such person only, they give roles alone; from the second on, two do it, also
-- when one of them shut the other out.
CREATE TABLE administrator_once (
    person_id BIGINT PRIMARY KEY REFERENCES person (id),
    since     BIGINT NOT NULL
);

CREATE TRIGGER link_never_goes BEFORE DELETE ON link FOR EACH ROW EXECUTE FUNCTION refuse('a link is spent, never deleted');
CREATE TRIGGER people_change_never_goes BEFORE DELETE ON people_change FOR EACH ROW EXECUTE FUNCTION refuse('what was asked about a person is ended, never deleted');
CREATE TRIGGER link_is_never_emptied BEFORE TRUNCATE ON link FOR EACH STATEMENT EXECUTE FUNCTION refuse('link is never emptied');
CREATE TRIGGER people_change_is_never_emptied BEFORE TRUNCATE ON people_change FOR EACH STATEMENT EXECUTE FUNCTION refuse('people_change is never emptied');
CREATE TRIGGER administrator_once_never_changes BEFORE UPDATE ON administrator_once FOR EACH ROW EXECUTE FUNCTION refuse('who was an administrator once stays one of them');
CREATE TRIGGER administrator_once_never_goes BEFORE DELETE ON administrator_once FOR EACH ROW EXECUTE FUNCTION refuse('who was an administrator once stays one of them');
CREATE TRIGGER administrator_once_is_never_emptied BEFORE TRUNCATE ON administrator_once FOR EACH STATEMENT EXECUTE FUNCTION refuse('administrator_once is never emptied');

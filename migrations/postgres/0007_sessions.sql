-- Who is signed in: an id that only the browser holds, how far the sign-in got, and when it was last used.

CREATE TABLE session (
    id         BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash TEXT COLLATE "C"    NOT NULL UNIQUE,              -- SHA-256 of what the cookie holds
    person_id  BIGINT  NOT NULL REFERENCES person (id),
    stage      TEXT COLLATE "C"    NOT NULL CHECK (stage IN ('password', 'whole')),
    label      TEXT COLLATE "C"    NOT NULL,                     -- what its owner calls the device; '' where they said nothing
    started_at BIGINT  NOT NULL,
    seen_at    BIGINT  NOT NULL,                     -- written once a minute at most
    proved_at  BIGINT  NOT NULL,                     -- the last second factor; before that, when the password was given
    ended_at   BIGINT                                -- NULL: it may still be used
);

CREATE INDEX session_by_person ON session (person_id) WHERE ended_at IS NULL;

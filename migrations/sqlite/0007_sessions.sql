-- Who is signed in: an id that only the browser holds, how far the sign-in got, and when it was last used.

CREATE TABLE session (
    id         INTEGER PRIMARY KEY,
    token_hash TEXT    NOT NULL UNIQUE,              -- SHA-256 of what the cookie holds
    person_id  INTEGER NOT NULL REFERENCES person (id),
    stage      TEXT    NOT NULL CHECK (stage IN ('password', 'whole')),
    label      TEXT    NOT NULL,                     -- what its owner calls the device; '' where they said nothing
    started_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,                     -- written once a minute at most
    proved_at  INTEGER NOT NULL,                     -- the last second factor; before that, when the password was given
    ended_at   INTEGER                               -- NULL: it may still be used
) STRICT;

CREATE INDEX session_by_person ON session (person_id) WHERE ended_at IS NULL;

-- Passkeys: what a person's devices sign with, and the challenges that are answered once.

CREATE TABLE passkey (
    id            INTEGER PRIMARY KEY,
    person_id     INTEGER NOT NULL REFERENCES person (id),
    credential_id TEXT    NOT NULL UNIQUE,           -- base64url: a credential belongs to one person
    credential    TEXT    NOT NULL,                  -- public key and counter, as the library writes them
    label         TEXT    NOT NULL,                  -- what its owner calls the device
    made_at       INTEGER NOT NULL,
    used_at       INTEGER,                           -- NULL: not yet
    ended_at      INTEGER                            -- NULL: it lets its owner in
) STRICT;

CREATE INDEX passkey_by_person ON passkey (person_id) WHERE ended_at IS NULL;

CREATE TABLE passkey_challenge (
    ref_hash   TEXT    PRIMARY KEY,                  -- SHA-256 of what the page sends back with the answer
    person_id  INTEGER REFERENCES person (id),       -- NULL: whoever answers
    state      TEXT    NOT NULL,                     -- what the answer is held against, as the library writes it
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER passkey_never_goes BEFORE DELETE ON passkey BEGIN SELECT RAISE(ABORT, 'a passkey is ended, never deleted'); END;

-- Passkeys: what a person's devices sign with, and the challenges that are answered once.

CREATE TABLE passkey (
    id            BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id     BIGINT  NOT NULL REFERENCES person (id),
    credential_id TEXT COLLATE "C"    NOT NULL UNIQUE,           -- base64url: a credential belongs to one person
    credential    TEXT COLLATE "C"    NOT NULL,                  -- public key and counter, as the library writes them
    label         TEXT COLLATE "C"    NOT NULL,                  -- what its owner calls the device
    made_at       BIGINT  NOT NULL,
    used_at       BIGINT,                            -- NULL: not yet
    ended_at      BIGINT                             -- NULL: it lets its owner in
);

CREATE INDEX passkey_by_person ON passkey (person_id) WHERE ended_at IS NULL;

CREATE TABLE passkey_challenge (
    ref_hash   TEXT COLLATE "C"    PRIMARY KEY,                  -- SHA-256 of what the page sends back with the answer
    person_id  BIGINT  REFERENCES person (id),       -- NULL: whoever answers
    state      TEXT COLLATE "C"    NOT NULL,                     -- what the answer is held against, as the library writes it
    expires_at BIGINT  NOT NULL
);

CREATE TRIGGER passkey_never_goes BEFORE DELETE ON passkey FOR EACH ROW EXECUTE FUNCTION refuse('a passkey is ended, never deleted');
CREATE TRIGGER passkey_is_never_emptied BEFORE TRUNCATE ON passkey FOR EACH STATEMENT EXECUTE FUNCTION refuse('passkey is never emptied');

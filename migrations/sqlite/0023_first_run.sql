-- What an administrator enters in the browser and the program keeps: the way to Stripe, the fund's languages; and what backups were made.

-- A key of Stripe's, or a secret that its deliveries are signed with; none of what the server's own configuration names.
CREATE TABLE stripe_secret (
    slot   TEXT    PRIMARY KEY CHECK (slot IN ('key', 'webhook', 'next webhook')),
    sealed BLOB    NOT NULL,                        -- under the master key
    set_by INTEGER NOT NULL REFERENCES person (id),
    set_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The languages a fund offers, the one it begins in first.
ALTER TABLE fund_about ADD COLUMN languages TEXT NOT NULL DEFAULT 'en es';

-- A copy of the books: asked for, begun, and made or not.
CREATE TABLE backup (
    id        INTEGER PRIMARY KEY,
    asked_at  INTEGER NOT NULL,
    asked_by  INTEGER REFERENCES person (id),        -- NULL: the night, or whoever runs the server
    began_at  INTEGER,                               -- NULL: it waits
    ended_at  INTEGER,                               -- NULL: it is under way
    file      TEXT,                                   -- where it lies; NULL: nothing was made
    bytes     INTEGER CHECK (bytes >= 0),
    documents INTEGER CHECK (documents >= 0),
    sha256    TEXT,
    own       INTEGER NOT NULL CHECK (own IN (0, 1)), -- 1: it lies in our own folder, and goes when newer ones stand in its place
    gone_at   INTEGER,                               -- when it went
    CHECK (file IS NULL OR (ended_at IS NOT NULL AND bytes IS NOT NULL AND documents IS NOT NULL AND sha256 IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX backup_one_at_a_time ON backup (own) WHERE ended_at IS NULL;

-- What the public sees: numbered, immutable, rendered once.

CREATE TABLE publication (
    id              INTEGER PRIMARY KEY,
    fund_id         INTEGER NOT NULL REFERENCES fund (id),
    number          INTEGER NOT NULL CHECK (number >= 1),
    made_at         INTEGER NOT NULL,
    -- The gift side stands as at the last batch; money in the fund's currency, in minor units.
    batch_at        INTEGER,                          -- when the last batch of gifts was counted; NULL: none yet
    gifts           INTEGER NOT NULL,
    received_minor  INTEGER NOT NULL,
    refunded_minor  INTEGER NOT NULL,
    disputed_minor  INTEGER NOT NULL,
    fees_minor      INTEGER NOT NULL,
    spent_minor     INTEGER NOT NULL,
    UNIQUE (fund_id, number)
) STRICT;

CREATE TABLE publication_file (
    publication_id INTEGER NOT NULL REFERENCES publication (id),
    path           TEXT    NOT NULL,
    content_type   TEXT    NOT NULL,
    sha256         TEXT    NOT NULL,
    body           BLOB    NOT NULL,
    PRIMARY KEY (publication_id, path)
) STRICT;

CREATE TRIGGER publication_never_changes BEFORE UPDATE ON publication BEGIN SELECT RAISE(ABORT, 'a publication is never changed: make another'); END;
CREATE TRIGGER publication_never_goes BEFORE DELETE ON publication BEGIN SELECT RAISE(ABORT, 'a publication is never deleted'); END;
CREATE TRIGGER publication_file_never_changes BEFORE UPDATE ON publication_file BEGIN SELECT RAISE(ABORT, 'a publication is never changed: make another'); END;
CREATE TRIGGER publication_file_never_goes BEFORE DELETE ON publication_file BEGIN SELECT RAISE(ABORT, 'a publication is never deleted'); END;

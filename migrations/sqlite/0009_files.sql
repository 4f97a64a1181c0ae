-- Documents: photos of receipts and PDFs. Their bytes lie in the object storage under the same reference.

CREATE TABLE document (
    id           INTEGER PRIMARY KEY,
    ref          TEXT    NOT NULL UNIQUE,            -- 128 random bits: in addresses, and the name of the stored file
    sha256       TEXT    NOT NULL CHECK (length(sha256) = 64),   -- of the stored bytes
    kind         TEXT    NOT NULL CHECK (kind IN ('jpeg', 'png', 'pdf')),
    bytes        INTEGER NOT NULL CHECK (bytes > 0),
    width        INTEGER,                            -- NULL: a PDF
    height       INTEGER,
    uploader     TEXT    NOT NULL,                   -- `person 5`, or `link …` for somebody with a link of their own
    uploaded_by  INTEGER REFERENCES person (id),     -- NULL: nobody of the staff
    uploaded_at  INTEGER NOT NULL,
    copy_of      INTEGER REFERENCES document (id),   -- a copy for the public with private parts covered; NULL: none
    released_by  INTEGER REFERENCES person (id),     -- the second person; NULL: the public does not see it
    released_at  INTEGER,
    withdrawn_at INTEGER,                            -- out of sight since; its bytes go a day later
    CHECK ((kind = 'pdf') = (width IS NULL)),
    CHECK ((width IS NULL) = (height IS NULL)),
    CHECK (copy_of IS NULL OR kind <> 'pdf'),
    CHECK ((released_by IS NULL) = (released_at IS NULL)),
    CHECK (released_by IS NULL OR copy_of IS NOT NULL),
    CHECK (released_by IS NULL OR uploaded_by IS NULL OR released_by <> uploaded_by)
) STRICT;

CREATE INDEX document_by_sha256 ON document (sha256);

-- What each has sent and not withdrawn, so that a quota is one row to look at and to lock.
CREATE TABLE document_quota (
    uploader  TEXT    PRIMARY KEY,
    documents INTEGER NOT NULL CHECK (documents >= 0),
    bytes     INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER document_keeps_its_content BEFORE UPDATE OF id, ref, sha256, kind, bytes, width, height, uploader, uploaded_by, uploaded_at, copy_of ON document BEGIN
    SELECT RAISE(ABORT, 'a document is never changed: send another');
END;
CREATE TRIGGER document_is_released_once BEFORE UPDATE OF released_by, released_at ON document FOR EACH ROW WHEN (OLD.released_at IS NOT NULL) BEGIN
    SELECT RAISE(ABORT, 'a copy is released once');
END;
CREATE TRIGGER document_never_goes BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'a document is never deleted: withdraw it'); END;

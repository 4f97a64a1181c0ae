-- The bytes of public files, kept once however many publications show them, under the hash by which they are known.

CREATE TABLE publication_blob (
    sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64), -- of `body`, in hex
    body   BLOB NOT NULL,
    gzip   BLOB                                                   -- the same, compressed; NULL: that would not make it smaller
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO publication_blob (sha256, body) SELECT sha256, body FROM publication_file;
ALTER TABLE publication_file DROP COLUMN body;

CREATE INDEX publication_file_by_blob ON publication_file (sha256);

CREATE TRIGGER publication_file_has_its_bytes BEFORE INSERT ON publication_file BEGIN
    SELECT RAISE(ABORT, 'a published file has its bytes') WHERE NOT EXISTS (SELECT 1 FROM publication_blob WHERE sha256 = NEW.sha256);
END;
CREATE TRIGGER publication_blob_never_changes BEFORE UPDATE ON publication_blob BEGIN SELECT RAISE(ABORT, 'a publication is never changed: make another'); END;
CREATE TRIGGER publication_blob_never_goes BEFORE DELETE ON publication_blob BEGIN SELECT RAISE(ABORT, 'a publication is never deleted'); END;

-- The bytes of public files, kept once however many publications show them, under the hash by which they are known.

CREATE TABLE publication_blob (
    sha256 TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(sha256) = 64), -- of `body`, in hex
    body   BYTEA NOT NULL,
    gzip   BYTEA                                                              -- the same, compressed; NULL: that would not make it smaller
);

INSERT INTO publication_blob (sha256, body) SELECT sha256, body FROM publication_file ON CONFLICT DO NOTHING;
ALTER TABLE publication_file DROP COLUMN body;

CREATE INDEX publication_file_by_blob ON publication_file (sha256);

CREATE FUNCTION publication_file_has_its_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM publication_blob WHERE sha256 = NEW.sha256) THEN
        RAISE EXCEPTION 'a published file has its bytes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER publication_file_has_its_bytes BEFORE INSERT ON publication_file FOR EACH ROW EXECUTE FUNCTION publication_file_has_its_bytes();
CREATE TRIGGER publication_blob_never_changes BEFORE UPDATE ON publication_blob FOR EACH ROW EXECUTE FUNCTION refuse('a publication is never changed: make another');
CREATE TRIGGER publication_blob_never_goes BEFORE DELETE ON publication_blob FOR EACH ROW EXECUTE FUNCTION refuse('a publication is never deleted');
CREATE TRIGGER publication_blob_is_never_emptied BEFORE TRUNCATE ON publication_blob FOR EACH STATEMENT EXECUTE FUNCTION refuse('publication_blob is never emptied');

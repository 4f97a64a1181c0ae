-- What the public sees: numbered, immutable, rendered once.

CREATE TABLE publication (
    id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id         BIGINT  NOT NULL REFERENCES fund (id),
    number          BIGINT  NOT NULL CHECK (number >= 1),
    made_at         BIGINT  NOT NULL,
    -- The gift side stands as at the last batch; money in the fund's currency, in minor units.
    batch_at        BIGINT ,                          -- when the last batch of gifts was counted; NULL: none yet
    gifts           BIGINT  NOT NULL,
    received_minor  BIGINT  NOT NULL,
    refunded_minor  BIGINT  NOT NULL,
    disputed_minor  BIGINT  NOT NULL,
    fees_minor      BIGINT  NOT NULL,
    spent_minor     BIGINT  NOT NULL,
    UNIQUE (fund_id, number)
);

CREATE TABLE publication_file (
    publication_id BIGINT  NOT NULL REFERENCES publication (id),
    path           TEXT COLLATE "C"    NOT NULL,
    content_type   TEXT COLLATE "C"    NOT NULL,
    sha256         TEXT COLLATE "C"    NOT NULL,
    body           BYTEA    NOT NULL,
    PRIMARY KEY (publication_id, path)
);

CREATE TRIGGER publication_never_changes BEFORE UPDATE ON publication FOR EACH ROW EXECUTE FUNCTION refuse('a publication is never changed: make another');
CREATE TRIGGER publication_never_goes BEFORE DELETE ON publication FOR EACH ROW EXECUTE FUNCTION refuse('a publication is never deleted');
CREATE TRIGGER publication_file_never_changes BEFORE UPDATE ON publication_file FOR EACH ROW EXECUTE FUNCTION refuse('a publication is never changed: make another');
CREATE TRIGGER publication_file_never_goes BEFORE DELETE ON publication_file FOR EACH ROW EXECUTE FUNCTION refuse('a publication is never deleted');
CREATE TRIGGER publication_is_never_emptied BEFORE TRUNCATE ON publication FOR EACH STATEMENT EXECUTE FUNCTION refuse('publication is never emptied');
CREATE TRIGGER publication_file_is_never_emptied BEFORE TRUNCATE ON publication_file FOR EACH STATEMENT EXECUTE FUNCTION refuse('publication_file is never emptied');

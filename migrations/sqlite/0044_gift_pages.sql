-- The gift's own page: the code that opens it, and what its donor asked for there.

ALTER TABLE donation ADD COLUMN gift_hash TEXT;      -- SHA-256 of the code of the gift's page; NULL: nobody was given it yet

CREATE UNIQUE INDEX donation_by_gift_code ON donation (gift_hash) WHERE gift_hash IS NOT NULL;
CREATE INDEX donation_without_gift_code ON donation (id) WHERE gift_hash IS NULL AND settled_at IS NOT NULL;

-- A donor asks for the money back. Treasurers answer: by a refund, or by saying no.
CREATE TABLE refund_request (
    id          INTEGER PRIMARY KEY,
    donation_id INTEGER NOT NULL REFERENCES donation (id),
    reason      TEXT    NOT NULL CHECK (reason IN ('twice', 'amount', 'mind', 'stranger')),
    detail      BLOB,                                -- in the donor's own words, sealed with the donor's key; NULL: none
    asked_at    INTEGER NOT NULL,
    answered_at INTEGER,
    answered_by INTEGER REFERENCES person (id),
    CHECK ((answered_at IS NULL) = (answered_by IS NULL))
) STRICT;

CREATE UNIQUE INDEX refund_request_open ON refund_request (donation_id) WHERE answered_at IS NULL;
CREATE INDEX refund_request_waiting ON refund_request (asked_at, id) WHERE answered_at IS NULL;
CREATE INDEX refund_request_of ON refund_request (donation_id, id);

CREATE TRIGGER refund_request_keeps_what_was_asked BEFORE UPDATE OF id, donation_id, reason, detail, asked_at ON refund_request BEGIN
    SELECT RAISE(ABORT, 'what a donor asked is never changed');
END;
CREATE TRIGGER refund_request_is_answered_once BEFORE UPDATE ON refund_request BEGIN
    SELECT RAISE(ABORT, 'what was answered stays answered') WHERE OLD.answered_at IS NOT NULL;
END;
CREATE TRIGGER refund_request_never_goes BEFORE DELETE ON refund_request BEGIN
    SELECT RAISE(ABORT, 'what a donor asked is never deleted');
END;

-- Somebody asks for the links of an address, be there gifts of it or not. A passing note: it goes once it was looked at.
CREATE TABLE lost_link (
    donor_hash TEXT    PRIMARY KEY,                  -- keyed hash of the address
    asked_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

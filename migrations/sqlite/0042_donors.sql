-- Who gave: one row a known address, a key of its own that the master key wraps, and a donor's words sealed with it.
-- The wrapped keys stand alone, since no ordinary backup holds them: whoever is erased is erased there too.

CREATE TABLE donor (
    id           INTEGER PRIMARY KEY,
    ref          TEXT    NOT NULL UNIQUE,            -- what the key is bound to; opaque
    donor_hash   TEXT    NOT NULL UNIQUE,            -- keyed hash of the address; a random stand-in once erased
    erased_at    INTEGER
) STRICT;

CREATE TABLE donor_key (
    donor_id     INTEGER PRIMARY KEY REFERENCES donor (id),
    wrapped      BLOB    NOT NULL,
    key_version  INTEGER NOT NULL CHECK (key_version > 0)   -- which of the master keys wrapped it
) STRICT;

-- Whoever was erased stays so.
CREATE TRIGGER donor_key_of_nobody_erased BEFORE INSERT ON donor_key BEGIN
    SELECT RAISE(ABORT, 'an erased donor never has a key again')
     WHERE EXISTS (SELECT 1 FROM donor WHERE id = NEW.donor_id AND erased_at IS NOT NULL);
END;

CREATE TRIGGER donor_stays_erased BEFORE UPDATE OF erased_at ON donor BEGIN
    SELECT RAISE(ABORT, 'an erased donor stays erased') WHERE OLD.erased_at IS NOT NULL AND NEW.erased_at IS NOT OLD.erased_at;
END;

CREATE TABLE donor_words (
    donation_id  INTEGER PRIMARY KEY REFERENCES donation (id),
    donor_id     INTEGER NOT NULL REFERENCES donor (id),
    fund_id      INTEGER NOT NULL REFERENCES fund (id),
    words        BLOB    NOT NULL                    -- address, name, language, listing, note, wish: sealed with the donor's key
) STRICT;

CREATE INDEX donor_words_of ON donor_words (donor_id);
CREATE INDEX donor_words_by_fund ON donor_words (fund_id, donation_id);

CREATE INDEX donor_erased ON donor (erased_at) WHERE erased_at IS NOT NULL;
CREATE INDEX donor_key_by_version ON donor_key (key_version, donor_id);

-- A name that a donor wants to see listed; a person looks at it first.
CREATE TABLE public_name (
    donation_id  INTEGER PRIMARY KEY REFERENCES donation (id),
    ref          TEXT    NOT NULL UNIQUE,
    donor_id     INTEGER NOT NULL REFERENCES donor (id),
    fund_id      INTEGER NOT NULL REFERENCES fund (id),
    name         BLOB    NOT NULL,                   -- sealed with the donor's key
    state        TEXT    NOT NULL CHECK (state IN ('waiting', 'shown', 'refused')),
    asked_at     INTEGER NOT NULL,
    decided_by   INTEGER REFERENCES person (id),
    decided_at   INTEGER,
    CHECK ((state = 'waiting') = (decided_at IS NULL))
) STRICT;

CREATE INDEX public_name_by_state ON public_name (fund_id, state, ref);
CREATE INDEX public_name_of ON public_name (donor_id);

ALTER TABLE donation ADD COLUMN donor_id INTEGER REFERENCES donor (id);
ALTER TABLE donation ADD COLUMN repeats TEXT CHECK (repeats IN ('week', 'month'));
ALTER TABLE donation ADD COLUMN cover_minor INTEGER CHECK (cover_minor > 0);   -- of what was asked: what is for the card fee

CREATE INDEX donation_by_donor ON donation (donor_id) WHERE donor_id IS NOT NULL;
-- Sealed before donors had keys of their own; the program moves them at its start.
CREATE INDEX donation_sealed_before ON donation (id) WHERE donor IS NOT NULL;

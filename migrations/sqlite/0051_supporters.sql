-- Supporters: whoever asked for a fund's news by mail, and said so again from their own mailbox. What they told is sealed with the key of the donor
-- of that address, so that an erasure takes it, too. And what treasurers write to all of them.

CREATE TABLE supporter (
    id               INTEGER PRIMARY KEY,
    ref              TEXT    NOT NULL UNIQUE,        -- what the words are bound to, and what their mails follow from; opaque
    fund_id          INTEGER NOT NULL REFERENCES fund (id),
    donor_id         INTEGER NOT NULL REFERENCES donor (id),
    code_hash        TEXT    NOT NULL UNIQUE,        -- what opens their own page, where they stop it
    words            BLOB    NOT NULL,               -- address and language: sealed
    told_publication INTEGER NOT NULL CHECK (told_publication >= 0),  -- the newest publication they were told of, by its number
    told_note        INTEGER NOT NULL CHECK (told_note >= 0),         -- the newest note of the treasurers they were sent
    next_at          INTEGER NOT NULL,               -- not before: once a week at most
    UNIQUE (fund_id, donor_id)
) STRICT;

CREATE INDEX supporter_due ON supporter (fund_id, next_at, id);
CREATE INDEX supporter_of ON supporter (donor_id);

-- What treasurers write to supporters; another person looks at it first.
CREATE TABLE supporter_note (
    id               INTEGER PRIMARY KEY,
    fund_id          INTEGER NOT NULL REFERENCES fund (id),
    text_en          TEXT    NOT NULL,
    text_es          TEXT    NOT NULL,
    written_by       INTEGER NOT NULL REFERENCES person (id),
    written_at       INTEGER NOT NULL,
    state            TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'dropped')),
    decided_by       INTEGER REFERENCES person (id),
    decided_at       INTEGER,
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK (state <> 'sent' OR decided_by <> written_by)
) STRICT;

-- One waits at a time, so that their numbers are the order in which they go out.
CREATE UNIQUE INDEX supporter_note_waits ON supporter_note (fund_id) WHERE state = 'waiting';
CREATE INDEX supporter_note_by_fund ON supporter_note (fund_id, state, id);

CREATE TRIGGER supporter_note_keeps_its_words BEFORE UPDATE OF id, fund_id, text_en, text_es, written_by, written_at ON supporter_note BEGIN
    SELECT RAISE(ABORT, 'a note to supporters keeps its words');
END;
CREATE TRIGGER supporter_note_is_decided_once BEFORE UPDATE ON supporter_note FOR EACH ROW WHEN (OLD.state <> 'waiting') BEGIN
    SELECT RAISE(ABORT, 'a note to supporters is decided once');
END;
CREATE TRIGGER supporter_note_never_goes BEFORE DELETE ON supporter_note BEGIN SELECT RAISE(ABORT, 'a note to supporters is never deleted'); END;

-- Where whoever wants no more such mails goes; a mail program shows it as a button. Sealed; emptied once it is sent.
ALTER TABLE letter ADD COLUMN leave BLOB CHECK (state <> 'sent' OR leave IS NULL);

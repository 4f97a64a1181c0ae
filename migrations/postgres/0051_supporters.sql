-- Supporters: whoever asked for a fund's news by mail, and said so again from their own mailbox. What they told is sealed with the key of the donor
-- of that address, so that an erasure takes it, too. And what treasurers write to all of them.

CREATE TABLE supporter (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ref              TEXT COLLATE "C"   NOT NULL UNIQUE,        -- what the words are bound to, and what their mails follow from; opaque
    fund_id          BIGINT NOT NULL REFERENCES fund (id),
    donor_id         BIGINT NOT NULL REFERENCES donor (id),
    code_hash        TEXT COLLATE "C"   NOT NULL UNIQUE,        -- what opens their own page, where they stop it
    words            BYTEA    NOT NULL,               -- address and language: sealed
    told_publication BIGINT NOT NULL CHECK (told_publication >= 0),  -- the newest publication they were told of, by its number
    told_note        BIGINT NOT NULL CHECK (told_note >= 0),         -- the newest note of the treasurers they were sent
    next_at          BIGINT NOT NULL,               -- not before: once a week at most
    UNIQUE (fund_id, donor_id)
);

CREATE INDEX supporter_due ON supporter (fund_id, next_at, id);
CREATE INDEX supporter_of ON supporter (donor_id);

-- What treasurers write to supporters; another person looks at it first.
CREATE TABLE supporter_note (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id          BIGINT NOT NULL REFERENCES fund (id),
    text_en          TEXT COLLATE "C"   NOT NULL,
    text_es          TEXT COLLATE "C"   NOT NULL,
    written_by       BIGINT NOT NULL REFERENCES person (id),
    written_at       BIGINT NOT NULL,
    state            TEXT COLLATE "C"   NOT NULL CHECK (state IN ('waiting', 'sent', 'dropped')),
    decided_by       BIGINT REFERENCES person (id),
    decided_at       BIGINT,
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK (state <> 'sent' OR decided_by <> written_by)
);

-- One waits at a time, so that their numbers are the order in which they go out.
CREATE UNIQUE INDEX supporter_note_waits ON supporter_note (fund_id) WHERE state = 'waiting';
CREATE INDEX supporter_note_by_fund ON supporter_note (fund_id, state, id);

CREATE TRIGGER supporter_note_keeps_its_words BEFORE UPDATE OF id, fund_id, text_en, text_es, written_by, written_at ON supporter_note FOR EACH ROW EXECUTE FUNCTION refuse('a note to supporters keeps its words');
CREATE TRIGGER supporter_note_is_decided_once BEFORE UPDATE ON supporter_note FOR EACH ROW WHEN (OLD.state <> 'waiting') EXECUTE FUNCTION refuse('a note to supporters is decided once');
CREATE TRIGGER supporter_note_never_goes BEFORE DELETE ON supporter_note FOR EACH ROW EXECUTE FUNCTION refuse('a note to supporters is never deleted');
CREATE TRIGGER supporter_note_is_never_emptied BEFORE TRUNCATE ON supporter_note FOR EACH STATEMENT EXECUTE FUNCTION refuse('supporter_note is never emptied');

-- Where whoever wants no more such mails goes; a mail program shows it as a button. Sealed; emptied once it is sent.
ALTER TABLE letter ADD COLUMN leave BYTEA CHECK (state <> 'sent' OR leave IS NULL);

-- The outbox: a mail is a row of the transaction that is its cause, and goes from here.

CREATE TABLE letter (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ref       TEXT COLLATE "C" NOT NULL UNIQUE,               -- names it in its Message-ID, and what its parts are sealed to
    cause     TEXT COLLATE "C" NOT NULL UNIQUE,               -- what it follows from and whom it goes to: one cause, one mail; opaque
    kind      TEXT COLLATE "C" NOT NULL,                      -- a word of ours
    subject   TEXT COLLATE "C" NOT NULL,                      -- neutral, the same for everybody
    recipient BYTEA   NOT NULL,                      -- sealed; emptied once it is sent, as its text is
    text      BYTEA   NOT NULL,
    html      BYTEA   NOT NULL,
    state     TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts  BIGINT  NOT NULL CHECK (attempts >= 0),
    queued_at BIGINT  NOT NULL,
    next_at   BIGINT  NOT NULL,                      -- when it is tried next, while it waits
    ended_at  BIGINT,                               -- when it was sent or given up; NULL: it waits
    problem   TEXT COLLATE "C",                                  -- what went wrong last, a word of ours; NULL: nothing
    reply     BIGINT,                               -- what the server answered then, such as 550
    CHECK ((state = 'waiting') = (ended_at IS NULL)),
    CHECK (state <> 'sent' OR (length(recipient) = 0 AND length(text) = 0 AND length(html) = 0))
);

CREATE INDEX letter_due ON letter (next_at, id) WHERE state = 'waiting';
CREATE INDEX letter_unsent ON letter (id) WHERE state <> 'sent';
CREATE INDEX letter_sent ON letter (ended_at, id) WHERE state = 'sent';

CREATE TRIGGER letter_keeps_its_cause BEFORE UPDATE OF id, ref, cause, kind, subject, queued_at ON letter FOR EACH ROW EXECUTE FUNCTION refuse('a mail keeps its cause');
CREATE TRIGGER letter_is_sent_for_good BEFORE UPDATE ON letter FOR EACH ROW WHEN (OLD.state = 'sent') EXECUTE FUNCTION refuse('a mail that was sent is never changed');
CREATE TRIGGER letter_never_goes BEFORE DELETE ON letter FOR EACH ROW EXECUTE FUNCTION refuse('a mail is never deleted');
CREATE TRIGGER letter_is_never_emptied BEFORE TRUNCATE ON letter FOR EACH STATEMENT EXECUTE FUNCTION refuse('letter is never emptied');

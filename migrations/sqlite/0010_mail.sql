-- The outbox: a mail is a row of the transaction that is its cause, and goes from here.

CREATE TABLE letter (
    id        INTEGER PRIMARY KEY,
    ref       TEXT    NOT NULL UNIQUE,               -- names it in its Message-ID, and what its parts are sealed to
    cause     TEXT    NOT NULL UNIQUE,               -- what it follows from and whom it goes to: one cause, one mail; opaque
    kind      TEXT    NOT NULL,                      -- a word of ours
    subject   TEXT    NOT NULL,                      -- neutral, the same for everybody
    recipient BLOB    NOT NULL,                      -- sealed; emptied once it is sent, as its text is
    text      BLOB    NOT NULL,
    html      BLOB    NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts  INTEGER NOT NULL CHECK (attempts >= 0),
    queued_at INTEGER NOT NULL,
    next_at   INTEGER NOT NULL,                      -- when it is tried next, while it waits
    ended_at  INTEGER,                               -- when it was sent or given up; NULL: it waits
    problem   TEXT,                                  -- what went wrong last, a word of ours; NULL: nothing
    reply     INTEGER,                               -- what the server answered then, such as 550
    CHECK ((state = 'waiting') = (ended_at IS NULL)),
    CHECK (state <> 'sent' OR (length(recipient) = 0 AND length(text) = 0 AND length(html) = 0))
) STRICT;

CREATE INDEX letter_due ON letter (next_at, id) WHERE state = 'waiting';
CREATE INDEX letter_unsent ON letter (id) WHERE state <> 'sent';
CREATE INDEX letter_sent ON letter (ended_at, id) WHERE state = 'sent';

CREATE TRIGGER letter_keeps_its_cause BEFORE UPDATE OF id, ref, cause, kind, subject, queued_at ON letter BEGIN
    SELECT RAISE(ABORT, 'a mail keeps its cause');
END;
CREATE TRIGGER letter_is_sent_for_good BEFORE UPDATE ON letter FOR EACH ROW WHEN (OLD.state = 'sent') BEGIN
    SELECT RAISE(ABORT, 'a mail that was sent is never changed');
END;
CREATE TRIGGER letter_never_goes BEFORE DELETE ON letter BEGIN SELECT RAISE(ABORT, 'a mail is never deleted'); END;

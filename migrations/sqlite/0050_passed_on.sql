-- What became of grants, what was advised before, goods that were passed on, and what waits to be told of all that.

-- What a group said to a grant, or that it did not say anything; the newest row counts.
CREATE TABLE grant_answer (
    grant_id    INTEGER NOT NULL REFERENCES fund_grant (id),
    n           INTEGER NOT NULL CHECK (n >= 1),
    kind        TEXT    NOT NULL CHECK (kind IN ('words', 'letter', 'none')),
    text        TEXT    NOT NULL CHECK (length(text) <= 500),  -- for the public
    document    TEXT    NOT NULL,                              -- the letter's own reference; empty: there is none
    sha256      TEXT    NOT NULL,                              -- its content
    entered_by  INTEGER NOT NULL REFERENCES person (id),
    entered_at  INTEGER NOT NULL,
    cleared_by  INTEGER REFERENCES person (id),                -- who let the public read it
    cleared_at  INTEGER,
    PRIMARY KEY (grant_id, n),
    CHECK (cleared_by <> entered_by),
    CHECK ((cleared_by IS NULL) = (cleared_at IS NULL)),
    CHECK ((kind = 'letter') = (document <> '') AND (document = '') = (sha256 = ''))
) STRICT, WITHOUT ROWID;

-- How members voted on what is left: advice.
CREATE TABLE member_vote (
    id          INTEGER PRIMARY KEY,
    fund_id     INTEGER NOT NULL REFERENCES fund (id),
    held_on     TEXT    NOT NULL CHECK (length(held_on) = 10),
    recorded_by INTEGER NOT NULL REFERENCES person (id),
    recorded_at INTEGER NOT NULL
) STRICT;

CREATE INDEX member_vote_by_fund ON member_vote (fund_id, id);

CREATE TABLE member_vote_count (
    vote_id     INTEGER NOT NULL REFERENCES member_vote (id),
    n           INTEGER NOT NULL CHECK (n >= 1),
    name        TEXT    NOT NULL,                              -- a recipient's, as the charter names it
    votes       INTEGER NOT NULL CHECK (votes >= 0),
    PRIMARY KEY (vote_id, n)
) STRICT, WITHOUT ROWID;

-- Public records that the next publication tells, in their order.
CREATE TABLE public_news (
    id          INTEGER PRIMARY KEY,
    fund_id     INTEGER NOT NULL REFERENCES fund (id),
    body        TEXT    NOT NULL
) STRICT;

CREATE INDEX public_news_by_fund ON public_news (fund_id, id);

CREATE TRIGGER grant_answer_is_cleared_once BEFORE UPDATE ON grant_answer BEGIN
    SELECT RAISE(ABORT, 'an answer is let out once, and never changed')
     WHERE OLD.cleared_by IS NOT NULL OR NEW.cleared_by IS NULL OR NEW.grant_id <> OLD.grant_id OR NEW.n <> OLD.n OR NEW.kind <> OLD.kind
        OR NEW.text <> OLD.text OR NEW.document <> OLD.document OR NEW.sha256 <> OLD.sha256 OR NEW.entered_by <> OLD.entered_by
        OR NEW.entered_at <> OLD.entered_at;
END;
CREATE TRIGGER grant_answer_never_goes BEFORE DELETE ON grant_answer BEGIN SELECT RAISE(ABORT, 'an answer is never deleted'); END;
CREATE TRIGGER member_vote_never_changes BEFORE UPDATE ON member_vote BEGIN SELECT RAISE(ABORT, 'a vote is never changed: record it anew'); END;
CREATE TRIGGER member_vote_never_goes BEFORE DELETE ON member_vote BEGIN SELECT RAISE(ABORT, 'a vote is never deleted'); END;
CREATE TRIGGER member_vote_count_never_changes BEFORE UPDATE ON member_vote_count BEGIN SELECT RAISE(ABORT, 'a count is never changed: record the vote anew'); END;
CREATE TRIGGER member_vote_count_never_goes BEFORE DELETE ON member_vote_count BEGIN SELECT RAISE(ABORT, 'a count is never deleted'); END;

-- The group that goods were passed on to at the end, as the charter names it; NULL: they were used for the strike.
ALTER TABLE goods_given ADD COLUMN passed_to TEXT;

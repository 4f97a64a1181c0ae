-- What became of grants, what was advised before, goods that were passed on, and what waits to be told of all that.

-- What a group said to a grant, or that it did not say anything; the newest row counts.
CREATE TABLE grant_answer (
    grant_id    BIGINT NOT NULL REFERENCES fund_grant (id),
    n           BIGINT NOT NULL CHECK (n >= 1),
    kind        TEXT COLLATE "C" NOT NULL CHECK (kind IN ('words', 'letter', 'none')),
    text        TEXT COLLATE "C" NOT NULL CHECK (length(text) <= 500),  -- for the public
    document    TEXT COLLATE "C" NOT NULL,                              -- the letter's own reference; empty: there is none
    sha256      TEXT COLLATE "C" NOT NULL,                              -- its content
    entered_by  BIGINT NOT NULL REFERENCES person (id),
    entered_at  BIGINT NOT NULL,
    cleared_by  BIGINT REFERENCES person (id),                -- who let the public read it
    cleared_at  BIGINT,
    PRIMARY KEY (grant_id, n),
    CHECK (cleared_by <> entered_by),
    CHECK ((cleared_by IS NULL) = (cleared_at IS NULL)),
    CHECK ((kind = 'letter') = (document <> '') AND (document = '') = (sha256 = ''))
);

-- How members voted on what is left: advice.
CREATE TABLE member_vote (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id     BIGINT NOT NULL REFERENCES fund (id),
    held_on     TEXT COLLATE "C" NOT NULL CHECK (length(held_on) = 10),
    recorded_by BIGINT NOT NULL REFERENCES person (id),
    recorded_at BIGINT NOT NULL
);

CREATE INDEX member_vote_by_fund ON member_vote (fund_id, id);

CREATE TABLE member_vote_count (
    vote_id     BIGINT NOT NULL REFERENCES member_vote (id),
    n           BIGINT NOT NULL CHECK (n >= 1),
    name        TEXT COLLATE "C" NOT NULL,                              -- a recipient's, as the charter names it
    votes       BIGINT NOT NULL CHECK (votes >= 0),
    PRIMARY KEY (vote_id, n)
);

-- Public records that the next publication tells, in their order.
CREATE TABLE public_news (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id     BIGINT NOT NULL REFERENCES fund (id),
    body        TEXT COLLATE "C" NOT NULL
);

CREATE INDEX public_news_by_fund ON public_news (fund_id, id);

CREATE FUNCTION check_grant_answer_is_cleared_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.cleared_by IS NOT NULL OR NEW.cleared_by IS NULL OR NEW.grant_id <> OLD.grant_id OR NEW.n <> OLD.n OR NEW.kind <> OLD.kind
        OR NEW.text <> OLD.text OR NEW.document <> OLD.document OR NEW.sha256 <> OLD.sha256 OR NEW.entered_by <> OLD.entered_by
        OR NEW.entered_at <> OLD.entered_at THEN
        RAISE EXCEPTION 'an answer is let out once, and never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_answer_is_cleared_once BEFORE UPDATE ON grant_answer FOR EACH ROW EXECUTE FUNCTION check_grant_answer_is_cleared_once();
CREATE TRIGGER grant_answer_never_goes BEFORE DELETE ON grant_answer FOR EACH ROW EXECUTE FUNCTION refuse('an answer is never deleted');
CREATE TRIGGER member_vote_never_changes BEFORE UPDATE ON member_vote FOR EACH ROW EXECUTE FUNCTION refuse('a vote is never changed: record it anew');
CREATE TRIGGER member_vote_never_goes BEFORE DELETE ON member_vote FOR EACH ROW EXECUTE FUNCTION refuse('a vote is never deleted');
CREATE TRIGGER member_vote_count_never_changes BEFORE UPDATE ON member_vote_count FOR EACH ROW EXECUTE FUNCTION refuse('a count is never changed: record the vote anew');
CREATE TRIGGER member_vote_count_never_goes BEFORE DELETE ON member_vote_count FOR EACH ROW EXECUTE FUNCTION refuse('a count is never deleted');

CREATE TRIGGER grant_answer_is_never_emptied BEFORE TRUNCATE ON grant_answer FOR EACH STATEMENT EXECUTE FUNCTION refuse('grant_answer is never emptied');
CREATE TRIGGER member_vote_is_never_emptied BEFORE TRUNCATE ON member_vote FOR EACH STATEMENT EXECUTE FUNCTION refuse('member_vote is never emptied');
CREATE TRIGGER member_vote_count_is_never_emptied BEFORE TRUNCATE ON member_vote_count FOR EACH STATEMENT EXECUTE FUNCTION refuse('member_vote_count is never emptied');

-- The group that goods were passed on to at the end, as the charter names it; NULL: they were used for the strike.
ALTER TABLE goods_given ADD COLUMN passed_to TEXT COLLATE "C";

-- What a fund promises in public, version by version. Two people agree to a version; none is ever changed.

CREATE TABLE charter (
    fund_id     BIGINT NOT NULL REFERENCES fund (id),
    n           BIGINT NOT NULL CHECK (n >= 1),                           -- versions of a fund, from 1 without gaps
    body        TEXT COLLATE "C" NOT NULL CHECK (length(body) > 0),        -- as it was agreed to: a paragraph a line, behind the word of its article
    proposal_id BIGINT REFERENCES proposal (id),                          -- what was agreed to; NULL: nobody else was there who could agree
    agreed_at   BIGINT NOT NULL,
    PRIMARY KEY (fund_id, n)
);

CREATE FUNCTION charter_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.n <> (SELECT COALESCE(MAX(n), 0) + 1 FROM charter WHERE fund_id = NEW.fund_id) THEN
        RAISE EXCEPTION 'a version follows the one before' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER charter_follows BEFORE INSERT ON charter FOR EACH ROW EXECUTE FUNCTION charter_follows();
CREATE TRIGGER charter_never_changes BEFORE UPDATE ON charter FOR EACH ROW EXECUTE FUNCTION refuse('a charter is never changed: agree to another version');
CREATE TRIGGER charter_never_goes BEFORE DELETE ON charter FOR EACH ROW EXECUTE FUNCTION refuse('a charter is never deleted');
CREATE TRIGGER charter_is_never_emptied BEFORE TRUNCATE ON charter FOR EACH STATEMENT EXECUTE FUNCTION refuse('charter is never emptied');

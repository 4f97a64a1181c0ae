-- Where each fund stood, since when and why, for the public to read.

CREATE TABLE fund_state (
    fund_id    BIGINT NOT NULL REFERENCES fund (id),
    n          BIGINT NOT NULL CHECK (n >= 1),           -- moves of a fund, from 1 without gaps
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'open', 'paused', 'winding_down', 'distributing', 'closed')),
    reason     TEXT COLLATE "C" NOT NULL CHECK (length(reason) <= 500), -- public
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (fund_id, n)
);

-- The newest spendings of a use are asked for without the others.
CREATE INDEX public_line_by_account ON public_line (fund_id, account, unit, position);

CREATE FUNCTION check_fund_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.n <> (SELECT COALESCE(MAX(n), 0) + 1 FROM fund_state WHERE fund_id = NEW.fund_id) THEN
        RAISE EXCEPTION 'a move follows the one before' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER fund_state_follows BEFORE INSERT ON fund_state FOR EACH ROW EXECUTE FUNCTION check_fund_state();
CREATE TRIGGER fund_state_never_changes BEFORE UPDATE ON fund_state FOR EACH ROW EXECUTE FUNCTION refuse('where a fund stood is never changed');
CREATE TRIGGER fund_state_never_goes BEFORE DELETE ON fund_state FOR EACH ROW EXECUTE FUNCTION refuse('where a fund stood is never deleted');
CREATE TRIGGER fund_state_is_never_emptied BEFORE TRUNCATE ON fund_state FOR EACH STATEMENT EXECUTE FUNCTION refuse('fund_state is never emptied');

-- Where each fund stood, since when and why, for the public to read.

CREATE TABLE fund_state (
    fund_id    INTEGER NOT NULL REFERENCES fund (id),
    n          INTEGER NOT NULL CHECK (n >= 1),           -- moves of a fund, from 1 without gaps
    state      TEXT    NOT NULL CHECK (state IN ('draft', 'open', 'paused', 'winding_down', 'distributing', 'closed')),
    reason     TEXT    NOT NULL CHECK (length(reason) <= 500), -- public
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (fund_id, n)
) STRICT, WITHOUT ROWID;

-- The newest spendings of a use are asked for without the others.
CREATE INDEX public_line_by_account ON public_line (fund_id, account, unit, position);

CREATE TRIGGER fund_state_follows BEFORE INSERT ON fund_state BEGIN
    SELECT RAISE(ABORT, 'a move follows the one before')
     WHERE NEW.n <> (SELECT COALESCE(MAX(n), 0) + 1 FROM fund_state WHERE fund_id = NEW.fund_id);
END;
CREATE TRIGGER fund_state_never_changes BEFORE UPDATE ON fund_state BEGIN SELECT RAISE(ABORT, 'where a fund stood is never changed'); END;
CREATE TRIGGER fund_state_never_goes BEFORE DELETE ON fund_state BEGIN SELECT RAISE(ABORT, 'where a fund stood is never deleted'); END;

-- A fund moves only as drawn, and each move names what others agreed to; and what is decided about its end.

ALTER TABLE fund_state ADD COLUMN proposal_id INTEGER REFERENCES proposal (id); -- NULL: noted before this step, or opened while it was set up
CREATE UNIQUE INDEX fund_state_by_proposal ON fund_state (proposal_id) WHERE proposal_id IS NOT NULL;

CREATE TRIGGER fund_state_as_drawn BEFORE INSERT ON fund_state BEGIN
    SELECT RAISE(ABORT, 'a fund moves only as drawn')
     WHERE NOT EXISTS (SELECT 1 FROM fund WHERE id = NEW.fund_id AND state || ' ' || NEW.state IN (
        'draft open', 'open paused', 'paused open', 'open winding_down', 'paused winding_down', 'winding_down distributing', 'distributing closed'));
END;
CREATE TRIGGER fund_state_was_agreed BEFORE INSERT ON fund_state BEGIN
    SELECT RAISE(ABORT, 'a move names what others agreed to')
     WHERE NOT EXISTS (SELECT 1 FROM proposal WHERE id = NEW.proposal_id AND subject = 'state' AND state = 'approved' AND fund_id = NEW.fund_id)
       AND NOT (NEW.proposal_id IS NULL AND NEW.state = 'open' AND EXISTS (SELECT 1 FROM fund WHERE id = NEW.fund_id AND state = 'draft'));
END;
CREATE TRIGGER fund_state_closes_at_zero BEFORE INSERT ON fund_state FOR EACH ROW WHEN NEW.state = 'closed' BEGIN
    SELECT RAISE(ABORT, 'a fund closes at zero')
     WHERE EXISTS (SELECT 1 FROM posting WHERE fund_id = NEW.fund_id GROUP BY currency HAVING SUM(amount_minor) <> 0);
END;
CREATE TRIGGER fund_moves_as_noted BEFORE UPDATE OF state ON fund FOR EACH ROW WHEN NEW.state <> OLD.state BEGIN
    SELECT RAISE(ABORT, 'a fund moves where its newest move says')
     WHERE NOT EXISTS (SELECT 1 FROM fund_state s WHERE s.fund_id = NEW.id AND s.state = NEW.state
        AND s.n = (SELECT MAX(n) FROM fund_state WHERE fund_id = NEW.id));
END;

-- How a fund ends: the first column when it winds down, the others when it begins to share out.
CREATE TABLE fund_end (
    fund_id         INTEGER PRIMARY KEY REFERENCES fund (id),
    last_expense_on TEXT    NOT NULL CHECK (length(last_expense_on) = 10), -- the last day of what it still pays for
    reserve_minor   INTEGER CHECK (reserve_minor BETWEEN 0 AND 9000000000000000), -- held back for disputes; NULL: not decided yet
    reserve_until   TEXT    CHECK (length(reserve_until) = 10), -- the day before which it is held
    release         TEXT    CHECK (length(release) BETWEEN 1 AND 500), -- who released a restricted fund from its purpose, and why; public
    CHECK ((reserve_minor IS NULL) = (reserve_until IS NULL)),
    CHECK (release IS NULL OR reserve_minor IS NOT NULL)
) STRICT;

CREATE TRIGGER fund_end_is_decided_once BEFORE UPDATE ON fund_end FOR EACH ROW
    WHEN OLD.reserve_minor IS NOT NULL OR NEW.fund_id <> OLD.fund_id OR NEW.last_expense_on <> OLD.last_expense_on BEGIN
    SELECT RAISE(ABORT, 'how a fund ends is decided once');
END;
CREATE TRIGGER fund_end_never_goes BEFORE DELETE ON fund_end BEGIN SELECT RAISE(ABORT, 'how a fund ends is never deleted'); END;

-- What Stripe makes available later is summed without the lines of a whole strike.
CREATE INDEX stripe_line_by_available ON stripe_line (available_on, currency, net_minor);

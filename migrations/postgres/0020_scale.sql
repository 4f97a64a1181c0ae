-- What waits, and what was spent: found without reading all history.

CREATE INDEX proposal_open_first ON proposal (id) WHERE state = 'open';
CREATE INDEX proposal_emergency ON proposal (id) WHERE emergency = 1;
CREATE INDEX expense_undecided ON expense (bought_on) WHERE state IN ('draft', 'sent');
CREATE INDEX expense_of_fund ON expense (fund_id, id);
CREATE INDEX expense_claimed ON expense (captain_id, created_at) WHERE captain_id IS NOT NULL AND state = 'draft';
CREATE INDEX expense_standing ON expense (id) WHERE state IN ('sent', 'approved');
CREATE INDEX expense_by_day ON expense (bought_on, id);
CREATE INDEX alert_standing ON alert (raised_at, id) WHERE cleared_at IS NULL;
CREATE INDEX stripe_object_disputed ON stripe_object (object, id) WHERE object = 'dispute' AND status NOT IN ('won', 'lost', 'warning_closed', 'prevented', 'charge_refunded', 'closed');

-- How many expenses of a fund are in each state, and what they come to: a cache, kept by the triggers below and held against its source by `verify`.
CREATE TABLE expense_tally (
    fund_id      BIGINT  NOT NULL REFERENCES fund (id),
    state        TEXT COLLATE "C"    NOT NULL,
    expenses     BIGINT  NOT NULL,
    amount_minor BIGINT  NOT NULL,
    PRIMARY KEY (fund_id, state)
);

INSERT INTO expense_tally (fund_id, state, expenses, amount_minor)
SELECT fund_id, state, COUNT(*), SUM(amount_minor) FROM expense GROUP BY fund_id, state;

CREATE FUNCTION expense_is_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- Both rows in one order, whichever way the expense goes: nobody waits in a circle.
        PERFORM 1 FROM expense_tally t
          WHERE (t.fund_id = OLD.fund_id AND t.state = OLD.state) OR (t.fund_id = NEW.fund_id AND t.state = NEW.state)
          ORDER BY t.fund_id, t.state FOR UPDATE;
        UPDATE expense_tally t SET expenses = t.expenses - 1, amount_minor = t.amount_minor - OLD.amount_minor
         WHERE t.fund_id = OLD.fund_id AND t.state = OLD.state;
    END IF;
    INSERT INTO expense_tally AS t (fund_id, state, expenses, amount_minor) VALUES (NEW.fund_id, NEW.state, 1, NEW.amount_minor)
        ON CONFLICT (fund_id, state) DO UPDATE SET expenses = t.expenses + 1, amount_minor = t.amount_minor + excluded.amount_minor;
    RETURN NULL;
END $$;

CREATE TRIGGER expense_is_counted_at_first AFTER INSERT ON expense FOR EACH ROW EXECUTE FUNCTION expense_is_counted();
CREATE TRIGGER expense_is_counted_anew AFTER UPDATE OF fund_id, state, amount_minor ON expense FOR EACH ROW EXECUTE FUNCTION expense_is_counted();

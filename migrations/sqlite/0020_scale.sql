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
    fund_id      INTEGER NOT NULL REFERENCES fund (id),
    state        TEXT    NOT NULL,
    expenses     INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    PRIMARY KEY (fund_id, state)
) STRICT, WITHOUT ROWID;

INSERT INTO expense_tally (fund_id, state, expenses, amount_minor)
SELECT fund_id, state, COUNT(*), SUM(amount_minor) FROM expense GROUP BY fund_id, state;

CREATE TRIGGER expense_is_counted_at_first AFTER INSERT ON expense BEGIN
    INSERT INTO expense_tally (fund_id, state, expenses, amount_minor) VALUES (NEW.fund_id, NEW.state, 1, NEW.amount_minor)
        ON CONFLICT (fund_id, state) DO UPDATE SET expenses = expenses + 1, amount_minor = amount_minor + excluded.amount_minor;
END;
CREATE TRIGGER expense_is_counted_anew AFTER UPDATE OF fund_id, state, amount_minor ON expense BEGIN
    UPDATE expense_tally SET expenses = expenses - 1, amount_minor = amount_minor - OLD.amount_minor
     WHERE fund_id = OLD.fund_id AND state = OLD.state;
    INSERT INTO expense_tally (fund_id, state, expenses, amount_minor) VALUES (NEW.fund_id, NEW.state, 1, NEW.amount_minor)
        ON CONFLICT (fund_id, state) DO UPDATE SET expenses = expenses + 1, amount_minor = amount_minor + excluded.amount_minor;
END;

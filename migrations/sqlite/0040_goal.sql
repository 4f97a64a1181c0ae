-- What a fund hopes to receive, in public.

CREATE TABLE fund_goal (
    fund_id      INTEGER PRIMARY KEY REFERENCES fund (id),
    amount_minor INTEGER CHECK (amount_minor > 0)   -- in the fund's currency; NULL: it names no goal
) STRICT;

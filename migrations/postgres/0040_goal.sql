-- What a fund hopes to receive, in public.

CREATE TABLE fund_goal (
    fund_id      BIGINT PRIMARY KEY REFERENCES fund (id),
    amount_minor BIGINT CHECK (amount_minor > 0)   -- in the fund's currency; NULL: it names no goal
);

-- Gifts: what a donor set out to give, and what of it Stripe says has arrived.

CREATE TABLE donation (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ref              TEXT COLLATE "C"    NOT NULL UNIQUE,        -- stands for the gift at Stripe; opaque
    number           TEXT COLLATE "C"    NOT NULL UNIQUE,        -- for talking about it; opens nothing
    fund_id          BIGINT  NOT NULL REFERENCES fund (id),
    origin           TEXT COLLATE "C"    NOT NULL CHECK (origin IN ('form', 'recurring', 'elsewhere')),
    state            TEXT COLLATE "C"    NOT NULL CHECK (state IN ('open', 'waiting', 'paid', 'failed', 'expired')),
    operation_id     TEXT COLLATE "C"    UNIQUE,                 -- the form's attempt: sent twice, done once
    input_hash       TEXT COLLATE "C",                           -- SHA-256 of what that attempt asked
    thanks_hash      TEXT COLLATE "C"    UNIQUE,                 -- SHA-256 of the secret in /thanks/{code}
    asked_minor      BIGINT ,                        -- what the donor set out to give
    currency         TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    donor_hash       TEXT COLLATE "C",                           -- keyed hash of the e-mail address: finds one donor's gifts, names nobody
    donor            BYTEA,                           -- sealed e-mail address and name
    session_id       TEXT COLLATE "C"    UNIQUE,
    session_url      TEXT COLLATE "C",
    payment_intent   TEXT COLLATE "C"    UNIQUE,
    charge_id        TEXT COLLATE "C"    UNIQUE,
    subscription_id  TEXT COLLATE "C",
    decline_code     TEXT COLLATE "C",
    pledged_at       BIGINT  NOT NULL,
    expires_at       BIGINT ,
    settled_at       BIGINT ,                        -- when its line was booked
    settled_minor    BIGINT ,                        -- the line's amount, in `settled_currency`
    settled_fee_minor BIGINT ,
    settled_currency TEXT COLLATE "C",
    clearing         BIGINT  NOT NULL CHECK (clearing IN (0, 1)),   -- a bank debit whose line is there before its success
    publication_id   BIGINT                          -- the batch that counted it
);

CREATE INDEX donation_unpublished ON donation (fund_id, id) WHERE publication_id IS NULL AND settled_at IS NOT NULL;
CREATE INDEX donation_unsettled ON donation (state, pledged_at) WHERE settled_at IS NULL;


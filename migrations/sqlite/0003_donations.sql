-- Gifts: what a donor set out to give, and what of it Stripe says has arrived.

CREATE TABLE donation (
    id               INTEGER PRIMARY KEY,
    ref              TEXT    NOT NULL UNIQUE,        -- stands for the gift at Stripe; opaque
    number           TEXT    NOT NULL UNIQUE,        -- for talking about it; opens nothing
    fund_id          INTEGER NOT NULL REFERENCES fund (id),
    origin           TEXT    NOT NULL CHECK (origin IN ('form', 'recurring', 'elsewhere')),
    state            TEXT    NOT NULL CHECK (state IN ('open', 'waiting', 'paid', 'failed', 'expired')),
    operation_id     TEXT    UNIQUE,                 -- the form's attempt: sent twice, done once
    input_hash       TEXT,                           -- SHA-256 of what that attempt asked
    thanks_hash      TEXT    UNIQUE,                 -- SHA-256 of the secret in /thanks/{code}
    asked_minor      INTEGER,                        -- what the donor set out to give
    currency         TEXT    NOT NULL CHECK (length(currency) = 3),
    donor_hash       TEXT,                           -- keyed hash of the e-mail address: finds one donor's gifts, names nobody
    donor            BLOB,                           -- sealed e-mail address and name
    session_id       TEXT    UNIQUE,
    session_url      TEXT,
    payment_intent   TEXT    UNIQUE,
    charge_id        TEXT    UNIQUE,
    subscription_id  TEXT,
    decline_code     TEXT,
    pledged_at       INTEGER NOT NULL,
    expires_at       INTEGER,
    settled_at       INTEGER,                        -- when its line was booked
    settled_minor    INTEGER,                        -- the line's amount, in `settled_currency`
    settled_fee_minor INTEGER,
    settled_currency TEXT,
    clearing         INTEGER NOT NULL CHECK (clearing IN (0, 1)),   -- a bank debit whose line is there before its success
    publication_id   INTEGER                         -- the batch that counted it
) STRICT;

CREATE INDEX donation_unpublished ON donation (fund_id, id) WHERE publication_id IS NULL AND settled_at IS NOT NULL;
CREATE INDEX donation_unsettled ON donation (state, pledged_at) WHERE settled_at IS NULL;

-- What a fund says of itself beside its name, which steps of the setup are done, what people are to be told by mail, and where they sign in from.

CREATE TABLE fund_about (
    fund_id        BIGINT PRIMARY KEY REFERENCES fund (id),
    legal_name     TEXT COLLATE "C" NOT NULL,                 -- on receipts; '' while nobody said
    contact        TEXT COLLATE "C" NOT NULL,                 -- where donors and members write to; '' while nobody said
    statement_text TEXT COLLATE "C" NOT NULL CHECK (length(statement_text) <= 22), -- on card statements, neutral; '': the account's own
    strike_on      TEXT COLLATE "C"                           -- the strike's first day; NULL: not yet known
);

CREATE TABLE setup_step (
    step    TEXT COLLATE "C" PRIMARY KEY,                     -- a word of ours
    done_at BIGINT  NOT NULL
);

-- An act that people are told of by mail. It goes when their letters are in the outbox.
CREATE TABLE notice (
    audit_id BIGINT PRIMARY KEY REFERENCES audit (id)
);

-- Somebody says they forgot their password, whether there is such a person or not. It goes when it was looked at.
CREATE TABLE forgotten (
    email_hash TEXT COLLATE "C" PRIMARY KEY,                  -- keyed hash of the address that was typed
    asked_at   BIGINT  NOT NULL
);

-- A browser that somebody signed in with.
CREATE TABLE device (
    token_hash TEXT COLLATE "C" NOT NULL,                     -- SHA-256 of what its cookie holds
    person_id  BIGINT NOT NULL REFERENCES person (id),
    seen_at    BIGINT NOT NULL,                     -- the last sign-in with it
    PRIMARY KEY (token_hash, person_id)
);

ALTER TABLE alert ADD COLUMN told_at BIGINT;        -- when it was told by mail; NULL: not since it was raised

-- What Stripe tells: deliveries as they arrived, lines of its own ledger, states of its objects, and how far the sync has come.

CREATE TABLE delivery (
    id          INTEGER PRIMARY KEY,
    event_id    TEXT    NOT NULL UNIQUE,             -- `evt_…`, or `sha256:…` of the body where none can be read
    type        TEXT    NOT NULL,                    -- '' where none can be read
    created     INTEGER,                             -- unix seconds, as Stripe stamped the event
    received_at INTEGER NOT NULL,
    seen        INTEGER NOT NULL,                    -- how many times it arrived
    body        BLOB,                                -- sealed raw bytes; NULL 30 days after it was done
    state       TEXT    NOT NULL CHECK (state IN ('new', 'parked', 'done')),
    reason      TEXT,                                -- why it is parked
    attempts    INTEGER NOT NULL,
    next_try_at INTEGER NOT NULL,
    done_at     INTEGER
) STRICT;

CREATE INDEX delivery_waiting ON delivery (next_try_at, id) WHERE state <> 'done';
CREATE INDEX delivery_done ON delivery (done_at) WHERE state = 'done' AND body IS NOT NULL;

-- One balance transaction. Amounts never change once seen; only status and available_on are notes.
CREATE TABLE stripe_line (
    id                 TEXT    PRIMARY KEY,          -- `txn_…`
    created            INTEGER NOT NULL,             -- unix seconds
    type               TEXT    NOT NULL,
    reporting_category TEXT,
    balance_type       TEXT,
    currency           TEXT    NOT NULL CHECK (length(currency) = 3),
    amount_minor       INTEGER NOT NULL,
    fee_minor          INTEGER NOT NULL,
    net_minor          INTEGER NOT NULL,
    available_on       INTEGER NOT NULL,
    status             TEXT    NOT NULL,
    source_id          TEXT,
    source_object      TEXT,
    source_status      TEXT,
    charge_id          TEXT,
    payment_intent     TEXT,
    fund_ref           TEXT,                         -- metadata.fund of the source
    donation_ref       TEXT,                         -- metadata.donation of the source
    subscription_id    TEXT,                         -- the recurring gift this charge is one turn of
    shown_minor        INTEGER,                      -- what the donor saw, in its own currency's minor unit
    shown_currency     TEXT,
    state              TEXT    NOT NULL CHECK (state IN ('new', 'booked', 'noted', 'parked')),
    reason             TEXT,
    seen_at            INTEGER NOT NULL,
    waits_until        INTEGER                       -- booking waits until then for what the list did not tell; NULL: nothing is left to ask
) STRICT;

CREATE INDEX stripe_line_new ON stripe_line (created, id) WHERE state = 'new';
CREATE INDEX stripe_line_waiting ON stripe_line (created, id) WHERE state = 'new' AND waits_until IS NOT NULL;
CREATE INDEX stripe_line_parked ON stripe_line (id) WHERE state = 'parked';
CREATE INDEX stripe_line_by_created ON stripe_line (created, currency, net_minor);
CREATE INDEX stripe_line_by_charge ON stripe_line (charge_id) WHERE charge_id IS NOT NULL;
CREATE INDEX stripe_line_by_intent ON stripe_line (payment_intent) WHERE payment_intent IS NOT NULL;

CREATE TRIGGER stripe_line_keeps_its_money BEFORE UPDATE OF id, created, type, currency, amount_minor, fee_minor, net_minor, source_id ON stripe_line BEGIN
    SELECT RAISE(ABORT, 'a balance transaction keeps its money');
END;
CREATE TRIGGER stripe_line_never_goes BEFORE DELETE ON stripe_line BEGIN SELECT RAISE(ABORT, 'a balance transaction is never deleted'); END;

-- An element of a list that could not be read: in sight until it can.
CREATE TABLE unread_line (
    id          TEXT    PRIMARY KEY,                 -- `txn_…`, or `sha256:…` of the element
    reason      TEXT    NOT NULL,
    body        BLOB    NOT NULL,                    -- sealed
    first_at    INTEGER NOT NULL,
    resolved_at INTEGER
) STRICT;

-- The state of an object at Stripe that is not money: what it says now, never what the books hold.
CREATE TABLE stripe_object (
    id             TEXT    PRIMARY KEY,              -- `re_…`, `dp_…`, `po_…`, `sub_…`, `in_…`, `issfr_…`, …
    object         TEXT    NOT NULL,                 -- refund, dispute, payout, subscription, invoice, invoice_payment, …
    status         TEXT    NOT NULL,
    reason         TEXT,                             -- failure code, dispute reason, pending reason
    charge_id      TEXT,
    payment_intent TEXT,
    parent_id      TEXT,                             -- an invoice's subscription, an invoice payment's invoice, a subscription's customer
    fund_ref       TEXT,
    donation_ref   TEXT,
    amount_minor   INTEGER,
    currency       TEXT,
    due_at         INTEGER,                          -- unix seconds: evidence due, arrival, next charge, next attempt
    told_at        INTEGER NOT NULL,                 -- unix seconds of the notice or fetch this state is from
    updated_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX stripe_object_by_kind ON stripe_object (object, status);
CREATE INDEX stripe_object_by_intent ON stripe_object (payment_intent) WHERE payment_intent IS NOT NULL;
CREATE INDEX stripe_object_by_charge ON stripe_object (charge_id) WHERE charge_id IS NOT NULL;
CREATE INDEX stripe_object_by_parent ON stripe_object (parent_id) WHERE parent_id IS NOT NULL;

-- One row: how far the list of balance transactions has been read, and from when the books are kept.
CREATE TABLE stripe_sync (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    newest        INTEGER NOT NULL,                  -- unix seconds: the newest `created` ever seen on a line
    slice_from    INTEGER,                           -- a run that died goes on from this slice …
    slice_after   TEXT,                              -- … after this line
    complete_at   INTEGER,                           -- when a run last came to its end
    opens_at      INTEGER,                           -- unix seconds: lines before it are summed into the opening entry; NULL: from the first line
    opened_at     INTEGER,                           -- when the opening entry was made, or found unneeded
    tied_at       INTEGER,                           -- when ledger and Stripe's balance last agreed in every currency
    tie_broken_at INTEGER                            -- since when they do not
) STRICT;

INSERT INTO stripe_sync (id, newest) VALUES (1, 0);

-- Who may do the work behind the scenes: one node at a time.
CREATE TABLE lease (
    name       TEXT    PRIMARY KEY,
    holder     TEXT    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- What a person must see. One row a subject, however often it happens.
CREATE TABLE alert (
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    subject    TEXT    NOT NULL,                     -- an opaque id, never a name
    said       TEXT    NOT NULL,
    raised_at  INTEGER NOT NULL,
    cleared_at INTEGER,
    UNIQUE (kind, subject)
) STRICT;

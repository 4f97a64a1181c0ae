-- What Stripe tells: deliveries as they arrived, lines of its own ledger, states of its objects, and how far the sync has come.

CREATE TABLE delivery (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id    TEXT COLLATE "C"    NOT NULL UNIQUE,             -- `evt_…`, or `sha256:…` of the body where none can be read
    type        TEXT COLLATE "C"    NOT NULL,                    -- '' where none can be read
    created     BIGINT ,                             -- unix seconds, as Stripe stamped the event
    received_at BIGINT  NOT NULL,
    seen        BIGINT  NOT NULL,                    -- how many times it arrived
    body        BYTEA,                                -- sealed raw bytes; NULL 30 days after it was done
    state       TEXT COLLATE "C"    NOT NULL CHECK (state IN ('new', 'parked', 'done')),
    reason      TEXT COLLATE "C",                                -- why it is parked
    attempts    BIGINT  NOT NULL,
    next_try_at BIGINT  NOT NULL,
    done_at     BIGINT 
);

CREATE INDEX delivery_waiting ON delivery (next_try_at, id) WHERE state <> 'done';
CREATE INDEX delivery_done ON delivery (done_at) WHERE state = 'done' AND body IS NOT NULL;

-- One balance transaction. Amounts never change once seen; only status and available_on are notes.
CREATE TABLE stripe_line (
    id                 TEXT COLLATE "C"    PRIMARY KEY,          -- `txn_…`
    created            BIGINT  NOT NULL,             -- unix seconds
    type               TEXT COLLATE "C"    NOT NULL,
    reporting_category TEXT COLLATE "C",
    balance_type       TEXT COLLATE "C",
    currency           TEXT COLLATE "C"    NOT NULL CHECK (length(currency) = 3),
    amount_minor       BIGINT  NOT NULL,
    fee_minor          BIGINT  NOT NULL,
    net_minor          BIGINT  NOT NULL,
    available_on       BIGINT  NOT NULL,
    status             TEXT COLLATE "C"    NOT NULL,
    source_id          TEXT COLLATE "C",
    source_object      TEXT COLLATE "C",
    source_status      TEXT COLLATE "C",
    charge_id          TEXT COLLATE "C",
    payment_intent     TEXT COLLATE "C",
    fund_ref           TEXT COLLATE "C",                         -- metadata.fund of the source
    donation_ref       TEXT COLLATE "C",                         -- metadata.donation of the source
    subscription_id    TEXT COLLATE "C",                         -- the recurring gift this charge is one turn of
    shown_minor        BIGINT ,                      -- what the donor saw, in its own currency's minor unit
    shown_currency     TEXT COLLATE "C",
    state              TEXT COLLATE "C"    NOT NULL CHECK (state IN ('new', 'booked', 'noted', 'parked')),
    reason             TEXT COLLATE "C",
    seen_at            BIGINT  NOT NULL,
    waits_until        BIGINT                        -- booking waits until then for what the list did not tell; NULL: nothing is left to ask
);

CREATE INDEX stripe_line_new ON stripe_line (created, id) WHERE state = 'new';
CREATE INDEX stripe_line_waiting ON stripe_line (created, id) WHERE state = 'new' AND waits_until IS NOT NULL;
CREATE INDEX stripe_line_parked ON stripe_line (id) WHERE state = 'parked';
CREATE INDEX stripe_line_by_created ON stripe_line (created, currency, net_minor);
CREATE INDEX stripe_line_by_charge ON stripe_line (charge_id) WHERE charge_id IS NOT NULL;
CREATE INDEX stripe_line_by_intent ON stripe_line (payment_intent) WHERE payment_intent IS NOT NULL;


-- An element of a list that could not be read: in sight until it can.
CREATE TABLE unread_line (
    id          TEXT COLLATE "C"    PRIMARY KEY,                 -- `txn_…`, or `sha256:…` of the element
    reason      TEXT COLLATE "C"    NOT NULL,
    body        BYTEA    NOT NULL,                    -- sealed
    first_at    BIGINT  NOT NULL,
    resolved_at BIGINT 
);

-- The state of an object at Stripe that is not money: what it says now, never what the books hold.
CREATE TABLE stripe_object (
    id             TEXT COLLATE "C"    PRIMARY KEY,              -- `re_…`, `dp_…`, `po_…`, `sub_…`, `in_…`, `issfr_…`, …
    object         TEXT COLLATE "C"    NOT NULL,                 -- refund, dispute, payout, subscription, invoice, invoice_payment, …
    status         TEXT COLLATE "C"    NOT NULL,
    reason         TEXT COLLATE "C",                             -- failure code, dispute reason, pending reason
    charge_id      TEXT COLLATE "C",
    payment_intent TEXT COLLATE "C",
    parent_id      TEXT COLLATE "C",                             -- an invoice's subscription, an invoice payment's invoice, a subscription's customer
    fund_ref       TEXT COLLATE "C",
    donation_ref   TEXT COLLATE "C",
    amount_minor   BIGINT ,
    currency       TEXT COLLATE "C",
    due_at         BIGINT ,                          -- unix seconds: evidence due, arrival, next charge, next attempt
    told_at        BIGINT  NOT NULL,                 -- unix seconds of the notice or fetch this state is from
    updated_at     BIGINT  NOT NULL
);

CREATE INDEX stripe_object_by_kind ON stripe_object (object, status);
CREATE INDEX stripe_object_by_intent ON stripe_object (payment_intent) WHERE payment_intent IS NOT NULL;
CREATE INDEX stripe_object_by_charge ON stripe_object (charge_id) WHERE charge_id IS NOT NULL;
CREATE INDEX stripe_object_by_parent ON stripe_object (parent_id) WHERE parent_id IS NOT NULL;

-- One row: how far the list of balance transactions has been read, and from when the books are kept.
CREATE TABLE stripe_sync (
    id            BIGINT  PRIMARY KEY CHECK (id = 1),
    newest        BIGINT  NOT NULL,                  -- unix seconds: the newest `created` ever seen on a line
    slice_from    BIGINT ,                           -- a run that died goes on from this slice …
    slice_after   TEXT COLLATE "C",                              -- … after this line
    complete_at   BIGINT ,                           -- when a run last came to its end
    opens_at      BIGINT ,                           -- unix seconds: lines before it are summed into the opening entry; NULL: from the first line
    opened_at     BIGINT ,                           -- when the opening entry was made, or found unneeded
    tied_at       BIGINT ,                           -- when ledger and Stripe's balance last agreed in every currency
    tie_broken_at BIGINT                             -- since when they do not
);

INSERT INTO stripe_sync (id, newest) VALUES (1, 0);

-- Who may do the work behind the scenes: one node at a time.
CREATE TABLE lease (
    name       TEXT COLLATE "C"    PRIMARY KEY,
    holder     TEXT COLLATE "C"    NOT NULL,
    expires_at BIGINT  NOT NULL
);

-- What a person must see. One row a subject, however often it happens.
CREATE TABLE alert (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       TEXT COLLATE "C"    NOT NULL,
    subject    TEXT COLLATE "C"    NOT NULL,                     -- an opaque id, never a name
    said       TEXT COLLATE "C"    NOT NULL,
    raised_at  BIGINT  NOT NULL,
    cleared_at BIGINT ,
    UNIQUE (kind, subject)
);

CREATE TRIGGER stripe_line_keeps_its_money BEFORE UPDATE OF id, created, type, currency, amount_minor, fee_minor, net_minor, source_id ON stripe_line FOR EACH ROW EXECUTE FUNCTION refuse('a balance transaction keeps its money');
CREATE TRIGGER stripe_line_never_goes BEFORE DELETE ON stripe_line FOR EACH ROW EXECUTE FUNCTION refuse('a balance transaction is never deleted');
CREATE TRIGGER stripe_line_is_never_emptied BEFORE TRUNCATE ON stripe_line FOR EACH STATEMENT EXECUTE FUNCTION refuse('stripe_line is never emptied');

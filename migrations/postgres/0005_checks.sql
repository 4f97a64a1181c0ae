-- What is checked beside the balance: payouts against the lines they consist of, lists of objects read again, gifts that were paid.

-- A payout that was held against its lines, or is to be.
CREATE TABLE payout_check (
    payout_id  TEXT COLLATE "C"    PRIMARY KEY,      -- `po_…`
    tried_at   BIGINT  NOT NULL,                     -- when Stripe was last asked about it
    settled_at BIGINT                                -- when it was found to hold, or to be none that can be checked; NULL: it is asked about again
);

-- How far the lists of those objects have been read of which notices tell, too.
CREATE TABLE object_list (
    object TEXT COLLATE "C"    PRIMARY KEY,          -- dispute, radar.early_fraud_warning
    newest BIGINT  NOT NULL                          -- unix seconds: the newest `created` ever listed
);

-- When a notice first said that the gift is paid: its line must follow.
ALTER TABLE donation ADD COLUMN paid_at BIGINT;

CREATE INDEX stripe_line_payouts ON stripe_line (created, source_id) WHERE type = 'payout';
CREATE INDEX stripe_line_reserved ON stripe_line (created, currency, net_minor) WHERE balance_type = 'risk_reserved';
CREATE INDEX donation_clearing ON donation (pledged_at) WHERE clearing = 1;

-- What is checked beside the balance: payouts against the lines they consist of, lists of objects read again, gifts that were paid.

-- A payout that was held against its lines, or is to be.
CREATE TABLE payout_check (
    payout_id  TEXT    PRIMARY KEY,                  -- `po_…`
    tried_at   INTEGER NOT NULL,                     -- when Stripe was last asked about it
    settled_at INTEGER                               -- when it was found to hold, or to be none that can be checked; NULL: it is asked about again
) STRICT;

-- How far the lists of those objects have been read of which notices tell, too.
CREATE TABLE object_list (
    object TEXT    PRIMARY KEY,                      -- dispute, radar.early_fraud_warning
    newest INTEGER NOT NULL                          -- unix seconds: the newest `created` ever listed
) STRICT;

-- When a notice first said that the gift is paid: its line must follow.
ALTER TABLE donation ADD COLUMN paid_at INTEGER;

CREATE INDEX stripe_line_payouts ON stripe_line (created, source_id) WHERE type = 'payout';
CREATE INDEX stripe_line_reserved ON stripe_line (created, currency, net_minor) WHERE balance_type = 'risk_reserved';
CREATE INDEX donation_clearing ON donation (pledged_at) WHERE clearing = 1;

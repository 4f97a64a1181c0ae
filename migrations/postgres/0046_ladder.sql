-- The ladder against card testing: what it counts, and how far giving is slowed down for everybody. No client is written down.

-- Cards that were refused within a day: one row a charge, or a payment where no charge was made.
CREATE TABLE refused_card (
    id          TEXT   NOT NULL PRIMARY KEY,
    donation_id BIGINT REFERENCES donation (id),     -- NULL: no gift of ours
    at          BIGINT NOT NULL
);

CREATE INDEX refused_card_by_time ON refused_card (at);
CREATE INDEX refused_card_by_gift ON refused_card (donation_id, at) WHERE donation_id IS NOT NULL;

-- How giving is slowed down, for all nodes alike: one row.
CREATE TABLE giving_brake (
    id           BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    slowed_at    BIGINT,
    calm_since   BIGINT,
    paused_until BIGINT,
    paused_at    BIGINT,
    pauses       BIGINT NOT NULL CHECK (pauses >= 0)
);

INSERT INTO giving_brake (id, slowed_at, calm_since, paused_until, paused_at, pauses) VALUES (1, NULL, NULL, NULL, NULL, 0);

-- Visits to Stripe's page within minutes are counted at each visit.
CREATE INDEX donation_by_pledge ON donation (pledged_at, state) WHERE origin = 'form';

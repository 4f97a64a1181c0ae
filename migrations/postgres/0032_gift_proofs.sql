-- What proves that a gift is inside a published total; all of it private but the root, which stands in the batch's record.

-- Coins of many gifts of one batch, and what they add up to. Nothing here says whose coin is whose.
CREATE TABLE coin_heap (
    fund_id BIGINT NOT NULL REFERENCES fund (id),
    batch   BIGINT NOT NULL CHECK (batch >= 1),
    n       BIGINT NOT NULL CHECK (n >= 0),
    coins   BYTEA  NOT NULL CHECK (length(coins) % 33 = 0), -- height in one byte, hash in 32, for each coin
    peaks   BYTEA  NOT NULL CHECK (length(peaks) % 33 = 0), -- the same for what remains of them when they are added up
    PRIMARY KEY (fund_id, batch, n)
);

-- What opens the coins of one gift: sealed, and destroyed when its donor asks to be forgotten. The heap stays as it is.
CREATE TABLE gift_salt (
    donation_id  BIGINT PRIMARY KEY REFERENCES donation (id),
    fund_id      BIGINT NOT NULL,
    batch        BIGINT NOT NULL,
    heap         BIGINT NOT NULL,
    number       TEXT COLLATE "C" NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    salt         BYTEA  NOT NULL,
    FOREIGN KEY (fund_id, batch, heap) REFERENCES coin_heap (fund_id, batch, n)
);

CREATE INDEX gift_salt_by_batch ON gift_salt (fund_id, batch);

-- Gifts that are counted, and did not fit into the published total of their batch: refunds too few to be shown were taken off it. The next takes them.
CREATE TABLE gift_unproved (
    fund_id      BIGINT NOT NULL REFERENCES fund (id),
    donation_id  BIGINT NOT NULL REFERENCES donation (id),
    number       TEXT COLLATE "C" NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (fund_id, donation_id)
);

CREATE TRIGGER coin_heap_never_changes BEFORE UPDATE ON coin_heap FOR EACH ROW EXECUTE FUNCTION refuse('what was committed to is never changed');
CREATE TRIGGER coin_heap_never_goes BEFORE DELETE ON coin_heap FOR EACH ROW EXECUTE FUNCTION refuse('what was committed to is never deleted');
CREATE TRIGGER gift_salt_never_changes BEFORE UPDATE ON gift_salt FOR EACH ROW EXECUTE FUNCTION refuse('a salt is kept or destroyed, never changed');
CREATE TRIGGER coin_heap_is_never_emptied BEFORE TRUNCATE ON coin_heap FOR EACH STATEMENT EXECUTE FUNCTION refuse('coin_heap is never emptied');

-- What proves that a gift is inside a published total; all of it private but the root, which stands in the batch's record.

-- Coins of many gifts of one batch, and what they add up to. Nothing here says whose coin is whose.
CREATE TABLE coin_heap (
    fund_id INTEGER NOT NULL REFERENCES fund (id),
    batch   INTEGER NOT NULL CHECK (batch >= 1),
    n       INTEGER NOT NULL CHECK (n >= 0),
    coins   BLOB    NOT NULL CHECK (length(coins) % 33 = 0), -- height in one byte, hash in 32, for each coin
    peaks   BLOB    NOT NULL CHECK (length(peaks) % 33 = 0), -- the same for what remains of them when they are added up
    PRIMARY KEY (fund_id, batch, n)
) STRICT, WITHOUT ROWID;

-- What opens the coins of one gift: sealed, and destroyed when its donor asks to be forgotten. The heap stays as it is.
CREATE TABLE gift_salt (
    donation_id  INTEGER PRIMARY KEY REFERENCES donation (id),
    fund_id      INTEGER NOT NULL,
    batch        INTEGER NOT NULL,
    heap         INTEGER NOT NULL,
    number       TEXT    NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    salt         BLOB    NOT NULL,
    FOREIGN KEY (fund_id, batch, heap) REFERENCES coin_heap (fund_id, batch, n)
) STRICT;

CREATE INDEX gift_salt_by_batch ON gift_salt (fund_id, batch);

-- Gifts that are counted, and did not fit into the published total of their batch: refunds too few to be shown were taken off it. The next takes them.
CREATE TABLE gift_unproved (
    fund_id      INTEGER NOT NULL REFERENCES fund (id),
    donation_id  INTEGER NOT NULL REFERENCES donation (id),
    number       TEXT    NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (fund_id, donation_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER coin_heap_never_changes BEFORE UPDATE ON coin_heap BEGIN SELECT RAISE(ABORT, 'what was committed to is never changed'); END;
CREATE TRIGGER coin_heap_never_goes BEFORE DELETE ON coin_heap BEGIN SELECT RAISE(ABORT, 'what was committed to is never deleted'); END;
CREATE TRIGGER gift_salt_never_changes BEFORE UPDATE ON gift_salt BEGIN SELECT RAISE(ABORT, 'a salt is kept or destroyed, never changed'); END;

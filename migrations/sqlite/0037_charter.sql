-- What a fund promises in public, version by version. Two people agree to a version; none is ever changed.

CREATE TABLE charter (
    fund_id     INTEGER NOT NULL REFERENCES fund (id),
    n           INTEGER NOT NULL CHECK (n >= 1),          -- versions of a fund, from 1 without gaps
    body        TEXT    NOT NULL CHECK (length(body) > 0), -- as it was agreed to: a paragraph a line, behind the word of its article
    proposal_id INTEGER REFERENCES proposal (id),         -- what was agreed to; NULL: nobody else was there who could agree
    agreed_at   INTEGER NOT NULL,
    PRIMARY KEY (fund_id, n)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER charter_follows BEFORE INSERT ON charter BEGIN
    SELECT RAISE(ABORT, 'a version follows the one before')
     WHERE NEW.n <> (SELECT COALESCE(MAX(n), 0) + 1 FROM charter WHERE fund_id = NEW.fund_id);
END;
CREATE TRIGGER charter_never_changes BEFORE UPDATE ON charter BEGIN SELECT RAISE(ABORT, 'a charter is never changed: agree to another version'); END;
CREATE TRIGGER charter_never_goes BEFORE DELETE ON charter BEGIN SELECT RAISE(ABORT, 'a charter is never deleted'); END;

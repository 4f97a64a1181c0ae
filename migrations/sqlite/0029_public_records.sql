-- What the public may read, record by record: the leaves of each fund's log, the lines they stand for, and the signed heads.

-- Postings that move spending and stand in no publication yet. Those of small groups may wait here for others.
CREATE TABLE unpublished (
    fund_id  INTEGER NOT NULL REFERENCES fund (id),
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    n        INTEGER NOT NULL,
    PRIMARY KEY (fund_id, entry_id, n)
) STRICT, WITHOUT ROWID;

INSERT INTO unpublished (fund_id, entry_id, n)
SELECT p.fund_id, p.entry_id, p.n FROM posting p JOIN account a ON a.id = p.account_id
 WHERE p.fund_id IS NOT NULL
   AND (a.path LIKE 'expenses:program:%' OR a.path LIKE 'expenses:grants:%' OR a.path LIKE 'expenses:admin:%');

-- A record as it was published, and what reports need of it. `body` is the leaf; everything else can be read out of it.
CREATE TABLE public_record (
    fund_id     INTEGER NOT NULL REFERENCES fund (id),
    position    INTEGER NOT NULL CHECK (position >= 0), -- its place in the fund's log, from 0, without gaps
    publication INTEGER NOT NULL CHECK (publication >= 1), -- the number of the publication that first shows it
    kind        TEXT    NOT NULL,
    n           INTEGER NOT NULL CHECK (n >= 0),     -- its number among those of its kind, from 1; 0: it has none
    about       INTEGER NOT NULL CHECK (about >= 0), -- the spending it says more of; 0: none
    week        TEXT    NOT NULL CHECK (length(week) = 8), -- 2026-W46
    text        TEXT    NOT NULL,                -- what it says in words: of a purchase what was bought, of a correction why
    body        TEXT    NOT NULL,
    PRIMARY KEY (fund_id, position)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX public_record_by_number ON public_record (fund_id, kind, n) WHERE n > 0;
CREATE INDEX public_record_about ON public_record (fund_id, about, position) WHERE about > 0;

-- What a record moves: the fund's side of an entry. The other side is always the fund's share of what the money accounts hold.
CREATE TABLE public_line (
    fund_id  INTEGER NOT NULL,
    position INTEGER NOT NULL,
    account  TEXT    NOT NULL,
    unit     TEXT    NOT NULL,                       -- `money`: minor units; `value`: what goods were worth; else what is counted
    amount   INTEGER NOT NULL,
    PRIMARY KEY (fund_id, position, account, unit),
    FOREIGN KEY (fund_id, position) REFERENCES public_record (fund_id, position)
) STRICT, WITHOUT ROWID;

-- Few among many: what was put right, what one signature did in an emergency, what has no receipt.
CREATE INDEX public_line_flagged ON public_line (fund_id, unit, position) WHERE unit IN ('correction', 'emergency', 'no-receipt');

-- A cache of the lines by week, so that a report costs the same however long the log is.
CREATE TABLE public_sum (
    fund_id INTEGER NOT NULL,
    account TEXT    NOT NULL,
    unit    TEXT    NOT NULL,
    week    TEXT    NOT NULL,
    amount  INTEGER NOT NULL,
    lines   INTEGER NOT NULL,
    PRIMARY KEY (fund_id, account, unit, week)
) STRICT, WITHOUT ROWID;

-- Which posting of the books a record shows; private.
CREATE TABLE published_posting (
    entry_id INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    fund_id  INTEGER NOT NULL,
    spending INTEGER NOT NULL CHECK (spending >= 0), -- the number of its spending; 0: it stands in a sum
    PRIMARY KEY (entry_id, n),
    FOREIGN KEY (entry_id, n) REFERENCES posting (entry_id, n)
) STRICT, WITHOUT ROWID;

-- Words about a spending that wait until they may be shown; private.
CREATE TABLE unpublished_text (
    fund_id    INTEGER NOT NULL REFERENCES fund (id),
    spending   INTEGER NOT NULL CHECK (spending >= 1),
    expense_id INTEGER NOT NULL REFERENCES expense (id),
    show_from  INTEGER,                              -- NULL: when the strike is over
    PRIMARY KEY (fund_id, spending)
) STRICT, WITHOUT ROWID;

CREATE INDEX unpublished_text_by_time ON unpublished_text (fund_id, show_from, spending);

-- A path is looked for from the newest publication back.
CREATE INDEX publication_file_by_path ON publication_file (path, publication_id);

-- The head of a fund's log at one publication.
CREATE TABLE log_head (
    fund_id     INTEGER NOT NULL REFERENCES fund (id),
    publication INTEGER NOT NULL CHECK (publication >= 1),
    size        INTEGER NOT NULL CHECK (size >= 1),
    peaks       BLOB    NOT NULL,                    -- roots of its whole subtrees, the largest first, 32 bytes each
    PRIMARY KEY (fund_id, publication)
) STRICT, WITHOUT ROWID;

-- The hash over each whole tile below: what the tiles above the lowest hold.
CREATE TABLE log_node (
    fund_id INTEGER NOT NULL REFERENCES fund (id),
    level   INTEGER NOT NULL CHECK (level >= 1),
    n       INTEGER NOT NULL CHECK (n >= 0),
    hash    BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (fund_id, level, n)
) STRICT, WITHOUT ROWID;

-- What a fund signs its heads with. The seed is sealed under the master key, which is kept outside.
CREATE TABLE log_key (
    fund_id INTEGER NOT NULL REFERENCES fund (id),
    n       INTEGER NOT NULL CHECK (n >= 1),         -- the newest signs
    seed    BLOB    NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (fund_id, n)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER public_record_is_next BEFORE INSERT ON public_record BEGIN
    SELECT RAISE(ABORT, 'a record comes after the last one')
     WHERE NEW.position <> (SELECT COALESCE(MAX(position) + 1, 0) FROM public_record WHERE fund_id = NEW.fund_id);
END;
CREATE TRIGGER public_record_never_changes BEFORE UPDATE ON public_record BEGIN SELECT RAISE(ABORT, 'what was published is never changed'); END;
CREATE TRIGGER public_record_never_goes BEFORE DELETE ON public_record BEGIN SELECT RAISE(ABORT, 'what was published is never deleted'); END;
CREATE TRIGGER public_line_never_changes BEFORE UPDATE ON public_line BEGIN SELECT RAISE(ABORT, 'what was published is never changed'); END;
CREATE TRIGGER public_line_never_goes BEFORE DELETE ON public_line BEGIN SELECT RAISE(ABORT, 'what was published is never deleted'); END;
CREATE TRIGGER published_posting_never_changes BEFORE UPDATE ON published_posting BEGIN SELECT RAISE(ABORT, 'what was published is never changed'); END;
CREATE TRIGGER published_posting_never_goes BEFORE DELETE ON published_posting BEGIN SELECT RAISE(ABORT, 'what was published is never deleted'); END;
CREATE TRIGGER log_head_never_shrinks BEFORE INSERT ON log_head BEGIN
    SELECT RAISE(ABORT, 'a log never shrinks')
     WHERE NEW.size <= (SELECT COALESCE(MAX(size), 0) FROM log_head WHERE fund_id = NEW.fund_id)
        OR NEW.size <> (SELECT MAX(position) + 1 FROM public_record WHERE fund_id = NEW.fund_id);
END;
CREATE TRIGGER log_head_never_changes BEFORE UPDATE ON log_head BEGIN SELECT RAISE(ABORT, 'what was signed is never changed'); END;
CREATE TRIGGER log_head_never_goes BEFORE DELETE ON log_head BEGIN SELECT RAISE(ABORT, 'what was signed is never deleted'); END;
CREATE TRIGGER log_node_never_changes BEFORE UPDATE ON log_node BEGIN SELECT RAISE(ABORT, 'what was published is never changed'); END;
CREATE TRIGGER log_node_never_goes BEFORE DELETE ON log_node BEGIN SELECT RAISE(ABORT, 'what was published is never deleted'); END;
CREATE TRIGGER log_key_never_changes BEFORE UPDATE ON log_key BEGIN SELECT RAISE(ABORT, 'a key is never changed: make another'); END;
CREATE TRIGGER log_key_never_goes BEFORE DELETE ON log_key BEGIN SELECT RAISE(ABORT, 'a key is never deleted'); END;

-- The picket line and the kitchen table: where a captain's news go, and what is asked before somebody agrees.

ALTER TABLE captain ADD COLUMN email BLOB;           -- sealed: where they hear what became of a claim; NULL: nowhere

CREATE INDEX document_by_original ON document (copy_of) WHERE copy_of IS NOT NULL;

CREATE TABLE question (
    id          INTEGER PRIMARY KEY,
    proposal_id INTEGER NOT NULL REFERENCES proposal (id),
    person_id   INTEGER NOT NULL REFERENCES person (id),
    text        TEXT    NOT NULL,                    -- private
    asked_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX question_by_proposal ON question (proposal_id, id);

CREATE TABLE answer (
    question_id INTEGER PRIMARY KEY REFERENCES question (id),
    person_id   INTEGER NOT NULL REFERENCES person (id),
    text        TEXT    NOT NULL,                    -- private
    given_at    INTEGER NOT NULL
) STRICT;

CREATE TRIGGER question_never_changes BEFORE UPDATE ON question BEGIN SELECT RAISE(ABORT, 'what was asked is never changed'); END;
CREATE TRIGGER question_never_goes BEFORE DELETE ON question BEGIN SELECT RAISE(ABORT, 'what was asked is never deleted'); END;
CREATE TRIGGER answer_never_changes BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'an answer is never changed'); END;
CREATE TRIGGER answer_never_goes BEFORE DELETE ON answer BEGIN SELECT RAISE(ABORT, 'an answer is never deleted'); END;

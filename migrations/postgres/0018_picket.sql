-- The picket line and the kitchen table: where a captain's news go, and what is asked before somebody agrees.

ALTER TABLE captain ADD COLUMN email BYTEA;          -- sealed: where they hear what became of a claim; NULL: nowhere

CREATE INDEX document_by_original ON document (copy_of) WHERE copy_of IS NOT NULL;

CREATE TABLE question (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    proposal_id BIGINT NOT NULL REFERENCES proposal (id),
    person_id   BIGINT NOT NULL REFERENCES person (id),
    text        TEXT COLLATE "C" NOT NULL,           -- private
    asked_at    BIGINT NOT NULL
);

CREATE INDEX question_by_proposal ON question (proposal_id, id);

CREATE TABLE answer (
    question_id BIGINT PRIMARY KEY REFERENCES question (id),
    person_id   BIGINT NOT NULL REFERENCES person (id),
    text        TEXT COLLATE "C" NOT NULL,           -- private
    given_at    BIGINT NOT NULL
);

CREATE TRIGGER question_never_changes BEFORE UPDATE ON question FOR EACH ROW EXECUTE FUNCTION refuse('what was asked is never changed');
CREATE TRIGGER question_never_goes BEFORE DELETE ON question FOR EACH ROW EXECUTE FUNCTION refuse('what was asked is never deleted');
CREATE TRIGGER answer_never_changes BEFORE UPDATE ON answer FOR EACH ROW EXECUTE FUNCTION refuse('an answer is never changed');
CREATE TRIGGER answer_never_goes BEFORE DELETE ON answer FOR EACH ROW EXECUTE FUNCTION refuse('an answer is never deleted');
CREATE TRIGGER question_is_never_emptied BEFORE TRUNCATE ON question FOR EACH STATEMENT EXECUTE FUNCTION refuse('question is never emptied');
CREATE TRIGGER answer_is_never_emptied BEFORE TRUNCATE ON answer FOR EACH STATEMENT EXECUTE FUNCTION refuse('answer is never emptied');

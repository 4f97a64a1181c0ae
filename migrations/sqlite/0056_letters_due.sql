-- A donor is to be written to about a gift that moved, or became theirs, where nobody could write at once; written in the next round.
ALTER TABLE donation ADD COLUMN letter_due INTEGER NOT NULL DEFAULT 0 CHECK (letter_due IN (0, 1));
CREATE INDEX donation_letter_due ON donation (id) WHERE letter_due = 1;

-- What repeat givers and the middle gift are found by: the counted gifts of one donor.

CREATE INDEX donation_counted_by_donor ON donation (fund_id, donor_hash, settled_minor)
    WHERE donor_hash IS NOT NULL AND publication_id IS NOT NULL;

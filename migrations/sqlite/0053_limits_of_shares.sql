-- The most that a group gets of a plan, in minor units; what is over it, the others share. A fixed sum has no limit.
ALTER TABLE plan_share ADD COLUMN most_minor INTEGER CHECK (most_minor IS NULL OR (most_minor >= 1 AND most_minor >= amount_minor AND rule <> 'fixed'));

-- How much a fund takes at most, in its currency and never below its goal; NULL: it names no cap.
ALTER TABLE fund_goal ADD COLUMN cap_minor INTEGER CHECK (cap_minor IS NULL OR (amount_minor IS NOT NULL AND cap_minor >= amount_minor));

-- Where a payee hears that it was changed how they are paid: sealed; NULL: they hear nothing.
ALTER TABLE payee ADD COLUMN email BYTEA;

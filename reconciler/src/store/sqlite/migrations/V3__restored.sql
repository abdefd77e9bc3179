-- A version that says the same as an earlier one: people took a later import back. Nothing is deleted.
ALTER TABLE ledger_versions ADD COLUMN restored INTEGER REFERENCES ledger_versions (number);

-- The rows of a ledger version in pieces, so that a large ledger is never one text. Versions of before have all their
-- rows in ledger_versions, and no piece.

CREATE TABLE ledger_pieces (
    version INTEGER NOT NULL REFERENCES ledger_versions (number),
    piece INTEGER NOT NULL, -- in the ledger's order
    rows INTEGER NOT NULL,
    ledger TEXT NOT NULL CHECK (json_valid(ledger)),
    PRIMARY KEY (version, piece)
) STRICT;

CREATE TRIGGER ledger_pieces_stay BEFORE UPDATE ON ledger_pieces BEGIN SELECT RAISE(ABORT, 'ledger versions are append-only'); END;
CREATE TRIGGER ledger_pieces_remain BEFORE DELETE ON ledger_pieces BEGIN SELECT RAISE(ABORT, 'ledger versions are append-only'); END;

-- What people decided about devices, what inventory files say, and what a later agent reads in kept replies.

-- A decision is never changed: a later row about the same thing replaces it, and one without a value
-- withdraws it.
CREATE TABLE decisions (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    about TEXT NOT NULL CHECK (about IN ('class', 'maker', 'model', 'os')),
    value TEXT, -- NULL: withdrawn
    who TEXT NOT NULL,
    note TEXT,
    decided_us INTEGER NOT NULL
) STRICT;

CREATE INDEX decisions_by_key ON decisions (key, about, number);

-- Every import is kept; the newest one of a file name is what counts.
CREATE TABLE inventories (
    number INTEGER PRIMARY KEY,
    file TEXT NOT NULL CHECK (json_valid(file)),
    name TEXT NOT NULL,
    imported_us INTEGER NOT NULL,
    batch TEXT NOT NULL -- JSON Lines, as a batch is written anywhere
) STRICT;

CREATE INDEX inventories_by_name ON inventories (name, number);

-- Derived, like verdicts: the newest reading of a run's replies. What was observed stays as it is.
CREATE TABLE readings (
    run INTEGER PRIMARY KEY REFERENCES runs (key),
    reread TEXT NOT NULL CHECK (json_valid(reread)),
    observations TEXT NOT NULL CHECK (json_valid(observations))
) STRICT;

CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decisions_remain BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER inventories_stay BEFORE UPDATE ON inventories BEGIN SELECT RAISE(ABORT, 'inventories are append-only'); END;
CREATE TRIGGER inventories_remain BEFORE DELETE ON inventories BEGIN SELECT RAISE(ABORT, 'inventories are append-only'); END;

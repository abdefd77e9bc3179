-- What agents saw, what people declared, and what was judged.
-- Evidence is append-only: triggers refuse UPDATE and DELETE, so that a report of last year can be
-- checked against the very rows it stands on. Verdicts are derived and may be judged again.

PRAGMA application_id = 1147224911; -- "DaCO" in ASCII: another program's database is not ours to open

CREATE TABLE runs (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    started_us INTEGER NOT NULL, -- microseconds since 1970, UTC: text with fractions does not sort
    header TEXT NOT NULL CHECK (json_valid(header))
) STRICT;

CREATE TABLE observations (
    run INTEGER NOT NULL REFERENCES runs (key),
    number INTEGER NOT NULL CHECK (number > 0),
    record TEXT NOT NULL CHECK (json_valid(record)),
    PRIMARY KEY (run, number)
) STRICT;

-- Packets sent, coverage and troubles: each kind counted from 1 in the order of the batch.
CREATE TABLE remarks (
    run INTEGER NOT NULL REFERENCES runs (key),
    kind TEXT NOT NULL CHECK (kind IN ('sent', 'coverage', 'trouble')),
    number INTEGER NOT NULL CHECK (number > 0),
    record TEXT NOT NULL CHECK (json_valid(record)),
    PRIMARY KEY (run, kind, number)
) STRICT;

-- A run without an end was cut off. A table of its own, so that runs need no UPDATE.
CREATE TABLE ends (
    run INTEGER PRIMARY KEY REFERENCES runs (key),
    record TEXT NOT NULL CHECK (json_valid(record))
) STRICT;

-- Every import is a version; the newest version of a file name is what counts.
CREATE TABLE ledger_versions (
    number INTEGER PRIMARY KEY,
    file TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    imported_us INTEGER NOT NULL,
    who TEXT NOT NULL,
    ledger TEXT CHECK (json_valid(ledger)) -- NULL: the file was withdrawn from the ledger
) STRICT;

CREATE INDEX ledger_versions_by_file ON ledger_versions (file, number);

CREATE TABLE verdicts (
    run INTEGER PRIMARY KEY REFERENCES runs (key),
    judged_us INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (json_valid(verdict))
) STRICT;

CREATE TRIGGER runs_stay BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'runs are append-only'); END;
CREATE TRIGGER runs_remain BEFORE DELETE ON runs BEGIN SELECT RAISE(ABORT, 'runs are append-only'); END;
CREATE TRIGGER observations_stay BEFORE UPDATE ON observations BEGIN SELECT RAISE(ABORT, 'observations are append-only'); END;
CREATE TRIGGER observations_remain BEFORE DELETE ON observations BEGIN SELECT RAISE(ABORT, 'observations are append-only'); END;
CREATE TRIGGER remarks_stay BEFORE UPDATE ON remarks BEGIN SELECT RAISE(ABORT, 'remarks are append-only'); END;
CREATE TRIGGER remarks_remain BEFORE DELETE ON remarks BEGIN SELECT RAISE(ABORT, 'remarks are append-only'); END;
CREATE TRIGGER ends_stay BEFORE UPDATE ON ends BEGIN SELECT RAISE(ABORT, 'ends are append-only'); END;
CREATE TRIGGER ends_remain BEFORE DELETE ON ends BEGIN SELECT RAISE(ABORT, 'ends are append-only'); END;
CREATE TRIGGER ledger_versions_stay BEFORE UPDATE ON ledger_versions BEGIN SELECT RAISE(ABORT, 'ledger versions are append-only'); END;
CREATE TRIGGER ledger_versions_remain BEFORE DELETE ON ledger_versions BEGIN SELECT RAISE(ABORT, 'ledger versions are append-only'); END;

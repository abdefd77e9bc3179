-- Answers to forms, frozen: the content is kept octet by octet, with its SHA-256, and depends on nothing else that is
-- kept, so that no later scan, import or decision changes what was answered.

CREATE TABLE snapshots (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    form TEXT NOT NULL,
    edition TEXT NOT NULL,
    as_of TEXT NOT NULL, -- the day whose state was asked for, ISO 8601
    taken_us INTEGER NOT NULL, -- microseconds since 1970, UTC
    who TEXT NOT NULL,
    run TEXT NOT NULL,
    ledger_version INTEGER, -- the newest version that the run was judged against, where one is still known
    sha256 TEXT NOT NULL,
    content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;

CREATE TRIGGER snapshots_stay BEFORE UPDATE ON snapshots BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;
CREATE TRIGGER snapshots_remain BEFORE DELETE ON snapshots BEGIN SELECT RAISE(ABORT, 'snapshots are append-only'); END;

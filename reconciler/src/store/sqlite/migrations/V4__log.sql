-- Everything that people decided, about devices and about findings, in one chain: each row's hash covers what the row
-- says and the hash of the row before, so that a row that is edited, taken out, put in or moved does not fit any more.
-- Decisions about devices of earlier versions (table decisions) are carried over when the database is opened.

CREATE TABLE log (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    at_us INTEGER NOT NULL, -- microseconds since 1970, UTC
    who TEXT NOT NULL,
    record TEXT NOT NULL CHECK (json_valid(record)), -- hashed as it stands here, octet by octet
    previous TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
) STRICT;

CREATE TRIGGER log_stays BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_remains BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

-- What maintenance vendors were asked, what they answered, and runs that they handed in. A correction is a further row.

CREATE TABLE enquiries (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    asked_us INTEGER NOT NULL, -- microseconds since 1970, UTC
    record TEXT NOT NULL CHECK (json_valid(record))
) STRICT;

CREATE TABLE replies (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    enquiry INTEGER NOT NULL REFERENCES enquiries (number),
    received_us INTEGER NOT NULL,
    sha256 TEXT NOT NULL UNIQUE, -- of the file: the same file is one reply
    record TEXT NOT NULL CHECK (json_valid(record))
) STRICT;

CREATE TABLE handed_in (
    run INTEGER PRIMARY KEY REFERENCES runs (key),
    vendor TEXT NOT NULL,
    who TEXT NOT NULL,
    received_us INTEGER NOT NULL,
    sha256 TEXT NOT NULL -- of the batch file
) STRICT;

CREATE TRIGGER enquiries_stay BEFORE UPDATE ON enquiries BEGIN SELECT RAISE(ABORT, 'enquiries are append-only'); END;
CREATE TRIGGER enquiries_remain BEFORE DELETE ON enquiries BEGIN SELECT RAISE(ABORT, 'enquiries are append-only'); END;
CREATE TRIGGER replies_stay BEFORE UPDATE ON replies BEGIN SELECT RAISE(ABORT, 'replies are append-only'); END;
CREATE TRIGGER replies_remain BEFORE DELETE ON replies BEGIN SELECT RAISE(ABORT, 'replies are append-only'); END;
CREATE TRIGGER handed_in_stays BEFORE UPDATE ON handed_in BEGIN SELECT RAISE(ABORT, 'origins are append-only'); END;
CREATE TRIGGER handed_in_remains BEFORE DELETE ON handed_in BEGIN SELECT RAISE(ABORT, 'origins are append-only'); END;

-- Version 2: `news` is remembered, the other tables are derived.

-- What happened lately to the entries that are published, in order, for whoever missed it.
CREATE TABLE news (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, told TEXT NOT NULL);

-- What the page that lists all feeds tells of them.

-- How many articles of a feed that are in force were published in each month (year times 100, and the
-- number of the month).
CREATE TABLE cadence (
  feed INTEGER NOT NULL,
  month INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (feed, month)
) WITHOUT ROWID;

-- What was told of the feeds that are published, as JSON.
CREATE TABLE glance (
  feed INTEGER NOT NULL,
  told TEXT NOT NULL,
  PRIMARY KEY (feed)
) WITHOUT ROWID;

CREATE TRIGGER feed_unlisted AFTER DELETE ON feed BEGIN
  DELETE FROM cadence WHERE feed = old.number;
  DELETE FROM glance WHERE feed = old.number;
END;

-- What is derived is made anew, with these.
DELETE FROM setting WHERE name = 'print';

-- The state file, version 1. `entry`, `alias`, `gone`, `setting`, `shelved`, `shown`, `tombstone` and
-- `document` are remembered; all else is derived from the articles and may be thrown away.

-- What holds for the whole file, by name.
CREATE TABLE setting (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;

-- An entry: what was issued to subscribers, for ever.
CREATE TABLE entry (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  permalink TEXT,              -- the page last declared or made, where it isn't the id
  published INTEGER NOT NULL,  -- Unix seconds, like all times here
  updated INTEGER NOT NULL,
  declared INTEGER,            -- the date of the last change that the article itself tells
  public INTEGER NOT NULL,     -- 1 once a feed could hold it
  matter BLOB,                 -- digest of title, page and text, once subscribers got them
  removed INTEGER,             -- when its file was found gone
  folder INTEGER, name BLOB,   -- its file
  flags INTEGER NOT NULL DEFAULT 0, -- 1: a draft, or kept out of the feeds
  expires INTEGER,
  members TEXT                 -- its places in the feeds: [[feed, rank, spelling], …]
);

-- Entries by the first 16 bytes of the SHA-256 of their id, and of a page that isn't the id.
CREATE TABLE alias (key BLOB NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (key, entry)) WITHOUT ROWID;

-- The digests of files that are gone, so that what was moved is found again.
CREATE TABLE gone (hash BLOB NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (hash, entry)) WITHOUT ROWID;
CREATE INDEX gone_entry ON gone (entry);

-- The folders of the input that hold articles.
CREATE TABLE folder (
  number INTEGER PRIMARY KEY,
  input INTEGER NOT NULL,
  path BLOB NOT NULL,
  UNIQUE (input, path)
);

-- The files. A stamp that is null is never the file's own, so the file is read again.
CREATE TABLE file (
  folder INTEGER NOT NULL,
  name BLOB NOT NULL,
  stamp BLOB,                  -- size, times and inode
  hash BLOB NOT NULL,          -- the first 16 bytes of the SHA-256 of its bytes
  entry INTEGER,               -- null where it holds no article
  age INTEGER,                 -- the date by which files of one entry contend: the newest holds it
  loses INTEGER,               -- 1 where another file holds the entry
  reports TEXT,                -- what was not as it should be, as JSON
  PRIMARY KEY (folder, name)
) WITHOUT ROWID;
CREATE INDEX loser ON file (entry) WHERE loses = 1;
CREATE INDEX reported ON file (folder, name) WHERE reports IS NOT NULL;

-- The feeds: a declaration and, of a group, its folded values.
CREATE TABLE feed (
  number INTEGER PRIMARY KEY,
  plan INTEGER NOT NULL,
  key TEXT NOT NULL,           -- the folded values, as a JSON list
  stale INTEGER NOT NULL,      -- 1 until its documents are published
  frame BLOB,                  -- digest of what the pages of its archive say of the feed
  UNIQUE (plan, key)
);

-- How the articles of a group spell its values.
CREATE TABLE spelling (
  feed INTEGER NOT NULL,
  spelling TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (feed, spelling)
) WITHOUT ROWID;

-- Which entries may be in a feed by all that their heads say, in the order of the feed.
CREATE TABLE member (
  feed INTEGER NOT NULL,
  rank NOT NULL,
  entry INTEGER NOT NULL,
  fits INTEGER,                -- whether the text fits the feed's conditions; null while unknown
  PRIMARY KEY (feed, rank, entry)
) WITHOUT ROWID;

-- When an entry comes into the feeds or leaves them by itself.
CREATE TABLE due (at INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (at, entry)) WITHOUT ROWID;

-- Articles that were read whole, as JSON, by their file.
CREATE TABLE whole (
  folder INTEGER NOT NULL,
  name BLOB NOT NULL,
  hash BLOB NOT NULL,
  used INTEGER NOT NULL,       -- the higher, the later it was read
  bytes INTEGER NOT NULL,
  article TEXT NOT NULL,
  PRIMARY KEY (folder, name)
) WITHOUT ROWID;
CREATE INDEX whole_used ON whole (used);

-- The pages of the archives, by their numbers.
CREATE TABLE page (
  feed INTEGER NOT NULL,
  page INTEGER NOT NULL,
  stale INTEGER NOT NULL,      -- 1 until its documents are published
  PRIMARY KEY (feed, page)
) WITHOUT ROWID;

-- Which entries stand on the pages.
CREATE TABLE leaf (
  feed INTEGER NOT NULL,
  page INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (feed, page, entry)
) WITHOUT ROWID;
CREATE INDEX leaf_entry ON leaf (entry, feed);

-- Entries that may have come to a page of an archive, or to another, or changed on theirs.
CREATE TABLE touched (feed INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (feed, entry)) WITHOUT ROWID;

CREATE TRIGGER feed_gone AFTER DELETE ON feed BEGIN
  DELETE FROM page WHERE feed = old.number;
  DELETE FROM leaf WHERE feed = old.number;
  DELETE FROM touched WHERE feed = old.number;
END;

-- The pages that entries were given, for ever, where pages go by count.
CREATE TABLE shelved (
  feed TEXT NOT NULL,          -- the folder of the feed
  size INTEGER NOT NULL,       -- how many entries a page has a place for
  page INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (feed, size, page, entry)
) WITHOUT ROWID;
CREATE INDEX shelved_entry ON shelved (entry);

-- What the published feeds hold, by the folder of the feed.
CREATE TABLE shown (
  feed TEXT NOT NULL,
  position INTEGER NOT NULL,
  id TEXT NOT NULL,
  permalink TEXT,
  title TEXT NOT NULL,
  published INTEGER NOT NULL,
  version BLOB NOT NULL,
  PRIMARY KEY (feed, position)
) WITHOUT ROWID;

-- Entries that a feed tells to be gone.
CREATE TABLE tombstone (
  feed TEXT NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (feed, id)
) WITHOUT ROWID;
CREATE INDEX tombstone_at ON tombstone (at);

-- The documents that were published, and what was written.
CREATE TABLE document (
  path TEXT PRIMARY KEY,
  feed TEXT,                   -- the folder of its feed; null for what all feeds share
  stamp BLOB NOT NULL,         -- the stamp of the file when it was written
  hash BLOB NOT NULL
) WITHOUT ROWID;

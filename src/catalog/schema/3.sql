-- Version 3: a file is known by its article's face too.

-- The digest of its title and dates, where the article declares neither an id nor a page.
ALTER TABLE file ADD COLUMN face BLOB;
CREATE INDEX faced ON file (face) WHERE face IS NOT NULL;

-- What is derived is made anew, with these.
DELETE FROM setting WHERE name = 'print';

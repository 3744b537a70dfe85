-- The words of public entries, folded by the program.
CREATE TABLE search (
    num   INTEGER PRIMARY KEY REFERENCES entry (num) ON DELETE CASCADE,
    words tsvector NOT NULL
);
CREATE INDEX search_words ON search USING gin (words);

-- Folded names sort by their bytes, whatever the database's collation, as on SQLite.
ALTER TABLE entry ALTER COLUMN name_key TYPE TEXT COLLATE "C";

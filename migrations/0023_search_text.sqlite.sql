-- The words of public entries as they are in the table search, which does not give
-- them back: the index in memory is made of them. On PostgreSQL that table does.
CREATE TABLE search_text (
    num   INTEGER PRIMARY KEY,
    words TEXT NOT NULL
);

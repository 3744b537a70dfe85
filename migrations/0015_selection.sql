-- What a selection chooses by beside kind, theme, tag, place and time, of the
-- entry as anyone may see it. department is the INSEE code of its place, rules
-- that it says where its rules are, terms what the indexes in memory read of it: a
-- line each of "l LANGUAGE", "t TAG" and "c CONCEPT". The program fills them in
-- for the entries that are there already.
ALTER TABLE entry ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE entry ADD COLUMN rules BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE entry ADD COLUMN terms TEXT NOT NULL DEFAULT '';
CREATE INDEX entry_department ON entry (department, num) WHERE department <> '';
CREATE INDEX entry_rules ON entry (num) WHERE rules;

CREATE TABLE entry_language (
    language TEXT NOT NULL,
    num      INTEGER NOT NULL REFERENCES entry (num) ON DELETE CASCADE,
    PRIMARY KEY (language, num)
);
CREATE INDEX entry_language_num ON entry_language (num);

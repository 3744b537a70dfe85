-- What the chronology draws of an entry beside its dates, as anyone may see it:
-- date_form packs how well the dates are known (directory.DateForm), series is the
-- slug of the series that an event is an edition of, country that of its place.
-- The program fills them in for the entries that are there already.
ALTER TABLE entry ADD COLUMN date_form INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entry ADD COLUMN series TEXT NOT NULL DEFAULT '';
ALTER TABLE entry ADD COLUMN country TEXT NOT NULL DEFAULT '';
CREATE INDEX entry_series ON entry (series, date_from, num) WHERE public AND series <> '';

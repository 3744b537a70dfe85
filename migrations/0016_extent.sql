-- What the map draws of a public place beside its point: that it is somewhere
-- around (approximate), or the line or area that it has, as GeoJSON, with its box.
-- The box is in degrees; east may be beyond 180. shape is '' without one.
CREATE TABLE entry_extent (
    num         INTEGER PRIMARY KEY REFERENCES entry (num) ON DELETE CASCADE,
    approximate BOOLEAN NOT NULL,
    west        DOUBLE PRECISION NOT NULL,
    south       DOUBLE PRECISION NOT NULL,
    east        DOUBLE PRECISION NOT NULL,
    north       DOUBLE PRECISION NOT NULL,
    shape       TEXT NOT NULL
);
INSERT INTO entry_extent (num, approximate, west, south, east, north, shape)
    SELECT e.num, TRUE, 0, 0, 0, 0, '' FROM entry e JOIN entry_doc d ON d.num = e.num
    WHERE e.public AND e.has_point AND d.doc LIKE '%"precision":"approximate"%';

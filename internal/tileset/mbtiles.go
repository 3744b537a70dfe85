package tileset

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// queryTimeout bounds one look into the file.
const queryTimeout = 5 * time.Second

// openMBTiles opens an MBTiles 1.3 file read-only, by the SQLite driver that
// package store registers under "sqlite".
// Source: https://github.com/mapbox/mbtiles-spec/blob/master/1.3/spec.md
func openMBTiles(path string) (*Set, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&immutable=1&_pragma=query_only(1)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	s, err := readMBTiles(db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.close = db.Close
	return s, nil
}

func readMBTiles(db *sql.DB) (*Set, error) {
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	meta := map[string]string{}
	rows, err := db.QueryContext(ctx, "SELECT name, value FROM metadata WHERE length(value) < 100000 LIMIT 1000")
	if err != nil {
		return nil, fmt.Errorf("is not an MBTiles file: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k, v string
		if err := rows.Scan(&k, &v); err != nil {
			return nil, fmt.Errorf("metadata: %w", err)
		}
		meta[k] = v
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	formats := map[string]string{"pbf": MVT, "png": PNG, "jpg": JPEG, "jpeg": JPEG, "webp": WebP}
	s := &Set{Format: formats[meta["format"]], Attribution: meta["attribution"], Gzipped: meta["format"] == "pbf"}
	if s.Format == "" {
		return nil, fmt.Errorf("tiles of format %.20q are not read: want pbf, png, jpg or webp", meta["format"])
	}
	if err := zooms(ctx, db, s, meta); err != nil {
		return nil, err
	}
	s.read = func(z, x, y uint32) ([]byte, error) { return mbTile(db, z, x, y) }
	return s, nil
}

// zooms are those of the metadata, else of the tiles.
func zooms(ctx context.Context, db *sql.DB, s *Set, meta map[string]string) error {
	least, errLeast := strconv.ParseUint(meta["minzoom"], 10, 8)
	most, errMost := strconv.ParseUint(meta["maxzoom"], 10, 8)
	if errLeast != nil || errMost != nil {
		var a, b sql.NullInt64
		if err := db.QueryRowContext(ctx, "SELECT MIN(zoom_level), MAX(zoom_level) FROM tiles").Scan(&a, &b); err != nil {
			return fmt.Errorf("tiles: %w", err)
		}
		if !a.Valid || a.Int64 < 0 || b.Int64 > maxZoom {
			return errors.New("has no tiles")
		}
		least, most = uint64(a.Int64), uint64(b.Int64)
	}
	s.MinZoom, s.MaxZoom = uint32(least), uint32(most)
	return nil
}

// mbTile reads a tile; rows are counted from the south.
func mbTile(db *sql.DB, z, x, y uint32) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	var raw []byte
	err := db.QueryRowContext(ctx, "SELECT tile_data FROM tiles WHERE zoom_level = $1 AND tile_column = $2 AND tile_row = $3 AND length(tile_data) <= $4",
		z, x, uint32(1)<<z-1-y, maxTileBytes).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) || err == nil && len(raw) == 0 {
		return nil, ErrNoTile
	}
	return raw, err
}

package transfer

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// ExportInfo says what a file tells of itself. The zero value works for CSV and GeoJSON.
type ExportInfo struct {
	// Base is the instance's URL without a trailing slash.
	Base string
	// Title names the feed.
	Title string
	// Self and Home are the URLs of the feed and of its page.
	Self, Home string
	// Now stamps the file where the format needs it; zero is 1 January 1970.
	Now time.Time
	// Most bounds the number of entries; 0 = all of them.
	Most int
	// Extra gives back what imports brought that no field holds. It is for whoever
	// imported it, not for the public.
	Extra bool
}

// exportPage is how many entries are read from the store at a time.
const exportPage = 500

// encoder writes entries in one format.
type encoder interface {
	begin() error
	entry(p directory.Public) error
	end() error
}

// Export writes every entry that the filter selects, page by page; the filter's
// Limit and cursor are ignored. Only public values are written, save for what info.Extra
// asks for. An error after
// the first byte leaves the output unfinished.
func Export(ctx context.Context, st *store.Store, w io.Writer, format Format, filter store.EntryFilter, info ExportInfo) error {
	buf := bufio.NewWriterSize(w, 32<<10)
	var enc encoder
	switch format {
	case CSV:
		enc = newCSVEncoder(buf, info)
	case GeoJSON:
		enc = &geoJSONEncoder{w: buf, info: info}
	case ICS:
		filter.Kinds = []directory.Kind{directory.KindEvent}
		enc = &icsEncoder{w: buf, info: info}
	case Atom:
		enc = &atomEncoder{w: buf, info: info}
	default:
		return fmt.Errorf("export: %w: format %q is not one of csv, geojson, ics, atom", directory.ErrInvalid, format)
	}
	filter.AfterNum, filter.AfterKey, filter.AfterSeq = 0, "", 0
	if err := enc.begin(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := eachPublic(ctx, st, filter, info, enc.entry); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := enc.end(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return buf.Flush()
}

// eachPublic calls fn with every public entry of the filter, at most info.Most of them when it is not 0.
func eachPublic(ctx context.Context, st *store.Store, filter store.EntryFilter, info ExportInfo, fn func(directory.Public) error) error {
	most := info.Most
	filter.WithDead = true // an export is where what an origin left can still be had
	for done := 0; ; {
		filter.Limit = exportPage
		if most > 0 {
			filter.Limit = min(exportPage, most-done)
		}
		es, err := st.Entries(ctx, filter)
		if err != nil {
			return err
		}
		for _, e := range es {
			p, ok := e.Public()
			if !ok {
				continue
			}
			if info.Extra {
				p.Extra = e.Extra
			}
			if err := fn(p); err != nil {
				return err
			}
		}
		done += len(es)
		if len(es) < filter.Limit || most > 0 && done >= most {
			return nil
		}
		filter = filter.After(es[len(es)-1])
	}
}

// geoJSONEncoder writes a FeatureCollection (RFC 7946).
type geoJSONEncoder struct {
	w    *bufio.Writer
	info ExportInfo
	some bool
}

func (g *geoJSONEncoder) begin() error {
	_, err := g.w.WriteString(`{"type":"FeatureCollection","features":[`)
	return err
}

func (g *geoJSONEncoder) entry(p directory.Public) error {
	raw, err := json.Marshal(NewFeature(p, g.info.Base))
	if err != nil {
		return err
	}
	sep := "\n"
	if g.some {
		sep = ",\n"
	}
	g.some = true
	if _, err := g.w.WriteString(sep); err != nil {
		return err
	}
	_, err = g.w.Write(raw)
	return err
}

func (g *geoJSONEncoder) end() error {
	_, err := g.w.WriteString("\n]}\n")
	return err
}

package transfer

import (
	"context"
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
	// Now stamps the file; zero means the time of the newest entry, or none.
	Now time.Time
}

// Export writes every entry that the filter selects, page by page; its Limit
// and cursor are ignored. Only public values are written.
func Export(ctx context.Context, st *store.Store, w io.Writer, format Format, filter store.EntryFilter, info ExportInfo) error {
	return directory.ErrUnavailable
}

package transfer

import (
	"context"
	"io"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
)

// Import reads entries from r and writes them through the ledger as who. The
// error is a *FileError when the file as a whole is refused, else what the
// ledger or the disk said; the report is filled as far as it went.
func Import(ctx context.Context, led *ledger.Ledger, who directory.Who, r io.Reader, opt ImportOptions) (Report, error) {
	return Report{}, directory.ErrUnavailable
}

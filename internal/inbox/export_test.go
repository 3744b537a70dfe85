package inbox

import (
	"context"
	"net/http"

	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
)

// Verified is what Handler does before the database.
func (in *Inbox) Verified(r *http.Request) error {
	_, err := in.verified(r)
	return err
}

// Singly has everything applied by jobs from now on, as if each transaction for
// several had failed.
func (in *Inbox) Singly() { in.arrivals.run = in.arriveSingly }

// Failing has the transactions for several fail from now on, with their work done.
func (in *Inbox) Failing(err error) { in.cfg.Ledger = failing{in.cfg.Ledger, err} }

type failing struct {
	Ledger
	err error
}

func (f failing) AcceptRemotes(ctx context.Context, tx *store.Tx, rs []ledger.Remote) ([]bool, []error, error) {
	changed, refused, err := f.Ledger.AcceptRemotes(ctx, tx, rs)
	if err == nil {
		err = f.err
	}
	return changed, refused, err
}

package inbox

import (
	"context"
	"net/http"
	"slices"

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

// Unsteady has what is kept together fail now and then, before it is kept or after.
func (in *Inbox) Unsteady(err error) {
	n, run := 0, in.arrivals.run // which runs once at a time
	in.arrivals.run = func(ctx context.Context, as []arrival) []error {
		n++
		failed := slices.Repeat([]error{err}, len(as))
		if n%7 == 3 {
			return failed
		}
		results := run(ctx, as)
		if n%7 == 5 {
			return failed
		}
		return results
	}
}

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

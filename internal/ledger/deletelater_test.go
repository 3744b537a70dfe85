package ledger_test

import (
	"errors"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestDeleteLater: hidden at once, told to nobody, restored whole; or gone when
// the time is over, and then for good.
func TestDeleteLater(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			l := newInstance(t, engine, base)
			runner := &jobs.Runner{DB: l.st.Jobs(), Handlers: map[string]jobs.Handler{ledger.JobDelete: l.DeleteDue},
				Clock: func() time.Time { return l.now }}
			step := func() {
				t.Helper()
				for n := 1; n > 0; {
					var err error
					if n, err = runner.Step(ctx); err != nil {
						t.Fatal(err)
					}
				}
			}
			org := organisation(t, l.Ledger)
			e, err := l.Create(ctx, system, garden(org.ID))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := l.DeleteLater(ctx, system, org.ID, ""); !errors.Is(err, directory.ErrConflict) {
				t.Errorf("an organisation that publishes: %v", err)
			}
			due, err := l.DeleteLater(ctx, system, e.ID, "closed")
			if err != nil || !due.After(l.now) {
				t.Fatalf("%v, %v", due, err)
			}
			step()
			got, err := l.st.Entry(ctx, e.ID)
			if err != nil || got.Listed() || got.Hash != e.Hash || sent(t, l.st, "Delete", e.URI) != 0 {
				t.Errorf("meanwhile: %+v, %v", got, err)
			}
			if err := l.Restore(ctx, directory.Who{UserID: "u"}, e.ID); !errors.Is(err, directory.ErrForbidden) {
				t.Errorf("restored by a stranger: %v", err)
			}
			if err := l.Restore(ctx, system, e.ID); err != nil {
				t.Fatal(err)
			}
			l.now = l.now.Add(2 * ledger.DeleteGrace)
			step()
			if got, err = l.st.Entry(ctx, e.ID); err != nil || !got.Listed() || got.Hash != e.Hash || got.Revision != e.Revision {
				t.Errorf("restored: %+v, %v", got, err)
			}
			if err := l.Restore(ctx, system, e.ID); !errors.Is(err, directory.ErrConflict) {
				t.Errorf("restored twice: %v", err)
			}
			if _, err := l.DeleteLater(ctx, system, e.ID, "closed"); err != nil {
				t.Fatal(err)
			}
			l.now = l.now.Add(2 * ledger.DeleteGrace)
			step()
			if got, err = l.st.Entry(ctx, e.ID); !errors.Is(err, directory.ErrGone) || got.URI != e.URI {
				t.Errorf("afterwards: %+v, %v", got, err)
			}
			if rows, err := l.st.Catalog(ctx, "", 0, 10); err != nil || len(rows) != 2 || !rows[1].Deleted {
				t.Errorf("catalogue %+v, %v", rows, err)
			}
			if err := l.Restore(ctx, system, e.ID); !errors.Is(err, directory.ErrGone) {
				t.Errorf("restored when it is over: %v", err)
			}
		})
	}
}

package ledger_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// TestRotationGoesOn: a rotation that is killed once the key is replaced is
// finished by a job, and one that was not is not done twice.
func TestRotationGoesOn(t *testing.T) {
	each(t, func(t *testing.T, st *store.Store, l *ledger.Ledger) {
		org := organisation(t, l)
		clock, env, keys := ticker(), vocab.Env{Base: base, InstanceName: "B"}, keyring.New(st, nil, rand.Reader)
		for _, killed := range []bool{true, false} {
			ctx, kill := context.WithCancel(t.Context())
			rotator := ledger.New(ledger.Config{Store: st, Keyring: keys, Env: env, Clock: clock, Changed: func() {
				if killed {
					kill()
				}
			}, Publisher: outbox.New(outbox.Config{Store: st, Keyring: keys, Env: env, Clock: clock})})
			_, err := rotator.RotateKeys(ctx, system, ledger.RotateOptions{Owner: org.ID})
			if (err != nil) != killed {
				t.Fatalf("killed %t: %v", killed, err)
			}
			before, err := st.Entry(t.Context(), org.ID)
			if err != nil {
				t.Fatal(err)
			}
			ran := 0
			runner := &jobs.Runner{DB: st.Jobs(), Clock: func() time.Time { return time.Now().AddDate(100, 0, 0) },
				Handlers: map[string]jobs.Handler{ledger.JobRekey: func(ctx context.Context, j jobs.Job) error {
					ran++
					return rotator.RekeyDue(ctx, j)
				}}}
			if _, err := runner.Step(t.Context()); err != nil || ran != 1 {
				t.Fatalf("killed %t: %d jobs, %v", killed, ran, err)
			}
			after, err := st.Entry(t.Context(), org.ID)
			if err != nil || (after.Hash != before.Hash) != killed || (after.Seq > before.Seq) != killed {
				t.Errorf("killed %t: hash %s then %s, seq %d then %d, %v", killed, before.Hash, after.Hash, before.Seq, after.Seq, err)
			}
			kill()
		}
	})
}

package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestWriteEach: a part that fails is undone, those before and after it are kept
// and see one another's writes.
func TestWriteEach(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		refused := errors.New("refused")
		put := func(id string, end error) store.Part {
			return func(ctx context.Context, tx *store.Tx) error {
				return errors.Join(tx.InsertAllReceived(ctx, []store.Received{{ID: "https://a.test/" + id, Actor: "https://a.test/u",
					Origin: "https://a.test", Type: "Create", Body: []byte("{}"), At: time.Unix(1, 0)}}), end)
			}
		}
		// The fourth is refused by the database itself, which on PostgreSQL ends a
		// transaction that has no savepoint.
		wrong := func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Jobs().ExecContext(ctx, "INSERT INTO no_such_table VALUES (1)")
			return err
		}
		errs := s.WriteEach(t.Context(), []store.Part{put("1", nil), put("2", refused), put("1", nil), wrong, put("3", nil)})
		for i, want := range []error{nil, refused, directory.ErrConflict, nil, nil} {
			if i == 3 {
				if errs[i] == nil {
					t.Error("a wrong statement has no error")
				}
			} else if !errors.Is(errs[i], want) || want == nil && errs[i] != nil {
				t.Errorf("part %d: %v, want %v", i, errs[i], want)
			}
		}
		for id, want := range map[string]error{"1": nil, "2": directory.ErrNotFound, "3": nil} {
			if _, err := s.Received(t.Context(), fmt.Sprintf("https://a.test/%s", id)); !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("%s is kept: %v, want %v", id, err, want)
			}
		}
	})
}

// TestOnCommit: what is to be done after a commit is done once, and not for a part
// that was undone, nor for a transaction that failed.
func TestOnCommit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		var did []string
		say := func(name string, end error) store.Part {
			return func(_ context.Context, tx *store.Tx) error {
				tx.OnCommit(func() { did = append(did, name) })
				return end
			}
		}
		refused := errors.New("refused")
		s.OnCommit(func() { did = append(did, "outside") })
		s.WriteEach(ctx, []store.Part{say("first", nil), say("undone", refused), say("last", nil)})
		if err := s.Write(ctx, func(tx *store.Tx) error { return say("failed", refused)(ctx, tx) }); !errors.Is(err, refused) {
			t.Error(err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			defer func() { did = append(did, "ran") }()
			return say("then", nil)(ctx, tx)
		}); err != nil {
			t.Error(err)
		}
		if got := fmt.Sprint(did); got != "[outside first last ran then]" {
			t.Errorf("did %s", got)
		}
	})
}

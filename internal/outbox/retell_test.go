package outbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// digested is a world in which the instance told of entries in one digest, and the
// digest's Note.
func digested(t *testing.T, engine string, es ...*directory.Entry) (w world, note string) {
	t.Helper()
	storetest.Need(t, engine)
	w = newWorldOn(t, engine)
	w.write(t, func(ctx context.Context, tx *store.Tx) error {
		for i, e := range es {
			err := errors.Join(tx.PutEntry(ctx, e, store.PutOptions{Public: true}),
				tx.AddPosted(ctx, store.Posted{ID: string(rune('a' + i)), Actor: w.env.InstanceURI(), At: clock, Object: e.URI, Kind: "created", Held: true}))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err := w.pub.TellHeld(t.Context(), w.env.InstanceURI()); err != nil {
		t.Fatal(err)
	}
	notes, err := w.st.DigestsNaming(t.Context(), es[0].URI)
	if err != nil || len(notes) != 1 {
		t.Fatalf("the digests are %q, %v", notes, err)
	}
	return w, notes[0]
}

// surfaces is all that is kept of what the instance said, sent or to be sent.
func (w world) surfaces(t *testing.T, note string) string {
	t.Helper()
	var b strings.Builder
	add := func(as []store.Activity, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range as {
			b.Write(a.Body)
		}
	}
	add(w.st.Outbox(t.Context(), w.env.InstanceURI(), 0, 100))
	add(w.st.ActivitiesAbout(t.Context(), w.env.InstanceURI(), 100))
	add(w.st.ActivitiesAbout(t.Context(), note, 100))
	peers, err := w.st.Peers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range peers {
		ds, err := w.st.Deliveries(t.Context(), p.Origin, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			b.Write(d.Body)
		}
	}
	return b.String()
}

// content is the text of a Note that is served.
func (w world) content(t *testing.T, note string) (a store.Activity, content, updated string) {
	t.Helper()
	a, err := w.st.Activity(t.Context(), note)
	if err != nil {
		t.Fatal(err)
	}
	var n struct {
		ID, Content, Updated string
		Proof                json.RawMessage
	}
	if err := json.Unmarshal(a.Body, &n); err != nil || n.ID != note || a.Public && len(n.Proof) == 0 {
		t.Fatalf("the note is %s, %v", a.Body, err)
	}
	return a, n.Content, n.Updated
}

// TestDigestIsToldAnew: of two entries that a digest names, one is deleted, then
// the other; what is deleted is named nowhere.
func TestDigestIsToldAnew(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			one, two := entry(directory.KindCommons, "one", "Premier four"), entry(directory.KindCommons, "two", "Second moulin")
			w, note := digested(t, engine, &one, &two)
			if _, text, updated := w.content(t, note); !strings.Contains(text, "2 nouvelles entrées") || !strings.Contains(text, "Premier four") || updated != "" {
				t.Fatalf("the digest is %q, updated %q", text, updated)
			}
			remove := func(e directory.Entry) {
				w.write(t, func(ctx context.Context, tx *store.Tx) error {
					after := e
					after.Status = directory.StatusDeleted
					return errors.Join(tx.DeleteEntry(ctx, e.ID, clock), w.pub.Publish(ctx, tx, outbox.Change{Before: &e, After: &after}))
				})
			}
			remove(one)
			a, text, updated := w.content(t, note)
			if !a.Public || !strings.Contains(text, "1 nouvelle entrée") || !strings.Contains(text, "Second moulin") || updated == "" {
				t.Errorf("the digest is now %q, updated %q", text, updated)
			}
			all := w.surfaces(t, note)
			if strings.Contains(all, "Premier four") || !strings.Contains(all, "Second moulin") {
				t.Error("the deleted entry is named still, or the other no more")
			}
			got := w.heard(t, "https://m1.example")
			update := "Update " + w.env.InstanceURI() + " " + note
			if len(got) < 2 || got[len(got)-1] != update && got[len(got)-2] != update {
				t.Errorf("a follower hears %q, want %q", got, update)
			}
			remove(two)
			if a, _, _ := w.content(t, note); a.Public || !strings.Contains(string(a.Body), "Tombstone") {
				t.Errorf("of the digest is left %s", a.Body)
			}
			all = w.surfaces(t, note)
			if strings.Contains(all, "Second moulin") || strings.Contains(all, "Premier four") {
				t.Error("a deleted entry is named still")
			}
			if got := strings.Join(w.heard(t, "https://m1.example"), "\n"); !strings.Contains(got, "Delete "+w.env.InstanceURI()+" "+note) || strings.Contains(got, "Update "+w.env.InstanceURI()) {
				t.Errorf("a follower hears %q", got)
			}
		})
	}
}

// TestSilencedLeavesDigest: whatever takes an entry out of lists leaves a job that
// tells the digest anew, and an entry that comes back is not named again.
func TestSilencedLeavesDigest(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			one, two := entry(directory.KindCommons, "one", "Premier four"), entry(directory.KindCommons, "two", "Second moulin")
			w, note := digested(t, engine, &one, &two)
			put := func(silenced bool) {
				two.Silenced = silenced
				w.write(t, func(ctx context.Context, tx *store.Tx) error {
					return tx.PutEntries(ctx, []*directory.Entry{&one, &two}, store.PutOptions{Public: true})
				})
			}
			put(true)
			run := func() int {
				n := 0
				runner := jobs.Runner{DB: w.st.Jobs(), Logger: quiet, Handlers: map[string]jobs.Handler{
					store.JobRetell: func(ctx context.Context, job jobs.Job) error { n++; return w.pub.Retell(ctx, job) },
				}}
				for {
					did, err := runner.Step(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if did == 0 {
						return n
					}
				}
			}
			if n := run(); n != 1 {
				t.Errorf("%d jobs ran", n)
			}
			put(false)
			put(true) // it is named no more, so nothing is to be done
			if n := run(); n != 0 {
				t.Errorf("%d jobs ran for what is not named", n)
			}
			if _, text, _ := w.content(t, note); !strings.Contains(text, "1 nouvelle entrée") || strings.Contains(w.surfaces(t, note), "Second moulin") {
				t.Errorf("the digest is %q", text)
			}
		})
	}
}

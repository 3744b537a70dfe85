package ledger_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// childDatabase, when set, makes this test binary the process that TestKilled kills.
const childDatabase = "BOCAGE_TEST_LEDGER_CHILD"

// childArchive, when set too, is the archive that it works on, or readsArchive, when it
// reads one from its standard input.
const (
	childArchive = "BOCAGE_TEST_LEDGER_ARCHIVE"
	readsArchive = "stdin"
)

func TestMain(m *testing.M) {
	url := os.Getenv(childDatabase)
	if url == "" {
		os.Exit(m.Run())
	}
	child := writeForever
	if id := os.Getenv(childArchive); id == readsArchive {
		child = bringForever
	} else if id != "" {
		child = func(ctx context.Context, url string) error { return workOn(ctx, url, id) }
	}
	if err := child(context.Background(), url); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(1) // it is to be killed, not to end
}

// writeForever creates, edits and deletes entries, and says what is committed:
// "put ID NAME" or "gone ID".
func writeForever(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	l := newLedger(st)
	org, err := st.EntryByHandle(ctx, "la-coop")
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		e, err := l.Create(ctx, system, garden(org.ID))
		if err != nil {
			return err
		}
		fmt.Println("put", e.ID, e.Name["fr"])
		name := fmt.Sprintf("Verger numéro %d", n)
		_, err = l.Edit(ctx, system, e.ID, func(e *directory.Entry) error {
			e.Name["fr"] = name
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Println("put", e.ID, name)
		if n%3 == 2 {
			if err := l.Delete(ctx, system, e.ID, "test"); err != nil {
				return err
			}
			fmt.Println("gone", e.ID)
		}
	}
}

// TestKilled kills a writing process at random moments, several times on one
// database. What it said is committed is there; of what it had begun there is
// all or nothing; and the next process goes on.
func TestKilled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			url := storetest.URL(t, engine)
			st := storetest.OpenURL(t, url, store.Options{})
			l := newLedger(st)
			org := organisation(t, l)
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			rng := rand.New(rand.NewPCG(seed, 1))
			said := map[string]string{} // the name by ID, "" when deleted
			for range 5 {
				last := killed(t, []string{childDatabase + "=" + url}, self, 1+rng.IntN(25), said)
				e, err := l.Create(t.Context(), system, garden(org.ID)) // also waits for a commit under way
				if err != nil {
					t.Fatal(err)
				}
				said[e.ID] = e.Name["fr"]
				whole(t, st, said, last)
			}
		})
	}
}

// killed runs the child, kills it once it has said a number of things, and
// keeps all that it said. Last is the ID that it spoke of last.
func killed(t *testing.T, env []string, self string, after int, said map[string]string) (last string) {
	t.Helper()
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		f := strings.SplitN(lines.Text(), " ", 3)
		last = f[1]
		said[last] = strings.Join(f[2:], "")
		if n == after {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return last
}

// whole checks that what was said is there, and that every write that is there
// has all its parts. What was done to the last entry may be more than was said.
func whole(t *testing.T, st *store.Store, said map[string]string, last string) {
	t.Helper()
	ctx := t.Context()
	for id, name := range said {
		e, err := st.Entry(ctx, id)
		gone := errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone)
		switch {
		case err != nil && !gone:
			t.Fatal(err)
		case id == last && name != "":
			said[id] = e.Name["fr"] // "" when it is deleted by now
		case gone != (name == "") || e.Name["fr"] != name:
			t.Errorf("%s is called %q, want %q (empty is deleted)", id, e.Name["fr"], name)
		}
	}
	rows, err := st.Catalog(ctx, "", 0, store.MaxLimit)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int64]bool{}
	for _, row := range rows {
		if seen[row.Seq] {
			t.Errorf("sequence number %d twice", row.Seq)
		}
		seen[row.Seq] = true
		if !row.Deleted {
			wholeEntry(ctx, t, st, row)
		}
	}
}

// wholeEntry: the entry, its last revision, its place in the search and what is
// told about it say the same.
func wholeEntry(ctx context.Context, t *testing.T, st *store.Store, row store.CatalogRow) {
	t.Helper()
	e, err := st.Entry(ctx, row.ID)
	if err != nil || e.Hash != row.Hash || e.Seq != row.Seq {
		t.Fatalf("%s: %v; the catalogue and the entry differ: %s %d, %s %d", row.URI, err, row.Hash, row.Seq, e.Hash, e.Seq)
	}
	revs, err := st.Revisions(ctx, e.ID)
	if err != nil || int64(len(revs)) != e.Revision {
		t.Fatalf("%s: %d revisions at number %d, %v", e.URI, len(revs), e.Revision, err)
	}
	rev, err := st.Revision(ctx, e.ID, e.Revision)
	var last directory.Entry
	if err == nil {
		err = json.Unmarshal(rev.Doc, &last)
	}
	if err != nil || last.Name["fr"] != e.Name["fr"] {
		t.Errorf("%s is called %q, its last revision %q, %v", e.URI, e.Name["fr"], last.Name["fr"], err)
	}
	nums, err := st.SearchNums(ctx, e.Name["fr"], store.MaxLimit)
	found := false
	for _, n := range nums {
		found = found || n == e.Num
	}
	if err != nil || !found {
		t.Errorf("%s is not found as %q, %v", e.URI, e.Name["fr"], err)
	}
	told, err := st.ActivitiesAbout(ctx, e.URI, store.MaxLimit)
	if err != nil || len(told) == 0 {
		t.Errorf("nothing is told about %s, %v", e.URI, err)
	}
}

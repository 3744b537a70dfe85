package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// brought takes an archive in and imports it to the end.
func brought(t *testing.T, to *instance, file string) (store.Archive, map[store.ArchivedState]int) {
	t.Helper()
	a := checked(t, to, file)
	if err := to.ImportArchive(t.Context(), system, a.ID); err != nil {
		t.Fatal(err)
	}
	worked(t, to.Ledger, a.ID)
	return a, states(t, to.st, a.ID)
}

// checked takes an archive in until it waits.
func checked(t *testing.T, to *instance, file string) store.Archive {
	t.Helper()
	a, err := to.BringArchive(t.Context(), system, strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	worked(t, to.Ledger, a.ID)
	if a, err = to.st.Archive(t.Context(), a.ID); err != nil || a.State != store.ArchiveWaiting {
		t.Fatalf("%+v, %v", a, err)
	}
	return a
}

func worked(t *testing.T, l *ledger.Ledger, id string) {
	t.Helper()
	if more, err := l.WorkArchive(t.Context(), id, 1000); err != nil || more {
		t.Fatal(more, err)
	}
}

func states(t *testing.T, st *store.Store, id string) map[store.ArchivedState]int {
	t.Helper()
	cs, err := st.ArchiveCounts(t.Context(), id, 1000)
	if err != nil {
		t.Fatal(err)
	}
	out := map[store.ArchivedState]int{}
	for _, c := range cs {
		out[c.State] += c.N
	}
	return out
}

const archivedOrg = `{"format":"bocage-organisation/1","exported":"2026-03-01T12:00:00Z","organisation":"https://a.example/entries/1","entries":[
	{"entry":{"uri":"https://a.example/entries/1","kind":"organisation","handle":"coop","status":"published","name":{"fr":"Coop"},"revision":1},"revisions":[{"number":1,"entry":{}}]}`

// archivedPlace is an entry of an archive; more is further fields.
func archivedPlace(n int, more string) string {
	return fmt.Sprintf(`,{"entry":{"uri":"https://a.example/entries/%d","kind":"place","status":"published","name":{"fr":"Lieu %d"},"licence":"ODbL-1.0"%s,"revision":1},"revisions":[{"number":1,"entry":{}}]}`, n, n, more)
}

// TestArchiveRefused: what cannot be taken is left out, with the reason, and
// relations to it go on leading to where it was.
func TestArchiveRefused(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			to := newInstance(t, engine, base)
			file := archivedOrg + archivedPlace(2, `,"relations":[{"type":"part_of","object":"https://a.example/entries/3"},{"type":"part_of","object":"https://a.example/entries/4"}]`) +
				archivedPlace(3, `,"website":"javascript:alert(1)"`) + archivedPlace(4, "") + archivedPlace(5, `,"openingHours":"\u0000"`) + archivedPlace(6, `,"sourceKey":"k"`) + archivedPlace(7, `,"sourceKey":"k"`) + `]}`
			a, n := brought(t, to, file)
			if n[store.ArchivedMade] != 4 || n[store.ArchivedRefused] != 3 {
				t.Fatalf("%v", n)
			}
			es, err := to.st.ArchiveEntries(ctx, a.ID, store.ArchivedRefused, -1, 10)
			if err != nil || len(es) != 3 {
				t.Fatalf("%+v, %v", es, err)
			}
			for i, field := range []string{"website", "", "sourceKey"} {
				if bad := ledger.Refusal(es[i]); len(bad) != 1 || bad[0].Field != field {
					t.Errorf("%s is refused for %+v, want %q", es[i].URI, bad, field)
				}
			}
			two, err := to.st.EntryKnownAs(ctx, "https://a.example/entries/2")
			if err != nil || len(two.Relations) != 2 || two.Relations[0].Object != "https://a.example/entries/3" || !strings.HasPrefix(two.Relations[1].Object, base+"/") {
				t.Errorf("%+v, %v", two.Relations, err)
			}
			if doc, err := to.st.ArchiveDoc(ctx, a.ID, 1); err != nil || len(doc) != 0 {
				t.Errorf("the document of what is made stays: %s, %v", doc, err)
			}
		})
	}
}

// TestArchiveUndone: as long as nothing happened to what was made, it can be taken
// back and brought again.
func TestArchiveUndone(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			to := newInstance(t, engine, base)
			file := archivedOrg
			for n := range 230 {
				file += archivedPlace(n+2, "")
			}
			file += `]}`
			a, n := brought(t, to, file)
			if n[store.ArchivedMade] != 231 {
				t.Fatalf("%v", n)
			}
			org, err := to.st.EntryKnownAs(ctx, a.Organisation)
			if err != nil {
				t.Fatal(err)
			}
			for what, use := range map[string]func() (undo func()){
				"a follower": func() func() {
					follow(t, to.st, org.URI, "https://m.example/u")
					return func() {
						if err := to.st.Write(ctx, func(tx *store.Tx) error {
							_, err := tx.DeleteFollower(ctx, "https://m.example/u", org.URI)
							return err
						}); err != nil {
							t.Fatal(err)
						}
					}
				},
				"another entry": func() func() {
					e, err := to.Create(ctx, system, garden(org.ID))
					if err != nil {
						t.Fatal(err)
					}
					return func() {
						if err := to.Delete(ctx, system, e.ID, ""); err != nil {
							t.Fatal(err)
						}
					}
				},
			} {
				undo := use()
				if err := to.UndoArchive(ctx, system, a.ID); !errors.Is(err, directory.ErrConflict) {
					t.Errorf("with %s: %v", what, err)
				}
				undo()
			}
			if err := to.UndoArchive(ctx, system, a.ID); err != nil {
				t.Fatal(err)
			}
			worked(t, to.Ledger, a.ID)
			if n := states(t, to.st, a.ID); n[store.ArchivedUndone] != 231 || len(listed(t, to.st)) != 0 {
				t.Errorf("%v, %v", n, listed(t, to.st))
			}
			if _, n = brought(t, to, file); n[store.ArchivedMade] != 231 {
				t.Errorf("brought again: %v", n)
			}
			again, err := to.st.EntryKnownAs(ctx, a.Organisation)
			if err != nil || again.ID == org.ID {
				t.Fatalf("%+v, %v", again, err)
			}
			if _, err := to.Edit(ctx, system, again.ID, func(e *directory.Entry) error { e.Name["fr"] = "Autre"; return nil }); err != nil {
				t.Fatal(err)
			}
			as, err := to.st.Archives(ctx, 10)
			if err != nil || len(as) != 2 {
				t.Fatalf("%+v, %v", as, err)
			}
			if err := to.UndoArchive(ctx, system, as[0].ID); !errors.Is(err, directory.ErrConflict) {
				t.Errorf("edited since: %v", err)
			}
		})
	}
}

// TestArchiveDecided: only administrators bring and decide, each thing at its time.
func TestArchiveDecided(t *testing.T) {
	ctx := t.Context()
	to := newInstance(t, "sqlite", base)
	nobody := directory.Who{UserID: "u", Orgs: []string{"x"}}
	if _, err := to.BringArchive(ctx, nobody, strings.NewReader(archivedOrg+"]}")); !errors.Is(err, directory.ErrForbidden) {
		t.Error(err)
	}
	a := checked(t, to, archivedOrg+"]}")
	for what, do := range map[string]func(directory.Who) error{
		"import": func(w directory.Who) error { return to.ImportArchive(ctx, w, a.ID) },
		"undo":   func(w directory.Who) error { return to.UndoArchive(ctx, w, a.ID) },
		"forget": func(w directory.Who) error { return to.ForgetArchive(ctx, w, a.ID) },
	} {
		if err := do(nobody); !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := to.UndoArchive(ctx, system, a.ID); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("undo before: %v", err)
	}
	if err := to.ImportArchive(ctx, system, a.ID); err != nil {
		t.Fatal(err)
	}
	if err := to.ForgetArchive(ctx, system, a.ID); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("forget while it is made: %v", err)
	}
	worked(t, to.Ledger, a.ID)
	if err := to.ImportArchive(ctx, system, a.ID); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("import twice: %v", err)
	}
	if err := to.ForgetArchive(ctx, system, a.ID); err != nil {
		t.Fatal(err)
	}
	if es, err := to.st.ArchiveEntries(ctx, a.ID, store.ArchivedMade, -1, 10); err != nil || len(es) != 0 || len(listed(t, to.st)) != 1 {
		t.Errorf("%+v, %v, %v", es, err, listed(t, to.st))
	}
	broken := errors.New("the line is cut")
	if _, err := to.BringArchive(ctx, system, &cut{bytes.NewReader([]byte(archivedOrg)), broken}); !errors.Is(err, broken) || errors.Is(err, directory.ErrInvalid) {
		t.Errorf("cut: %v", err)
	}
	if as, err := to.st.Archives(ctx, 10); err != nil || len(as) != 0 {
		t.Errorf("%+v, %v", as, err)
	}
}

// cut ends with an error that is not about what was read.
type cut struct {
	*bytes.Reader
	err error
}

// Read reads until the line is cut.
func (c *cut) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	if err != nil {
		err = c.err
	}
	return n, err
}

// workOn imports an archive for ever, and says after each step that it did one.
func workOn(ctx context.Context, url, id string) error {
	st, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	l := newLedger(st)
	for {
		if _, err := l.WorkArchive(ctx, id, 1); err != nil {
			return err
		}
		fmt.Println("put step")
	}
}

// TestArchiveKilled kills whoever imports, again and again: in the end each entry
// is there once, whole, and nothing else is; and so it is when the undo is killed.
func TestArchiveKilled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const entries = 801
	file := archivedOrg
	for n := range entries - 1 {
		file += archivedPlace(n+2, "")
	}
	file += `]}`
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			url := storetest.URL(t, engine)
			st := storetest.OpenURL(t, url, store.Options{})
			to := &instance{Ledger: newLedger(st), st: st}
			a := checked(t, to, file)
			if err := to.ImportArchive(ctx, system, a.ID); err != nil {
				t.Fatal(err)
			}
			env := []string{childDatabase + "=" + url, childArchive + "=" + a.ID}
			for range 2 {
				killed(t, env, self, 1, map[string]string{})
				n := states(t, st, a.ID)
				if made, here := n[store.ArchivedMade], counted(t, st); made == 0 || made != here || made%200 != 0 && made != entries || made+n[store.ArchivedNew] != entries {
					t.Fatalf("%v, and %d entries are listed", n, here)
				}
			}
			worked(t, to.Ledger, a.ID)
			if n := states(t, st, a.ID); n[store.ArchivedMade] != entries || counted(t, st) != entries {
				t.Errorf("%v, and %d entries are listed", n, counted(t, st))
			}
			rows, err := st.Catalog(ctx, "", 0, store.MaxLimit)
			if err != nil || len(rows) != entries {
				t.Fatalf("%d in the catalogue, %v", len(rows), err)
			}
			for _, row := range rows {
				e, err := st.Entry(ctx, row.ID)
				if err != nil || e.Hash != row.Hash || e.Revision != 2 {
					t.Fatalf("%+v, %v", e, err)
				}
				if revs, err := st.Revisions(ctx, e.ID); err != nil || len(revs) != 2 {
					t.Fatalf("%s: %d revisions, %v", e.URI, len(revs), err)
				}
			}
			if err := to.UndoArchive(ctx, system, a.ID); err != nil {
				t.Fatal(err)
			}
			killed(t, env, self, 1, map[string]string{})
			if n := states(t, st, a.ID); n[store.ArchivedUndone] == 0 || n[store.ArchivedMade] != counted(t, st) {
				t.Errorf("%v, and %d entries are listed", n, counted(t, st))
			}
			worked(t, to.Ledger, a.ID)
			if n := counted(t, st); n != 0 {
				t.Errorf("%d entries are listed after the undo", n)
			}
		})
	}
}

// bringForever takes an archive in that does not end.
func bringForever(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	_, err = newLedger(st).BringArchive(ctx, system, os.Stdin)
	return err
}

// TestArchiveUploadKilled: of an archive whose reader is killed in the middle nothing is
// shown nor made, it can be brought again at once, and what was read of it is
// forgotten when nothing more came of it for a while.
func TestArchiveUploadKilled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := archivedOrg
	for n := range 450 {
		file += archivedPlace(n+2, "")
	}
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			url := storetest.URL(t, engine)
			st := storetest.OpenURL(t, url, store.Options{})
			to := &instance{Ledger: newLedger(st), st: st}
			id := readAndKilled(t, st, []string{childDatabase + "=" + url, childArchive + "=" + readsArchive}, self, file)
			if as, err := st.Archives(ctx, 10); err != nil || len(as) != 0 || counted(t, st) != 0 {
				t.Fatalf("%+v, %v; %d entries", as, err, counted(t, st))
			}
			worked(t, to.Ledger, id)
			for what, err := range map[string]error{"import": to.ImportArchive(ctx, system, id), "undo": to.UndoArchive(ctx, system, id)} {
				if !errors.Is(err, directory.ErrConflict) {
					t.Errorf("%s of half an archive: %v", what, err)
				}
			}
			if _, n := brought(t, to, file+"]}"); n[store.ArchivedMade] != 451 || counted(t, st) != 451 {
				t.Errorf("brought again: %v", n)
			}
			for _, c := range []struct {
				silent time.Duration
				want   int
			}{{ledger.ArchiveSilent, 400}, {0, 0}} {
				if err := st.Write(ctx, func(tx *store.Tx) error {
					return tx.PruneArchives(ctx, c.silent, ledger.ArchiveUnanswered, ledger.ArchiveUndoable)
				}); err != nil {
					t.Fatal(err)
				}
				if n := states(t, st, id)[store.ArchivedUnread]; n != c.want {
					t.Errorf("after %v without a word %d entries are kept, want %d", c.silent, n, c.want)
				}
			}
			if counted(t, st) != 451 {
				t.Errorf("%d entries are left", counted(t, st))
			}
		})
	}
}

// readAndKilled has a process read a file that goes on, kills it when it has kept two
// chunks, and returns the id of what it read.
func readAndKilled(t *testing.T, st *store.Store, env []string, self, file string) (id string) {
	t.Helper()
	cmd := exec.Command(self)
	cmd.Env, cmd.Stderr = append(os.Environ(), env...), os.Stderr
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err == nil {
		_, err = io.WriteString(in, file)
	}
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < 400 && t.Context().Err() == nil; {
		if err := st.Write(t.Context(), func(tx *store.Tx) error {
			rows, err := tx.Jobs().QueryContext(t.Context(), "SELECT MAX(archive_id), COUNT(*) FROM archive_entry HAVING COUNT(*) > 0")
			if err != nil {
				return err
			}
			defer func() { _ = rows.Close() }() // read to its end
			for rows.Next() {
				if err := rows.Scan(&id, &n); err != nil {
					return err
				}
			}
			return rows.Err()
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return id
}

// counted is how many entries lists show.
func counted(t *testing.T, st *store.Store) int {
	t.Helper()
	n, err := st.CountEntries(t.Context(), store.EntryFilter{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestArchivesPruned: what nobody answered is forgotten sooner than what was made.
func TestArchivesPruned(t *testing.T) {
	ctx := t.Context()
	to := newInstance(t, "sqlite", base)
	made, _ := brought(t, to, archivedOrg+"]}")
	checked(t, to, archivedOrg+"]}")
	if err := to.st.Write(ctx, func(tx *store.Tx) error {
		return tx.PruneArchives(ctx, ledger.ArchiveSilent, 0, ledger.ArchiveUndoable)
	}); err != nil {
		t.Fatal(err)
	}
	if as, err := to.st.Archives(ctx, 10); err != nil || len(as) != 1 || as[0].ID != made.ID {
		t.Errorf("%+v, %v", as, err)
	}
}

func FuzzBringArchive(f *testing.F) {
	for _, seed := range []string{
		archivedOrg + archivedPlace(2, "") + `]}`, archivedOrg + `]} x`, archivedOrg,
		`{"format":"bocage-organisation/1","entries":[{}]}`, `{"format":"x"}`, `[]`, `{`, ``, `{"entries":[{"revisions":[{"number":-1}]}]}`,
		`{"format":"bocage-organisation/1","organisation":"u","entries":[{"entry":{"uri":"u","kind":"organisation","name":{"fr":"A"},"revision":1},"revisions":[{"number":2,"entry":{}}]}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		to := newInstance(t, "sqlite", base)
		a, err := to.BringArchive(t.Context(), system, bytes.NewReader(raw))
		if err != nil {
			if as, lerr := to.st.ArchiveCounts(t.Context(), a.ID, 1); !errors.Is(err, directory.ErrInvalid) || lerr != nil || len(as) > 0 {
				t.Errorf("%v, %v, %v", err, as, lerr)
			}
			return
		}
		worked(t, to.Ledger, a.ID)
		org, err := to.st.ArchiveEntry(t.Context(), a.ID, 0)
		if err != nil || org.URI != a.Organisation || org.State == store.ArchivedUnread {
			t.Errorf("%+v, %v", org, err)
		}
	})
}

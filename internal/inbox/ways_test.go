package inbox_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/inbox"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestTwoWays: what is applied where it is kept and what is applied by a job end in
// the same rows, answers and counts, whatever it is and in whatever order it comes;
// so does what is kept one by one after a transaction for several failed.
func TestTwoWays(t *testing.T) {
	want := mixed(t, "sqlite", func(*rig) {})
	for _, s := range []string{"Deux bis", "silenced", "ignored https://them/rejected", "proposed https://odd/2"} {
		if !strings.Contains(want, s) {
			t.Errorf("the stream is not what it should be: nothing is %q in\n%s", s, want)
		}
	}
	for _, way := range []struct {
		name, engine string
		set          func(*rig)
	}{
		{"at once", "postgres", func(*rig) {}},
		{"by jobs", "sqlite", func(r *rig) { r.inbox.Singly() }},
		{"by jobs", "postgres", func(r *rig) { r.inbox.Singly() }},
		{"after a failure", "sqlite", func(r *rig) { r.inbox.Failing(errors.New("disk I/O error")) }},
	} {
		if d := cmp.Diff(want, mixed(t, way.engine, way.set)); d != "" {
			t.Errorf("%s on %s (-at once on sqlite)\n%s", way.name, way.engine, d)
		}
	}
}

// mixed sends a stream of all sorts and says what came of it.
func mixed(t *testing.T, engine string, set func(*rig)) string {
	ctx := t.Context()
	r, them, other, quiet, odd := newRigOn(t, engine), newRemote(t), newRemote(t), newRemote(t), newRemote(t)
	set(r)
	org, second, unheard := them.actor("org", "Organization"), them.actor("second", "Group"), them.actor("unheard", "Organization")
	relay, stranger := other.actor("relay", "Application"), newRemote(t)
	hushed, shady, wary := quiet.actor("hushed", "Organization"), odd.actor("shady", "Organization"), odd.actor("wary", "Organization")
	nobody := stranger.actor("nobody", "Organization")
	for _, uri := range []string{org, second, relay, hushed, shady, wary} {
		r.follows(uri)
	}
	for target, action := range map[string]string{hushed: moderation.ActionSilence, shady: moderation.ActionBlock} {
		if err := r.rules.Set(ctx, system, moderation.Rule{Target: target, Action: action, Reason: "a test"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.st.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.PutReview(ctx, store.Review{URI: them.URL + "/rejected", Origin: them.URL, Decision: store.ReviewRejected}),
			tx.PutOriginLimit(ctx, store.OriginLimit{Origin: other.URL, Entries: 2}))
	}); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	neutral := strings.NewReplacer(them.URL, "https://them", other.URL, "https://other", quiet.URL, "https://quiet", odd.URL, "https://odd", stranger.URL, "https://stranger")
	for _, s := range mixedStream(r, them, other, []string{org, second, unheard, relay, hushed, shady, wary, nobody}) {
		from := them
		for _, o := range []*remote{other, quiet, odd, stranger} {
			if strings.HasPrefix(s.act["actor"].(string), o.URL) {
				from = o
			}
		}
		if s.before != nil {
			s.before()
		}
		status, text, err := r.post(r.request(from, s.act["actor"].(string)+"#main-key", encode(t, s.act), httpsig.Cavage))
		r.apply()
		fmt.Fprintf(&out, "%s: %d %s%v", s.name, status, text, err)
		if rec, err := r.st.Received(ctx, s.act["id"].(string)); err == nil {
			fmt.Fprintf(&out, " done %t %s", !rec.Done.IsZero(), rec.Error)
		}
		out.WriteByte('\n')
	}
	rows := r.rows(them.URL, other.URL, quiet.URL, odd.URL, stranger.URL)
	for i, row := range rows {
		rows[i] = neutral.Replace(row)
	}
	slices.Sort(rows)
	return neutral.Replace(out.String()) + strings.Join(rows, "\n")
}

type step struct {
	name   string
	act    object
	before func()
}

// mixedStream is the stream, of the actors given.
func mixedStream(r *rig, them, other *remote, actors []string) []step {
	org, second, unheard, relay, hushed, shady, wary, nobody := actors[0], actors[1], actors[2], actors[3], actors[4], actors[5], actors[6], actors[7]
	hour := func(n int) time.Time { return day.Add(time.Duration(n) * time.Hour) }
	at := func(path string) string { return them.URL + path }
	n := 0
	say := func(typ, by string, obj any) object {
		n++
		return with(r.activity(typ, by, obj), "id", fmt.Sprintf("%s/activities/%d", by, n))
	}
	unlisted := event(at("/unlisted"), org, "Discret", day)
	unlisted["to"], unlisted["cc"] = []string{org + "/followers"}, []string{allOfUs}
	empty := event(at("/empty"), org, "Vide", day)
	empty["duration"] = ""
	nameless := event(at("/nameless"), org, "", day)
	nested := event(at("/nested"), org, "Trop", day)
	nested["x"] = []any{[]any{[]any{}}}
	garden := object{"@context": as, "id": at("/garden"), "type": "Group", "kind": "commons", "name": "Jardin", "nameMap": object{"fr": "Jardin"}, "attributedTo": org,
		"inbox": at("/garden/inbox"), "to": []string{allOfUs}, "published": day.Format(time.RFC3339), "updated": day.Format(time.RFC3339)}
	doubt := func() {
		if err := r.st.Write(context.Background(), func(tx *store.Tx) error {
			return tx.PutQuarantine(context.Background(), store.Quarantine{Origin: originOf(wary), Actor: wary, Cause: store.CauseDown, Arg: "2026-01-01", Since: r.now()})
		}); err != nil {
			r.t.Fatal(err)
		}
		r.skew += time.Minute // past the memory of the rules
	}
	return []step{
		{"an event", say("Create", org, event(at("/fair"), org, "Foire", day)), nil},
		{"the same version", say("Update", org, event(at("/fair"), org, "Foire encore", day)), nil},
		{"a newer one", say("Update", org, event(at("/fair"), org, "Deux bis", hour(2))), nil},
		{"an older one", say("Update", org, event(at("/fair"), org, "Foire ancienne", hour(1))), nil},
		{"an Update of what is unknown", say("Update", second, event(at("/new"), second, "Neuf", day)), nil},
		{"another actor's event", say("Update", second, event(at("/fair"), second, "Prise", hour(5))), nil},
		{"an event for another actor", say("Create", second, event(at("/for"), org, "Au nom de", day)), nil},
		{"an event of nobody", say("Create", org, event(at("/nobody"), "", "Sans auteur", day)), nil},
		{"of whom we do not follow", say("Create", unheard, event(at("/unheard"), unheard, "Inconnu", day)), nil},
		{"of a server that we do not follow", say("Create", nobody, event(originOf(nobody)+"/x", nobody, "Inconnu", day)), nil},
		{"an event of another server", say("Create", org, event(other.URL+"/theirs", org, "Pas à eux", day)), nil},
		{"an event of ours", say("Create", org, event(base+"/events/1", org, "À nous", day)), nil},
		{"an event by its id", say("Create", org, at("/by-id")), func() { them.set("/by-id", with(event(at("/by-id"), org, "Par son id", day), "@context", as)) }},
		{"unlisted", say("Create", org, unlisted), nil},
		{"an empty duration", say("Create", org, empty), nil},
		{"without a name", say("Create", org, nameless), nil},
		{"an unknown member", say("Create", org, nested), nil},
		{"a commons", say("Create", org, garden), nil},
		{"a note", say("Create", org, object{"id": at("/note"), "type": "Note", "attributedTo": org, "content": "bonjour", "to": []string{allOfUs}}), nil},
		{"an article", say("Create", org, object{"id": at("/article"), "type": "Article", "name": "Texte", "attributedTo": org, "content": "bonjour", "to": []string{allOfUs}, "published": day.Format(time.RFC3339)}), nil},
		{"a profile", say("Update", org, with(with(them.docs["/org"].(object), "name", "Autre nom"), "updated", day.Format(time.RFC3339))), nil},
		{"rejected by a person", say("Create", org, event(at("/rejected"), org, "Non", day)), nil},
		{"of a silenced actor", say("Create", hushed, event(originOf(hushed)+"/1", hushed, "Tout bas", day)), nil},
		{"of a blocked actor", say("Create", shady, event(originOf(shady)+"/1", shady, "Bloqué", day)), nil},
		{"within the limit", say("Create", relay, event(other.URL+"/1", relay, "Un", day)), nil},
		{"at the limit", say("Create", relay, event(other.URL+"/2", relay, "Deux", day)), nil},
		{"over the limit", say("Create", relay, event(other.URL+"/3", relay, "Trois", day)), nil},
		{"an update at the limit", say("Update", relay, event(other.URL+"/2", relay, "Deux bis", hour(1))), nil},
		{"deleted", say("Delete", org, object{"id": at("/fair"), "type": "Tombstone"}), nil},
		{"back from the dead", say("Create", org, event(at("/fair"), org, "Revenue", hour(9))), nil},
		{"before the quarantine", say("Create", wary, event(originOf(wary)+"/1", wary, "Avant", day)), nil},
		{"in quarantine", say("Create", wary, event(originOf(wary)+"/2", wary, "Pendant", day)), doubt},
		{"an update in quarantine", say("Update", wary, event(originOf(wary)+"/1", wary, "Pendant", hour(1))), nil},
	}
}

func originOf(uri string) string {
	scheme, rest, _ := strings.Cut(uri, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// rows says what is held of servers, shown or not, and what was refused of them.
func (r *rig) rows(origins ...string) (lines []string) {
	r.t.Helper()
	ctx := context.Background()
	for _, origin := range origins {
		es, err := r.st.Entries(ctx, store.EntryFilter{Selection: directory.Selection{Origin: origin}, Limit: store.MaxLimit, Statuses: []directory.Status{
			directory.StatusPublished, directory.StatusArchived, directory.StatusProposed, directory.StatusDeleted}})
		if err != nil {
			r.t.Fatal(err)
		}
		for _, e := range es {
			revisions, err := r.st.Revisions(ctx, e.ID)
			if err != nil {
				r.t.Fatal(err)
			}
			wire, err := r.st.EntryWire(ctx, e.ID)
			if err != nil && !errors.Is(err, directory.ErrNotFound) {
				r.t.Fatal(err)
			}
			state := string(e.Status)
			if e.Status == directory.StatusDeleted { // by the clock
				e.Updated = time.Time{}
			}
			if e.Silenced {
				state += " silenced"
			}
			found, err := r.st.SearchNums(ctx, e.Name["und"], 5)
			lines = append(lines, fmt.Sprintf("%s %s %v by %s, version %d of %d at %s, found %t %v, %s", state, e.URI, e.Name, e.OwnerURI,
				e.Revision, len(revisions), e.Updated.Format(time.RFC3339), slices.Contains(found, e.Num), err, wire))
		}
		ignored, err := r.st.IgnoredFrom(ctx, origin, "", store.MaxLimit)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, i := range ignored {
			lines = append(lines, fmt.Sprintf("ignored %s %s", i.Entry.URI, i.Reason))
		}
		for _, cause := range []string{moderation.CauseMalformed, moderation.CauseForged, moderation.CauseBlocked, moderation.CauseEntries, moderation.CauseAddress} {
			lines = append(lines, fmt.Sprintf("refused of %s as %s: %d", origin, cause, r.refused(origin, cause)))
		}
	}
	return lines
}

// TestSameObjectAtOnce: of versions of one entry that come at the same time the
// newest is shown, by both ways and however they are put together.
func TestSameObjectAtOnce(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	org := them.actor("org", "Organization")
	r.follows(org)
	const n = 40
	newest := event(them.URL+"/fair", org, fmt.Sprint("Foire ", n-1), day.Add((n-1)*time.Hour))
	them.set("/fair", with(newest, "@context", as))
	var wg sync.WaitGroup
	for i := range n {
		act := r.activity("Update", org, event(them.URL+"/fair", org, fmt.Sprint("Foire ", i), day.Add(time.Duration(i)*time.Hour)))
		req := r.request(them, org+"#main-key", encode(t, with(act, "id", fmt.Sprintf("%s/activities/%d", org, i))), httpsig.Cavage)
		wg.Go(func() {
			if status, text, err := r.post(req); err != nil || status != http.StatusAccepted {
				t.Errorf("%d %s %v", status, text, err)
			}
		})
	}
	wg.Wait()
	r.apply()
	if got := r.name(them.URL + "/fair"); got != fmt.Sprint("Foire ", n-1) {
		t.Errorf("shows %q", got)
	}
}

// TestTwoProcesses: what is sent to two processes of one instance at once is kept and
// applied once, and neither says that it is its fault.
func TestTwoProcesses(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			r, them := newRigOn(t, engine), newRemote(t)
			org := them.actor("org", "Organization")
			r.follows(org)
			const n = 60
			inboxes := []*inbox.Inbox{r.inbox, inbox.New(r.config)}
			var wg sync.WaitGroup
			for _, req := range burst(t, r, them, org, 0, n) {
				body, err := io.ReadAll(req.Body)
				if err != nil {
					t.Fatal(err)
				}
				for _, in := range inboxes {
					again := req.Clone(req.Context())
					again.Body = io.NopCloser(bytes.NewReader(body))
					wg.Go(func() {
						w := httptest.NewRecorder()
						if err := in.Handler(w, again); err != nil || w.Code != http.StatusAccepted {
							t.Errorf("%d %s %v", w.Code, w.Body, err)
						}
					})
				}
			}
			wg.Wait()
			r.apply()
			es, err := r.st.Entries(t.Context(), store.EntryFilter{OwnerURI: org, Limit: store.MaxLimit})
			if err != nil || len(es) != n {
				t.Fatalf("%d entries, %v", len(es), err)
			}
			for _, e := range es {
				if e.Revision != 1 {
					t.Errorf("%s was applied %d times", e.URI, e.Revision)
				}
			}
		})
	}
}

// TestNewsWithProof: what its owner signed, with a key that is known, is applied at
// once and kept as signed; what the owner did not sign is refused and counted, and
// what would take a question waits for its job.
func TestNewsWithProof(t *testing.T) {
	ctx := t.Context()
	r, them := newRig(t), newRemote(t)
	org := them.prover("org", "Organization")
	r.follows(org)
	forger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize))
	for i, c := range []struct {
		name   string
		pinned bool
		change func(object) object
		atOnce bool
		shown  string
		why    string
	}{
		{"before a key is pinned", false, func(doc object) object { return doc }, false, "Foire 0", ""},
		{"signed", true, func(doc object) object { return doc }, true, "Foire 1", ""},
		{"changed", true, func(doc object) object { return with(doc, "name", "Faux") }, false, "", "not what its owner signed"},
		{"by another key", true, func(doc object) object { return proved(t, with(doc, "proof", nil), org, forger, r.now()) }, false, "", "not what its owner signed"},
		{"by a key that nobody lists", true, func(doc object) object {
			return proved(t, with(doc, "proof", nil), org+"/none", forger, r.now())
		}, false, "Foire 4", ""},
	} {
		if c.pinned {
			if err := r.st.Write(ctx, func(tx *store.Tx) error {
				return tx.PinKey(ctx, store.PinnedKey{Origin: them.URL, Multikey: "z6Mkx", Actor: them.URL + "/relay", Doc: []byte("{}"), How: store.PinFollowed, Seen: r.now()})
			}); err != nil {
				t.Fatal(err)
			}
		}
		uri := fmt.Sprintf("%s/fair%d", them.URL, i)
		doc := with(event(uri, org, fmt.Sprint("Foire ", i), day), "@context", as)
		act := r.activity("Create", org, c.change(proved(t, doc, org, proofKey, r.now())))
		if why := r.deliver(them, act); !strings.Contains(why, c.why) || c.why == "" && why != "" {
			t.Errorf("%s: %q, want %q", c.name, why, c.why)
		}
		rec, err := r.st.Received(ctx, act["id"].(string))
		if atOnce := len(rec.Body) == 0; err != nil || atOnce != c.atOnce {
			t.Errorf("%s: at once %t, %v", c.name, atOnce, err)
		}
		if got := r.name(uri); got != c.shown {
			t.Errorf("%s: shows %q, want %q", c.name, got, c.shown)
		}
		kept, err := r.st.KeptDocument(ctx, uri)
		if held := c.shown != "" && i < 4; (err == nil) != held || held && kept.Owner != org {
			t.Errorf("%s: kept %+v, %v", c.name, kept, err)
		}
	}
}

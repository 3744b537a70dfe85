package fedtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// heard are the activities of some types that a person was sent, in order, each
// once: a delivery whose answer came too late comes again.
func (p *Person) heard(t *testing.T, types ...string) []federation.Envelope {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []federation.Envelope
	known := map[string]bool{}
	for _, body := range p.got {
		env, err := federation.ParseEnvelope(body)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(types, env.Type) && !known[env.ID] {
			known[env.ID] = true
			out = append(out, env)
		}
	}
	return out
}

// posts are what a person's server shows: what was created and what was shared.
func (p *Person) posts(t *testing.T) []string {
	var out []string
	for _, env := range p.heard(t, "Create", "Announce") {
		out = append(out, env.Type+" by "+env.Actor)
	}
	return out
}

func person(t *testing.T, w *World, name string, followed ...string) *Person {
	t.Helper()
	p, err := w.Person(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, uri := range followed {
		if err := p.Send(t.Context(), object{"type": "Follow", "object": uri}, uri); err != nil {
			t.Fatal(err)
		}
		hears(t, p, `"type":"Accept"[^}]*"actor":"`+regexp.QuoteMeta(uri)+`"|"actor":"`+regexp.QuoteMeta(uri)+`"[^}]*"type":"Accept"`)
	}
	return p
}

func hears(t *testing.T, p *Person, pattern string) string {
	t.Helper()
	body, err := p.Hears(t.Context(), regexp.MustCompile(pattern))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func brittany(t *testing.T, i *Instance, handle string) (directory.Map, string) {
	t.Helper()
	m, err := i.App.Ledger.CreateMap(t.Context(), System, directory.Map{Handle: handle,
		Name:      directory.LangText{"fr": "Communs de Bretagne", "en": "Commons of Brittany"},
		Selection: directory.MapSelection{Area: directory.Area{Regions: []string{"53"}}}}, "story")
	if err != nil {
		t.Fatal(err)
	}
	err = Wait(t.Context(), func() (bool, error) {
		n, err := i.App.Store.MapFilled(t.Context(), m.ID)
		return n < 0, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, i.URL() + "/maps/" + handle
}

func add(t *testing.T, i *Instance, name, postcode string, kind directory.Kind) directory.Entry {
	t.Helper()
	org, err := i.Organisation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e := directory.Entry{Kind: kind, Owner: org.ID, Status: directory.StatusPublished, Name: directory.LangText{"fr": name},
		Place: &directory.Place{PostalCode: postcode, Country: "FR"}}
	if kind == directory.KindEvent {
		e.Period = &directory.Period{Start: "2097-06-05T10:00:00+02:00", Timezone: "Europe/Paris"}
	}
	e, err = i.App.Ledger.Create(t.Context(), System, e)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestMapsAnnounceOnce: who follows a map hears exactly one post for each entry
// that enters it: by creation, by an edit, by federation; and who follows the
// organisation and the instance too hears no more of them.
func TestMapsAnnounceOnce(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			storetest.Need(t, engine)
			w, is := instances(t, engine, "a", "c")
			a, c := is[0], is[1]
			org, err := a.Organisation(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			add(t, a, "Ancien verger", "35000", directory.KindCommons)
			m, uri := brittany(t, a, "bretagne")
			counts(t, a, 1, "map=bretagne")
			bob := person(t, w, "bob", uri)
			eve := person(t, w, "eve", org.URI, a.URL()+"/actor", uri)
			follows(t, a, c.URL()+"/actor")
			if err := Wait(t.Context(), func() (bool, error) {
				fs, err := c.App.Store.CountFollowers(t.Context(), c.URL()+"/actor")
				return fs == 1, err
			}); err != nil {
				t.Fatal(err)
			}

			add(t, a, "Jardin de Nice", "06000", directory.KindCommons) // not in the map
			inside := add(t, a, "Jardin de Rennes", "35000", directory.KindCommons)
			hears(t, bob, `"type":"Announce"`)
			moving := add(t, a, "Atelier errant", "75001", directory.KindPlace)
			edit(t, a, moving.ID, func(e *directory.Entry) {
				e.Place = &directory.Place{PostalCode: "56000", Locality: "Vannes", Country: "FR"}
			})
			edit(t, a, moving.ID, func(e *directory.Entry) { e.Place.PostalCode, e.Place.Locality = "75001", "Paris" })
			edit(t, a, moving.ID, func(e *directory.Entry) { e.Place.PostalCode, e.Place.Locality = "56000", "Vannes" }) // back: no news
			forum := add(t, a, "Forum de Brest", "29200", directory.KindEvent)
			hears(t, bob, regexp.QuoteMeta(forum.URI))
			remote := add(t, c, "Four banal", "22000", directory.KindCommons)
			body := hears(t, bob, "est entré dans la carte")
			if !strings.Contains(body, remote.URI) || !strings.Contains(body, "Four banal") {
				t.Errorf("the note on an entry of another instance is %s", body)
			}
			got := bob.posts(t)
			want := []string{"Announce by " + uri, "Announce by " + uri, "Announce by " + uri, "Create by " + uri}
			if !slices.Equal(got, want) {
				t.Errorf("bob heard %q, want %q", got, want)
			}
			hears(t, eve, "est entré dans la carte") // the others she heard from the organisation, once
			posts := eve.posts(t)
			byMap := slices.DeleteFunc(slices.Clone(posts), func(s string) bool { return !strings.HasSuffix(s, uri) })
			if len(posts) != 6 || len(byMap) != 2 { // Nice, Rennes, Paris, Brest by the organisation; the move and Saint-Brieuc by the map
				t.Errorf("eve heard %q", posts)
			}
			counts(t, a, 5, "map=bretagne")

			// An entry that is deleted takes its posts along, and leaves the map. A server
			// that shows a shared note knows its author's key.
			if _, err := bob.actor(t.Context(), inside.URI); err != nil {
				t.Fatal(err)
			}
			if err := a.App.Ledger.Delete(t.Context(), System, inside.ID, "story"); err != nil {
				t.Fatal(err)
			}
			hears(t, bob, `"type":"Delete".*/notes/|/notes/.*"type":"Delete"`)
			counts(t, a, 4, "map=bretagne")
			deleteMap(t, a, bob, m, uri)
		})
	}
}

func edit(t *testing.T, i *Instance, id string, fn func(*directory.Entry)) {
	t.Helper()
	_, err := i.App.Ledger.Edit(t.Context(), System, id, func(e *directory.Entry) error { fn(e); return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// deleteMap ends a map: its follower is told, its address answers 410, and its
// handle is not given again.
func deleteMap(t *testing.T, a *Instance, bob *Person, m directory.Map, uri string) {
	t.Helper()
	for path, want := range map[string]string{
		"/maps/bretagne": `"type":"Service"`, "/maps/bretagne/outbox?page=1": `"type":"Announce"`, "/maps/bretagne/followers": `"totalItems":2`,
		"/maps/bretagne/collection":                                  `"type":"FeaturedCollection"`,
		"/.well-known/webfinger?resource=acct:bretagne@" + host("a"): uri,
	} {
		status, body, err := a.Fetch(t.Context(), path, activityJSON)
		if err != nil || status != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("GET %s: %d %v %s, want %s", path, status, err, body, want)
		}
	}
	if err := a.App.Ledger.DeleteMap(t.Context(), System, m.ID, "story"); err != nil {
		t.Fatal(err)
	}
	var gone struct{ Type, Actor string }
	body := hears(t, bob, `"type":"Delete"[^}]*"actor":"`+regexp.QuoteMeta(uri)+`"|"actor":"`+regexp.QuoteMeta(uri)+`"[^}]*"type":"Delete"|"id":"`+regexp.QuoteMeta(uri)+`","type":"Tombstone"`)
	if err := json.Unmarshal([]byte(body), &gone); err != nil || gone.Actor != uri {
		t.Errorf("the end of the map is told by %s", body)
	}
	for _, path := range []string{"/maps/bretagne", "/maps/bretagne/outbox", "/.well-known/webfinger?resource=acct:bretagne@" + host("a")} {
		if status, body, err := a.Fetch(t.Context(), path, activityJSON); err != nil || status != http.StatusGone {
			t.Errorf("GET %s: %d %v %s, want 410", path, status, err, body)
		}
	}
	_, err := a.App.Ledger.CreateMap(t.Context(), System, directory.Map{Handle: "bretagne", Name: m.Name}, "again")
	var bad directory.Invalid
	if !errors.As(err, &bad) || bad[0].Code != "taken" {
		t.Errorf("the handle of a deleted map is given again: %v", err)
	}
}

// TestMapDigest: what comes above the limit is told in one post, and so is an
// import, once for who follows several of those who have it to tell.
func TestMapDigest(t *testing.T) {
	t.Parallel()
	w, is := instances(t, "sqlite", "a")
	a := is[0]
	org, err := a.Organisation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, uri := brittany(t, a, "bretagne")
	bob := person(t, w, "bob", uri)
	eve := person(t, w, "eve", org.URI, uri)
	const limit, above = 10, 4
	for n := range limit + above {
		add(t, a, fmt.Sprintf("Verger numéro %d", n), "35000", directory.KindCommons)
	}
	if err := Wait(t.Context(), func() (bool, error) { return len(bob.posts(t)) == limit, nil }); err != nil {
		t.Fatalf("bob heard %d posts, want %d", len(bob.posts(t)), limit)
	}
	if n, err := a.App.Store.CountHeld(t.Context(), uri); err != nil || n != above {
		t.Errorf("%d posts wait, %v, want %d", n, err, above)
	}
	tell(t, a, uri, org.URI)
	body := hears(t, bob, fmt.Sprintf("%d nouvelles entrées dans la carte", above))
	if !strings.Contains(body, "Verger numéro 13") || !strings.Contains(body, uri) {
		t.Errorf("the digest is %s", body)
	}
	hears(t, eve, fmt.Sprintf("%d nouvelles entrées", above))

	gardens := Gardens(org.ID, 300)
	for i := range gardens {
		gardens[i].Place = &directory.Place{PostalCode: "29200", Country: "FR"}
	}
	if _, err := a.App.Ledger.Upsert(t.Context(), System, gardens, ledger.UpsertOptions{}); err != nil {
		t.Fatal(err)
	}
	tell(t, a, uri, org.URI)
	hears(t, bob, "300 nouvelles entrées")
	hears(t, eve, "300 nouvelles entrées")
	if got, want := len(bob.posts(t)), limit+2; got != want {
		t.Errorf("bob heard %d posts, want %d", got, want)
	}
	for _, p := range eve.posts(t) {
		if strings.HasSuffix(p, uri) {
			t.Errorf("eve heard %s, and follows the organisation", p)
		}
	}
	if got, want := len(eve.posts(t)), limit+2; got != want {
		t.Errorf("eve heard %d posts, want %d: %q", got, want, eve.posts(t))
	}
}

// tell does now what is due in an hour.
func tell(t *testing.T, i *Instance, actors ...string) {
	t.Helper()
	for _, actor := range actors {
		if err := i.App.Publisher.TellHeld(t.Context(), actor); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFollowAtEveryGrain: one change of an entry is one post to who follows the
// entry, its organisation, the instance or all of them.
func TestFollowAtEveryGrain(t *testing.T) {
	t.Parallel()
	w, is := instances(t, "sqlite", "a")
	a := is[0]
	org, err := a.Organisation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first := add(t, a, "Premier jardin", "35000", directory.KindCommons)
	_, uri := brittany(t, a, "bretagne")
	actor := a.URL() + "/actor"
	people := map[string]*Person{
		"entry": person(t, w, "ann", first.URI), "organisation": person(t, w, "cat", org.URI), "instance": person(t, w, "dan", actor),
		"map": person(t, w, "eve", uri), "all": person(t, w, "joe", first.URI, org.URI, actor, uri),
	}
	edit(t, a, first.ID, func(e *directory.Entry) { e.Name["fr"] = "Jardin renommé" })
	forum := add(t, a, "Forum", "35000", directory.KindEvent)
	last := add(t, a, "Dernier jardin", "35000", directory.KindCommons)
	edit(t, a, first.ID, func(e *directory.Entry) { e.Name["fr"] = "Jardin de la fin" })
	want := map[string]int{"entry": 2, "organisation": 2, "instance": 2, "map": 2, "all": 4}
	for who, p := range people {
		err := Wait(t.Context(), func() (bool, error) { return len(p.posts(t)) >= want[who], nil })
		if got := p.posts(t); err != nil || len(got) != want[who] {
			t.Errorf("who follows the %s heard %q of %s and %s, want %d posts: %v", who, got, forum.URI, last.URI, want[who], err)
		}
	}
}

// TestFeatureRequest: somebody elsewhere puts a map in a collection of theirs.
func TestFeatureRequest(t *testing.T) {
	t.Parallel()
	w, is := instances(t, "sqlite", "a")
	_, uri := brittany(t, is[0], "bretagne")
	bob := person(t, w, "bob")
	collection := "https://" + host("bob") + "/collections/1"
	ask := object{"type": "FeatureRequest", "object": uri, "instrument": collection}
	if err := bob.Send(t.Context(), ask, uri); err != nil {
		t.Fatal(err)
	}
	var answer struct{ Type, Actor, Result string }
	if err := json.Unmarshal([]byte(hears(t, bob, `"result"`)), &answer); err != nil || answer.Type != "Accept" || answer.Actor != uri {
		t.Fatalf("the answer is %+v, %v", answer, err)
	}
	status, body, err := is[0].Fetch(t.Context(), strings.TrimPrefix(answer.Result, is[0].URL()), activityJSON)
	if err != nil || status != http.StatusOK || !strings.Contains(string(body), `"interactingObject":"`+collection+`"`) ||
		!strings.Contains(string(body), `"interactionTarget":"`+uri+`"`) {
		t.Errorf("the leave is %d %v %s", status, err, body)
	}
}

package resource

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

type digestAnswer struct {
	Count   int
	Buckets map[string]string
}

func (s *site) digest(path string) (d digestAnswer) {
	s.t.Helper()
	w := s.get(path + "/digest")
	if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil || w.Code != 200 {
		s.t.Fatalf("%s: %d %v", path, w.Code, err)
	}
	return d
}

// listed is the digest that a reader of the catalogue makes of it.
func (s *site) listed(path string) (d digestAnswer) {
	s.t.Helper()
	var sum federation.Digest
	for _, raw := range s.collection(path + "/catalog?after=0&limit=500").Items {
		var l struct{ ID, Type, Hash string }
		if err := json.Unmarshal(raw, &l); err != nil {
			s.t.Fatal(err)
		}
		if l.Type != "Tombstone" {
			sum.Add(l.ID, l.Hash)
			d.Count++
		}
	}
	d.Buckets = sum.Buckets()
	return d
}

// TestDigestIsMended: after each change the digest is that of the catalogue, of the
// instance and of an organisation alike, although one bucket only is read again;
// and after many changes.
func TestDigestIsMended(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill()
	org := "/entries/" + orgID
	check := func(what string) {
		t.Helper()
		for _, actor := range []string{"/actor", org} {
			if d := cmp.Diff(s.listed(actor), s.digest(actor)); d != "" {
				t.Errorf("%s: %s: %s", what, actor, d)
			}
		}
	}
	check("at first")
	e := entry(40, directory.KindText, nil)
	s.put(e)
	check("one more")
	e.Name["fr"] = "Autrement"
	s.put(e)
	check("changed")
	e.Status, e.DeletedAt = directory.StatusDeleted, now
	s.put(e)
	check("deleted")
	var many []*directory.Entry
	for n := range 250 {
		many = append(many, entry(1000+n, directory.KindText, func(e *directory.Entry) {
			if n%2 == 0 {
				e.Owner, e.OwnerURI = "", ""
			}
			e.Name["fr"] = fmt.Sprint("Texte ", n)
		}))
	}
	s.put(many...)
	check("many more")
	if s.digest(org).Count == s.digest("/actor").Count {
		t.Error("the organisation's digest counts what is not its own")
	}
	if w := s.get("/events/019aa000-0000-7000-8000-000000000404/digest"); w.Code != 404 {
		t.Errorf("of nothing: %d", w.Code)
	}
}

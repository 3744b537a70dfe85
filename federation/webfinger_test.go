package federation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseResource(t *testing.T) {
	t.Parallel()
	type want struct {
		Res         Resource
		Foreign, OK bool
	}
	name, origin := want{Resource{Name: "foret"}, false, true}, want{Resource{Origin: true}, false, true}
	for resource, w := range map[string]want{
		"acct:foret@b.ex":          name,
		"ACCT:Foret@B.EX":          name,
		"acct:@foret@b.ex":         name,
		"foret@b.ex":               name,
		"@foret@b.ex":              name,
		" foret@b.ex ":             name,
		"acct%3Aforet%40b.ex":      name, // encoded twice
		"https://b.ex/entries/1":   {Resource{URL: "https://b.ex/entries/1"}, false, true},
		"HTTPS://B.ex/entries/1#x": {Resource{URL: "https://b.ex/entries/1"}, false, true},
		"http://b.ex/@foret":       {Resource{URL: "https://b.ex/@foret"}, false, true},
		"https://b.ex/":            origin,
		"https://b.ex":             origin,
		"acct:b.ex@b.ex":           {Resource{Name: "b.ex", Origin: true}, false, true},
		"acct:foret@c.ex":          {Resource{}, true, true},
		"https://c.ex/entries/1":   {Resource{}, true, true},
		"mailto:foret@b.ex":        {Resource{}, true, true},
		"":                         {}, "foret": {}, "acct:": {}, "acct:foret": {}, "acct:@b.ex": {}, "https://": {}, "acct:foret@": {},
	} {
		res, foreign, ok := ParseResource("https://b.ex", resource)
		if diff := cmp.Diff(w, want{res, foreign, ok}); diff != "" {
			t.Errorf("%q: %s", resource, diff)
		}
	}
	if res, _, ok := ParseResource("http://localhost:8080", "acct:foret@localhost:8080"); !ok || res.Name != "foret" {
		t.Errorf("a host with a port: %+v", res)
	}
}

func TestIsDocumentType(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"application/activity+json": true, "application/activity+json; charset=utf-8": true, "Application/Activity+JSON": true,
		LDContentType: true, `application/ld+json; charset=utf-8; profile="http://x https://www.w3.org/ns/activitystreams"`: true,
		"application/ld+json": false, "application/json": false, "text/html": false, "": false, `application/ld+json; profile="x"`: false,
	} {
		if got := IsDocumentType(in); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func FuzzParseResource(f *testing.F) {
	for _, s := range []string{"acct:foret@b.ex", "https://b.ex/", "%61cct:x@b.ex", "http://[::1", "acct:é@b.ex", "a@b@c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		res, foreign, ok := ParseResource("https://b.ex", s)
		if n := len(res.Name) + len(res.URL); (foreign || !ok) && (n > 0 || res.Origin) {
			t.Fatalf("%q: %+v of no use", s, res)
		} else if ok && !foreign && n == 0 && !res.Origin {
			t.Fatalf("%q: names nothing", s)
		}
	})
}

package site

import (
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

func TestHomeShowsMapListAndCounts(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	g := b.add(garden())
	b.add(forum())
	doc := b.ok("/")
	if got := text(find(doc, "#h-res")); got != "2 fiches dans la vue" {
		t.Errorf("count %q", got)
	}
	if got, want := attr(find(doc, ".item h3 a"), "href"), "/@"+g.Handle; !strings.HasPrefix(got, "/") || g.Handle == "" {
		t.Errorf("first item leads to %q, want like %q", got, want)
	}
	for selector, want := range map[string]string{
		"label.c-nourrir small": "1", "label.c-gouverner small": "1", "[name=kind][value=event]": "",
		"[data-map] svg": "", ".outils a[data-zoom=1]": "", "fieldset.periode [name=from]": "", "form[role=search] [name=q]": ""} {
		n := find(doc, selector)
		if n == nil {
			t.Errorf("no %s", selector)
		} else if want != "" && text(n) != want {
			t.Errorf("%s = %q, want %q", selector, text(n), want)
		}
	}
	if got := attr(find(doc, "html"), "lang"); got != "fr" {
		t.Errorf("lang %q", got)
	}
}

func TestFiltersWorkByPlainGet(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	g := b.add(garden())
	b.add(forum())
	r := b.remote(remoteOrchard())
	hidden := garden()
	hidden.Name = directory.LangText{"fr": "Sans lieu"}
	hidden.Place, hidden.Tags, hidden.Period = nil, []string{"ailleurs"}, nil
	b.add(hidden)
	for query, want := range map[string][]string{
		"kind=event":                         {"Forum des communs"},
		"kind=commons&kind=event":            {"Forum des communs", "Jardin des Six Haies"},
		"theme=nourrir":                      {"Jardin des Six Haies"},
		"theme=eau":                          {"Jardin des Six Haies"},
		"theme=habiter":                      nil,
		"tag=verger":                         {"Jardin des Six Haies"},
		"from=2020&to=2030":                  {"Forum des communs"},
		"q=verger":                           {"Jardin des Six Haies", "Verger d’ailleurs", "Sans lieu"},
		"q=sans":                             {"Sans lieu"},
		"origin=https%3A%2F%2Failleurs.test": {"Verger d’ailleurs"},
		"c=45.76,4.84,11":                    {"Forum des communs"},
		"bbox=-2,48,-1,49":                   {"Jardin des Six Haies"},
		"all=1&kind=commons":                 {"Jardin des Six Haies", "Sans lieu"},
	} {
		doc := b.ok("/?" + query)
		var got []string
		for _, n := range findAll(doc, "#resultats .item h3 a") {
			got = append(got, text(n))
		}
		if !sameSet(got, want) {
			t.Errorf("?%s lists %q, want %q", query, got, want)
		}
		if query != "c=45.76,4.84,11" && query != "bbox=-2,48,-1,49" && find(doc, "a.puce.on") == nil {
			t.Errorf("?%s: no way to take the filter off", query)
		}
		if len(want) == 0 && find(doc, ".vide a") == nil {
			t.Errorf("?%s: an empty list without a way out", query)
		}
	}
	_ = g
	_ = r
}

func sameSet(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	seen := map[string]int{}
	for _, s := range a {
		seen[s]++
	}
	for _, s := range b {
		seen[s]--
	}
	for _, n := range seen {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestEveryPageAnswersInBothLanguages(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	g, f := b.add(garden()), b.add(forum())
	old := b.add(manifesto("Ancien texte", "1901"))
	m := b.add(manifesto("Manifeste", "1985-03", directory.Relation{Type: directory.RelCites, Object: old.URI}))
	c := b.add(commonsConcept())
	r := b.remote(remoteOrchard())
	paths := []string{"/", "/timeline", "/genealogy", "/genealogy?view=list", "/genealogy/" + m.ID, "/concepts", "/concepts?view=list", "/about", "/legal", "/accessibility",
		"/login", "/interact?uri=" + g.URI, "/@" + g.Handle, "/entries/" + g.ID, "/events/" + f.ID, "/texts/" + m.ID, "/concepts/" + c.ID, "/entries/" + r.ID,
		"/entries/" + g.ID + "/history", "/?fragment=list", "/?entry=" + g.ID, "/timeline?fragment=chart"}
	for _, path := range paths {
		for _, lang := range []string{"fr", "en"} {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			w, doc := b.get(path + sep + "lang=" + lang)
			if w.Code != http.StatusOK {
				t.Errorf("GET %s in %s: status %d: %s", path, lang, w.Code, text(doc))
				continue
			}
			body := w.Body.String()
			if i := strings.Index(text(doc), "["); i >= 0 && strings.Contains(text(doc)[i:], ".") && strings.Contains(text(doc)[i:min(len(text(doc)), i+40)], "]") {
				t.Errorf("GET %s in %s: a key without text near %q", path, lang, text(doc)[i:min(len(text(doc)), i+40)])
			}
			for _, bad := range []string{" style=", "<script>", " onclick=", "%!", "<no value>"} {
				if strings.Contains(body, bad) {
					t.Errorf("GET %s in %s: holds %q", path, lang, bad)
				}
			}
			if got := w.Header().Get("Content-Language"); got != lang {
				t.Errorf("GET %s in %s: language %q", path, lang, got)
			}
		}
	}
}

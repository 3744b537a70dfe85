package federation

import (
	"strings"
	"testing"
)

// TestLanguagesInOrder: who takes the first key of a map for the language of the
// plain text, as Mastodon does, is right.
func TestLanguagesInOrder(t *testing.T) {
	for name, c := range map[string]struct {
		doc  any
		want []string
	}{
		"a French note in two languages": {
			Object{Type: "Note", InLanguage: "fr", Content: "<p>é & è</p>", ContentMap: map[string]string{"en": "<p>e</p>", "fr": "<p>é & è</p>"}},
			[]string{`"contentMap":{"fr":"<p>é & è</p>","en":"<p>e</p>"}`},
		},
		"an English one": {
			Object{Type: "Note", InLanguage: "en", Content: "e", ContentMap: map[string]string{"en": "e", "fr": "é"}},
			[]string{`"contentMap":{"en":"e","fr":"é"}`},
		},
		"a name that is the same in both": {
			Object{Type: "Event", InLanguage: "fr", Name: "Forum", NameMap: map[string]string{"en": "Forum", "fr": "Forum"}, Summary: "juin",
				SummaryMap: map[string]string{"br": "mezheven", "en": "June", "fr": "juin"}},
			[]string{`"nameMap":{"fr":"Forum","en":"Forum"}`, `"summaryMap":{"fr":"juin","br":"mezheven","en":"June"}`},
		},
		"a text in another language than the object": {
			Object{Type: "Event", InLanguage: "fr", Content: "b", ContentMap: map[string]string{"en": "e", "br": "b", "fr": "f"}},
			[]string{`"contentMap":{"br":"b","fr":"f","en":"e"}`},
		},
		"a collection": {
			FeaturedCollection{Name: "é", NameMap: map[string]string{"en": "e", "fr": "é"}, Summary: "s", SummaryMap: map[string]string{"en": "t", "fr": "s"}},
			[]string{`"nameMap":{"fr":"é","en":"e"}`, `"summaryMap":{"fr":"s","en":"t"}`},
		},
	} {
		body, err := Encode(c.doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range c.want {
			if strings.Count(string(body), w) != 1 || strings.Count(string(body), w[:strings.IndexByte(w, ':')]) != strings.Count(contextJSON, w[:strings.IndexByte(w, ':')])+1 {
				t.Errorf("%s: %s is not once in %s", name, w, strings.TrimPrefix(string(body), contextPrefix))
			}
		}
	}
	if body, err := Encode(Object{Type: "Note"}); err != nil || strings.Contains(strings.TrimPrefix(string(body), contextPrefix), "Map") {
		t.Errorf("an object without texts: %s, %v", body, err)
	}
}

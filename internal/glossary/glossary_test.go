package glossary

import (
	"fmt"
	"html/template"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

func terms() []Term {
	return []Term{
		{Labels: []string{"communs", "un commun", "les communs"}, Href: "/concepts/1", Definition: `Ressource "partagée"`},
		{Labels: []string{"tragédie des communs"}, Href: "/concepts/2", Definition: "Thèse"},
		{Labels: []string{"enclosure", "ab"}, Href: "/concepts/3"},
		{Labels: []string{"Œuvre commune"}, Href: "/concepts/4", Definition: "d"},
		{Labels: []string{"communs"}, Href: "/concepts/5", Definition: "seconde fiche du même nom"},
		{Labels: []string{"入会権"}, Href: "/concepts/6"},
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	m := New(terms())
	for in, want := range map[string]string{
		"":                                      "",
		"Rien ici.":                             "",
		"La tragédie des communs.":              "tragédie des communs=2",
		"TRAGEDIE  des\u00a0Communs, communs":   "TRAGEDIE  des\u00a0Communs=2 communs=1",
		"communs et communs":                    "communs=1",
		"l’enclosure, l'enclosure":              "enclosure=3",
		"enclosures ab":                         "",
		"mal-communs communs-ci":                "",
		"communs- et autres":                    "communs=1",
		"trage\u0301die des communs":            "trage\u0301die des communs=2",
		"une œuvre commune":                     "œuvre commune=4",
		"une OEUVRE COMMUNE":                    "OEUVRE COMMUNE=4",
		"ce qu’ils ont en commun":               "",
		"c’est un commun":                       "un commun=1",
		"communs\x00communs \xff communs":       "communs=1",
		"入会権 est un droit":                      "入会権=6",
		strings.Repeat("x", 500) + " enclosure": "enclosure=3",
	} {
		var got []string
		for _, f := range m.Find(in, map[int]bool{}, 10) {
			got = append(got, fmt.Sprintf("%s=%d", in[f.From:f.To], f.Term+1))
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%q: %q, want %q", in, g, want)
		}
	}
	if got := m.Find("communs enclosure", map[int]bool{}, 1); len(got) != 1 {
		t.Errorf("at most one: %v", got)
	}
	if got := (*Matcher)(nil).Find("communs", nil, 3); got != nil {
		t.Errorf("nil finds %v", got)
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	m := New(terms())
	const communs = `<a class="glose" href="/concepts/1" title="Ressource &#34;partagée&#34;">`
	for in, want := range map[template.HTML]template.HTML{
		"<p>Les communs.</p>": "<p>" + communs + "Les communs</a>.</p>",
		`<p><a href="x">communs</a> <code>communs</code><h2>communs</h2></p>`: `<p><a href="x">communs</a> <code>communs</code><h2>communs</h2></p>`,
		"<p>1 &lt; 2 &amp; l&#39;enclosure &lt;script&gt;</p>":                `<p>1 &lt; 2 &amp; l&#39;<a class="glose" href="/concepts/3">enclosure</a> &lt;script&gt;</p>`,
		"<p>a<br>b</p>": "<p>a<br>b</p>",
	} {
		if got := m.Link(in, Options{Most: 5}); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	seen := map[int]bool{}
	if got := m.Link("<p>communs</p>", Options{Most: 5, Seen: seen, Base: "https://b.test"}); !strings.Contains(string(got), `href="https://b.test/concepts/1"`) {
		t.Errorf("with a base: %s", got)
	}
	for _, o := range []Options{{Most: 5, Seen: seen}, {Most: 5, Skip: "/concepts/1"}, {}} {
		if got := m.Link("<p>communs</p>", o); got != "<p>communs</p>" {
			t.Errorf("%+v: %s", o, got)
		}
	}
}

// FuzzLink: whatever the text, the words stay the same and no tag but ours is new.
func FuzzLink(f *testing.F) {
	for _, s := range []string{"<p>communs</p>", "&lt;b&gt; communs &amp;", "a<b communs", "<a>communs", "\xff communs"} {
		f.Add(s)
	}
	m := New(terms())
	f.Fuzz(func(t *testing.T, s string) {
		in := template.HTML("<p>" + html.EscapeString(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")) + "</p>")
		got := string(m.Link(in, Options{Most: 3}))
		if !utf8.ValidString(got) || strings.Count(got, "<a ") > 3 {
			t.Fatalf("%q", got)
		}
		if w := words(got); w != words(string(in)) {
			t.Errorf("words changed: %q, want %q", w, words(string(in)))
		}
	})
}

func words(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for z.Next() != html.ErrorToken {
		if t := z.Token(); t.Type == html.TextToken {
			b.WriteString(t.Data)
		}
	}
	return b.String()
}

func BenchmarkLink(b *testing.B) {
	var ts []Term
	for i := range 5000 {
		ts = append(ts, Term{Labels: []string{fmt.Sprintf("concept numéro %d", i), fmt.Sprintf("notion %d", i)}, Href: "/concepts/x"})
	}
	m := New(append(ts, terms()...))
	in := template.HTML("<p>" + strings.Repeat("Des mots, des notions et des concepts numéro ; rien que l’on cherche ici. ", 270) + "les communs</p>")
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		m.Link(in, Options{Most: 12})
	}
}

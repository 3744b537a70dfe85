package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// generator makes entries that look like those of a large directory: names and
// texts whose words have a long tail, places around towns, every twentieth an
// event, a few hundred texts and concepts. It gives the same ones every time.
type generator struct {
	r     *rand.Rand
	towns [][2]float64
	base  string
}

func newGenerator(base string) *generator {
	g := &generator{r: rand.New(rand.NewPCG(1, 2)), towns: make([][2]float64, 12000), base: base}
	for i := range g.towns {
		g.towns[i] = [2]float64{46.5 + g.r.NormFloat64()*2, 2.5 + g.r.NormFloat64()*2.5}
	}
	return g
}

// words has n of them.
func (g *generator) words(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = word(int(g.r.ExpFloat64() * 6000))
	}
	return strings.Join(out, " ")
}

// word is the word of a number: the smaller the number, the more often it is used.
// It has two syllables or more, and, as in a language, few words begin with the same
// five letters.
func word(n int) string {
	w := syllable(n) + syllable(n*389+n/syllables*31+17)
	if n >= syllables {
		w += syllable(n / syllables)
	}
	return w
}

const syllables = 20 * 8 * 4

// syllable is one of syllables.
func syllable(n int) string {
	onsets := [20]string{"b", "c", "d", "f", "g", "h", "j", "l", "m", "n", "p", "r", "s", "t", "v", "ch", "tr", "pl", "gr", "br"}
	vowels := [8]string{"a", "e", "i", "o", "u", "ou", "ai", "é"}
	codas := [4]string{"", "r", "n", "s"}
	n %= syllables
	return onsets[n%20] + vowels[n/20%8] + codas[n/160]
}

// entry is the i-th.
func (g *generator) entry(i int) *directory.Entry {
	r := g.r
	id := uuid.Must(uuid.NewV7()).String()
	at := time.Date(2024, 1, 1, 0, 0, i, 0, time.UTC)
	themes := directory.Themes()
	e := &directory.Entry{ID: id, Kind: directory.KindCommons, Status: directory.StatusPublished, Created: at, Updated: at, Revision: 1,
		Name: directory.LangText{"fr": g.words(3 + r.IntN(6))}, Summary: directory.LangText{"fr": g.words(12 + r.IntN(14))},
		Description: directory.LangText{"fr": g.words(60)}, Licence: "CC-BY-SA-4.0", LastConfirmed: at,
		Themes: []string{themes[r.IntN(len(themes))].Slug}, Tags: []string{fmt.Sprint("tag", r.IntN(500)), "commun"},
		Period: &directory.Period{Start: fmt.Sprint(2026 - int(r.ExpFloat64()*25))}}
	switch {
	case i%3000 == 1:
		e.Kind, e.Text = directory.KindText, &directory.Text{Form: "charter"}
	case i%10000 == 2:
		e.Kind, e.Period, e.Concept = directory.KindConcept, nil, &directory.Concept{FirstUse: fmt.Sprint(1950 + r.IntN(75))}
	default:
		if i%20 == 0 {
			e.Kind = directory.KindEvent
			e.Period.Start = fmt.Sprintf("%d-%02d-%02d", 2015+r.IntN(12), 1+r.IntN(12), 1+r.IntN(28))
		}
		t := g.towns[r.IntN(1+r.IntN(len(g.towns)))]
		e.Place = &directory.Place{Locality: "Plougrain", Country: "FR",
			Point: &directory.Point{Lat: t[0] + r.NormFloat64()*0.06, Lon: t[1] + r.NormFloat64()*0.06}}
	}
	e.URI = g.base + "/" + e.Kind.Path() + "/" + id
	return e
}

// fill writes n entries into an empty database, and says how many after each batch.
func fill(ctx context.Context, st *store.Store, base string, n int, progress func(done, total int)) error {
	g := newGenerator(base)
	const batch = 1000
	for done := 0; done < n; {
		es := make([]*directory.Entry, min(batch, n-done))
		for i := range es {
			es[i] = g.entry(done + i)
		}
		if err := st.Write(ctx, func(tx *store.Tx) error {
			return tx.PutEntries(ctx, es, store.PutOptions{Public: true})
		}); err != nil {
			return fmt.Errorf("write generated entries: %w", err)
		}
		done += len(es)
		progress(done, n)
	}
	return nil
}

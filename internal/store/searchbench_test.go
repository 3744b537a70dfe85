package store_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// searchRows is how many texts the search as one types looks through; a tenth of
// it with -short.
const searchRows = 1_000_000

// longTail are words as frequent as those of names and summaries: a few are
// everywhere, most are rare.
func longTail(rng *rand.Rand, n int) string {
	const syllables = "labelibolurakerikomaminopatesovuduranejo"
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		for k := int(min(rng.ExpFloat64()*9000, 90_000)) + 41; k > 0; k /= 20 {
			at := 2 * (k % 20)
			b.WriteString(syllables[at : at+2])
		}
	}
	return b.String()
}

// BenchmarkSearch is the search as one types: a word and the first three letters
// of the next, twenty results. The ratio of the two engines is that of our index on
// SQLite and of a tsvector with a GIN index, in one run.
func BenchmarkSearch(b *testing.B) {
	n := searchRows
	if testing.Short() {
		n /= 10
	}
	ctx := context.Background()
	for _, engine := range storetest.Engines {
		b.Run(engine, func(b *testing.B) {
			s := storetest.Open(b, engine)
			rng := rand.New(rand.NewPCG(3, 4))
			var asked []string
			for at := 0; at < n; at += 1000 {
				rows := make(map[int64]string, 1000)
				for i := range 1000 {
					text := longTail(rng, 18)
					rows[int64(at+i+1)] = text
					if i == 0 {
						words := strings.Fields(text)
						asked = append(asked, words[0]+" "+words[1][:min(3, len(words[1]))])
					}
				}
				if err := store.PutWords(ctx, s, rows); err != nil {
					b.Fatal(err)
				}
			}
			var took []time.Duration
			b.ResetTimer()
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				if _, err := s.SearchNums(ctx, asked[i%len(asked)], 20); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

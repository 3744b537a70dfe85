package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// benchSize is how many entries the read benchmarks look through.
const benchSize = 100_000

// words is a vocabulary with a long tail, as names and summaries have.
func words(rng *rand.Rand, n int) string {
	out := ""
	for range n {
		out += fmt.Sprintf("mot%d ", int(rng.ExpFloat64()*3000))
	}
	return out
}

func benchEntries(rng *rand.Rand, n int) []*directory.Entry {
	themes := directory.Themes()
	es := make([]*directory.Entry, n)
	for i := range es {
		es[i] = entry(words(rng, 5), func(e *directory.Entry) {
			e.Summary = directory.LangText{"fr": words(rng, 20)}
			e.Description = directory.LangText{"fr": words(rng, 80)}
			e.Themes = []string{themes[rng.IntN(len(themes))].Slug}
			e.Tags = []string{fmt.Sprint("tag", rng.IntN(500)), "commun"}
			e.Place = at(41+10*rng.Float64(), -5+14*rng.Float64())
			e.Place.Locality = "Plougrain"
			e.Period = &directory.Period{Start: fmt.Sprint(1900 + rng.IntN(126))}
			e.Owner, e.SourceKey, e.OwnerURI = "org", e.ID, base+"/entries/org"
		})
	}
	return es
}

func benchPut(b *testing.B, s *store.Store, es []*directory.Entry) {
	b.Helper()
	for len(es) > 0 {
		n := min(500, len(es))
		put(b, s, es[:n]...)
		es = es[n:]
	}
}

func BenchmarkPutEntries(b *testing.B) {
	for _, engine := range storetest.Engines {
		for _, op := range []string{"insert", "update"} {
			b.Run(engine+"/"+op, func(b *testing.B) {
				rng := rand.New(rand.NewPCG(1, 2))
				s := storetest.Open(b, engine)
				es := benchEntries(rng, 5000)
				if op == "update" {
					benchPut(b, s, es)
				}
				b.ResetTimer()
				for range b.N {
					if op == "insert" {
						b.StopTimer()
						es = benchEntries(rng, 5000)
						b.StartTimer()
					}
					benchPut(b, s, es)
				}
				b.ReportMetric(float64(len(es)*b.N)/b.Elapsed().Seconds(), "entries/s")
			})
		}
	}
}

func BenchmarkRead100k(b *testing.B) {
	for _, engine := range storetest.Engines {
		b.Run(engine, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			s := storetest.Open(b, engine)
			start := time.Now()
			for range benchSize / 5000 {
				benchPut(b, s, benchEntries(rng, 5000))
			}
			b.Logf("%s: %d entries put in %.1f s", engine, benchSize, time.Since(start).Seconds())
			ctx := context.Background()
			list := func(f store.EntryFilter) func(*testing.B) {
				return func(b *testing.B) {
					for range b.N {
						if _, err := s.Entries(ctx, f); err != nil {
							b.Fatal(err)
						}
					}
				}
			}
			sel := func(v directory.Selection) store.EntryFilter { return store.EntryFilter{Selection: v, Limit: 20} }
			b.Run("list by name", list(store.EntryFilter{Order: store.ByName, Limit: 20}))
			b.Run("list by name, deep", list(store.EntryFilter{Order: store.ByName, Limit: 20, AfterKey: "mot5", AfterNum: 1}))
			b.Run("list recent", list(store.EntryFilter{Order: store.ByRecent, Limit: 20}))
			b.Run("theme", list(sel(directory.Selection{Themes: []string{"nature"}})))
			b.Run("bbox of 50 km", list(sel(directory.Selection{BBox: &directory.BBox{West: 0, South: 45, East: .6, North: 45.5}})))
			b.Run("period", list(sel(directory.Selection{From: "1950", To: "1955"})))
			for name, q := range map[string]string{"word": "mot120", "two words": "mot12 mot345", "prefix": "mot1", "rare prefix": "mot9999", "word and prefix": "mot120 mot1"} {
				b.Run("search "+name, func(b *testing.B) {
					for range b.N {
						if _, err := s.SearchNums(ctx, q, 20); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			b.Run("count a word", func(b *testing.B) {
				for range b.N {
					if _, err := s.CountEntries(ctx, sel(directory.Selection{Query: "mot120"})); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("one entry by uri", func(b *testing.B) {
				e, err := s.EntryByNum(ctx, 777)
				if err != nil {
					b.Fatal(err)
				}
				b.ResetTimer()
				for range b.N {
					if _, err := s.EntryByURI(ctx, e.URI); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("scan index", func(b *testing.B) {
				for range b.N {
					n := 0
					if err := s.ScanIndex(ctx, func(store.IndexRow) error { n++; return nil }); err != nil || n != benchSize {
						b.Fatal(n, err)
					}
				}
			})
		})
	}
}

package lexicon

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// model is the same index done the slow way.
type model map[int64][]string

func (m model) apply(entries []Entry, gone []int64) {
	for _, n := range gone {
		delete(m, n)
	}
	for _, e := range entries {
		m[e.Num] = strings.Fields(e.Words)
	}
}

func (m model) first(words []string, after int64, limit int) []int64 {
	var out []int64
	for num, has := range m {
		fits := num > after && len(words) > 0
		for i, w := range words {
			fits = fits && slices.ContainsFunc(has, func(t string) bool {
				return t == w || i == len(words)-1 && strings.HasPrefix(t, w)
			})
		}
		if fits {
			out = append(out, num)
		}
	}
	slices.Sort(out)
	return out[:min(limit, len(out))]
}

// tailWord is one of many words of which a few are frequent.
func tailWord(r *rand.Rand, mean float64) string {
	n := int(r.ExpFloat64() * mean)
	w := ""
	for n += 26; n > 0; n /= 26 {
		w += string(rune('a' + n%26))
	}
	if r.IntN(50) == 0 {
		w += "é水"[:2+3*r.IntN(2)]
	}
	return w
}

func tailEntry(r *rand.Rand, num int64, words int, mean float64) Entry {
	out := make([]string, words)
	for i := range out {
		out[i] = tailWord(r, mean)
	}
	return Entry{Num: num, Words: strings.Join(out, " ")}
}

func (m model) check(t *testing.T, l *Lexicon, r *rand.Rand, top int64) {
	t.Helper()
	if l.Len() != len(m) {
		t.Fatalf("%d entries, want %d", l.Len(), len(m))
	}
	for range 60 {
		words := make([]string, r.IntN(4))
		for i := range words {
			words[i] = tailWord(r, 60)
		}
		if n := len(words); n > 0 {
			words[n-1] = words[n-1][:1+r.IntN(len(words[n-1]))]
		}
		after, limit := r.Int64N(top)-1, 1+r.IntN(30)
		if r.IntN(2) == 0 {
			after = -1
		}
		if got, want := l.First(words, after, limit), m.first(words, after, limit); !slices.Equal(got, want) {
			t.Fatalf("first %d of %q after %d: %v, want %v", limit, words, after, got, want)
		}
		if got, want := l.Set(words).Nums(), m.first(words, -1, len(m)); !slices.Equal(got, want) {
			t.Fatalf("all of %q: %d, want %d", words, len(got), len(want))
		}
	}
}

// TestAgainstModel compares answers with those of the slow way, before and after
// changes that make segments grow together and be made anew.
func TestAgainstModel(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	const top = 3000
	var b Builder
	m := model{}
	for num := int64(0); num < top; num += 1 + r.Int64N(3) {
		e := tailEntry(r, num, r.IntN(12), 60)
		b.Add(e)
		m.apply([]Entry{e}, nil)
	}
	l := b.Lexicon()
	m.check(t, l, r, top)
	for range 40 {
		var in []Entry
		var gone []int64
		for range r.IntN(1 << r.IntN(9)) {
			in = append(in, tailEntry(r, r.Int64N(top), r.IntN(12), 60))
		}
		for range r.IntN(20) {
			gone = append(gone, r.Int64N(top)-5)
		}
		m.apply(in, gone)
		l.Apply(in, gone)
		m.check(t, l, r, top)
	}
	var all []int64
	for num := range m {
		all = append(all, num)
	}
	l.Apply(nil, all)
	if l.Len() != 0 || len(*l.current.Load()) != 0 {
		t.Errorf("%d entries in %d segments after all were taken out", l.Len(), len(*l.current.Load()))
	}
}

// TestLongLists has lists with skips, numbers far apart, and numbers that are none.
func TestLongLists(t *testing.T) {
	l := New()
	m := model{}
	var in []Entry
	for i := range int64(3000) {
		e := Entry{Num: i * i * 5, Words: "all"}
		if i%7 == 0 {
			e.Words += " seven"
		}
		if i%500 == 3 {
			e.Words += " rare rarer rarest"
		}
		in = append(in, e)
	}
	in = append(in, Entry{Num: 50_000_000, Words: "all seven rare rarest"}, Entry{Num: 1 << 32, Words: "all"}, Entry{Num: -1, Words: "all"})
	l.Apply(in, nil)
	m.apply(in, nil)
	delete(m, 1<<32)
	delete(m, -1)
	for _, words := range [][]string{{"all"}, {"a"}, {"seven", "all"}, {"all", "seven"}, {"rare", "all"}, {"all", "rar"}, {"seven", "rar"}, {"rarer", "seven", "rar"}, {"none", "all"}, {"all", "none"}, {}} {
		for _, after := range []int64{-1, 0, 1200, 1 << 20, 40_000_000, 49_999_999, 50_000_000, 1<<32 - 1, 1 << 33} {
			for _, limit := range []int{1, 20, 5000} {
				if got, want := l.First(words, after, limit), m.first(words, after, limit); !slices.Equal(got, want) {
					t.Errorf("first %d of %q after %d: %d, want %d", limit, words, after, len(got), len(want))
				}
			}
		}
		if got, want := l.Set(words).Nums(), m.first(words, -1, 5000); !slices.Equal(got, want) {
			t.Errorf("all of %q: %d, want %d", words, len(got), len(want))
		}
	}
}

func TestInstead(t *testing.T) {
	l := New()
	l.Apply([]Entry{{1, "jardin partage"}, {2, "jardin mediatheque"}, {3, "jargon mediatheque eau"}, {4, "école été 水力発電"}}, nil)
	l.Apply([]Entry{{5, "jargin"}, {6, "jargin"}, {7, "jargin"}}, nil)
	for _, c := range []struct{ words, want string }{
		{"jardim", "jardin"},                      // another letter: more entries have it
		{"jardn", "jardin"},                       // one is missing
		{"jjardin", "jardin"},                     // one too many
		{"ajrdin", "jardin"},                      // two changed places
		{"aeu", "eau"},                            // a short word
		{"jarrin", "jargin"},                      // the more frequent of two
		{"mediateque", "mediatheque"},             // a long word
		{"medatheqe", "mediatheque"},              // and two edits of it
		{"jardin mediateq", "jardin mediatheque"}, // the begin of a word, with an edit
		{"jardm", "jardin"},                       // the begin of a short one
		{"partage mediateque", ""},                // no entry has both
		{"jardn mediath", "jardin mediath"},       // the last one is a prefix that is known
		{"jard", ""}, {"jardin eau", ""},          // nothing is wrong with these
		{"xy", ""}, // too short to guess
		{"école été 水力発雷", "école été 水力発電"}, // letters, not bytes
		{"medi jardin", ""}, // a begin is no word but at the end
	} {
		got, ok := l.Instead(strings.Fields(c.words))
		if ok != (c.want != "") || ok && strings.Join(got, " ") != c.want {
			t.Errorf("instead of %q: %q, %t, want %q", c.words, got, ok, c.want)
		}
	}
}

// TestNearEach compares the walk over the terms with every term by itself.
func TestNearEach(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	entry := tailEntry(r, 1, 400, 30_000)
	s := build([]Entry{entry})
	for round := range 60 {
		word := []rune(tailWord(r, 30_000))
		most, begin := 1+r.IntN(2), round%2 == 1
		got := map[string]string{}
		s.near(word, most, begin, func(i, d int, whole bool) { got[string(s.term(i))] = fmt.Sprint(d, whole) })
		for i := range s.textEnd {
			term := []rune(string(s.term(i)))
			want, least := "", len(word)
			for k := range term {
				least = min(least, distance(term[:k], word))
			}
			d := distance(term, word)
			if least = min(least, d); begin && least <= most {
				want = fmt.Sprint(least, false)
			}
			if d <= most {
				want = fmt.Sprint(d, true)
			}
			if is := got[string(term)]; is != want {
				t.Fatalf("%q from %q, begins %t: got %q, want %q", string(term), string(word), begin, is, want)
			}
		}
	}
}

// distance is the number of edits, by its definition.
func distance(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	n := min(distanceOnce(a[1:], b)+1, distanceOnce(a, b[1:])+1)
	edit := 1
	if a[0] == b[0] {
		edit = 0
	}
	n = min(n, distanceOnce(a[1:], b[1:])+edit)
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		n = min(n, distanceOnce(a[2:], b[2:])+1)
	}
	return n
}

var distances sync.Map

func distanceOnce(a, b []rune) int {
	key := string(a) + "|" + string(b)
	if d, ok := distances.Load(key); ok {
		return d.(int)
	}
	d := distance(a, b)
	distances.Store(key, d)
	return d
}

// TestReadersAndWriter lets readers search while entries come and go; what is always
// there is always found.
func TestReadersAndWriter(t *testing.T) {
	t.Parallel()
	l := New()
	l.Apply([]Entry{{7, "always here"}}, nil)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if got := l.First([]string{"always", "he"}, -1, 5); !slices.Equal(got, []int64{7}) {
					t.Errorf("found %v", got)
					return
				}
				l.Set([]string{"b"})
				l.Instead([]string{"alwayz"})
			}
		})
	}
	r := rand.New(rand.NewPCG(3, 3))
	for range 60 {
		var in []Entry
		for range r.IntN(200) {
			in = append(in, tailEntry(r, 10+r.Int64N(2000), 8, 60))
		}
		l.Apply(in, []int64{10 + r.Int64N(2000)})
	}
	close(done)
	readers.Wait()
}

// FuzzFind searches for any words in entries of any words.
func FuzzFind(f *testing.F) {
	f.Add("a b c\nb c d\n\nab abc", "a", int64(-1))
	f.Add("é 水 x\nx y", "x 水", int64(0))
	f.Add("\x00 \xff\xfe \xff\n\xff", "\xff", int64(1<<32))
	f.Fuzz(func(t *testing.T, text, query string, after int64) {
		l, m := New(), model{}
		for i, line := range strings.Split(text, "\n") {
			e := Entry{Num: int64(i*i) * 97 % 4099, Words: strings.Join(strings.Fields(line), " ")}
			l.Apply([]Entry{e}, nil)
			m.apply([]Entry{e}, nil)
		}
		words := strings.Fields(query)
		if got, want := l.First(words, after, 10), m.first(words, after, 10); !slices.Equal(got, want) {
			t.Errorf("first of %q after %d: %v, want %v", words, after, got, want)
		}
		if instead, ok := l.Instead(words); ok && len(l.Set(instead).Nums()) == 0 {
			t.Errorf("%q instead of %q, which nobody has", instead, words)
		}
	})
}

// BenchmarkSearch is the search as one types among many entries: a word and three
// letters of the next, the first 20; with the size of the index and what it costs to
// make.
func BenchmarkSearch(b *testing.B) {
	n := 1_000_000
	if testing.Short() {
		n /= 10
	}
	r := rand.New(rand.NewPCG(1, 2))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var builder Builder
	var asked [][]string
	begun := time.Now()
	for i := range n {
		e := tailEntry(r, int64(i+1), 24, 6000)
		if i%1000 == 0 {
			w := strings.Fields(e.Words)
			asked = append(asked, []string{w[0], w[1][:min(3, len(w[1]))]})
		}
		builder.Add(e)
	}
	l := builder.Lexicon()
	b.Logf("%d entries in %v", n, time.Since(begun))
	runtime.GC()
	runtime.ReadMemStats(&after)
	size := float64(after.HeapAlloc-before.HeapAlloc) / float64(n)
	run := func(name string, fn func(i int)) {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				from := time.Now()
				fn(i)
				took = append(took, time.Since(from))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "p99-µs")
			b.ReportMetric(size, "B/entry")
		})
	}
	run("first 20", func(i int) { l.First(asked[i%len(asked)], -1, 20) })
	run("all", func(i int) { l.Set(asked[i%len(asked)]) })
	run("two letters", func(i int) { l.First([]string{asked[i%len(asked)][0][:2]}, -1, 20) })
	run("instead", func(i int) { l.Instead([]string{"q" + asked[i%len(asked)][0] + "zq"}) })
	run("a change", func(i int) { l.Apply([]Entry{{int64(i%n + 1), fmt.Sprint("changed word", i)}}, nil) })
}

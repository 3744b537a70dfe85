package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/store"
)

// hits is how many results the search box shows.
const hits = 20

// searches is what the search box asks while somebody types, from memory and from
// the database.
func searches(ctx context.Context, a *app.App, opt Options) error {
	one, err := firstID(ctx, a)
	if err != nil {
		return err
	}
	lookup := func() error {
		_, err := a.Store.Entry(ctx, one)
		return err
	}
	for _, q := range []struct{ name, text string }{
		{"a frequent word", word(40)}, {"two letters", "fa"}, {"a word and three letters", word(30) + " cou"}, {"a rare word", word(60000)},
	} {
		for _, by := range []struct {
			name string
			bar  float64
			run  func() error
		}{{"from memory", 60, func() error { return remembered(a, q.text) }}, {"by the database", 0, func() error {
			_, err := a.Store.SearchNums(ctx, q.text, hits)
			return err
		}}} {
			f, err := opt.compare("search "+by.name+": "+q.name+", first 20", "reading one entry by its key", by.bar, lookup, by.run)
			if err != nil {
				return err
			}
			opt.Report(f)
		}
	}
	f, err := opt.compare("search from memory: a word with two wrong letters", "reading one entry by its key", 0, lookup, func() error {
		a.View.Instead(word(5000) + "xq")
		return nil
	})
	opt.Report(f)
	return err
}

var errNotRead = errors.New("the words are not in memory")

func remembered(a *app.App, q string) error {
	if _, ok := a.View.Search(q, -1, hits); !ok {
		return errNotRead
	}
	return nil
}

// questions are what somebody types who knows an entry: a word of it and the first
// three letters of another.
func questions(ctx context.Context, a *app.App, entries int) ([]string, error) {
	const many = 1000
	r := rand.New(rand.NewPCG(4, 4))
	nums := make([]int64, many)
	for i := range nums {
		nums[i] = 1 + r.Int64N(int64(entries))
	}
	texts, err := a.Store.SearchTexts(ctx, nums)
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, many)
	for _, t := range texts {
		words := strings.Fields(t.Words)
		w, begin := words[r.IntN(len(words))], []rune(words[r.IntN(len(words))])
		out = append(out, w+" "+string(begin[:min(3, len(begin))]))
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out, nil
}

// taken are how long the questions took one way.
type taken struct{ half, slow time.Duration }

func ask(qs []string, run func(q string) error) (taken, error) {
	took := make([]time.Duration, len(qs))
	for i, q := range qs {
		from := time.Now()
		if err := run(q); err != nil {
			return taken{}, err
		}
		took[i] = time.Since(from)
	}
	slices.Sort(took)
	return taken{took[len(took)/2], took[len(took)*99/100]}, nil
}

// typing compares the same questions from memory, by the instance's database and,
// with Options.Postgres, by PostgreSQL: half of them and the slowest hundredth.
func typing(ctx context.Context, a *app.App, opt Options) error {
	qs, err := questions(ctx, a, opt.Entries)
	if err != nil {
		return fmt.Errorf("measure the search as one types: %w", err)
	}
	database := func(q string) error {
		_, err := a.Store.SearchNums(ctx, q, hits)
		return err
	}
	memory := func(q string) error { return remembered(a, q) }
	var pg *postgres
	if opt.Postgres != "" {
		if pg, err = openPostgres(ctx, opt.Postgres, a.Store); err != nil {
			return fmt.Errorf("measure PostgreSQL: %w", err)
		}
		defer pg.close()
	}
	runs := []func(string) error{memory, database}
	if pg != nil {
		runs = append(runs, func(q string) error { return pg.search(ctx, q) })
	}
	var rounds [][]taken
	for range pairs {
		round := make([]taken, len(runs))
		for i, run := range runs {
			if round[i], err = ask(qs, run); err != nil {
				return fmt.Errorf("measure the search as one types: %w", err)
			}
		}
		rounds = append(rounds, round)
	}
	const name = "search as one types "
	opt.Report(versus(name+"from memory, half of 1 000", "the same by the instance's database", 0, rounds, 0, 1, half))
	opt.Report(versus(name+"from memory, the slowest hundredth", "the same by the instance's database", 0, rounds, 0, 1, slow))
	if pg == nil {
		return nil
	}
	opt.Report(versus(name+"from memory, half of 1 000", "the same by PostgreSQL", 0.01, rounds, 0, 2, half))
	opt.Report(versus(name+"from memory, the slowest hundredth", "the same by PostgreSQL", 1.0/3, rounds, 0, 2, slow))
	opt.Report(versus(name+"by the instance's database, half of 1 000", "the same by PostgreSQL", 0.125, rounds, 1, 2, half))
	opt.Report(versus(name+"by the instance's database, the slowest hundredth", "the same by PostgreSQL", 1.0/3, rounds, 1, 2, slow))
	return nil
}

func half(t taken) float64 { return float64(t.half) }
func slow(t taken) float64 { return float64(t.slow) }

// versus is the median of the ratios of two ways over the rounds.
func versus(name, limit string, bar float64, rounds [][]taken, way, other int, of func(taken) float64) Figure {
	var ratios, costs []float64
	for _, r := range rounds {
		ratios = append(ratios, of(r[way])/max(of(r[other]), 1))
		costs = append(costs, of(r[way]))
	}
	return Figure{Name: name, Limit: limit, Bar: bar, Ratio: median(ratios), Cost: time.Duration(median(costs))}
}

// postgres is a table of the same words in a PostgreSQL, with the index that is usual there.
type postgres struct{ db *sql.DB }

func openPostgres(ctx context.Context, url string, from *store.Store) (*postgres, error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return nil, err
	}
	p := &postgres{db}
	if err := p.fill(ctx, from); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *postgres) fill(ctx context.Context, from *store.Store) error {
	exec := func(query string, args ...any) error {
		_, err := p.db.ExecContext(ctx, query, args...)
		return err
	}
	if err := errors.Join(exec("DROP TABLE IF EXISTS bocage_bench"), exec("CREATE TABLE bocage_bench (num BIGINT PRIMARY KEY, words tsvector NOT NULL)")); err != nil {
		return err
	}
	const batch = 5000
	nums, words := make([]int64, 0, batch), make([]string, 0, batch)
	put := func() error {
		err := exec(`INSERT INTO bocage_bench SELECT n, array_to_tsvector(string_to_array(w, ' '))
			FROM unnest($1::bigint[], $2::text[]) AS t (n, w)`, nums, words)
		nums, words = nums[:0], words[:0]
		return err
	}
	err := from.ScanSearchTexts(ctx, func(x store.SearchText) error {
		if nums, words = append(nums, x.Num), append(words, x.Words); len(nums) == batch {
			return put()
		}
		return nil
	})
	return errors.Join(err, put(), exec("CREATE INDEX bocage_bench_words ON bocage_bench USING gin (words)"), exec("VACUUM ANALYZE bocage_bench"))
}

func (p *postgres) search(ctx context.Context, q string) error {
	rows, err := p.db.QueryContext(ctx, "SELECT num FROM bocage_bench WHERE words @@ CAST($1 AS tsquery) ORDER BY num LIMIT $2",
		"'"+strings.Join(store.QueryWords(q), "' & '")+"':*", hits)
	if err != nil {
		return err
	}
	for rows.Next() {
		var num int64
		if err := rows.Scan(&num); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// close leaves nothing behind.
func (p *postgres) close() {
	_, _ = p.db.Exec("DROP TABLE IF EXISTS bocage_bench") // who reads the figures has them already
	_ = p.db.Close()
}

package view

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/lexicon"
	"codeberg.org/bocage/bocage/internal/store"
)

// readAgain is how long after a failure the words are read again.
const readAgain = 10 * time.Second

// LoadWords reads the words of all entries into memory, some seconds for a million.
// Until then the database searches. Run calls it by itself, beside its work; what
// changes meanwhile is read once more.
func (v *View) LoadWords(ctx context.Context) error {
	v.worker.Lock()
	v.mu.Lock()
	v.missed = []int64{}
	load := v.loads
	v.mu.Unlock()
	v.worker.Unlock()
	var b lexicon.Builder
	g := v.Register()
	if err := v.store.ScanSearchTexts(ctx, func(x store.SearchText) error {
		if g.Has(x.Num) { // what is shown; the entries of dead origins are not
			b.Add(lexicon.Entry(x))
		}
		return nil
	}); err != nil {
		return fmt.Errorf("load words: %w", err)
	}
	words := b.Lexicon()
	v.worker.Lock()
	defer v.worker.Unlock()
	if v.loads != load {
		return nil // all is loaded anew, and so are the words
	}
	slices.Sort(v.missed)
	missed := slices.Compact(v.missed)
	in, err := v.wordsOf(ctx, missed)
	if err != nil {
		return fmt.Errorf("load words: %w", err)
	}
	in = slices.DeleteFunc(in, func(e lexicon.Entry) bool { return !g.Has(e.Num) })
	words.Apply(in, missed)
	v.missed = nil
	v.words.Store(words)
	return nil
}

// keepWords sees to it that the words are in memory, unless they are, or somebody else does.
func (v *View) keepWords(ctx context.Context) {
	if v.words.Load() != nil || !v.reading.CompareAndSwap(false, true) {
		return
	}
	v.readers.Go(func() {
		defer v.reading.Store(false)
		if err := v.LoadWords(ctx); err != nil && ctx.Err() == nil {
			v.log.ErrorContext(ctx, "words are not in memory, the database searches", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(readAgain):
			}
		}
	})
}

// WordsInMemory reports whether searches are answered from memory yet.
func (v *View) WordsInMemory() bool { return v.words.Load() != nil }

func (v *View) wordsOf(ctx context.Context, nums []int64) ([]lexicon.Entry, error) {
	texts, err := v.store.SearchTexts(ctx, nums)
	if err != nil {
		return nil, err
	}
	out := make([]lexicon.Entry, len(texts))
	for i, x := range texts {
		out[i] = lexicon.Entry(x)
	}
	return out, nil
}

// rowWords reads the words of the entries that changed, nothing when they are not in
// memory.
func (v *View) rowWords(ctx context.Context, rows []store.IndexRow) ([]lexicon.Entry, error) {
	if v.words.Load() == nil {
		return nil, nil
	}
	v.mu.RLock()
	nums := make([]int64, 0, len(rows))
	for _, r := range rows {
		if !r.Gone && !v.dead[r.Origin] {
			nums = append(nums, r.Num)
		}
	}
	v.mu.RUnlock()
	in, err := v.wordsOf(ctx, nums)
	if err != nil {
		return nil, fmt.Errorf("refresh words: %w", err)
	}
	return in, nil
}

// applyWords puts the words of changed entries in, and takes those out that have none
// any more. The caller holds worker.
func (v *View) applyWords(rows []store.IndexRow, in []lexicon.Entry) {
	changed := make([]int64, len(rows))
	for i, r := range rows {
		changed[i] = r.Num
	}
	if words := v.words.Load(); words != nil {
		words.Apply(in, changed)
	} else if v.missed != nil {
		v.missed = append(v.missed, changed...)
	}
}

// Search returns the lowest numbers above after of the entries that a query finds,
// see store.Reader.SearchNums, at most limit; ok is false while the words are not in
// memory.
func (v *View) Search(query string, after int64, limit int) (nums []int64, ok bool) {
	words := v.words.Load()
	if words == nil {
		return nil, false
	}
	return words.First(store.QueryWords(query), after, limit), true
}

// Instead is the query that is answered in place of one that finds nothing because of
// words that no entry has: the same with the nearest words that there are. It is ""
// when the query is answered itself, and while the words are not in memory.
func (v *View) Instead(query string) string {
	words := v.words.Load()
	if words == nil || strings.TrimSpace(query) == "" {
		return ""
	}
	if instead, ok := words.Instead(store.QueryWords(query)); ok {
		return strings.Join(instead, " ")
	}
	return ""
}

// searched is the set of the entries that a query finds, or the one that is answered
// in its place.
func (v *View) searched(ctx context.Context, query string, now int) (*directory.NumSet, error) {
	words := v.words.Load()
	if words == nil {
		return v.found(ctx, directory.Selection{Query: query}, now, "")
	}
	find := func() (*directory.NumSet, error) {
		asked := store.QueryWords(query)
		set := words.Set(asked)
		if set.Len() == 0 {
			if instead, ok := words.Instead(asked); ok {
				set = words.Set(instead)
			}
		}
		return set, nil
	}
	return v.sets.get("words "+strings.Join(store.QueryWords(query), " "), now, find,
		func(*directory.NumSet, []int64) (*directory.NumSet, error) { return find() })
}

package store

import (
	"context"

	"codeberg.org/bocage/bocage/internal/directory"
)

// LikelyTwin is two listed entries that are likely one thing.
type LikelyTwin struct {
	A, B    directory.Entry
	Score   float64
	Reasons []string
}

// LikelyTwins is a page of them.
type LikelyTwins struct {
	Twins []LikelyTwin
	// Next continues after the page, zero on the last.
	Next TwinPair
}

// LikelyTwins scores a page of TwinPairs and keeps those from directory.TwinScore.
func (r Reader) LikelyTwins(ctx context.Context, after TwinPair, limit int) (LikelyTwins, error) {
	var out LikelyTwins
	pairs, err := r.TwinPairs(ctx, after, limit)
	if err != nil {
		return out, err
	}
	nums := make([]int64, 0, 2*len(pairs))
	for _, p := range pairs {
		nums = append(nums, p.A, p.B)
	}
	es, err := r.EntriesByNum(ctx, nums)
	if err != nil {
		return out, err
	}
	byNum := make(map[int64]directory.Entry, len(es))
	for _, e := range es {
		byNum[e.Num] = e
	}
	for _, p := range pairs {
		a, b := byNum[p.A], byNum[p.B]
		if a.ID == "" || b.ID == "" {
			continue // left the lists between the two questions
		}
		if score, reasons := directory.Twin(&a, &b); score >= directory.TwinScore {
			out.Twins = append(out.Twins, LikelyTwin{a, b, score, reasons})
		}
	}
	if len(pairs) == limit {
		out.Next = pairs[len(pairs)-1]
	}
	return out, nil
}

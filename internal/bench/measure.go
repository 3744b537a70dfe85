package bench

import (
	"fmt"
	"slices"
	"time"
)

// Figure is one measurement beside a limit of the machine.
type Figure struct {
	// Name says what was measured, Limit what it is compared with.
	Name, Limit string
	// Cost is the processor time of one; 0 for what is not a time.
	Cost time.Duration
	// Ratio is how many limits it takes, or, with Unit, a number in that unit.
	Ratio float64
	Unit  string
	// Bar is the largest good Ratio; 0 = there is none.
	Bar float64
}

// Missed reports whether the figure is above its bar.
func (f Figure) Missed() bool { return f.Bar > 0 && f.Ratio > f.Bar }

// The two sides of a ratio take turns; the median of the pairs counts.
const (
	pairs     = 5
	usualTurn = 30 * time.Millisecond
)

// compare measures op beside bare, one after the other, five times.
func (o Options) compare(name, limit string, bar float64, bare, op func() error) (Figure, error) {
	f := Figure{Name: name, Limit: limit, Bar: bar}
	for _, once := range []func() error{bare, op} { // what is made once and kept is made here
		if err := once(); err != nil {
			return f, fmt.Errorf("measure %s: %w", name, err)
		}
	}
	var ratios, costs []float64
	for range pairs {
		b, err := o.cost(bare)
		if err != nil {
			return f, fmt.Errorf("measure %s: %w", limit, err)
		}
		o, err := o.cost(op)
		if err != nil {
			return f, fmt.Errorf("measure %s: %w", name, err)
		}
		ratios, costs = append(ratios, o/b), append(costs, o)
	}
	f.Ratio, f.Cost = median(ratios), time.Duration(median(costs))
	return f, nil
}

// cost is the processor time of one run in nanoseconds.
func (o Options) cost(run func() error) (float64, error) {
	turn := o.Turn
	if turn <= 0 {
		turn = usualTurn
	}
	begun, rounds := processorTime(), 0
	for {
		if err := run(); err != nil {
			return 0, err
		}
		rounds++
		if spent := processorTime() - begun; spent >= turn {
			return float64(spent) / float64(rounds), nil
		}
	}
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

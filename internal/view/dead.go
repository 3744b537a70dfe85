package view

import (
	"context"

	"codeberg.org/bocage/bocage/internal/store"
)

// refreshDead takes the entries of origins that have died since the last look out
// of the indexes, and puts those of origins that came back in again. Their pages
// and exports stay as they are.
func (v *View) refreshDead(ctx context.Context) (changed bool, err error) {
	now, err := v.store.DeadOrigins(ctx)
	if err != nil {
		return false, err
	}
	v.mu.RLock()
	var turned []string
	for origin := range now {
		if !v.dead[origin] {
			turned = append(turned, origin)
		}
	}
	for origin := range v.dead {
		if _, still := now[origin]; !still {
			turned = append(turned, origin)
		}
	}
	v.mu.RUnlock()
	for _, origin := range turned {
		_, dead := now[origin]
		if err := v.turn(ctx, origin, dead); err != nil {
			return changed, err
		}
		changed = true
	}
	return changed, nil
}

func (v *View) turn(ctx context.Context, origin string, dead bool) error {
	var rows []store.IndexRow
	err := v.store.ScanIndexOf(ctx, origin, func(r store.IndexRow) error {
		r.Seq = 0 // what changed is for Refresh to find
		rows = append(rows, r)
		return nil
	})
	if err != nil {
		return err
	}
	v.mu.Lock()
	if dead {
		v.dead[origin] = true
	} else {
		delete(v.dead, origin)
	}
	v.turns++
	v.mu.Unlock()
	for len(rows) > 0 {
		n := min(batchRows, len(rows))
		extents, err := v.extentsOf(ctx, rows[:n])
		if err != nil {
			return err
		}
		words, err := v.rowWords(ctx, rows[:n])
		if err != nil {
			return err
		}
		v.applyWords(rows[:n], words)
		v.apply(rows[:n], extents)
		rows = rows[n:]
	}
	return nil
}

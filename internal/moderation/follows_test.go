package moderation

import (
	"context"
	"testing"

	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestMayFollow: the follows of one origin have an end, which is measured anew after
// a while; other origins have their own.
func TestMayFollow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		m := New(st, nil)
		m.usage.put("follows https://big.example", usage{entries: maxFollows - 1, at: m.clock()})
		for _, c := range []struct {
			origin string
			want   bool
		}{{"https://big.example", true}, {"https://big.example", false}, {"https://small.example", true}} {
			if may, err := m.MayFollow(ctx, st.Reader, c.origin); err != nil || may != c.want {
				t.Errorf("%s: %v, %v", c.origin, may, err)
			}
		}
		m.usage.put("follows https://big.example", usage{entries: maxFollows, at: m.clock().Add(-usageAge)})
		if may, err := m.MayFollow(ctx, st.Reader, "https://big.example"); err != nil || !may {
			t.Errorf("measured anew: %v, %v", may, err)
		}
	})
}

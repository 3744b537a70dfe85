package basemap

import (
	"container/list"
	"sync"
)

// cache keeps the values used last, up to a total cost. Calls are safe from
// several goroutines; the zero value is not ready, see newCache.
type cache[V any] struct {
	mu    sync.Mutex
	limit int
	used  int
	order *list.List // of *cached[V], the most recent first
	byKey map[uint64]*list.Element
}

type cached[V any] struct {
	key   uint64
	value V
	cost  int
}

func newCache[V any](limit int) *cache[V] {
	return &cache[V]{limit: limit, order: list.New(), byKey: map[uint64]*list.Element{}}
}

func (c *cache[V]) get(key uint64) (v V, ok bool) {
	if c == nil {
		return v, false // the zero Basemap has no cache
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return v, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached[V]).value, true
}

func (c *cache[V]) put(key uint64, v V, cost int) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[key]; ok {
		return // another goroutine made the same
	}
	c.byKey[key] = c.order.PushFront(&cached[V]{key, v, cost})
	c.used += cost
	for c.used > c.limit && c.order.Len() > 1 {
		e := c.order.Back()
		old := c.order.Remove(e).(*cached[V])
		delete(c.byKey, old.key)
		c.used -= old.cost
	}
}

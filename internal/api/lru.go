package api

import (
	"container/list"
	"sync"
)

// lru keeps the answers used last, up to a number of bytes. Calls are safe from
// several goroutines.
type lru struct {
	mu          sync.Mutex
	limit, used int
	order       *list.List // of *kept, the most recent first
	byKey       map[string]*list.Element
}

type kept struct {
	key string
	// plain and gzip are the two forms of one body; an empty body is kept too.
	plain, gzip []byte
}

func (k *kept) size() int { return len(k.key) + len(k.plain) + len(k.gzip) + 128 }

func newLRU(limit int) *lru {
	return &lru{limit: limit, order: list.New(), byKey: map[string]*list.Element{}}
}

func (c *lru) get(key string) (*kept, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*kept), true
}

func (c *lru) put(k *kept) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[k.key]; ok {
		return // another request made the same
	}
	c.byKey[k.key] = c.order.PushFront(k)
	c.used += k.size()
	for c.used > c.limit && c.order.Len() > 1 {
		e := c.order.Back()
		old := c.order.Remove(e).(*kept)
		delete(c.byKey, old.key)
		c.used -= old.size()
	}
}

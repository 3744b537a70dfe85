package harvest

import (
	"strconv"
	"sync"

	"codeberg.org/bocage/bocage/internal/store"
)

// maxTags bounds the memory; beyond it the tags are learnt again.
const maxTags = 4096

// etags remembers the ETag of the last page of each source. It is kept in
// memory: after a restart a page is read once more than needed.
type etags struct {
	mu sync.Mutex
	m  map[string]string
}

// tags are the ETags of one pass over one follow. They are learnt while pages
// are read and kept once what the pages say is in the database: a tag kept too
// early would make a page that was never applied look like one that was.
type tags struct {
	all    *etags
	prefix string
	new    map[string]string
}

// tagsOf names the follow by when it began, so that following again after
// forgetting everything reads everything.
func (h *Harvester) tagsOf(f store.Following) *tags {
	return &tags{all: &h.etags, prefix: strconv.FormatInt(f.Created.UnixMicro(), 36) + " ", new: make(map[string]string)}
}

func (t *tags) of(url string) string {
	if t == nil {
		return ""
	}
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	return t.all.m[t.prefix+url]
}

func (t *tags) learn(url, tag string) {
	if t != nil && tag != "" {
		t.new[t.prefix+url] = tag
	}
}

func (t *tags) keep() {
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	if t.all.m == nil || len(t.all.m) > maxTags {
		t.all.m = make(map[string]string)
	}
	for url, tag := range t.new {
		t.all.m[url] = tag
	}
}

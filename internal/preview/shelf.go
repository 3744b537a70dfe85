package preview

import (
	"container/list"
	"context"
	"errors"
	"sync"
)

// ErrBusy means that too many pictures wait to be drawn already.
var ErrBusy = errors.New("too many pictures at a time")

// Limits of the shelf.
const (
	maxShelfBytes = 24 << 20
	// maxDrawing is how many pictures are drawn at a time, maxWaiting how many
	// wait for that: the pages of an instance come before its pictures.
	maxDrawing = 1
	maxWaiting = 24
)

// Shelf keeps the pictures that were asked for last, and draws one at a time.
// The zero value is ready; concurrent use is safe.
type Shelf struct {
	mu      sync.Mutex
	byKey   map[string]*list.Element
	recent  list.List // of *kept, the last used first
	bytes   int
	waiting int
	drawing chan struct{}
}

type kept struct {
	key string
	png []byte
}

// Picture returns the picture of a key, and draws it when it is not kept. Those
// who wait for one that is being drawn take it when it is there. The error is
// ErrBusy when too many wait, ctx's, or draw's.
func (s *Shelf) Picture(ctx context.Context, key string, draw func() ([]byte, error)) ([]byte, error) {
	if png := s.take(key); png != nil {
		return png, nil
	}
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if png := s.take(key); png != nil { // drawn while we waited
		return png, nil
	}
	png, err := draw()
	if err != nil {
		return nil, err
	}
	s.put(key, png)
	return png, nil
}

// enter waits for the right to draw.
func (s *Shelf) enter(ctx context.Context) (leave func(), err error) {
	s.mu.Lock()
	if s.drawing == nil {
		s.drawing = make(chan struct{}, maxDrawing)
	}
	if s.waiting >= maxWaiting {
		s.mu.Unlock()
		return nil, ErrBusy
	}
	s.waiting++
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.waiting--
		s.mu.Unlock()
	}()
	select {
	case s.drawing <- struct{}{}:
		return func() { <-s.drawing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *Shelf) take(key string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.byKey[key]
	if !ok {
		return nil
	}
	s.recent.MoveToFront(e)
	return e.Value.(*kept).png
}

func (s *Shelf) put(key string, png []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey == nil {
		s.byKey = map[string]*list.Element{}
	}
	if _, ok := s.byKey[key]; ok {
		return
	}
	s.byKey[key] = s.recent.PushFront(&kept{key, png})
	s.bytes += len(png)
	for s.bytes > maxShelfBytes && s.recent.Len() > 1 {
		old := s.recent.Remove(s.recent.Back()).(*kept)
		delete(s.byKey, old.key)
		s.bytes -= len(old.png)
	}
}

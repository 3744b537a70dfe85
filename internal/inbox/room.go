package inbox

import (
	"fmt"
	"io"

	"codeberg.org/bocage/bocage/internal/directory"
)

const (
	// smallBytes is what nearly every activity is shorter than. There is always room for
	// such ones; of longer ones maxLarge may be under way at once, so that many senders
	// of a megabyte each, who need not even have a key, do not fill the memory.
	smallBytes = 64 << 10
	maxLarge   = 64
)

// errCrowded is the answer to a long body when there is no room for one more.
var errCrowded = fmt.Errorf("too many long activities at once: %w", directory.ErrUnavailable)

// roomy is a body that takes a place among the large ones once it is one.
type roomy struct {
	io.ReadCloser
	large chan struct{}
	read  int
	taken bool
}

// Read reads on, or fails with errCrowded.
func (b *roomy) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += n
	if b.read <= smallBytes || b.taken {
		return n, err
	}
	select {
	case b.large <- struct{}{}:
		b.taken = true
		return n, err
	default:
		return 0, errCrowded
	}
}

// leave gives the place to the next; it is called when the body is needed no more.
func (b *roomy) leave() {
	if b.taken {
		<-b.large
	}
}

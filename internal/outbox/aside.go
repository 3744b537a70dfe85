package outbox

import (
	"context"

	"codeberg.org/bocage/bocage/internal/store"
)

// patience is how many failures in a row a peer has before something else than
// the head of its queue is tried: about a minute.
const patience = 3

// aside tries a delivery behind one that was answered with 500 or not at all, another one
// after each failure, and reports whether the peer took it. A peer that is out
// of order takes nothing; one that trips over a single activity takes the
// others, and would get none of them for ever; the head is then tried once more.
func (d *Deliverer) aside(ctx context.Context, p store.Peer, rest []store.Delivery, known *syncs) (store.Delivery, bool) {
	if p.Fails < patience || len(rest) == 0 || ctx.Err() != nil {
		return store.Delivery{}, false
	}
	other := rest[(p.Fails-patience)%len(rest)]
	return other, d.send(ctx, other, known).verdict == delivered
}

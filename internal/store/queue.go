package store

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"
)

// What may wait for one peer. One that reads our catalogue catches up faster by
// reading a page of it than by as many deliveries of what it lists; of the rest,
// and at other peers, the oldest are lost.
const (
	maxReaderQueue = 100
	maxReaderRest  = 1000
	maxQueue       = 10_000
)

// contentTypes are the activities that tell of something; the others are answers,
// which a peer misses more. They go last.
const contentTypes = "('Create', 'Update', 'Delete', 'Announce')"

// queueHead is what Enqueue looks at in a peer.
type queueHead struct {
	reader bool
	resync int64
	fails  int
}

// Enqueue adds deliveries to the queues of their peers, in order. Their activities
// must have been put in this or an earlier transaction. What the catalogue lists
// (Delivery.Listed) becomes one mark (Peer.Resync) when too much of it waits for a
// peer that reads our catalogue, until the peer was told; whatever else is too much
// loses its oldest, which Peer.Dropped counts.
func (t *Tx) Enqueue(ctx context.Context, ds ...Delivery) error {
	heads := map[string]queueHead{}
	rows := make([][]any, 0, len(ds))
	for _, d := range ds {
		head, known := heads[d.Peer]
		if !known {
			var err error
			if head, err = t.queueHead(ctx, d.Peer); err != nil {
				return err
			}
			heads[d.Peer] = head
		}
		if head.reader && head.resync > 0 && d.Listed {
			continue
		}
		rows = append(rows, []any{int64(0), d.Peer, d.ActivityID, d.Sender, d.KeyID, d.Inbox, t.now(), d.Listed})
	}
	if len(rows) == 0 {
		return nil
	}
	last, err := value[int64](ctx, t.Reader,
		"UPDATE counter SET delivery = delivery + $1 WHERE id = 1 RETURNING delivery", int64(len(rows)))
	if err != nil {
		return wrap(err, "enqueue")
	}
	for i, row := range rows {
		row[0] = last - int64(len(rows)-1-i)
	}
	err = t.insertRows(ctx, "delivery (id, peer, activity_id, sender, key_id, inbox, created, listed)", placeholders(8), "", rows)
	if err != nil {
		return wrap(err, "enqueue")
	}
	for origin, head := range heads {
		if err := t.bound(ctx, origin, head); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) queueHead(ctx context.Context, origin string) (queueHead, error) {
	if err := t.EnsurePeer(ctx, origin); err != nil {
		return queueHead{}, err
	}
	h, err := one(ctx, t.Reader, func(row scanner) (h queueHead, err error) {
		return h, row.Scan(&h.reader, &h.resync, &h.fails)
	}, "SELECT reader, resync, fails FROM peer WHERE origin = $1", origin)
	return h, wrap(err, "queue of %s", origin)
}

// bound keeps a queue within its limits. That of a peer that works is emptied
// faster than it is filled, save by an import, which only readers hear of.
func (t *Tx) bound(ctx context.Context, origin string, head queueHead) error {
	if head.reader {
		listed, err := t.waiting(ctx, origin, "listed", maxReaderQueue+1)
		if err == nil && listed > maxReaderQueue {
			err = t.ResyncPeer(ctx, origin)
		}
		if err != nil {
			return err
		}
	}
	if head.fails == 0 {
		return nil
	}
	limit, which := maxQueue, "TRUE"
	if head.reader {
		limit, which = maxReaderRest, "NOT listed"
	}
	n, err := t.waiting(ctx, origin, which, 2*limit)
	if err != nil || n <= limit {
		return err
	}
	dropped, err := t.drop(ctx, origin, `id IN (SELECT d.id FROM delivery d JOIN activity a ON a.id = d.activity_id
		WHERE d.peer = $1 AND `+which+" AND a.type IN "+contentTypes+" ORDER BY d.id LIMIT $2)", n-limit)
	if err != nil || n-dropped <= limit {
		return err
	}
	_, err = t.drop(ctx, origin, "id IN (SELECT id FROM delivery WHERE peer = $1 AND "+which+" ORDER BY id LIMIT $2)", n-dropped-limit)
	return err
}

// waiting counts what waits for a peer, up to a limit.
func (t *Tx) waiting(ctx context.Context, origin, which string, limit int) (int, error) {
	n, err := value[int](ctx, t.Reader,
		"SELECT COUNT(*) FROM (SELECT 1 FROM delivery WHERE peer = $1 AND "+which+" LIMIT $2) AS q", origin, limit)
	return n, wrap(err, "queue of %s", origin)
}

// drop gives deliveries of a peer up, counts them and returns how many.
func (t *Tx) drop(ctx context.Context, origin, which string, arg any) (int, error) {
	n, err := t.exec(ctx, "DELETE FROM delivery WHERE peer = $1 AND "+which, origin, arg)
	if err != nil || n == 0 {
		return n, wrap(err, "drop deliveries of %s", origin)
	}
	_, err = t.exec(ctx, "UPDATE peer SET dropped = dropped + $2 WHERE origin = $1", origin, int64(n))
	return n, wrap(err, "drop deliveries of %s", origin)
}

// ResyncPeer replaces what waits for a peer that reads our catalogue and is listed
// there by one mark: the next greeting makes it read again. Notes, replies, moves
// and answers to follows still wait.
func (t *Tx) ResyncPeer(ctx context.Context, origin string) error {
	if _, err := t.exec(ctx, "DELETE FROM delivery WHERE peer = $1 AND listed", origin); err != nil {
		return wrap(err, "resync %s", origin)
	}
	_, err := t.exec(ctx, "UPDATE peer SET resync = $2 WHERE origin = $1", origin, t.now())
	return wrap(err, "resync %s", origin)
}

// DropOldDeliveries gives up what has waited since before a time, counts it and
// returns how many by peer. Peers that read our catalogue are marked as well: see
// ResyncPeer.
func (t *Tx) DropOldDeliveries(ctx context.Context, before time.Time) (map[string]int, error) {
	origins, err := collect(ctx, t.Reader, scanValue[string],
		"SELECT DISTINCT peer FROM delivery WHERE created < $1 ORDER BY peer", micros(before))
	if err != nil {
		return nil, wrap(err, "old deliveries")
	}
	dropped := make(map[string]int, len(origins))
	for _, origin := range origins {
		head, err := t.queueHead(ctx, origin)
		if err != nil {
			return dropped, err
		}
		if head.reader {
			if err := t.ResyncPeer(ctx, origin); err != nil {
				return dropped, err
			}
		}
		n, err := t.drop(ctx, origin, "created < $2", micros(before))
		if err != nil {
			return dropped, err
		}
		dropped[origin] = n
	}
	return dropped, nil
}

// FollowerAt is a follower of one of our actors whose inbox is at an origin, one of
// the given actor rather than of another, or ErrNotFound.
func (r Reader) FollowerAt(ctx context.Context, origin, object string) (Follower, error) {
	f, err := one(ctx, r, scanFollower, selectFollower+` WHERE state = 'accepted' AND substr(inbox, 1, $2) = $1
		ORDER BY CASE WHEN object = $3 THEN 0 ELSE 1 END, created, actor LIMIT 1`, origin+"/", len(origin)+1, object)
	return f, wrap(err, "follower at %s", origin)
}

// FollowerIDsAt lists the accepted followers of one of our actors whose ids are of
// an origin.
func (r Reader) FollowerIDsAt(ctx context.Context, object, origin string) ([]string, error) {
	ids, err := collect(ctx, r, scanValue[string], `SELECT actor FROM follower WHERE object = $1 AND state = 'accepted'
		AND substr(actor, 1, $3) = $2 ORDER BY actor`, object, origin+"/", len(origin)+1)
	return ids, wrap(err, "followers at %s", origin)
}

// noteReader marks the peer of a follower that reads our catalogue.
func (t *Tx) noteReader(ctx context.Context, f Follower) error {
	u, err := url.Parse(f.DeliveryInbox())
	if err != nil {
		return nil // nothing is ever delivered there
	}
	host := strings.ToLower(u.Host)
	for scheme, port := range map[string]string{"https": ":443", "http": ":80"} {
		if u.Scheme == scheme {
			host = strings.TrimSuffix(host, port)
		}
	}
	origin := u.Scheme + "://" + host
	if err := t.EnsurePeer(ctx, origin); err != nil {
		return err
	}
	_, err = t.exec(ctx, "UPDATE peer SET reader = TRUE WHERE origin = $1", origin)
	return wrap(err, "put follower %s", f.Actor)
}

// SupersedeUpdates removes the Updates of object by one of our actors that wait for
// any of these inboxes: a newer one takes their place. It returns the Creates that
// still wait for one of them, at peers that nobody is sending to just now and
// nobody can send to before this transaction ends.
func (t *Tx) SupersedeUpdates(ctx context.Context, actor, object string, inboxes []string) (creates []Delivery, err error) {
	type typed struct {
		Delivery
		update bool
	}
	waiting, err := collect(ctx, t.Reader, func(row scanner) (d typed, err error) {
		return d, row.Scan(&d.ID, &d.Peer, &d.ActivityID, &d.Inbox, &d.update)
	}, `SELECT d.id, d.peer, d.activity_id, d.inbox, a.type = 'Update' FROM activity a JOIN delivery d ON d.activity_id = a.id
		WHERE a.object = $1 AND a.actor = $2 AND a.type IN ('Create', 'Update') ORDER BY d.peer, d.id`, object, actor)
	if err != nil {
		return nil, wrap(err, "what waits about %s", object)
	}
	var old []int64
	idle := map[string]bool{}
	for _, d := range waiting {
		if !slices.Contains(inboxes, d.Inbox) {
			continue
		}
		if d.update {
			old = append(old, d.ID)
			continue
		}
		free, known := idle[d.Peer]
		if !known {
			n, err := t.exec(ctx, "UPDATE peer SET next_try = next_try WHERE origin = $1 AND lease_until <= $2", d.Peer, t.now())
			if err != nil {
				return nil, wrap(err, "creates of %s", object)
			}
			free = n > 0
			idle[d.Peer] = free
		}
		if free {
			creates = append(creates, d.Delivery)
		}
	}
	return creates, t.AckDeliveries(ctx, old...)
}

// GiveUpDeliveries removes what waits for a peer and counts it in Peer.Dropped.
func (t *Tx) GiveUpDeliveries(ctx context.Context, origin string) error {
	_, err := t.drop(ctx, origin, "id > $2", 0)
	return err
}

// CancelDeliveries removes the waiting Creates and Updates of object: it is gone.
// Who was being told just now is told of that too.
func (t *Tx) CancelDeliveries(ctx context.Context, object string) error {
	_, err := t.exec(ctx, `DELETE FROM delivery WHERE activity_id IN
		(SELECT id FROM activity WHERE object = $1 AND type IN ('Create', 'Update', 'Announce'))`, object)
	return wrap(err, "deliveries about %s", object)
}

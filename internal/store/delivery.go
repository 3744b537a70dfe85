package store

import (
	"context"
	"time"
)

// Deliveries lists the next deliveries of a peer, in order, with their bodies.
func (r Reader) Deliveries(ctx context.Context, origin string, limit int) ([]Delivery, error) {
	ds, err := collect(ctx, r, func(row scanner) (d Delivery, err error) {
		var created int64
		err = row.Scan(&d.ID, &d.Peer, &d.ActivityID, &d.Body, &d.Sender, &d.KeyID, &d.Inbox, &created, &d.Denied)
		d.Created = instant(created)
		return d, err
	}, `SELECT d.id, d.peer, d.activity_id, a.body, d.sender, d.key_id, d.inbox, d.created, d.denied
		FROM delivery d JOIN activity a ON a.id = d.activity_id WHERE d.peer = $1 ORDER BY d.id`+limited("$2"), origin, limit)
	return ds, wrap(err, "deliveries to %s", origin)
}

// NextDeliveryAt is when the earliest peer with deliveries is due, held leases
// included; the zero time when no delivery waits, or one may be tried now.
func (r Reader) NextDeliveryAt(ctx context.Context) (time.Time, error) {
	us, err := value[int64](ctx, r, `SELECT COALESCE(MIN(CASE WHEN lease_until > next_try THEN lease_until ELSE next_try END), 0)
		FROM peer WHERE state <> 'blocked' AND paused = 0 AND EXISTS (SELECT 1 FROM delivery d WHERE d.peer = peer.origin)`)
	return instant(us), wrap(err, "next delivery")
}

// CountDeliveries counts everything that waits.
func (r Reader) CountDeliveries(ctx context.Context) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM delivery")
	return n, wrap(err, "count deliveries")
}

// AckDeliveries removes deliveries that were made, or that were refused for good.
func (t *Tx) AckDeliveries(ctx context.Context, ids ...int64) error {
	for _, part := range chunks(ids) {
		var a args
		if _, err := t.exec(ctx, "DELETE FROM delivery WHERE id IN "+list(&a, part), a...); err != nil {
			return wrap(err, "ack deliveries")
		}
	}
	return nil
}

// DenyDeliveries notes how often an inbox has denied what waits for it.
func (t *Tx) DenyDeliveries(ctx context.Context, inbox string, denied int) error {
	_, err := t.exec(ctx, "UPDATE delivery SET denied = $2 WHERE inbox = $1", inbox, denied)
	return wrap(err, "deny deliveries to %s", inbox)
}

// DropDeliveriesTo removes what waits for one inbox, because its actor is gone,
// and returns how many.
func (t *Tx) DropDeliveriesTo(ctx context.Context, inbox string) (int, error) {
	n, err := t.exec(ctx, "DELETE FROM delivery WHERE inbox = $1", inbox)
	return n, wrap(err, "drop deliveries to %s", inbox)
}

// DropDeliveriesOf removes what waits for one peer, because it is blocked or dead,
// and returns how many.
func (t *Tx) DropDeliveriesOf(ctx context.Context, origin string) (int, error) {
	n, err := t.exec(ctx, "DELETE FROM delivery WHERE peer = $1", origin)
	return n, wrap(err, "drop deliveries of %s", origin)
}

package outbox

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/internal/store"
)

// AcceptFeature answers a FeatureRequest with the leave f (FEP-7aa9); request is
// the activity as received.
func (p *Publisher) AcceptFeature(ctx context.Context, tx *store.Tx, f store.Feature, inbox string, request []byte) error {
	s, err := p.senderOf(ctx, tx, f.Object)
	if err != nil {
		return err
	}
	a, err := p.act(s, f.Actor)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.AcceptFeature(a, request, p.cfg.Env.FeatureURI(f.ID))
	if err != nil {
		return fmt.Errorf("accept feature by %s: %w", f.Actor, err)
	}
	return p.send(ctx, tx, message{from: s, typ: "Accept", object: f.Actor, body: body, id: a.ID}, []string{inbox})
}

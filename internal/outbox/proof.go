package outbox

import (
	"context"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// signed is a public activity of s with its proof, so that who gets it from
// somebody else can believe it. What concerns two servers alone needs none.
func (p *Publisher) signed(ctx context.Context, tx *store.Tx, s sender, activity []byte, at time.Time) ([]byte, error) {
	pair, err := p.cfg.Keyring.PairTx(ctx, tx, s.owner)
	if err != nil {
		return nil, fmt.Errorf("keys of %s: %w", s.uri, err)
	}
	return vocab.SignActivity(activity, s.uri, pair.Public, at)
}

// sealed is a post of s with its proof, which it keeps inside an activity.
func (p *Publisher) sealed(ctx context.Context, tx *store.Tx, s sender, post []byte, at time.Time) ([]byte, error) {
	pair, err := p.cfg.Keyring.PairTx(ctx, tx, s.owner)
	if err != nil {
		return nil, fmt.Errorf("keys of %s: %w", s.uri, err)
	}
	return vocab.Seal(post, s.uri, pair.Public, at)
}

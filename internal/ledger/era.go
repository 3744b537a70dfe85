package ledger

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// SetEras changes the eras that the timeline draws, in the form of
// directory.ParseEras; "" brings the default ones back. The error wraps ErrForbidden,
// or is an Invalid.
func (l *Ledger) SetEras(ctx context.Context, who directory.Who, text string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("set eras: %w", directory.ErrForbidden)
	}
	eras, err := directory.ParseEras(text)
	if err != nil {
		return err
	}
	err = l.commit(ctx, func(tx *store.Tx) error {
		if err := tx.PutSetting(ctx, directory.EraSetting, text); err != nil {
			return err
		}
		return l.audit(ctx, tx, who, "eras.edit", "", fmt.Sprint(len(eras)))
	})
	if err != nil {
		return fmt.Errorf("set eras: %w", err)
	}
	return nil
}

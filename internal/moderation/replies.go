package moderation

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// repliesSetting holds under which blocks replies are shown.
const repliesSetting = "moderation.replies"

// enforceReplies hides the replies of those who are blocked, and shows them again
// when they no longer are. Their likes and boosts, and those of who is silenced, are
// not counted.
func (m *Moderation) enforceReplies(ctx context.Context, st *state) error {
	key := m.blocks(st)
	done, err := m.st.Setting(ctx, repliesSetting)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if done == key { // also when nothing was ever blocked
		return nil
	}
	actors, err := m.st.ReplyActors(ctx)
	if err != nil {
		return err
	}
	reacted, err := m.st.ReactionActors(ctx)
	if err != nil {
		return err
	}
	return m.st.Write(ctx, func(tx *store.Tx) error {
		for actor, hidden := range reacted {
			host, err := hostname(actor)
			if err != nil {
				continue
			}
			action := st.standing(m.clock(), host, actor).Action
			if hide := action == ActionBlock || action == ActionSilence; hide != hidden {
				if err := tx.HideReactionsBy(ctx, actor, hide); err != nil {
					return err
				}
			}
		}
		for _, actor := range actors {
			host, err := hostname(actor)
			if err != nil {
				continue // none that could be blocked
			}
			block := st.standing(m.clock(), host, actor).Action == ActionBlock
			if _, err := tx.BlockRepliesBy(ctx, actor, block); err != nil {
				return err
			}
		}
		return tx.PutSetting(ctx, repliesSetting, key)
	})
}

// blocks names what is blocked now; "" is nothing.
func (m *Moderation) blocks(st *state) string {
	var rules []string
	for _, set := range []map[string]store.DomainRule{st.domains, st.uris} {
		for _, key := range slices.Sorted(maps.Keys(set)) {
			if r := set[key]; !ended(r, m.clock()) {
				rules = append(rules, key+" "+r.Action)
			}
		}
	}
	if st.allowList {
		rules = append(rules, "allow list")
	}
	if len(rules) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(rules, "\n")))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

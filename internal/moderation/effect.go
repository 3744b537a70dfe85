package moderation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// enforcedSetting holds, by origin, under which decisions its entries are shown.
const enforcedSetting = "moderation.enforced"

// Sizes of what is read and written at a time.
const (
	previewPage = 5000
	enforcePage = 200
)

// Effects is what decisions would change, before they are taken.
type Effects struct {
	// Origins are the servers that are treated otherwise than before.
	Origins []string `json:"origins"`
	// Leave is how many entries leave every list, and OnMap how many of them are
	// on the map. Hidden is how many are then not even at their own address.
	Leave  int `json:"leave"`
	OnMap  int `json:"onMap"`
	Hidden int `json:"hidden"`
	// Return is how many entries come back into the lists.
	Return int `json:"return"`
	// Followers are dropped; Following is how many we follow that we no longer hear.
	Followers int `json:"followers"`
	Following int `json:"following"`
	// Queued deliveries are dropped.
	Queued int `json:"queued"`
}

// None reports whether nothing that exists now would change.
func (e Effects) None() bool {
	return e.Leave+e.Hidden+e.Return+e.Followers+e.Following+e.Queued == 0
}

// Preview says what decisions would change. A nil allowList leaves that mode.
func (m *Moderation) Preview(ctx context.Context, allowList *bool, rules ...Rule) (Effects, error) {
	rows := make([]store.DomainRule, 0, len(rules))
	for _, r := range rules {
		key, _, err := target(r.Target)
		if err != nil {
			return Effects{}, err
		}
		rows = append(rows, store.DomainRule{Domain: key, Action: r.Action, Expires: r.Expires})
	}
	old, err := readState(ctx, m.st.Reader)
	if err != nil {
		return Effects{}, err
	}
	mode := old.allowList
	if allowList != nil {
		mode = *allowList
	}
	next := old.with(mode, rows...)
	peers, err := m.st.Peers(ctx)
	if err != nil {
		return Effects{}, err
	}
	origins, err := m.st.RemoteOrigins(ctx)
	if err != nil {
		return Effects{}, err
	}
	var out Effects
	for _, p := range peers {
		origins = append(origins, p.Origin)
		if m.closes(old, next, p.Origin) {
			out.Queued += p.Queued
		}
	}
	slices.Sort(origins)
	for _, origin := range slices.Compact(origins) {
		if err := m.previewOrigin(ctx, &out, old, next, origin); err != nil {
			return out, err
		}
	}
	return out, m.previewActors(ctx, &out, old, rows)
}

// closes reports whether an origin that could speak no longer can.
func (m *Moderation) closes(old, next *state, origin string) bool {
	host, err := hostname(origin)
	if err != nil {
		return false
	}
	now := m.clock()
	return old.standing(now, host).Action != ActionBlock && next.standing(now, host).Action == ActionBlock
}

func (m *Moderation) previewOrigin(ctx context.Context, out *Effects, old, next *state, origin string) error {
	now := m.clock()
	if old.key(now, origin) == next.key(now, origin) {
		return nil
	}
	out.Origins = append(out.Origins, origin)
	if m.closes(old, next, origin) {
		followers, following, err := m.st.FollowOrigins(ctx, origin)
		if err != nil {
			return err
		}
		out.Followers += followers
		out.Following += following
	}
	for after := int64(0); ; {
		es, err := m.st.EntriesOfOrigin(ctx, origin, after, previewPage)
		if err != nil {
			return err
		}
		for _, e := range es {
			out.count(e, old.entry(now, e.Origin, e.URI, e.OwnerURI).Action, next.entry(now, e.Origin, e.URI, e.OwnerURI).Action)
		}
		if len(es) < previewPage {
			return nil
		}
		after = es[len(es)-1].Num
	}
}

func (out *Effects) count(e store.Visibility, before, after string) {
	if hardness(before) == hardness(after) {
		return
	}
	if after == ActionBlock {
		out.Hidden++
	}
	switch {
	case hardness(before) == 0:
		out.Leave++
		if e.HasPoint {
			out.OnMap++
		}
	case hardness(after) == 0:
		out.Return++
	}
}

// previewActors counts what blocks of single actors drop.
func (m *Moderation) previewActors(ctx context.Context, out *Effects, old *state, rows []store.DomainRule) error {
	for _, row := range rows {
		if row.Action != ActionBlock || !strings.Contains(row.Domain, "://") {
			continue
		}
		if old.entry(m.clock(), row.Domain, row.Domain, "").Action == ActionBlock {
			continue
		}
		n, err := m.st.CountFollowersBy(ctx, row.Domain)
		if err != nil {
			return err
		}
		out.Followers += n
		mine, err := m.st.FollowingOf(ctx, row.Domain)
		if err != nil {
			return err
		}
		out.Following += len(mine)
	}
	return nil
}

// Enforce shows and hides the entries that are held as the decisions have it.
// What was enforced is remembered by origin, so that it goes on after a crash,
// does nothing when nothing changed, and ends what has expired.
func (m *Moderation) Enforce(ctx context.Context) error {
	m.enforce.Lock()
	defer m.enforce.Unlock()
	st, err := readState(ctx, m.st.Reader)
	if err != nil {
		return err
	}
	if err := m.enforceReplies(ctx, st); err != nil {
		return fmt.Errorf("enforce rules on replies: %w", err)
	}
	done, err := m.enforced(ctx)
	if err != nil {
		return err
	}
	origins, err := m.st.RemoteOrigins(ctx)
	if err != nil {
		return err
	}
	now := m.clock()
	for _, origin := range origins {
		key := st.key(now, origin)
		if key == done[origin] {
			continue
		}
		if err := m.enforceOrigin(ctx, st, origin); err != nil {
			return fmt.Errorf("enforce rules on %s: %w", origin, err)
		}
		if done[origin] = key; key == "" {
			delete(done, origin)
		}
		if err := m.putEnforced(ctx, done); err != nil {
			return err
		}
	}
	return nil
}

func (m *Moderation) enforced(ctx context.Context) (map[string]string, error) {
	done := map[string]string{}
	raw, err := m.st.Setting(ctx, enforcedSetting)
	if errors.Is(err, directory.ErrNotFound) {
		return done, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(raw), &done); err != nil {
		return map[string]string{}, nil // ours alone: begin again
	}
	return done, nil
}

func (m *Moderation) putEnforced(ctx context.Context, done map[string]string) error {
	raw, err := json.Marshal(done)
	if err != nil {
		return err
	}
	return m.st.Write(ctx, func(tx *store.Tx) error { return tx.PutSetting(ctx, enforcedSetting, string(raw)) })
}

func (m *Moderation) enforceOrigin(ctx context.Context, st *state, origin string) error {
	for after := int64(0); ; {
		vs, err := m.st.EntriesOfOrigin(ctx, origin, after, enforcePage)
		if err != nil || len(vs) == 0 {
			return err
		}
		ids := make([]string, len(vs))
		for i, v := range vs {
			ids[i] = v.ID
		}
		if err := m.st.Write(ctx, func(tx *store.Tx) error { return m.enforceEntries(ctx, tx, st, ids) }); err != nil {
			return err
		}
		after = vs[len(vs)-1].Num
	}
}

func (m *Moderation) enforceEntries(ctx context.Context, tx *store.Tx, st *state, ids []string) error {
	es, err := tx.EntriesByID(ctx, ids)
	if err != nil {
		return err
	}
	now := m.clock()
	var changed []*directory.Entry
	for _, e := range es {
		action := st.entry(now, e.Origin, e.URI, e.OwnerURI).Action
		silenced, withheld := action == ActionSilence, action == ActionBlock
		if e.Silenced == silenced && e.Withheld == withheld {
			continue
		}
		e.Silenced, e.Withheld = silenced, withheld
		changed = append(changed, &e)
	}
	if len(changed) == 0 {
		return nil
	}
	return tx.PutEntries(ctx, changed, store.PutOptions{Public: true})
}

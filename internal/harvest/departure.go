package harvest

import (
	"context"
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// maxMovePages bounds the catalogue of a target that is read for a move.
const maxMovePages = 2000

// MovePlan is what a move would do, asked of the target a moment ago.
type MovePlan struct {
	Entry directory.Entry
	// Target is the id that the entry would have, Name and Handle its own.
	Target, Name, Handle string
	// Entries pairs the entries of an organisation that the target has made its
	// own, by their ids here; Staying are those that it has not.
	Entries map[string]string
	Staying []directory.Entry
	// Followers is how many of the entry's followers would hear of it.
	Followers int
}

// PlanMove asks target, an id, a page or a @handle@host, whether it says that it
// is also known as the entry, and for an organisation which of its entries it has.
// Nothing is written. The error is Invalid when the target does not agree.
func (h *Harvester) PlanMove(ctx context.Context, who directory.Who, id, target string) (MovePlan, error) {
	e, err := h.cfg.Store.Entry(ctx, id)
	if err != nil {
		return MovePlan{}, fmt.Errorf("move %s: %w", id, err)
	}
	if !who.MayEdit(&e) {
		return MovePlan{}, fmt.Errorf("move %s: %w", id, directory.ErrForbidden)
	}
	p := MovePlan{Entry: e, Entries: map[string]string{}}
	if e.Kind.IsActor() {
		err = h.askActor(ctx, &p, target)
	} else {
		err = h.askObject(ctx, &p, target)
	}
	if err != nil {
		return p, fmt.Errorf("move %s: %w", id, err)
	}
	if p.Followers, err = h.cfg.Store.CountFollowers(ctx, e.URI); err != nil {
		return p, fmt.Errorf("move %s: %w", id, err)
	}
	return p, nil
}

// Move does what PlanMove says, asking again.
func (h *Harvester) Move(ctx context.Context, who directory.Who, l *ledger.Ledger, id, target, reason string) (store.Move, error) {
	p, err := h.PlanMove(ctx, who, id, target)
	if err != nil {
		return store.Move{}, err
	}
	return l.Depart(ctx, who, ledger.Departure{ID: id, Target: p.Target, Entries: p.Entries, Reason: reason})
}

// disagree says on the form's field why a target does not do.
func disagree(code, format string, args ...any) error {
	return directory.Invalid{{Field: "target", Code: code, Message: fmt.Sprintf(format, args...)}}
}

func (h *Harvester) askActor(ctx context.Context, p *MovePlan, target string) error {
	ra, err := h.cfg.Actors.Resolve(ctx, target)
	if err != nil {
		return err
	}
	if ra, err = h.cfg.Actors.Refresh(ctx, ra.URI); err != nil { // the editor may have claimed it a minute ago
		return err
	}
	act, err := federation.ParseActor(ra.Doc)
	if err != nil {
		return fmt.Errorf("%s: %w: %w", ra.URI, directory.ErrInvalid, err)
	}
	if err := h.agrees(p, act.ID, act.AlsoKnownAs, act.MovedTo); err != nil {
		return err
	}
	p.Target, p.Name, p.Handle = act.ID, act.Name, ra.Handle
	if p.Entry.Kind != directory.KindOrganisation {
		return nil
	}
	return h.askEntries(ctx, p, act.Catalog)
}

func (h *Harvester) askObject(ctx context.Context, p *MovePlan, target string) error {
	raw, err := h.cfg.Actors.Fetch(ctx, target)
	if err != nil {
		return err
	}
	o, err := federation.ReadObject(raw)
	if err != nil {
		return fmt.Errorf("%s: %w: %w", target, directory.ErrInvalid, err)
	}
	if o.ID != target {
		return disagree("not_itself", "calls itself %s: give that address", o.ID)
	}
	p.Target, p.Name = o.ID, o.Name
	return h.agrees(p, o.ID, o.AlsoKnownAs, o.MovedTo)
}

func (h *Harvester) agrees(p *MovePlan, id string, aka []string, movedTo string) error {
	switch {
	case peer.SameOrigin(id, h.cfg.Env.Base):
		return disagree("local", "is on this instance: merge the two instead")
	case !slices.Contains(aka, p.Entry.URI):
		return disagree("not_known", "does not say that it is also known as %s: claim it there first", p.Entry.URI)
	case movedTo != "":
		return disagree("moved", "has moved itself, to %s", movedTo)
	}
	return nil
}

// askEntries reads in the target's catalogue which entries it has made its own.
func (h *Harvester) askEntries(ctx context.Context, p *MovePlan, catalog string) error {
	here := map[string]directory.Entry{}
	f := store.EntryFilter{Owner: p.Entry.ID, LocalOnly: true, Limit: store.MaxLimit}
	for more := true; more; {
		owned, err := h.cfg.Store.Entries(ctx, f)
		if err != nil {
			return err
		}
		for _, e := range owned {
			if e.ID != p.Entry.ID {
				here[e.URI] = e
			}
		}
		if more = len(owned) == f.Limit; more {
			f = f.After(owned[len(owned)-1])
		}
	}
	origin, err := peer.Origin(p.Target)
	if err != nil {
		return err
	}
	page := ""
	if catalog != "" && len(here) > 0 {
		page = catalogPage(catalog, 0, "")
	}
	for n := 0; page != "" && n < maxMovePages; n++ {
		col, _, err := h.page(ctx, origin, page, nil)
		if err != nil {
			return fmt.Errorf("catalogue of %s: %w", p.Target, err)
		}
		for _, raw := range col.Items {
			p.pair(here, raw, origin)
		}
		if page, err = following(origin, page, col); err != nil {
			return err
		}
	}
	for uri, e := range here {
		if p.Entries[uri] == "" {
			p.Staying = append(p.Staying, e)
		}
	}
	slices.SortFunc(p.Staying, func(a, b directory.Entry) int { return int(a.Num - b.Num) })
	return nil
}

// pair keeps an entry of the target's organisation that says it was one of here.
func (p *MovePlan) pair(here map[string]directory.Entry, raw []byte, origin string) {
	o, err := federation.ReadObject(raw)
	if err != nil || !peer.SameOrigin(o.ID, origin) || o.AttributedTo != p.Target || o.MovedTo != "" {
		return
	}
	for _, uri := range o.AlsoKnownAs {
		if _, ok := here[uri]; ok && p.Entries[uri] == "" {
			p.Entries[uri] = o.ID
			return
		}
	}
}

package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// newsEntered is the kind of news that a map has.
const newsEntered = "entered"

// mapKeys is the owner of a map's keys.
func mapKeys(id string) string { return "map:" + id }

// MapKeys is the owner of a map's keys in the keyring: each map has its own, so
// that it can be given to another instance one day.
func MapKeys(m directory.Map) string { return mapKeys(m.ID) }

func (p *Publisher) mapSender(m directory.Map) sender {
	return sender{uri: p.cfg.Env.MapURI(m.Handle), owner: mapKeys(m.ID)}
}

// mapCache holds the maps by ID, each in the version that its stamp names.
type mapCache struct {
	mu   sync.Mutex
	byID map[string]directory.Map
}

// maps are the maps as they are in the transaction: their stamps are read each
// time, and a map again when its stamp is another.
func (p *Publisher) maps(ctx context.Context, r store.Reader) ([]directory.Map, error) {
	stamps, err := r.MapStamps(ctx)
	if err != nil || len(stamps) == 0 {
		return nil, err
	}
	out := make([]directory.Map, len(stamps))
	for i, s := range stamps {
		p.cache.mu.Lock()
		m, ok := p.cache.byID[s.ID]
		p.cache.mu.Unlock()
		if !ok || m.Revision != s.Revision {
			if m, err = r.Map(ctx, s.ID); err != nil {
				return nil, err
			}
			p.cache.mu.Lock()
			if p.cache.byID == nil {
				p.cache.byID = map[string]directory.Map{}
			}
			p.cache.byID[s.ID] = m
			p.cache.mu.Unlock()
		}
		out[i] = m
	}
	return out, nil
}

// shared is the post about a change that a map may share, and who tells it.
type shared struct {
	object string   // id of a Note, "" when there is none
	told   []string // our actors whose followers hear of the change from them
	bulk   bool
}

// Untold reports whether Remote has nothing to do for the listed entries of other
// instances in this transaction: there is no map.
func (p *Publisher) Untold(ctx context.Context, r store.Reader) (bool, error) {
	stamps, err := r.MapStamps(ctx)
	return len(stamps) == 0, err
}

// Remote records that an entry of another instance changed: it enters and leaves
// maps. before is nil for a new one, after nil when it was removed. It is called
// in the transaction of the change.
func (p *Publisher) Remote(ctx context.Context, tx *store.Tx, before, after *directory.Entry) error {
	if after == nil || !after.Status.Public() {
		if before == nil {
			return nil
		}
		return p.leave(ctx, tx, before)
	}
	if !after.Listed() {
		if err := p.retellWithout(ctx, tx, after.URI); err != nil {
			return err
		}
	}
	return p.enter(ctx, tx, before, after, shared{})
}

// enter finds the maps that a change puts an entry into, or takes it out of, and
// lets each map that it is new to tell so, once for ever: the row that says that
// it was announced is written in the transaction of the change.
//
// What a map posts is what people can read. An event, a text or a concept is a
// post: it is announced by its id, whosever it is. An actor is none: the Note that
// the same change made about it is announced; where there is none (an edit that
// deserves no note of its own, an actor of another instance, whose notes are not
// sent to other directories) the map writes a short Note itself. Other directories
// that follow the map get an Announce of the entry, whatever it is. Who follows
// the entry, its organisation, the instance or an earlier map hears it there and
// not again.
func (p *Publisher) enter(ctx context.Context, tx *store.Tx, before, after *directory.Entry, by shared) error {
	maps, err := p.maps(ctx, tx.Reader)
	if err != nil || len(maps) == 0 {
		return err
	}
	members, err := tx.MembersOf(ctx, after.Num)
	if err != nil {
		return err
	}
	is, _ := after.Public()
	here := directory.Locate(is.Place)
	was, wasPublic := public(before)
	there := here
	if wasPublic && !samePlace(was.Place, is.Place) {
		there = directory.Locate(was.Place)
	}
	var news []directory.Map
	for _, m := range maps {
		row := store.Member{MapID: m.ID, Num: after.Num}
		i := slices.IndexFunc(members, func(r store.Member) bool { return r.MapID == m.ID })
		if i >= 0 {
			row = members[i]
		}
		in := m.Selection.Has(is, here)
		if in == row.Present {
			continue
		}
		row.Present = in
		if in {
			row.Entered = p.now()
			// The members may not be counted up to this entry yet.
			old := i < 0 && wasPublic && m.Selection.Has(was, there)
			if old {
				row.Entered = after.PublishedAt
			} else if row.Announced.IsZero() && after.Listed() && p.tellable(after) {
				row.Announced = p.now()
				news = append(news, m)
			}
		}
		if err := tx.PutMember(ctx, row); err != nil {
			return err
		}
	}
	return p.announceIn(ctx, tx, news, after, by)
}

func samePlace(a, b *directory.Place) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, y := *a, *b
	x.Point, y.Point = nil, nil
	return x == y && (a.Point == nil) == (b.Point == nil) && (a.Point == nil || *a.Point == *b.Point)
}

// tellable leaves out what is over: an agenda's past is kept and is no news.
func (p *Publisher) tellable(e *directory.Entry) bool {
	return e.Status == directory.StatusPublished && (e.Kind != directory.KindEvent || upcoming(e, p.now()))
}

// announceIn lets maps tell that e entered them.
func (p *Publisher) announceIn(ctx context.Context, tx *store.Tx, maps []directory.Map, e *directory.Entry, by shared) error {
	if len(maps) == 0 {
		return nil
	}
	objects := slices.Clone(by.told)
	for _, m := range maps {
		objects = append(objects, p.cfg.Env.MapURI(m.Handle))
	}
	aud, err := p.listeners(ctx, tx, objects)
	if err != nil {
		return err
	}
	told := slices.Clone(by.told)
	for _, m := range maps {
		s := p.mapSender(m)
		if err := p.announceTo(ctx, tx, s, e.URI, aud.directoriesOf[s.uri]); err != nil {
			return err
		}
		n := news{object: e.URI, kind: newsEntered, told: slices.Clone(told), bulk: by.bulk}
		to, held, err := p.cap(ctx, tx, s.uri, n, aud.hearers(s.uri, told...))
		if err != nil {
			return err
		}
		if err := p.tellEntered(ctx, tx, m, e, by, to, held); err != nil {
			return err
		}
		told = append(told, s.uri)
	}
	return nil
}

// tellEntered posts that e entered m. What is held for a digest is not listed in
// the outbox either.
func (p *Publisher) tellEntered(ctx context.Context, tx *store.Tx, m directory.Map, e *directory.Entry, by shared, to []listener, held bool) error {
	if held && len(to) == 0 {
		return nil
	}
	s := p.mapSender(m)
	object := by.object
	if !e.Kind.IsActor() {
		object = e.URI
	}
	if object != "" {
		return p.announce(ctx, tx, s, object, inboxesOf(to))
	}
	pub, _ := e.Public()
	id, err := newID()
	if err != nil {
		return err
	}
	uri := p.cfg.Env.NoteURI(id)
	note, err := p.cfg.Env.MapNote(m, pub, p.link(pub), uri, p.now())
	if err != nil {
		return fmt.Errorf("note on %s: %w", e.URI, err)
	}
	return p.postNote(ctx, tx, s, e.URI, uri, note, inboxesOf(to))
}

// announceTo tells other directories of an entry; it is in no outbox.
func (p *Publisher) announceTo(ctx context.Context, tx *store.Tx, s sender, object string, inboxes []string) error {
	if len(inboxes) == 0 {
		return nil
	}
	a, err := p.act(s)
	if err != nil {
		return err
	}
	body, err := p.cfg.Env.Announce(a, object)
	if err != nil {
		return fmt.Errorf("announce %s: %w", object, err)
	}
	return p.send(ctx, tx, message{from: s, typ: "Announce", object: object, body: body, id: a.ID, public: true}, inboxes)
}

// leave takes an entry that is no longer public out of all maps: what waits to be
// told is forgotten, digests are told anew without it, and the notes that maps
// wrote about it are deleted.
func (p *Publisher) leave(ctx context.Context, tx *store.Tx, e *directory.Entry) error {
	if err := errors.Join(tx.ForgetHeld(ctx, e.URI), p.retellWithout(ctx, tx, e.URI)); err != nil {
		return err
	}
	members, err := tx.MembersOf(ctx, e.Num)
	if err != nil || len(members) == 0 {
		return err
	}
	for _, row := range members {
		if row.Present {
			row.Present = false
			if err := tx.PutMember(ctx, row); err != nil {
				return err
			}
		}
	}
	about, err := tx.ActivitiesAbout(ctx, e.URI, store.MaxLimit)
	if err != nil {
		return err
	}
	for _, a := range about {
		if p.cfg.Env.MapHandle(a.Actor) == "" || !a.Public || a.Type == "Delete" {
			continue
		}
		if err := p.withdrawOf(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

// withdrawOf takes a map's post back: a Note is deleted where it was sent, an
// Announce falls with what it announced.
func (p *Publisher) withdrawOf(ctx context.Context, tx *store.Tx, a store.Activity) error {
	if err := tx.HideActivity(ctx, a.ID); err != nil || a.Type != "Note" {
		return err
	}
	s, err := p.senderOf(ctx, tx, a.Actor)
	if errors.Is(err, directory.ErrGone) || errors.Is(err, directory.ErrNotFound) {
		return nil // the map was deleted, with all that it posted
	}
	if err != nil {
		return err
	}
	aud, err := p.listeners(ctx, tx, []string{s.uri})
	if err != nil {
		return err
	}
	return p.sendDelete(ctx, tx, s, a.ID, "Note", aud.rest())
}

// UpdateMap tells the followers of a map that its profile changed.
func (p *Publisher) UpdateMap(ctx context.Context, tx *store.Tx, m directory.Map) error {
	s := p.mapSender(m)
	pair, err := p.cfg.Keyring.PairTx(ctx, tx, s.owner)
	if err != nil {
		return err
	}
	doc, err := p.cfg.Env.MapActor(m, pair.Public)
	if err != nil {
		return err
	}
	aud, err := p.listeners(ctx, tx, []string{s.uri})
	if err != nil {
		return err
	}
	return p.sendUpdate(ctx, tx, s, s.uri, doc, unique(append(aud.directories, aud.rest()...)))
}

// DeleteMap tells the followers of a map that it is no more, and forgets them and
// its posts.
func (p *Publisher) DeleteMap(ctx context.Context, tx *store.Tx, m directory.Map) error {
	s := p.mapSender(m)
	aud, err := p.listeners(ctx, tx, []string{s.uri})
	if err != nil {
		return err
	}
	if err := tx.HideActivitiesOf(ctx, s.uri); err != nil {
		return err
	}
	if err := p.sendDelete(ctx, tx, s, s.uri, vocab.MapType, unique(append(aud.directories, aud.rest()...))); err != nil {
		return err
	}
	if err := tx.DropHeld(ctx, s.uri, ""); err != nil {
		return err
	}
	fs, err := tx.FollowersOfAny(ctx, []string{s.uri})
	if err != nil {
		return err
	}
	for _, f := range fs {
		if _, err := tx.DeleteFollower(ctx, f.Actor, f.Object); err != nil {
			return err
		}
	}
	return nil
}

package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
)

// Sizes of the lists of the page.
const (
	movesPage = 50
	twinsPage = 50
	// comparedOnce is how many entries one look at the page indexes.
	comparedOnce = 200
)

// MovesPage is what becomes of entries: where they moved, which are one thing,
// which are about to be deleted.
type MovesPage struct {
	Base
	Moves    []MoveRow
	Twins    []TwinRow
	Merged   []MergedRow
	Deleting []MergedRow
	// MoreTwins, OlderMoves and OlderMerged lead on, "" at the end.
	MoreTwins, OlderMoves, OlderMerged string
	// Indexing says that entries are still being compared.
	Indexing bool
}

// MoveRow is one Move.
type MoveRow struct {
	Name, Old, New, When, Machine, State, Counts string
	Out                                          bool
	// Follow is the id to follow when nobody here does, "" otherwise; Life is where
	// a Move of ours is undone.
	Follow, Life string
}

// TwinRow is two entries that look like one.
type TwinRow struct {
	A, B    EntryLink
	Reasons string
	Compare string
}

// EntryLink is an entry in a table.
type EntryLink struct{ ID, Name, Href, Origin string }

// MergedRow is an entry in the place of which another is shown, or none.
type MergedRow struct {
	Old, New                     EntryLink
	When, Machine, Who, Why, Due string
}

// Moves is GET /admin/moves.
func (a *Admin) Moves(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.open(w, r, "moves")
	if err != nil || !ok {
		return err
	}
	p := &MovesPage{Base: b}
	return a.movesPage(w, r, p, http.StatusOK)
}

func (a *Admin) movesPage(w http.ResponseWriter, r *http.Request, p *MovesPage, status int) error {
	q := r.URL.Query()
	for _, fill := range []func(context.Context, *MovesPage, url.Values) error{a.fillMoves, a.fillTwins, a.fillMerged} {
		if err := fill(r.Context(), p, q); err != nil {
			return err
		}
	}
	return a.pages.Page(w, r, status, "admin-moves", p)
}

func (a *Admin) fillMoves(ctx context.Context, p *MovesPage, q url.Values) error {
	ms, err := a.cfg.Store.Moves(ctx, "", q.Get("before"), movesPage+1)
	if err != nil {
		return err
	}
	if len(ms) > movesPage {
		ms = ms[:movesPage]
		p.OlderMoves = page.Address("/admin/moves", url.Values{"before": {ms[movesPage-1].ID}})
	}
	for _, m := range ms {
		row := MoveRow{Name: m.Name, Old: m.OldURI, New: m.NewURI, When: p.Relative(m.At, p.Now), Machine: m.At.UTC().Format(time.RFC3339),
			Out: m.Direction == store.MoveOut, State: p.T("admin.moves.state.done")}
		switch {
		case !m.Undone.IsZero():
			row.State = p.T("admin.moves.state.undone")
		case m.Waiting > 0:
			row.State = p.N("admin.moves.state.waiting", m.Waiting)
		}
		if m.Entries+m.LeftHere > 0 {
			row.Counts = p.T("admin.moves.counts", "went", p.Number(m.Entries), "stayed", p.Number(m.LeftHere))
		}
		if err := a.moveLinks(ctx, &row, m); err != nil {
			return err
		}
		p.Moves = append(p.Moves, row)
	}
	return nil
}

// moveLinks sets what can be done about a Move.
func (a *Admin) moveLinks(ctx context.Context, row *MoveRow, m store.Move) error {
	if row.Out {
		e, err := a.cfg.Store.EntryByURI(ctx, m.OldURI)
		if err == nil && e.MovedTo == m.NewURI && m.Undone.IsZero() {
			row.Life = "/" + e.Kind.Path() + "/" + e.ID + "/life#move"
		}
		return tolerable(err)
	}
	if strings.HasPrefix(m.NewURI, a.cfg.Env.Base+"/") {
		return nil
	}
	fs, err := a.cfg.Store.FollowingOf(ctx, m.NewURI)
	if err == nil && len(fs) == 0 {
		row.Follow = m.NewURI
	}
	return err
}

// tolerable lets pass that there is nothing any more.
func tolerable(err error) error {
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
		return nil
	}
	return err
}

func (a *Admin) fillTwins(ctx context.Context, p *MovesPage, q url.Values) error {
	var err error
	complete, err := a.cfg.Store.IndexTwins(ctx, comparedOnce)
	if err != nil {
		return err
	}
	p.Indexing = !complete
	found, err := a.cfg.Store.LikelyTwins(ctx, store.TwinPair{A: number(q.Get("a")), B: number(q.Get("b"))}, twinsPage)
	if err != nil {
		return err
	}
	if found.Next != (store.TwinPair{}) {
		p.MoreTwins = page.Address("/admin/moves", url.Values{"a": {strconv.FormatInt(found.Next.A, 10)}, "b": {strconv.FormatInt(found.Next.B, 10)}}) + "#twins"
	}
	for _, t := range found.Twins {
		words := make([]string, len(t.Reasons))
		for i, reason := range t.Reasons {
			words[i] = p.T("twin." + reason)
		}
		kept, other := t.A, t.B
		if kept.Origin != "" && other.Origin == "" { // what is ours is kept, unless somebody says otherwise
			kept, other = other, kept
		}
		p.Twins = append(p.Twins, TwinRow{A: entryLink(kept), B: entryLink(other), Reasons: strings.Join(words, ", "),
			Compare: page.Address("/"+kept.Kind.Path()+"/"+kept.ID+"/life", url.Values{"twin": {other.ID}}) + "#merge"})
	}
	return nil
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func entryLink(e directory.Entry) EntryLink {
	name, _ := e.Name.In()
	origin := e.Origin
	if u, err := url.Parse(e.Origin); err == nil && e.Origin != "" {
		origin = u.Host
	}
	return EntryLink{ID: e.ID, Name: name, Href: "/" + e.Kind.Path() + "/" + e.ID + "?own=1", Origin: origin}
}

func (a *Admin) fillMerged(ctx context.Context, p *MovesPage, q url.Values) error {
	before := time.Time{}
	if n := number(q.Get("merged")); n > 0 {
		before = time.UnixMicro(n)
	}
	for _, list := range []struct {
		why  store.Why
		rows *[]MergedRow
	}{{store.WhyMerged, &p.Merged}, {store.WhyDeleting, &p.Deleting}} {
		ss, err := a.cfg.Store.Successions(ctx, list.why, before, movesPage)
		if err != nil {
			return err
		}
		for _, s := range ss {
			old, err := a.cfg.Store.Entry(ctx, s.OldID)
			if err != nil {
				if err = tolerable(err); err != nil {
					return err
				}
				continue
			}
			row := MergedRow{Old: entryLink(old), When: p.Relative(s.At, p.Now), Machine: s.At.UTC().Format(time.RFC3339), Who: s.WhoName, Why: s.Reason}
			if !s.Due.IsZero() {
				row.Due = p.DateTime(s.Due)
			}
			if s.NewID != "" {
				now, err := a.cfg.Store.Entry(ctx, s.NewID)
				if err = tolerable(err); err != nil {
					return err
				}
				row.New = entryLink(now)
			}
			*list.rows = append(*list.rows, row)
		}
		if len(ss) == movesPage && list.why == store.WhyMerged {
			p.OlderMerged = page.Address("/admin/moves", url.Values{"merged": {strconv.FormatInt(ss[movesPage-1].At.UnixMicro(), 10)}}) + "#merged"
		}
	}
	return nil
}

// PostMoves is POST /admin/moves: one of the page's buttons.
func (a *Admin) PostMoves(w http.ResponseWriter, r *http.Request) error {
	who, err := a.post(w, r)
	if err != nil {
		return err
	}
	ctx, do, id := r.Context(), r.PostForm.Get("do"), r.PostForm.Get("entry")
	switch do {
	case "split":
		err = a.cfg.Ledger.Split(ctx, who, id, "")
	case "not_twins":
		err = a.cfg.Ledger.RefuseTwins(ctx, who, id, r.PostForm.Get("other"))
	case "restore":
		err = a.cfg.Ledger.Restore(ctx, who, id)
	case "follow":
		_, err = a.cfg.Harvest.Follow(ctx, who, id)
	default:
		return fmt.Errorf("%.40q: %w", do, directory.ErrInvalid)
	}
	if err == nil {
		done(w, r, "/admin/moves", "moves_"+do)
		return nil
	}
	if !errors.Is(err, directory.ErrConflict) && !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrGone) && !errors.Is(err, directory.ErrUnavailable) {
		return err
	}
	b, _, ok, oerr := a.open(w, r, "moves")
	if oerr != nil || !ok {
		return oerr
	}
	p := &MovesPage{Base: b}
	p.Fault = p.T("admin.moves.fault")
	return a.movesPage(w, r, p, http.StatusConflict)
}

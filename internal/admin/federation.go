package admin

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// maxPeers is how many servers one page lists, those with trouble first.
const maxPeers = 300

// FederationPage is the servers that this instance knows.
type FederationPage struct {
	Base
	Words  string // how many there are, and how many have trouble
	States []PeerFilter
	Query  string // what the name must contain
	State  string // the chosen state, "" for all
	Rows   []PeerRow
	More   int // how many are not listed
	// MirrorDown says that documents of servers that are down are served too.
	MirrorDown bool
	// Disputed are the servers that do not name the actor whose key is pinned.
	Disputed []PeerFilter
}

// PeerFilter is one state that the list can be narrowed to, as a link.
type PeerFilter struct {
	Href, Label string
	Current     bool
}

// PeerRow is one server in words.
type PeerRow struct {
	Host, Href string
	Software   string // name and version, "" when it does not say
	State      string
	Good       bool // up and not paused
	Waiting    int
	Oldest     Moment // since when the first of what waits does
	Cause, Do  string // of the last failure, "" for none
	Error      string // as it was said
	Failed     Moment
	Signature  string
	Agreed     Moment
	Entries    int
}

// Moment is a time in words and for machines; Words is "" when it never was.
type Moment struct{ Words, Machine string }

func (b *Base) moment(t time.Time) Moment {
	if t.IsZero() {
		return Moment{}
	}
	return Moment{b.Relative(t, b.Now), t.UTC().Format(time.RFC3339)}
}

// states are what the list can be narrowed to.
var states = [...]string{"", "trouble", "waiting", "paused", "blocked"}

func inState(p store.Peer, state string) bool {
	switch state {
	case "trouble":
		return p.LastError != "" || troubled(p)
	case "waiting":
		return p.Queued > 0
	case "paused":
		return !p.Paused.IsZero()
	case "blocked":
		return p.State == store.PeerBlocked
	}
	return true
}

func troubled(p store.Peer) bool {
	return p.State == store.PeerFailing || p.State == store.PeerDown || p.State == store.PeerDead
}

// Federation is GET /admin/federation.
func (a *Admin) Federation(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.open(w, r, "federation")
	if err != nil || !ok {
		return err
	}
	peers, err := a.cfg.Store.Peers(r.Context())
	if err != nil {
		return err
	}
	oldest, err := a.cfg.Store.OldestDeliveries(r.Context())
	if err != nil {
		return err
	}
	p := &FederationPage{Base: b, State: r.URL.Query().Get("state"), Query: strings.ToLower(strings.TrimSpace(r.URL.Query().Get("q")))}
	if p.MirrorDown, err = a.cfg.Harvest.MirrorDown(r.Context()); err != nil {
		return err
	}
	pins, err := a.cfg.Store.DisputedPins(r.Context())
	if err != nil {
		return err
	}
	for _, pin := range pins {
		_, host, _ := strings.Cut(pin.Origin, "://")
		p.Disputed = append(p.Disputed, PeerFilter{Href: "/admin/federation/" + url.PathEscape(host), Label: host})
	}
	trouble := 0
	var chosen []store.Peer
	for _, q := range peers {
		if troubled(q) {
			trouble++
		}
		if inState(q, p.State) && strings.Contains(q.Origin, p.Query) {
			chosen = append(chosen, q)
		}
	}
	slices.SortStableFunc(chosen, func(x, y store.Peer) int {
		return cmp.Or(rank(x)-rank(y), cmp.Compare(y.Queued, x.Queued))
	})
	if p.More = len(chosen) - maxPeers; p.More > 0 {
		chosen = chosen[:maxPeers]
	}
	for _, q := range chosen {
		p.Rows = append(p.Rows, b.peerRow(q, oldest[q.Origin]))
	}
	p.Words = b.N("admin.federation.count", len(peers))
	if trouble > 0 {
		p.Words += " " + b.N("admin.federation.troubled", trouble)
	}
	for _, s := range states {
		p.States = append(p.States, PeerFilter{Label: b.T("admin.federation.show." + cmp.Or(s, "all")), Current: s == p.State,
			Href: page.Address("/admin/federation", page.With(nil, "state", s, "q", p.Query))})
	}
	return a.pages.Page(w, r, http.StatusOK, "admin-federation", p)
}

// rank puts trouble first.
func rank(p store.Peer) int {
	switch {
	case troubled(p):
		return 0
	case !p.Paused.IsZero():
		return 1
	case p.State == store.PeerBlocked:
		return 3
	}
	return 2
}

func (b *Base) peerRow(p store.Peer, oldest time.Time) PeerRow {
	_, host, _ := strings.Cut(p.Origin, "://")
	row := PeerRow{Host: host, Href: "/admin/federation/" + url.PathEscape(host), Software: strings.TrimSpace(p.Software + " " + p.Version),
		State: b.T("admin.federation.state." + string(p.State)), Good: p.State == store.PeerUp && p.Paused.IsZero(),
		Waiting: p.Queued, Oldest: b.moment(oldest), Agreed: b.moment(p.Agreed), Entries: p.Entries, Signature: b.signature(p)}
	if !p.Paused.IsZero() {
		row.State = b.T("admin.federation.state.paused")
	}
	if cause := peer.CauseOfText(p.LastError); cause != "" {
		row.Cause, row.Do = b.T("cause."+string(cause)), b.T("cause."+string(cause)+".do")
		row.Error, row.Failed = p.LastError, b.moment(p.LastFailed)
	}
	return row
}

// signature is how each of the two signs for the other.
func (b *Base) signature(p store.Peer) string {
	name := func(form string) string {
		if form == "" {
			return b.T("admin.federation.signature.unknown")
		}
		return form
	}
	if p.Signature == "" && p.SignatureIn == "" {
		return b.T("admin.federation.signature.unknown")
	}
	return b.T("admin.federation.signature.both", "out", name(p.Signature), "in", name(p.SignatureIn))
}

// PeerPage is one server.
type PeerPage struct {
	Base
	PeerRow
	Origin, Path string
	Paused       Moment // since when
	Blocked      bool
	NextTry      Moment
	LastSuccess  Moment
	Since        Moment // of the failures
	Asked        Moment // when its software was last asked for
	Dropped      int
	Follows      []FollowRow
	Followers    int
	Reason       string
	// AskBlock shows the question before blocking, NoReason that it had no answer.
	AskBlock, NoReason bool
	Lost               LostView
}

// FollowRow is one actor of the server that this instance follows.
type FollowRow struct {
	Object, State, Error string
	Synced               Moment
}

// peerOf finds the server that the address names.
func (a *Admin) peerOf(r *http.Request) (store.Peer, error) {
	host := r.PathValue("host")
	for _, scheme := range []string{"https://", "http://"} {
		origin, err := peer.Origin(scheme + host)
		if err != nil {
			break
		}
		p, err := a.cfg.Store.Peer(r.Context(), origin)
		if !errors.Is(err, directory.ErrNotFound) {
			return p, err
		}
	}
	return store.Peer{}, fmt.Errorf("server %q: %w", host, directory.ErrNotFound)
}

// Peer is GET /admin/federation/{host}.
func (a *Admin) Peer(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.open(w, r, "federation")
	if err != nil || !ok {
		return err
	}
	return a.showPeer(w, r, b, http.StatusOK, nil)
}

func (a *Admin) showPeer(w http.ResponseWriter, r *http.Request, b Base, status int, change func(*PeerPage)) error {
	known, err := a.peerOf(r)
	if err != nil {
		return err
	}
	oldest, err := a.cfg.Store.OldestDelivery(r.Context(), known.Origin)
	if err != nil {
		return err
	}
	follows, err := a.cfg.Store.FollowingByOrigin(r.Context(), known.Origin)
	if err != nil {
		return err
	}
	followers, err := a.cfg.Store.FollowersFrom(r.Context(), known.Origin)
	if err != nil {
		return err
	}
	if known.Entries, err = a.cfg.Store.CountEntries(r.Context(), store.EntryFilter{Selection: directory.Selection{Origin: known.Origin}}); err != nil {
		return err
	}
	p := &PeerPage{Base: b, PeerRow: b.peerRow(known, oldest), Origin: known.Origin, Paused: b.moment(known.Paused),
		Blocked: known.State == store.PeerBlocked, LastSuccess: b.moment(known.LastSuccess), Since: b.moment(known.FailingSince),
		Asked: b.moment(known.SoftwareAt), Dropped: int(known.Dropped), Followers: len(followers)}
	p.headed(p.Host)
	p.Path = p.Href
	if p.Lost, err = a.lost(r.Context(), &b, known); err != nil {
		return err
	}
	if p.Lost.Rebuild != nil && p.Lost.Rebuild.Running && r.Method == http.MethodGet {
		w.Header().Set("Refresh", refreshSeconds)
	}
	if known.NextTry.After(b.Now) && known.Queued > 0 {
		p.NextTry = b.moment(known.NextTry)
	}
	for _, f := range follows {
		p.Follows = append(p.Follows, FollowRow{Object: f.Object, State: b.T("admin.federation.follow." + string(f.State)), Error: f.LastError, Synced: b.moment(f.Synced)})
	}
	if change != nil {
		change(p)
	}
	return a.pages.Page(w, r, status, "admin-peer", p)
}

// PostPeer is POST /admin/federation/{host}: one action on one server.
func (a *Admin) PostPeer(w http.ResponseWriter, r *http.Request) error {
	who, err := a.post(w, r)
	if err != nil {
		return err
	}
	known, err := a.peerOf(r)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	do := r.PostForm.Get("do")
	switch do {
	case "retry":
		err = a.cfg.Harvest.Retry(r.Context(), who, known.Origin, reason)
	case "resync":
		err = a.cfg.Harvest.Resync(r.Context(), who, known.Origin, reason)
	case "pause":
		err = a.cfg.Harvest.Pause(r.Context(), who, known.Origin, reason)
	case "resume":
		err = a.cfg.Harvest.Resume(r.Context(), who, known.Origin, reason)
	case "block":
		if confirmed := r.PostForm.Get("confirm") == "yes"; !confirmed || reason == "" {
			return a.askBlock(w, r, reason, confirmed)
		}
		err = a.cfg.Moderation.Block(r.Context(), who, hostname(known.Origin), reason)
	case "dead", "pin", "rebuild":
		var answered bool
		if answered, err = a.postLost(w, r, who, known); answered {
			return err
		}
	default:
		return fmt.Errorf("action %q: %w", do, directory.ErrInvalid)
	}
	if err != nil {
		return err
	}
	_, host, _ := strings.Cut(known.Origin, "://")
	done(w, r, "/admin/federation/"+url.PathEscape(host), "peer_"+do)
	return nil
}

// askBlock shows what blocking does and asks for the reason, which missing says
// was not given.
func (a *Admin) askBlock(w http.ResponseWriter, r *http.Request, reason string, missing bool) error {
	b, _, ok, err := a.open(w, r, "federation")
	if err != nil || !ok {
		return err
	}
	status := http.StatusOK
	if missing {
		status = http.StatusUnprocessableEntity
	}
	return a.showPeer(w, r, b, status, func(p *PeerPage) { p.AskBlock, p.Reason, p.NoReason = true, reason, missing })
}

// hostname is the domain of an origin, which is what a rule is on.
func hostname(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return origin // Block says that it is none
	}
	return u.Hostname()
}

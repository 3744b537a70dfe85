// Package admin is the pages of those who run the instance: federation,
// sources, followers, moderation, maps, discussion, moves and the log of
// decisions. Each section has a file of its name here and a template
// admin-NAME.html; what a page does is done by the package that owns it.
//
// What belongs: reading a request, asking, showing. What does not: any rule.
// Package app routes to it.
package admin

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Config is what the pages are made from. Store and Pages are required.
type Config struct {
	Store *store.Store
	Pages *page.Pages
	// Those whose verbs the pages call.
	Moderation *moderation.Moderation
	Ledger     *ledger.Ledger
	Harvest    *harvest.Harvester
	Publisher  *outbox.Publisher
	Actors     *peer.Actors
	// Deliver is called when something waits to be sent; nil does nothing.
	Deliver func()
	// Env writes the addresses of actors.
	Env vocab.Env
	// Discussions is what the fediverse says about our entries.
	Discussions *discussion.Discussions
	Clock       func() time.Time // nil = time.Now
	Logger      *slog.Logger     // nil = slog.Default()
}

// Admin answers requests under /admin. Concurrent use is safe.
type Admin struct {
	cfg   Config
	pages *page.Pages
}

// New returns the pages.
func New(cfg Config) *Admin {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Deliver == nil {
		cfg.Deliver = func() {}
	}
	return &Admin{cfg: cfg, pages: cfg.Pages}
}

// Base is what every page of the administration has: the layout's part, the
// navigation between sections, and the token of its forms.
type Base struct {
	page.Base
	Sections []Section
	Token    string
	// H1 is the heading; Title says it for the window and the history.
	H1 string
	// Done is what the last action did, "" for none; Fault is why it did not work.
	Done, Fault string
	// FaultAt is the id of the field that the fault is about, "" for none.
	FaultAt string
}

// Section is one entry of the navigation.
type Section struct {
	Name, Href, Label string
	Current           bool
	// Waiting is how many things wait for a decision there, 0 shows nothing.
	Waiting int
}

// sections are the names in the order of the navigation; the label of NAME is
// the text admin.NAME.title and its address /admin/NAME.
var sections = [...]string{"federation", "moderation", "sources", "followers", "discussion", "maps", "tours", "eras", "moves", "audit"}

// open starts a page for an administrator. ok is false when the visitor was
// sent to sign in; anybody else who is no administrator gets ErrForbidden.
func (a *Admin) open(w http.ResponseWriter, r *http.Request, section string) (b Base, who directory.Who, ok bool, err error) {
	if page.NeedSignIn(w, r) {
		return b, who, false, nil
	}
	if who, err = a.who(r); err != nil {
		return b, who, false, err
	}
	return a.start(w, r, who, section, sections[:])
}

// start starts a page that shows the way to some sections.
func (a *Admin) start(w http.ResponseWriter, r *http.Request, who directory.Who, section string, shown []string) (b Base, _ directory.Who, ok bool, err error) {
	b.Base = a.pages.Base(w, r, "admin", "admin."+section+".title")
	b.NoIndex, b.H1 = true, b.Title
	for _, name := range shown {
		waiting, err := a.waiting(r.Context(), name)
		if err != nil {
			return b, who, false, err
		}
		b.Sections = append(b.Sections, Section{Waiting: waiting, Name: name, Href: "/admin/" + name, Label: b.T("admin." + name + ".title"), Current: name == section})
	}
	if b.Token, err = a.pages.Token(w, r); err != nil {
		return b, who, false, err
	}
	if done := r.URL.Query().Get("done"); done != "" && b.Has("admin.done."+done) {
		b.Done = b.T("admin.done." + done)
	}
	return b, who, true, nil
}

// waiting counts what waits for a decision in a section.
func (a *Admin) waiting(ctx context.Context, section string) (int, error) {
	switch section {
	case "moderation":
		return a.toModerate(ctx)
	case "discussion":
		return a.cfg.Store.CountReplies(ctx, store.ReplyFilter{State: store.ReplyPending})
	case "sources":
		return a.cfg.Store.CountProposed(ctx, "")
	case "followers":
		return a.cfg.Store.CountFollowersIn(ctx, store.FollowPending)
	}
	return 0, nil
}

// toModerate counts the open reports and the servers in quarantine.
func (a *Admin) toModerate(ctx context.Context) (int, error) {
	reports, err := a.cfg.Store.CountReports(ctx, true)
	if err != nil {
		return 0, err
	}
	quarantine, err := a.cfg.Store.Quarantines(ctx)
	return reports + len(quarantine), err
}

// part names one page of a section for the window, before the section's name.
func (b *Base) part(name string) { b.Title = name + " – " + b.H1 }

// headed gives a page of a section a heading of its own.
func (b *Base) headed(name string) {
	b.part(name)
	b.H1 = name
}

// post checks a form of an administrator: its token and who sent it.
func (a *Admin) post(w http.ResponseWriter, r *http.Request) (directory.Who, error) {
	if err := a.pages.Form(w, r); err != nil {
		return directory.Who{}, err
	}
	return a.who(r)
}

func (a *Admin) who(r *http.Request) (directory.Who, error) {
	who := auth.From(r.Context()).Who()
	if !who.Admin {
		return who, fmt.Errorf("administration: %w", directory.ErrForbidden)
	}
	return who, nil
}

// done sends the browser back to a page that says what was done: the text
// admin.done.WHAT.
func done(w http.ResponseWriter, r *http.Request, path, what string) {
	http.Redirect(w, r, page.Address(path, page.With(nil, "done", what)), http.StatusSeeOther)
}

// Home is GET /admin: the first section.
func (a *Admin) Home(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/admin/"+sections[0], http.StatusSeeOther)
	return nil
}

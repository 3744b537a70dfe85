package admin

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
)

// LostView is what can be done about a server that is gone: the key by which its
// documents are believed, and taking them from an instance that kept them.
type LostView struct {
	// Key is its pinned Multikey, "" when none is known; Print is its fingerprint.
	Key, Print, How string
	Seen            Moment
	// Disputed is since when the server does not name Actor, whose key it is, as its
	// own, and Named whom it names, "" for nobody.
	Disputed     Moment
	Actor, Named string
	Dead         bool
	// Ask shows the question before it is declared dead.
	Ask bool
	// Mirror and Given are what was typed.
	Mirror, Given string
	Rebuild       *RebuildView
}

// RebuildView is the last rebuild.
type RebuildView struct {
	State                 string
	Running, Failed       bool
	Started, Ended        Moment
	Mirror, Error, Counts string
	Reasons               []string
	Refusals              []harvest.RebuildRefusal
}

// lost reads what the page of a server says of its end.
func (a *Admin) lost(ctx context.Context, b *Base, known store.Peer) (LostView, error) {
	v := LostView{Dead: known.State == store.PeerDead}
	pin, err := a.cfg.Store.AnyPin(ctx, known.Origin)
	switch {
	case err == nil:
		v.Actor, v.Named, v.Disputed = pin.Actor, pin.Named, b.moment(pin.Disputed)
		v.Key, v.Print, v.How, v.Seen = pin.Multikey, moderation.Fingerprint(pin.Multikey), b.T("admin.federation.lost.how."+pin.How), b.moment(pin.Seen)
	case !errors.Is(err, directory.ErrNotFound):
		return v, err
	}
	last, err := a.cfg.Harvest.LastRebuild(ctx, known.Origin)
	if errors.Is(err, directory.ErrNotFound) {
		return v, nil
	}
	if err != nil {
		return v, err
	}
	r := &RebuildView{State: b.T("admin.federation.lost.state." + string(last.State)), Running: last.State == harvest.RebuildRunning,
		Failed: last.State == harvest.RebuildFailed, Started: b.moment(last.Started), Ended: b.moment(last.Ended),
		Mirror: last.Report.Mirror, Error: last.Error, Refusals: last.Report.Refusals[:min(len(last.Report.Refusals), 20)]}
	r.Counts = strings.Join([]string{b.N("admin.federation.lost.accepted", last.Report.Accepted), b.N("admin.federation.lost.unchanged", last.Report.Unchanged),
		b.N("admin.federation.lost.refused", last.Report.Refused)}, " · ")
	for _, reason := range slices.Sorted(maps.Keys(last.Report.Reasons)) {
		r.Reasons = append(r.Reasons, b.T("admin.federation.lost.reason."+reason)+" : "+b.Number(last.Report.Reasons[reason]))
	}
	v.Rebuild = r
	return v, nil
}

// postLost does what the form about the end of a server asks for. answered is true
// when the page was written: a question, or what is wrong.
func (a *Admin) postLost(w http.ResponseWriter, r *http.Request, who directory.Who, known store.Peer) (answered bool, err error) {
	f := r.PostForm
	reason, key := strings.TrimSpace(f.Get("reason")), strings.TrimSpace(f.Get("key"))
	again := func(status int, fault string) (bool, error) {
		b, _, ok, err := a.open(w, r, "federation")
		if err != nil || !ok {
			return true, err
		}
		if fault != "" {
			b.Fault, b.FaultAt = b.T("admin.federation.lost.fault."+fault), "perdu-"+f.Get("do")
		}
		return true, a.showPeer(w, r, b, status, func(p *PeerPage) {
			p.Lost.Ask, p.Lost.Mirror, p.Lost.Given, p.Reason = f.Get("do") == "dead", strings.TrimSpace(f.Get("mirror")), key, reason
		})
	}
	switch f.Get("do") {
	case "dead":
		switch confirmed := f.Get("confirm") == "yes"; {
		case !confirmed:
			return again(http.StatusOK, "")
		case reason == "":
			return again(http.StatusUnprocessableEntity, "reason")
		}
		return false, a.cfg.Harvest.DeclareDead(r.Context(), who, known.Origin, reason)
	case "pin":
		if reason == "" {
			return again(http.StatusUnprocessableEntity, "reason")
		}
		err = a.cfg.Harvest.Pin(r.Context(), who, known.Origin, key, reason)
		if errors.Is(err, directory.ErrInvalid) {
			return again(http.StatusUnprocessableEntity, "key")
		}
		return false, err
	}
	opt := harvest.RebuildOptions{Origin: known.Origin, Mirror: strings.TrimSuffix(strings.TrimSpace(f.Get("mirror")), "/"), Key: key}
	if opt.Mirror != "" && !strings.Contains(opt.Mirror, "://") {
		opt.Mirror = "https://" + opt.Mirror
	}
	err = a.cfg.Harvest.StartRebuild(r.Context(), who, opt)
	if fault := rebuildFault(err, opt); fault != "" {
		return again(http.StatusUnprocessableEntity, fault)
	}
	return false, err
}

// rebuildFault names what to correct, "" when nothing can be.
func rebuildFault(err error, opt harvest.RebuildOptions) string {
	switch {
	case errors.Is(err, directory.ErrConflict) && opt.Key != "":
		return "other_key"
	case errors.Is(err, directory.ErrConflict):
		return "running"
	case errors.Is(err, directory.ErrForbidden):
		return "blocked"
	case errors.Is(err, directory.ErrInvalid) && opt.Mirror == "":
		return "mirror"
	case errors.Is(err, directory.ErrInvalid):
		return "key"
	}
	return ""
}

// PostFederation is POST /admin/federation: whose documents are served to others.
func (a *Admin) PostFederation(w http.ResponseWriter, r *http.Request) error {
	who, err := a.post(w, r)
	if err != nil {
		return err
	}
	what, ok := map[string]string{"mirror_down": "mirror_down", "mirror_dead": "mirror_dead"}[r.PostForm.Get("do")]
	if !ok {
		return fmt.Errorf("action %q: %w", r.PostForm.Get("do"), directory.ErrInvalid)
	}
	if err := a.cfg.Harvest.SetMirrorDown(r.Context(), who, what == "mirror_down"); err != nil {
		return err
	}
	done(w, r, "/admin/federation", what)
	return nil
}

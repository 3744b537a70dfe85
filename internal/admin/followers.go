package admin

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
)

// followersShown is how many followers of each state the page lists.
const followersShown = 300

// FollowersPage is who follows us, those who wait first.
type FollowersPage struct {
	Base
	Pending, Accepted []FollowerRow
	// More is how many accepted ones are not listed.
	More      int
	Approvals []Option
	Rules     []FollowerRuleRow
}

// FollowerRow is one follower.
type FollowerRow struct {
	Actor, Object, Name, Handle, Origin, Follows, When, Machine string
}

// FollowerRuleRow is what is always done with the followers of a server.
type FollowerRuleRow struct{ Origin, Action, Who, Reason, When string }

// Followers is GET and POST /admin/followers.
func (a *Admin) Followers(w http.ResponseWriter, r *http.Request) error {
	b, who, ok, err := a.begin(w, r, "followers")
	if err != nil || !ok {
		return err
	}
	p := &FollowersPage{Base: b}
	if r.Method != http.MethodPost {
		return a.followers(w, r, http.StatusOK, p)
	}
	what, err := a.answerFollowers(r, who)
	switch {
	case errors.Is(err, directory.ErrNotFound):
		p.Fault = p.T("admin.followers.fault.gone")
	case errors.Is(err, directory.ErrInvalid):
		p.Fault = p.T("admin.followers.fault.origin")
	case err != nil:
		return err
	default:
		done(w, r, "/admin/followers", what)
		return nil
	}
	return a.followers(w, r, http.StatusUnprocessableEntity, p)
}

// answerFollowers does what the form asks for.
func (a *Admin) answerFollowers(r *http.Request, who directory.Who) (what string, err error) {
	ctx, form := r.Context(), r.PostForm
	reason := strings.TrimSpace(form.Get("reason"))
	switch do := form.Get("do"); do {
	case "approval":
		return "approval", a.cfg.Moderation.SetApproval(ctx, who, moderation.Approval(form.Get("approval")), reason)
	case "rule":
		return "follower_rule", a.cfg.Ledger.SetFollowerRule(ctx, who, origin(form.Get("origin")), form.Get("action"), reason)
	case "unset":
		return "follower_rule", a.cfg.Ledger.SetFollowerRule(ctx, who, form.Get("origin"), "", reason)
	case "accept", "reject", "remove":
		chosen := form["follower"]
		if len(chosen) == 0 {
			return "", directory.ErrNotFound
		}
		for _, pair := range chosen {
			actor, object, _ := strings.Cut(pair, " ")
			if err := a.cfg.Ledger.AnswerFollower(ctx, who, actor, object, do == "accept", reason); err != nil {
				return "", err
			}
		}
		return "follower_" + do, nil
	}
	return "", directory.ErrNotFound
}

// origin lets a bare host name stand for its server.
func origin(s string) string {
	if s = strings.TrimSpace(s); s != "" && !strings.Contains(s, "://") {
		return "https://" + s
	}
	return s
}

func (a *Admin) followers(w http.ResponseWriter, r *http.Request, status int, p *FollowersPage) error {
	ctx := r.Context()
	var err error
	if p.Pending, err = a.followerRows(r, &p.Base, store.FollowPending); err != nil {
		return err
	}
	if p.Accepted, err = a.followerRows(r, &p.Base, store.FollowAccepted); err != nil {
		return err
	}
	n, err := a.cfg.Store.CountFollowersIn(ctx, store.FollowAccepted)
	if err != nil {
		return err
	}
	p.More = n - len(p.Accepted)
	now, err := a.cfg.Moderation.Approval(ctx, a.cfg.Store.Reader)
	if err != nil {
		return err
	}
	for _, v := range moderation.Approvals() {
		p.Approvals = append(p.Approvals, Option{string(v), p.T("admin.followers.approval." + string(v)), v == now})
	}
	rules, err := a.cfg.Store.FollowerRules(ctx)
	if err != nil {
		return err
	}
	for _, f := range rules {
		p.Rules = append(p.Rules, FollowerRuleRow{Origin: f.Origin, Action: p.T("admin.followers.rule." + f.Action), Who: f.WhoName, Reason: f.Reason, When: p.Relative(f.At, p.Now)})
	}
	return a.pages.Page(w, r, status, "admin-followers", p)
}

func (a *Admin) followerRows(r *http.Request, b *Base, state store.FollowState) (rows []FollowerRow, err error) {
	fs, err := a.cfg.Store.FollowerRows(r.Context(), state, followersShown)
	if err != nil {
		return nil, err
	}
	for _, f := range fs {
		row := FollowerRow{Actor: f.Actor, Object: f.Object, Name: f.Name, Handle: f.Handle, When: b.Relative(f.Created, b.Now),
			Machine: f.Created.UTC().Format(time.RFC3339), Follows: f.ObjectName}
		if row.Name == "" {
			row.Name = f.Actor
		}
		if f.Object == a.cfg.Env.InstanceURI() {
			row.Follows = b.T("admin.followers.instance")
		} else if row.Follows == "" {
			row.Follows = f.Object
		}
		rows = append(rows, row)
	}
	return rows, nil
}

package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// repliesPage is how many replies one page lists.
const repliesPage = 50

// discussionPath is where the section is.
const discussionPath = "/admin/discussion"

// DiscussionPage is the queue of replies and, for administrators, the
// instance's rule and the exceptions. Editors see the replies to the entries of
// their organisations.
type DiscussionPage struct {
	Base
	States []DiscussionTab
	State  store.ReplyState
	Rows   []ReplyRow
	// Older leads to the page before, "" on the last.
	Older  string
	Reason string
	// Ask, when not nil, asks before replies are removed for good or reported.
	Ask *AskReplies
	// Admin shows the rule and the exceptions.
	Admin bool
	Rules []DiscussionChoice
	// Reactions says that likes and boosts are counted and shown.
	Reactions       bool
	Exceptions      []ExceptionRow
	Subject, Wanted string
	SubjectFault    string
}

// DiscussionTab leads to the replies in one state.
type DiscussionTab struct {
	Href, Label string
	Current     bool
}

// DiscussionChoice is one rule to choose.
type DiscussionChoice struct {
	Value, Name string
	On          bool
}

// ReplyRow is one reply in the queue.
type ReplyRow struct {
	ID, Name, Handle, Href, When, Machine string
	Entry, EntryHref                      string
	Body                                  sanitize.HTML
	Lang, Warning, Reason                 string
	On                                    bool
}

// AskReplies is what is about to be done with replies: Do is the verb. Say asks for
// the words that are sent, "" where none are.
type AskReplies struct {
	Do, Title, Question, Say, Yes string
	IDs                           []string
	Reason                        string
}

// ExceptionRow is one exception.
type ExceptionRow struct{ Subject, Action, Reason, By, When string }

// Discussion is GET /admin/discussion.
func (a *Admin) Discussion(w http.ResponseWriter, r *http.Request) error {
	p, who, ok, err := a.discussionPage(w, r)
	if err != nil || !ok {
		return err
	}
	return a.showDiscussion(w, r, http.StatusOK, p, who)
}

// discussionPage starts the page for an administrator or an editor.
func (a *Admin) discussionPage(w http.ResponseWriter, r *http.Request) (p *DiscussionPage, who directory.Who, ok bool, err error) {
	if page.NeedSignIn(w, r) {
		return nil, who, false, nil
	}
	if who, err = moderator(r); err != nil {
		return nil, who, false, err
	}
	p = &DiscussionPage{Admin: who.Admin}
	if who.Admin {
		if p.Base, who, ok, err = a.open(w, r, "discussion"); err != nil || !ok {
			return nil, who, false, err
		}
	} else {
		p.Base.Base = a.pages.Base(w, r, "admin", "admin.discussion.title")
		p.NoIndex = true
		if p.Token, err = a.pages.Token(w, r); err != nil {
			return nil, who, false, err
		}
		if done := r.URL.Query().Get("done"); done != "" && p.Has("admin.done."+done) {
			p.Done = p.T("admin.done." + done)
		}
	}
	p.Script = "queue.js"
	switch p.State = store.ReplyState(r.URL.Query().Get("state")); p.State {
	case store.ReplyShown, store.ReplyHidden:
	default:
		p.State = store.ReplyPending
	}
	return p, who, true, nil
}

// moderator is who is signed in, when they edit anything here.
func moderator(r *http.Request) (directory.Who, error) {
	who := auth.From(r.Context()).Who()
	if !who.Admin && len(who.Orgs) == 0 {
		return who, fmt.Errorf("discussions: %w", directory.ErrForbidden)
	}
	return who, nil
}

// showDiscussion fills the page and answers with it.
func (a *Admin) showDiscussion(w http.ResponseWriter, r *http.Request, status int, p *DiscussionPage, who directory.Who) error {
	for _, s := range []store.ReplyState{store.ReplyPending, store.ReplyShown, store.ReplyHidden} {
		p.States = append(p.States, DiscussionTab{page.Address(discussionPath, page.With(nil, "state", string(s))),
			p.T("admin.discussion.state." + string(s)), s == p.State})
	}
	f := store.ReplyFilter{State: p.State, Before: r.URL.Query().Get("before"), Limit: repliesPage + 1}
	if !who.Admin {
		f.Owners = who.Orgs
	}
	replies, err := a.cfg.Store.Replies(r.Context(), f)
	if err != nil {
		return err
	}
	if len(replies) > repliesPage {
		replies = replies[:repliesPage]
		p.Older = page.Address(discussionPath, page.With(nil, "state", string(p.State), "before", replies[repliesPage-1].ID))
	}
	for _, reply := range replies {
		row, err := a.replyRow(r.Context(), p, reply)
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, row)
	}
	if p.Admin {
		if err := a.discussionRules(r.Context(), p); err != nil {
			return err
		}
	}
	return a.pages.Page(w, r, status, "admin-discussion", p)
}

func (a *Admin) replyRow(ctx context.Context, p *DiscussionPage, reply store.Reply) (ReplyRow, error) {
	row := ReplyRow{ID: reply.ID, Name: reply.Name, Handle: reply.Handle, Href: sanitize.URL(reply.URL), Lang: reply.Lang, Warning: reply.Warning,
		When: p.Relative(reply.Received, p.Now), Machine: reply.Received.UTC().Format(time.RFC3339), Body: sanitize.Comment(reply.Body), Reason: reply.Reason}
	if row.Name == "" {
		row.Name = reply.Actor
	}
	if reply.DecidedBy == "" {
		row.Reason = ""
	}
	if p.Ask != nil {
		for _, id := range p.Ask.IDs {
			row.On = row.On || id == reply.ID
		}
	}
	e, err := a.cfg.Store.Entry(ctx, reply.EntryID)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
		return row, nil
	}
	if err != nil {
		return row, err
	}
	row.Entry, _ = e.Name.In(p.Tag)
	row.EntryHref = "/" + e.Kind.Path() + "/" + e.ID + "#reply-" + reply.ID
	return row, nil
}

// discussionRules adds the instance's rule and the exceptions.
func (a *Admin) discussionRules(ctx context.Context, p *DiscussionPage) error {
	rule, err := discussion.Rule(ctx, a.cfg.Store.Reader)
	if err != nil {
		return err
	}
	for _, d := range directory.Discussions() {
		p.Rules = append(p.Rules, DiscussionChoice{string(d), p.T("discussion.rule." + string(d)), d == rule})
	}
	if p.Reactions, err = discussion.Reactions(ctx, a.cfg.Store.Reader); err != nil {
		return err
	}
	exceptions, err := a.cfg.Store.ReplyRules(ctx)
	if err != nil {
		return err
	}
	for _, x := range exceptions {
		p.Exceptions = append(p.Exceptions, ExceptionRow{x.Subject, p.T("admin.discussion.action." + x.Action), x.Reason, x.By, p.Relative(x.Created, p.Now)})
	}
	return nil
}

// PostDiscussion is POST /admin/discussion.
func (a *Admin) PostDiscussion(w http.ResponseWriter, r *http.Request) error {
	if err := a.pages.Form(w, r); err != nil {
		return err
	}
	if page.NeedSignIn(w, r) {
		return nil
	}
	who, err := moderator(r)
	if err != nil {
		return err
	}
	v := r.PostForm
	reason := strings.TrimSpace(v.Get("reason"))
	what := ""
	switch do := v.Get("do"); do {
	case discussion.Remove, discussion.Report:
		if v.Get("confirm") != "yes" && len(v["reply"]) > 0 {
			return a.askReplies(w, r, do, v["reply"], reason)
		}
		what, err = "discussion_"+do, a.cfg.Discussions.Decide(r.Context(), who, do, v["reply"], reason)
	case discussion.Approve, discussion.Hide:
		what, err = "discussion_"+do, a.cfg.Discussions.Decide(r.Context(), who, do, v["reply"], reason)
	case "reactions":
		what, err = "discussion_rule", a.cfg.Discussions.SetReactions(r.Context(), who, v.Get("count") == "yes", reason)
	case "rule":
		what, err = "discussion_rule", a.cfg.Discussions.SetRule(r.Context(), who, directory.Discussion(v.Get("rule")), reason)
	case "exception", "forget":
		action := v.Get("action")
		if do == "forget" {
			action = ""
		}
		what, err = "discussion_exception", a.cfg.Discussions.SetException(r.Context(), who, v.Get("subject"), action, reason)
	default:
		err = fmt.Errorf("discussion: do %q: %w", do, directory.ErrInvalid)
	}
	if err != nil {
		return a.discussionFault(w, r, err)
	}
	done(w, r, discussionPath, what)
	return nil
}

// askReplies says what removing or reporting does and asks for a second yes.
func (a *Admin) askReplies(w http.ResponseWriter, r *http.Request, do string, ids []string, reason string) error {
	p, who, ok, err := a.discussionPage(w, r)
	if err != nil || !ok {
		return err
	}
	ids = ids[:min(len(ids), discussion.MaxDecide)]
	p.Ask = &AskReplies{Do: do, Title: p.T("admin.discussion.remove_title"), Question: p.N("admin.discussion.remove_ask", len(ids)),
		Yes: p.T("admin.discussion.remove_yes"), IDs: ids, Reason: reason}
	if do == discussion.Report {
		p.Ask.Title, p.Ask.Question = p.T("admin.discussion.report_title"), p.N("admin.discussion.report_ask", len(ids))
		p.Ask.Say, p.Ask.Yes = p.T("admin.discussion.report_say"), p.T("admin.discussion.report_yes")
	}
	return a.showDiscussion(w, r, http.StatusOK, p, who)
}

// discussionFault shows the page again with what was typed and what is wrong.
func (a *Admin) discussionFault(w http.ResponseWriter, r *http.Request, err error) error {
	var bad directory.Invalid
	gone := errors.Is(err, directory.ErrGone) || errors.Is(err, directory.ErrNotFound)
	if !errors.As(err, &bad) && !gone {
		return err
	}
	p, who, ok, perr := a.discussionPage(w, r)
	if perr != nil || !ok {
		return perr
	}
	p.Reason = r.PostForm.Get("reason")
	switch {
	case gone:
		p.Fault = p.T("admin.discussion.fault.gone")
	case bad[0].Field == "subject":
		p.SubjectFault, p.Subject, p.Wanted = p.T("admin.discussion.fault.subject"), r.PostForm.Get("subject"), r.PostForm.Get("action")
	case bad[0].Field == "reply":
		p.Fault = p.T("admin.discussion.fault.none")
	case bad[0].Field == "reason":
		p.Fault = p.T("admin.moderation.fault.reason")
	default:
		p.Fault = p.T("discussion.fault.other")
	}
	return a.showDiscussion(w, r, http.StatusUnprocessableEntity, p, who)
}

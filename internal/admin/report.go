package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
)

// ReportPage is one report with what can be done about it.
type ReportPage struct {
	Base
	Tabs     []ModerationTab
	Row      ReportRow
	Report   store.Report
	Things   []ReportedThing
	Mail     string
	Outcomes []OutcomeChoice
	// MayForward says that what it is about is another server's.
	MayForward bool
	Forwarded  string
	History    []AuditRow
	Action     string
}

// ReportedThing is what a report is about; Href is "" for what is not here.
type ReportedThing struct{ URI, Name, Href string }

// OutcomeChoice is one option of a list.
type OutcomeChoice struct{ Value, Label string }

// Report is GET /admin/moderation/reports/{id}.
func (a *Admin) Report(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.openModeration(w, r)
	if err != nil || !ok {
		return err
	}
	rep, err := a.cfg.Store.Report(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	p := &ReportPage{Base: b, Tabs: moderationNav(b, "reports"), Report: rep, Row: reportRow(b, rep), Action: "/admin/moderation/reports/" + rep.ID}
	p.headed(b.T("admin.moderation.report"))
	if strings.Contains(rep.Contact, "@") && !strings.ContainsAny(rep.Contact, " \t\r\n?&") {
		p.Mail = "mailto:" + rep.Contact
	}
	held, err := a.cfg.Store.EntriesByURI(r.Context(), rep.Objects)
	if err != nil {
		return err
	}
	names := map[string]ReportedThing{}
	for _, e := range held {
		name, _ := e.Name.In(b.Tag)
		names[e.URI] = ReportedThing{e.URI, name, "/" + e.Kind.Path() + "/" + e.ID}
		p.MayForward = p.MayForward || e.Origin != "" && e.Status != directory.StatusDeleted
	}
	for _, uri := range rep.Objects {
		t, ok := names[uri]
		if !ok {
			t = ReportedThing{URI: uri, Name: uri}
		}
		p.Things = append(p.Things, t)
	}
	for _, o := range outcomesFor(held) {
		p.Outcomes = append(p.Outcomes, OutcomeChoice{o, b.T("admin.moderation.outcome." + o)})
	}
	if !rep.Forwarded.IsZero() {
		p.Forwarded = b.T("admin.moderation.forwarded", "when", b.Relative(rep.Forwarded, b.Now))
	}
	if p.History, err = a.historyOf(r.Context(), b, rep.ID); err != nil {
		return err
	}
	return a.pages.Page(w, r, http.StatusOK, "admin-report", p)
}

// outcomesFor are the outcomes that can be done about what is held here.
func outcomesFor(held []directory.Entry) []string {
	local, remote := false, false
	for _, e := range held {
		if e.Status == directory.StatusDeleted {
			continue
		}
		local = local || e.Origin == ""
		remote = remote || e.Origin != ""
	}
	var out []string
	for _, o := range moderation.Outcomes() {
		switch o {
		case moderation.OutcomeArchived, moderation.OutcomeUnpublished:
			if !local {
				continue
			}
		case moderation.OutcomeSilenced, moderation.OutcomeBlocked:
			if !remote {
				continue
			}
		}
		out = append(out, o)
	}
	return out
}

func (a *Admin) historyOf(ctx context.Context, b Base, object string) ([]AuditRow, error) {
	log, err := a.cfg.Store.AuditOf(ctx, object, auditPage)
	if err != nil {
		return nil, err
	}
	var rows []AuditRow
	for _, e := range log {
		row := AuditRow{When: b.Relative(e.At, b.Now), Machine: e.At.UTC().Format(time.RFC3339), Who: e.WhoName, Verb: e.Verb, Detail: e.Detail}
		if key := "audit.verb." + e.Verb; b.Has(key) {
			row.Verb = b.T(key)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// PostReport is POST /admin/moderation/reports/{id}: close it, send it on, or
// open it again.
func (a *Admin) PostReport(w http.ResponseWriter, r *http.Request) error {
	who, err := a.post(w, r)
	if err != nil {
		return err
	}
	rep, err := a.cfg.Store.Report(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	here, reason := "/admin/moderation/reports/"+rep.ID, r.PostForm.Get("reason")
	what := "moderation_report"
	switch r.PostForm.Get("do") {
	case "reopen":
		err = a.cfg.Moderation.Reopen(r.Context(), who, rep.ID, reason)
	case "forward":
		what, err = "moderation_forwarded", a.forward(r.Context(), who, rep, r.PostForm.Get("content"))
	default:
		outcome := r.PostForm.Get("outcome")
		if strings.TrimSpace(reason) == "" {
			return a.fault(w, r, here, "reason")
		}
		if heavy(outcome) && r.PostForm.Get("sure") != "yes" {
			return a.askOutcome(w, r, rep, outcome, reason)
		}
		err = a.settle(r.Context(), who, rep, outcome, reason)
	}
	switch {
	case errors.Is(err, directory.ErrInvalid):
		return a.fault(w, r, here, "reason")
	case errors.Is(err, directory.ErrConflict):
		return a.fault(w, r, here, "overtaken")
	case errors.Is(err, directory.ErrUnavailable), errors.Is(err, directory.ErrGone):
		return a.fault(w, r, here, "unreachable")
	case err != nil:
		return err
	}
	done(w, r, here, what)
	return nil
}

// heavy outcomes change what people see, and are asked for twice.
func heavy(outcome string) bool {
	return outcome != moderation.OutcomeDismissed && outcome != moderation.OutcomeContacted
}

func (a *Admin) askOutcome(w http.ResponseWriter, r *http.Request, rep store.Report, outcome, reason string) error {
	b := a.pages.Base(w, r, "admin", "")
	if !b.Has("admin.moderation.does." + outcome) {
		return directory.Invalid{{Field: "outcome", Code: "invalid", Message: "not an outcome of a report"}}
	}
	rules, err := a.outcomeRules(r.Context(), rep, outcome, reason)
	if err != nil {
		return err
	}
	var e *moderation.Effects
	words := []string{b.T("admin.moderation.does." + outcome)}
	if len(rules) > 0 {
		would, err := a.cfg.Moderation.Preview(r.Context(), nil, rules...)
		if err != nil {
			return err
		}
		e = &would
	}
	here := "/admin/moderation/reports/" + rep.ID
	return a.confirm(w, r, ConfirmPage{Heading: "admin.moderation.outcome_ask", Words: words, Action: here, Back: here,
		Hidden: []page.Hidden{{Name: "outcome", Value: outcome}, {Name: "reason", Value: reason}}}, b.T("admin.moderation.outcome."+outcome), e)
}

// outcomeRules are the rules that an outcome sets on the reported entries of
// other servers.
func (a *Admin) outcomeRules(ctx context.Context, rep store.Report, outcome, reason string) ([]moderation.Rule, error) {
	action := map[string]string{moderation.OutcomeSilenced: moderation.ActionSilence, moderation.OutcomeBlocked: moderation.ActionBlock}[outcome]
	if action == "" {
		return nil, nil
	}
	held, err := a.cfg.Store.EntriesByURI(ctx, rep.Objects)
	if err != nil {
		return nil, err
	}
	var rules []moderation.Rule
	for _, e := range held {
		if e.Origin != "" {
			rules = append(rules, moderation.Rule{Target: e.URI, Action: action, Reason: reason})
		}
	}
	return rules, nil
}

// settle does what was decided and closes the report.
func (a *Admin) settle(ctx context.Context, who directory.Who, rep store.Report, outcome, reason string) error {
	if !rep.Open {
		return fmt.Errorf("report %s is closed: %w", rep.ID, directory.ErrConflict)
	}
	rules, err := a.outcomeRules(ctx, rep, outcome, reason)
	if err != nil {
		return err
	}
	if len(rules) > 0 {
		if err := a.cfg.Moderation.Set(ctx, who, rules...); err != nil {
			return err
		}
	}
	status := map[string]directory.Status{moderation.OutcomeArchived: directory.StatusArchived, moderation.OutcomeUnpublished: directory.StatusDraft}[outcome]
	if status != "" {
		held, err := a.cfg.Store.EntriesByURI(ctx, rep.Objects)
		if err != nil {
			return err
		}
		for _, e := range held {
			if e.Origin != "" || !e.Status.Public() {
				continue
			}
			if _, err := a.cfg.Ledger.SetStatus(ctx, who, e.ID, status); err != nil {
				return err
			}
		}
	}
	return a.cfg.Moderation.Close(ctx, who, rep.ID, outcome, reason)
}

// forward tells the origin of what is reported, in the instance's name. Neither
// the reporter nor how to reach them is in it.
func (a *Admin) forward(ctx context.Context, who directory.Who, rep store.Report, content string) error {
	held, err := a.cfg.Store.EntriesByURI(ctx, rep.Objects)
	if err != nil {
		return err
	}
	for _, e := range held {
		if e.Origin == "" || e.Status == directory.StatusDeleted {
			continue
		}
		about := e.OwnerURI
		if about == "" || e.Kind.IsActor() {
			about = e.URI
		}
		target, err := a.cfg.Actors.Actor(ctx, about)
		if err != nil {
			return fmt.Errorf("forward report: %w", err)
		}
		err = a.cfg.Store.Write(ctx, func(tx *store.Tx) error {
			if err := a.cfg.Publisher.Flag(ctx, tx, e, target, cutText(content, moderation.MaxReportBytes)); err != nil {
				return err
			}
			return a.cfg.Moderation.Forwarded(ctx, tx, who, rep.ID, e.Origin)
		})
		if err != nil {
			return err
		}
	}
	a.cfg.Deliver()
	return nil
}

// cutText bounds a text at a whole character.
func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
